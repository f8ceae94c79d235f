"""What came of calls: the return after so many months, beside that from every other day one could have begun on."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np

from engine.config.claim_kinds import Call, CallsClaim
from engine.market.table import Dates, Indices
from engine.study.claims.evidence import Evidence
from engine.study.claims.facts import total_return
from engine.study.claims.levels import Levels, NotMeasurable, months_later
from engine.study.claims.parts import ClaimPart, unmeasured
from engine.study.claims.verdicts import CANNOT_TELL, FAILS, FEWEST, HOLDS, Ends, Verdict

#: The middle part of all starting days that counts as ordinary.
ORDINARY = 0.95


@dataclass(frozen=True, slots=True)
class CallOutcome:
    """What came of one call: its figure, and the ordinary range of it over all starting days.

    below: the part of starting days on which less came. apart: how many windows that do not overlap they span.
    """

    value: float
    low: float
    high: float
    below: float
    apart: float


def outcome(of: Levels, versus: Levels | None, on: dt.date, months: int, since: dt.date | None = None) -> CallOutcome:
    """The return from the close of the day of a call (or of the next session) to that many months later.

    With `versus` it is that return less the other's. Both on the same days. The range holds the middle 95% of the
    figure over every session on which one could have begun. Raises NotMeasurable where the data end before.
    """
    row = int(np.searchsorted(of.dates, np.datetime64(on)))
    if row == len(of.dates):
        raise NotMeasurable(f"{of.name} ends on {of.dates[-1]}, before {on}")
    start: dt.date = of.dates[row].item()
    stop = months_later(start, months)
    value = total_return(of, start, stop) - (0.0 if versus is None else total_return(versus, start, stop))
    ends = month_steps(of.dates, months)
    begins = np.flatnonzero((ends >= 0) & (of.dates >= np.datetime64(since or dt.date.min)))
    every = of.values[ends[begins]] / of.values[begins] - 1.0
    if versus is not None:
        every = every - (versus.values[ends[begins]] / versus.values[begins] - 1.0)
    if not len(every):
        raise NotMeasurable(f"{of.name} has no other start to hold {on} against")
    low, high = np.quantile(every, [0.5 - ORDINARY / 2.0, 0.5 + ORDINARY / 2.0])
    span = (of.dates[begins[-1]] - of.dates[begins[0]]).astype(np.int64) / 30.44 / months + 1.0
    return CallOutcome(value, float(low), float(high), float(np.mean(every < value)), float(span))


def month_steps(dates: Dates, months: int) -> Indices:
    """(R,) for each day the last row at or before the same day that many months later; -1 where the data end first."""
    month = dates.astype("datetime64[M]")
    last = (month + months + 1).astype("datetime64[D]") - 1
    later = np.minimum((month + months).astype("datetime64[D]") + (dates - month.astype("datetime64[D]")), last)
    rows = np.searchsorted(dates, later, side="right") - 1
    return np.where(later <= dates[-1], rows, -1)


def judge_call(found: CallOutcome, view: str) -> Verdict:
    """`holds` beyond the ordinary range on the side of the call, `does not hold` beyond it on the other side.

    Within it, `cannot tell`: a day drawn by lot would have brought as much. So too where the starting days span fewer
    than FEWEST windows that do not overlap.
    """
    if found.apart < FEWEST or found.low <= found.value <= found.high:
        return CANNOT_TELL
    return HOLDS if (found.value > found.high) == (view == "over") else FAILS


def measure_calls(claim: CallsClaim, evidence: Evidence, key: str) -> tuple[ClaimPart, ...]:
    """A part for each call, name and number of months. Verdict: judge_call."""
    versus = None if claim.versus is None else evidence.levels(claim.versus, f"{key}.versus")
    parts = []
    for name in claim.of:
        own = evidence.levels(name, f"{key}.of")
        pair = (own, None) if versus is None else evidence.pair(own, versus, f"{key}.versus")
        for call in claim.calls:
            parts += [_part(name, call, months, pair[0], pair[1], claim.from_) for months in call.months]
    return tuple(parts)


def _part(name: str, call: Call, months: int, of: Levels, versus: Levels | None, since: dt.date | None) -> ClaimPart:
    what = f"{call.house} {call.on}, {call.view} in {name}, after {months} month{'s' * (months != 1)}"
    try:
        found = outcome(of, versus, call.on, months, since)
    except NotMeasurable as why:
        return unmeasured(what, str(why))
    right = (found.value > 0.0) == (call.view == "over")
    # A call says which way. Beyond which bound it is more than luck is the smallest that could have been seen.
    claimed: Ends = (0.0, np.inf) if call.view == "over" else (-np.inf, 0.0)
    way = f"went the {'called' if right else 'other'} way; more than from {found.below:.0%} of all starting days"
    note = f"{way}, of which 95% lie in the interval"
    return ClaimPart(
        what, judge_call(found, call.view), found.value, claimed, low=found.low, high=found.high,
        smallest=found.high if call.view == "over" else found.low, observations=1, note=note,
        details={"below": found.below, "right": right},
    )  # fmt: skip
