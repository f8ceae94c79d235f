"""What shocks did, by era: returns as the event study of the same file has them, and betas before and after."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from engine.config.claim_kinds import ShocksClaim
from engine.config.claimed import ends
from engine.errors import ConfigError
from engine.market.table import Indices, Vector
from engine.signals import spaced
from engine.study.claims.estimates import estimated
from engine.study.claims.evidence import Evidence
from engine.study.claims.hac import UNDEFINED, Estimate
from engine.study.claims.parts import FRACTION, RATIO, ClaimPart
from engine.study.claims.verdicts import CANNOT_TELL, FAILS, HOLDS, smallest_seen
from engine.study.events.eras import EraDifference, compare_eras, split_by_era
from engine.study.events.measured import POOLED, eras_of
from engine.study.events.outcome import EventOutcome
from engine.study.events.words import DISAGREE, NOTHING, SIGNIFICANT, judge_effect

#: What is claimed, in the order in which it is told.
ORDER = ("all", "earlier", "later", "difference")

Found = tuple[Estimate, int, str]  # the estimate, the events it is judged by, and how many there were in words


def measure_shocks(claim: ShocksClaim, evidence: Evidence, key: str) -> tuple[ClaimPart, ...]:
    """The mean cumulative abnormal return, or the mean change of beta, beside what is claimed of each era.

    A return whose interval speaks, and of which the study's other tests doubt that there is any, cannot be told.
    """
    outcome, given = evidence.shocks(claim), claim.claimed.given()
    named = titles(outcome)
    parts = []
    for name in claim.of:
        unit = _unit(evidence, outcome, name, f"{key}.of")
        changes = None if claim.figure == "return" else beta_changes(outcome, unit, claim.beta_sessions)
        for era in (era for era in ORDER if era in given):
            what = f"{name} {named[era]}".strip()
            if changes is not None:
                parts.append(_part(what, _of_betas(outcome, *changes, era), given[era], RATIO))
            else:
                part = _part(what, found := _of_returns(outcome, unit, era), given[era], FRACTION)
                parts.append(_doubted(part, found[0], _doubt(outcome, unit, era)))
    return tuple(parts)


def titles(outcome: EventOutcome) -> dict[str, str]:
    """What each era is called."""
    names = [era.name for era in eras_of(outcome.study)]
    earlier, later = names[-2:] if len(names) > 1 else ("", "")
    return {"all": "", "earlier": earlier, "later": later, "difference": f"{later} less {earlier}" if earlier else ""}


def beta_changes(outcome: EventOutcome, unit: str, sessions: int) -> tuple[Indices, Vector]:
    """(E,) day zeros and the beta of the sessions after each, less that of as many before; day zero is in neither.

    To the first factor of the study's `normal`. Events fewer sessions than that after a kept one are left out. One
    window may then be the later one of an event and the earlier one of the next: their changes share an error with
    opposite signs, so that the plain standard error of the mean is too large rather than too small. NaN where a return
    is missing.
    """
    around = outcome.around
    assert around.factors is not None
    market = around.factors[:, 0]
    own = np.mean(around.returns, axis=1) if unit == POOLED else around.returns[:, around.names.index(unit)]
    days = spaced(np.sort(around.placed.days).astype(np.int64), sessions)
    changes = [
        _beta(own[day + 1 : day + 1 + sessions], market[day + 1 : day + 1 + sessions], sessions)
        - _beta(own[max(day - sessions, 0) : day], market[max(day - sessions, 0) : day], sessions)
        for day in days
    ]
    return days, np.array(changes)


def _beta(own: Vector, market: Vector, sessions: int) -> float:
    if len(own) < sessions or not (np.isfinite(own).all() and np.isfinite(market).all()):
        return math.nan
    around = market - market.mean()
    spread = float(around @ around)
    return float(around @ own) / spread if spread > 0.0 else math.nan


def _part(what: str, found: Found, claimed: float | tuple[float, float] | str, unit: str) -> ClaimPart:
    return estimated(what, found[0], ends(claimed), found[1], unit=unit, note=found[2])


def _of_returns(outcome: EventOutcome, unit: str, era: str) -> Found:
    """Mean CAR and its error as the event study has them; of the difference of eras, Welch's."""
    named = titles(outcome)
    if era == "difference":
        counts = [outcome.effect(unit, era=named[one]).events for one in ("earlier", "later")]
        return _difference(outcome.difference(unit).of, counts)
    one = outcome.effect(unit, era=named[era] or None)
    if one.mean_car is None or one.standard_error is None:
        return UNDEFINED, one.events, f"{one.events} events"
    df = None if one.from_forecast else one.events - 1
    return Estimate(one.mean_car, one.standard_error, df), one.events, f"{one.events} events"


def _of_betas(outcome: EventOutcome, days: Indices, changes: Vector, era: str) -> Found:
    """Mean change and its error from the spread between events, Student t; of the difference of eras, Welch's."""
    known = np.isfinite(changes)
    masks = split_by_era(outcome.around.sessions[days], eras_of(outcome.study))
    if era == "difference":
        earlier, later = changes[masks[-2] & known], changes[masks[-1] & known]
        found = compare_eras(earlier, later, draws=outcome.study.permutations, seed=outcome.study.seed)
        return _difference(found, [len(earlier), len(later)])
    own = changes[known] if era == "all" else changes[masks[-1 if era == "later" else -2] & known]
    if len(own) < 2:
        return UNDEFINED, len(own), f"{len(own)} events"
    error = float(own.std(ddof=1)) / math.sqrt(len(own))
    return Estimate(float(own.mean()), error, len(own) - 1), len(own), f"{len(own)} events"


def _difference(found: EraDifference | None, counts: list[int]) -> Found:
    words = f"{counts[1]} events against {counts[0]}"
    if found is None:
        return UNDEFINED, min(counts), words
    return Estimate(found.difference, found.standard_error, found.welch.df), min(counts), words


def _doubt(outcome: EventOutcome, unit: str, era: str) -> str:
    """What the study's own tests say against an effect; empty where they see one, or where there is none to test."""
    if era == "difference":
        found = outcome.difference(unit).of
        seen = found is None or found.permuted_p < SIGNIFICANT
        return "" if seen else "events dealt to the eras at random differ as much"
    words = judge_effect(outcome.effect(unit, era=titles(outcome)[era] or None)).words
    return f"by the event study: {words}" if words in (NOTHING, DISAGREE) else ""


def _doubted(part: ClaimPart, found: Estimate, doubt: str) -> ClaimPart:
    if not doubt or part.verdict not in (HOLDS, FAILS):
        return part
    smallest = smallest_seen(found.error, found.df)
    return replace(part, verdict=CANNOT_TELL, smallest=smallest, note=f"{part.note}; {doubt}")


def _unit(evidence: Evidence, outcome: EventOutcome, name: str, key: str) -> str:
    units = outcome.around.names
    if name in units or (name == POOLED and len(units) > 1):
        return name
    if outcome.study.of == (name,):
        return POOLED if len(units) > 1 else units[0]
    found = f"`{name}`, which the event study does not measure"
    known = ", ".join([*units, *([POOLED] if len(units) > 1 else [])])
    raise ConfigError(evidence.config.fault(key, found, f"one of: {known}", "add it to `event_study.of`"))
