"""Measures of what prices did: returns over a window, record highs, bands, forecasts. Facts, which have no error."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import numpy as np

from engine.config.claim_kinds import ForecastClaim, RangeClaim, RecordClaim, ReturnClaim
from engine.config.claimed import ends
from engine.study.claims.evidence import Evidence
from engine.study.claims.levels import Levels, NotMeasurable, months_later
from engine.study.claims.parts import ClaimPart, unmeasured
from engine.study.claims.verdicts import FAILS, HOLDS, IN_PART, NOT_MEASURABLE, Verdict, judge_fact, judge_move

ADJUSTED = "; with distributions reinvested: of the bare price these closes cannot tell"


def total_return(levels: Levels, first: dt.date, last: dt.date) -> float:
    """V(last) / V(first) - 1, each the last value at or before its day. Raises NotMeasurable beyond the data."""
    start, stop = levels.row_at(first), levels.row_at(last)
    if stop <= start:
        raise NotMeasurable(f"{levels.name} has one value from {first} to {last}")
    return float(levels.values[stop] / levels.values[start]) - 1.0


def relative_return(of: Levels, versus: Levels, first: dt.date, last: dt.date, *, points: bool = False) -> float:
    """(1 + r) / (1 + r versus) - 1, the ratio of wealth less one; with `points` the difference r - r versus.

    Both on the same days.
    """
    mine, theirs = total_return(of, first, last), total_return(versus, first, last)
    return mine - theirs if points else (1.0 + mine) / (1.0 + theirs) - 1.0


def measure_return(claim: ReturnClaim, evidence: Evidence, key: str) -> tuple[ClaimPart, ...]:
    """The return of each name over the window, beside the one claimed. Verdict: judge_move."""
    last = claim.to or claim.as_of
    assert last is not None
    first = claim.from_ or months_later(last, -(claim.months or 0))

    def part(name: str) -> ClaimPart:
        claimed = claim.claimed[name] if isinstance(claim.claimed, dict) else claim.claimed
        wanted = ends(claimed, claim.tolerance)
        of = evidence.levels(name, f"{key}.of")
        if claim.versus is None:
            value, note = total_return(of, first, last), _kind_of_return(of)
        else:
            versus = evidence.levels(claim.versus, f"{key}.versus")
            pair = evidence.pair(of, versus, f"{key}.versus")
            value, note = relative_return(*pair, first, last, points=claim.in_ == "points"), _mixed(of, versus)
        return ClaimPart(name, judge_move(value, wanted), value, wanted, note=note, details=_window(first, last))

    return each(claim.of, part)


def measure_record(claim: RecordClaim, evidence: Evidence, key: str) -> tuple[ClaimPart, ...]:
    """Whether the highest close of the window is the highest of all up to its end, and whether its level is right.

    On adjusted closes, in which what was paid out since lowers earlier highs, a record holds in part: that of a holder
    who reinvested. One that fails there fails for the bare price too.
    The level is compared only where the source quotes prices (`returns: price`), and in the unit of the claim: a level
    that fits the quoted unit and not the claimed one does not hold.
    """
    last = claim.to or claim.as_of
    assert last is not None
    first = claim.from_ or last

    def parts(name: str) -> tuple[ClaimPart, ...]:
        quoted = evidence.quoted(name, f"{key}.of")
        since = claim.since.get(name) if isinstance(claim.since, dict) else claim.since
        of = quoted.between(since, last)
        inside = of.dates >= np.datetime64(first)
        if not inside.any():
            raise NotMeasurable(f"{name} has no value from {first} to {last}")
        if inside.all():
            raise NotMeasurable(f"{name} begins on {of.dates[0]}: there is nothing before to be higher than")
        top = int(np.argmax(np.where(inside, of.values, -np.inf)))
        before = float(of.values[~inside].max())
        peak = float(of.values[top])
        adjusted = of.returns == "total"
        higher = ClaimPart(
            f"{name} highest {f'since {since}' if since else 'ever'}",
            FAILS if peak <= before else IN_PART if adjusted else HOLDS,
            peak / before - 1.0,
            (0.0, np.inf),
            note=f"above the highest close before, on {of.dates[top]}" + ADJUSTED * adjusted,
            details={"high": peak, "high_on": str(of.dates[top]), "high_before": before, "unit": of.unit},
        )
        level = _level(claim, name)
        return (higher,) if level is None else (higher, _level_part(name, of, peak, level, claim))

    return each_of(claim.of, parts)


def measure_range(claim: RangeClaim, evidence: Evidence, key: str) -> tuple[ClaimPart, ...]:
    """The share of values that lie in the band. `holds`: all of them; `holds in part`: half or more."""
    middle = claim.claimed if isinstance(claim.claimed, int | float) else 0.0
    low, high = ends(claim.claimed, claim.tolerance * middle)

    def part(name: str) -> ClaimPart:
        of = _quoted_levels(evidence, name, key).between(claim.from_, claim.to or claim.as_of)
        inside = (of.values >= low) & (of.values <= high)
        share = float(inside.mean())
        verdict: Verdict = HOLDS if share == 1.0 else IN_PART if share >= 0.5 else FAILS
        lowest, highest = float(of.values.min()), float(of.values.max())
        span = f"from {lowest:,.6g} to {highest:,.6g} {claim.unit}, {of.dates[0]} to {of.dates[-1]}"
        details = {"lowest": lowest, "highest": highest, "mean": float(of.values.mean()), "band": [low, high]}
        return ClaimPart(f"{name} in the band", verdict, share, (1.0, 1.0), note=span, observations=len(of.values),
                    details=details)  # fmt: skip

    return each(claim.of, part)


def measure_forecast(claim: ForecastClaim, evidence: Evidence, key: str) -> tuple[ClaimPart, ...]:
    """Whether the level was reached by then, and whether the mean of the time it was made for is about that level."""
    made = claim.made or claim.as_of
    assert made is not None

    def parts(name: str) -> tuple[ClaimPart, ...]:
        of = _quoted_levels(evidence, name, key)
        start = of.row_at(made)
        of.row_at(claim.to)
        until = of.taken(slice(start, None)).between(None, claim.to)
        target = of.between(claim.from_, claim.to)
        base, mean = float(of.values[start]), float(target.values.mean())
        up = claim.claimed >= base
        best = float(until.values[1:].max() if up else until.values[1:].min())
        reached = judge_fact(best, (claim.claimed, np.inf) if up else (-np.inf, claim.claimed))
        allowed = claim.tolerance * claim.claimed
        about = (claim.claimed - allowed, claim.claimed + allowed)
        moved, forecast = mean / base - 1.0, claim.claimed / base - 1.0
        note = f"moved {moved:+.1%} from {base:,.6g}, where {forecast:+.1%} was forecast"
        return (
            ClaimPart(f"{name} reached it by {claim.to}", reached, best, (claim.claimed, np.inf) if up else
                 (-np.inf, claim.claimed), claim.unit),
            ClaimPart(f"{name} from {claim.from_} on", judge_fact(mean, about), mean, about, claim.unit,
                 observations=len(target.values), note=note,
                 details={"base": base, "moved": moved, "forecast": forecast}),
        )  # fmt: skip

    return each_of(claim.of, parts)


def _quoted_levels(evidence: Evidence, name: str, key: str) -> Levels:
    """The levels of a series as they were quoted; on adjusted closes a level is not measurable."""
    of = evidence.quoted(name, f"{key}.of")
    if of.returns == "total":
        raise NotMeasurable(f"{name} is adjusted for what was paid out: its levels were never quoted")
    return of


def each(names: tuple[str, ...], part: Callable[[str], ClaimPart]) -> tuple[ClaimPart, ...]:
    """A part for each name; `not measurable` with its reason where its series does not serve."""
    return each_of(names, lambda name: (part(name),))


def each_of(names: tuple[str, ...], parts: Callable[[str], tuple[ClaimPart, ...]]) -> tuple[ClaimPart, ...]:
    """The parts of each name, in turn."""
    found: list[ClaimPart] = []
    for name in names:
        try:
            found += parts(name)
        except NotMeasurable as why:
            found.append(unmeasured(name, str(why)))
    return tuple(found)


def _level(claim: RecordClaim, name: str) -> float | None:
    return claim.claimed.get(name) if isinstance(claim.claimed, dict) else claim.claimed


def _level_part(name: str, of: Levels, peak: float, level: float, claim: RecordClaim) -> ClaimPart:
    what = f"{name} at {level:,.6g} {claim.unit}"
    allowed = claim.tolerance * level
    wanted = (level - allowed, level + allowed)
    if of.returns == "total":
        why = "adjusted closes: distributions paid since have lowered them, so they are no price that was paid"
        return ClaimPart(what, NOT_MEASURABLE, claimed=wanted, unit=claim.unit, note=why)
    if of.unit and of.unit != claim.unit:
        fits = judge_fact(peak, wanted) == HOLDS
        note = f"quoted in {of.unit}, not in {claim.unit}" + (f": the figure fits {of.unit}" if fits else "")
        return ClaimPart(what, FAILS, peak, wanted, of.unit, note=note, claimed_unit=claim.unit)
    return ClaimPart(what, judge_fact(peak, wanted), peak, wanted, claim.unit, note="by the close, not the day's high")


def _kind_of_return(of: Levels) -> str:
    return {"total": "total return", "price": "price only, without distributions", "values": "change of the value"}[
        of.returns
    ]


def _mixed(of: Levels, versus: Levels) -> str:
    if of.returns == versus.returns:
        return _kind_of_return(of)
    return f"{of.name}: {_kind_of_return(of)}; {versus.name}: {_kind_of_return(versus)}"


def _window(first: dt.date, last: dt.date) -> dict[str, str]:
    return {"from": str(first), "to": str(last)}
