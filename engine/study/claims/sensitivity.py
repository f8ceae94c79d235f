"""Sensitivity: a claim measured again, with its window moved and in the other ways that it names."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from engine.config.claim_kinds import CallsClaim, ShocksClaim
from engine.config.claims import Claim, alternatives_of
from engine.errors import ConfigError
from engine.market.calendar import STALE_DAYS
from engine.study.claims.evidence import Evidence
from engine.study.claims.kinds import measure
from engine.study.claims.levels import NotMeasurable
from engine.study.claims.parts import ClaimPart, verdict_of
from engine.study.claims.verdicts import NOT_MEASURABLE, Verdict

#: By so many sessions the end of a window is moved: a week and a month, either way.
SHIFTS = (-21, -5, 5, 21)
#: Kinds whose window has an end to move; shocks have that of the event study. A record is set on its day, a forecast
#: names its own.
WITH_END = ("return", "range", "capture", "catch_up", "regime")


@dataclass(frozen=True, slots=True)
class Variation:
    """One other way to measure a claim. chosen: an alternative of the file's; else a shift of its days."""

    name: str
    chosen: bool
    parts: tuple[ClaimPart, ...]

    @property
    def verdict(self) -> Verdict:
        """Of all its parts."""
        return verdict_of(self.parts)


def variations(claim: Claim, evidence: Evidence, key: str) -> Iterator[Variation]:
    """Every alternative, then every shift that the data allow."""
    for name, other in alternatives_of(claim).items():
        yield Variation(name, True, measure(other, evidence, f"{key}.alternatives.{name}"))
    for sessions in SHIFTS:
        parts = _shifted_parts(claim, evidence, key, sessions)
        what = "begun" if isinstance(claim, CallsClaim) else "ended"
        varied = Variation(f"{what} {abs(sessions)} sessions {'later' if sessions > 0 else 'earlier'}", False, parts)
        if parts and varied.verdict != NOT_MEASURABLE:
            yield varied


def differing(verdict: Verdict, others: tuple[Variation, ...]) -> tuple[Variation, ...]:
    """Those that come to another verdict; one that cannot be measured says nothing against the claim's own."""
    return tuple(one for one in others if one.verdict not in (verdict, NOT_MEASURABLE))


def _shifted_parts(claim: Claim, evidence: Evidence, key: str, sessions: int) -> tuple[ClaimPart, ...]:
    """The claim measured so many sessions later or earlier; empty where the data do not allow it."""
    if isinstance(claim, ShocksClaim):
        other = _ended(claim, evidence, sessions)
        return () if other is None else measure(claim, other, key)
    shifted = _shifted(claim, evidence, key, sessions)
    return () if shifted is None else measure(shifted, evidence, key)


def _ended(claim: ShocksClaim, evidence: Evidence, sessions: int) -> Evidence | None:
    """The evidence with the end of its event study moved along the study's own sessions; None beyond the data."""
    try:
        panel = evidence.shocks(claim).panel
        end: dt.date = evidence.config.to or panel.sessions[-1].item()
        of = evidence.levels(evidence.shocks(claim).study.of[0], "event_study.of")
    except NotMeasurable:
        return None
    day = of.moved(end, sessions)
    if day is None or (evidence.config.from_ is not None and day <= evidence.config.from_):
        return None
    moved = replace(evidence, config=evidence.config.model_copy(update={"to": day}))
    try:
        moved.shocks(claim)
    except ConfigError as error:
        if all(fault.key == "to" for fault in error.faults):
            return None  # something else that the study reads ends before
        raise
    return moved


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
