"""Sensitivity: a claim measured again, with its window moved and in the other ways that it names."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.config.claim_kinds import CallsClaim
from engine.config.claims import Claim, alternatives_of
from engine.market.calendar import STALE_DAYS
from engine.study.claims.evidence import Evidence
from engine.study.claims.kinds import measure
from engine.study.claims.levels import NotMeasurable
from engine.study.claims.parts import Part, verdict_of
from engine.study.claims.verdicts import NOT_MEASURABLE, Verdict

#: By so many sessions the end of a window is moved: a week and a month, either way.
SHIFTS = (-21, -5, 5, 21)
#: Kinds whose window has an end to move. A record is set on its day, a forecast names its own, an event study its eras.
WITH_END = ("return", "range", "capture", "catch_up", "regime")

Move = Callable[[dt.date], dt.date | None]


@dataclass(frozen=True, slots=True)
class Variation:
    """One other way to measure a claim. chosen: an alternative of the file's; else a shift of its days."""

    name: str
    chosen: bool
    parts: tuple[Part, ...]

    @property
    def verdict(self) -> Verdict:
        """Of all its parts."""
        return verdict_of(self.parts)


def variations(claim: Claim, evidence: Evidence, key: str) -> Iterator[Variation]:
    """Every alternative, then every shift that the data allow."""
    for name, other in alternatives_of(claim).items():
        yield Variation(name, True, measure(other, evidence, f"{key}.alternatives.{name}"))
    for sessions in SHIFTS:
        shifted = _shifted(claim, evidence, key, sessions)
        if shifted is not None:
            what = "begun" if isinstance(claim, CallsClaim) else "ended"
            words = f"{what} {abs(sessions)} sessions {'later' if sessions > 0 else 'earlier'}"
            varied = Variation(words, False, measure(shifted, evidence, key))
            if varied.verdict != NOT_MEASURABLE:
                yield varied


def differing(verdict: Verdict, others: tuple[Variation, ...]) -> tuple[Variation, ...]:
    """Those that come to another verdict; one that cannot be measured says nothing against the claim's own."""
    return tuple(one for one in others if one.verdict not in (verdict, NOT_MEASURABLE))


def _shifted(claim: Claim, evidence: Evidence, key: str, sessions: int) -> Claim | None:
    """The claim with its end, or the days of its calls, moved along the sessions of what it measures first."""
    end: dt.date | None = getattr(claim, "to", None) or claim.as_of
    if not isinstance(claim, CallsClaim) and claim.measure not in WITH_END:
        return None
    try:
        of = evidence.levels(claim.of[0], f"{key}.of")
    except NotMeasurable:
        return None
    if isinstance(claim, CallsClaim):
        days = [of.moved(call.on, sessions) for call in claim.calls]
        moved: list[Any] = [
            call.model_copy(update={"on": day}) for call, day in zip(claim.calls, days, strict=True) if day is not None
        ]
        return claim.model_copy(update={"calls": tuple(moved)}) if len(moved) == len(days) else None
    if end is not None and np.datetime64(end) > of.dates[-1] + np.timedelta64(STALE_DAYS, "D"):
        return None  # the data end before the window does: there is no end to move
    later = None if end is None else of.moved(end, sessions)
    first = getattr(claim, "from_", None)
    if later is None or (first is not None and later <= first):
        return None
    return claim.model_copy(update={"to": later})
