"""Measures that estimate: beta and capture, catching up after a gap, the return in a regime. Each has an interval."""

from __future__ import annotations

import datetime as dt
import math

import numpy as np

from engine.config.claim_kinds import CaptureClaim, CatchUpClaim, Condition, RegimeClaim
from engine.config.claimed import ends
from engine.market.table import Dates, Indices, Vector
from engine.signals import catch_up_gap
from engine.study.claims.evidence import Evidence
from engine.study.claims.facts import each_of
from engine.study.claims.hac import UNDEFINED, Estimate, difference_of, lags_of, mean_of, slope
from engine.study.claims.levels import Levels, NotMeasurable, aligned, month_ends
from engine.study.claims.overlap import overlapping_slope
from engine.study.claims.parts import FRACTION, RATIO, ClaimPart
from engine.study.claims.verdicts import CANNOT_TELL, FEWEST, Ends, judge_estimate, smallest_seen


def estimated(
    what: str, found: Estimate, claimed: Ends, observations: float, *, unit: str = FRACTION, note: str = ""
) -> ClaimPart:
    """An estimate as a part. observations: the independent ones, by which it is judged whether there are enough."""
    low, high = found.interval()
    verdict = judge_estimate(low, high, claimed, observations)
    few = "" if observations >= FEWEST else f"too few to tell: {observations:.0f} independent, it takes {FEWEST}"
    return ClaimPart(
        what, verdict, _or_none(found.value), claimed, unit, _or_none(low), _or_none(high),
        smallest_seen(found.error, found.df) if verdict == CANNOT_TELL else None,
        int(observations), "; ".join(filter(None, (note, few))),
    )  # fmt: skip


def capture(own: Vector, market: Vector, worst: float) -> Estimate:
    """mean(own) / mean(market) over the worst months of the market (n,), those a part `worst` of all has, at least one.

    The error is that of a ratio of means by the delta method: sd(own - ratio market) / sqrt(k) / |mean(market)|,
    Student t with k - 1. UNDEFINED below two such months, or where the market's mean there is not below zero.
    """
    count = max(int(worst * len(market)), 1)
    rows = np.argsort(market, kind="stable")[:count]
    low = float(market[rows].mean())
    if count < 2 or low >= 0.0:
        return UNDEFINED
    ratio = float(own[rows].mean()) / low
    spread = float(np.std(own[rows] - ratio * market[rows], ddof=1))
    return Estimate(ratio, spread / np.sqrt(count) / -low, count - 1)


def measure_capture(claim: CaptureClaim, evidence: Evidence, key: str) -> tuple[ClaimPart, ...]:
    """Beta of monthly returns (HAC) and capture in the market's worst months, both beside what was claimed."""
    market = evidence.levels(claim.versus, f"{key}.versus")
    wanted = ends(claim.claimed)

    def parts(name: str) -> tuple[ClaimPart, ...]:
        own, other = evidence.pair(evidence.levels(name, f"{key}.of"), market, key)
        mine, theirs = (_monthly(one, claim.from_, claim.to or claim.as_of) for one in (own, other))
        n = len(mine)
        found = slope(theirs, mine, lags_of(n), n - 2)
        worst = capture(mine, theirs, claim.worst)
        count = max(int(claim.worst * n), 1)
        return (
            estimated(f"{name} beta", found, wanted, n, unit=RATIO, note=f"{n} months"),
            estimated(f"{name} capture", worst, wanted, count, unit=RATIO, note=f"the worst {count} of {n} months"),
        )

    return each_of(claim.of, parts)


def gaps_and_steps(lagging: Vector, drivers: tuple[Vector, ...], rows: Indices, **how: int) -> tuple[Vector, Vector]:
    """(m,) the gap on each of the rows of daily levels, and (m - 1,) the relative log return from row to row.

    rows (m,): sessions that end months. The relative return is the laggard's less that of its first driver. The gap is
    `engine.signals.catch_up_gap` with what was known by then; NaN where that is too little.
    """
    gaps = [catch_up_gap(lagging[: row + 1], [one[: row + 1] for one in drivers], **how) for row in rows]
    return np.array(gaps), np.diff((np.log(lagging) - np.log(drivers[0]))[rows])


def measure_catch_up(claim: CatchUpClaim, evidence: Evidence, key: str) -> tuple[ClaimPart, ...]:
    """What a gap of one deviation adds to the relative return of the months after it, up to the split and after it.

    Month ends; `overlapping_slope`. Judged by the windows that do not overlap.
    """
    versus = evidence.levels(claim.versus, f"{key}.versus")
    market = () if claim.market is None else (evidence.levels(claim.market, f"{key}.market"),)

    def parts(name: str) -> tuple[ClaimPart, ...]:
        laggard = evidence.levels(name, f"{key}.of")
        evidence.pair(laggard, versus, f"{key}.versus")
        series = aligned(laggard, versus, *market)
        own = series[0].between(None, claim.to or claim.as_of)
        days = month_ends(own).dates
        rows = np.searchsorted(own.dates, days)
        levels = tuple(one.values[: len(own.dates)] for one in series)
        gaps, steps = gaps_and_steps(
            levels[0],
            levels[1:],
            rows,
            lookback=claim.lookback,
            gap_sessions=claim.gap_sessions,
            beta_sessions=claim.beta_sessions,
        )
        usable = np.isfinite(gaps) & (days >= np.datetime64(claim.from_ or dt.date.min))
        if not usable.any():
            raise NotMeasurable(f"{name} has no month with {claim.lookback} sessions before it")
        first = int(usable.argmax())
        return tuple(
            _catch_up(f"{name} {words}".strip(), gaps[start:stop], steps[start : stop - 1], claim)
            for words, start, stop in _spans(claim.split, days, first)
        )

    return each_of(claim.of, parts)


def _catch_up(what: str, gaps: Vector, steps: Vector, claim: CatchUpClaim) -> ClaimPart:
    """gaps (m,): by month. steps (m - 1,): the last `ahead_months` gaps have nothing whole after them."""
    ahead, count = claim.ahead_months, max(len(gaps) - claim.ahead_months, 0)
    apart = count / ahead
    found = overlapping_slope(gaps[:count], steps, ahead, math.ceil(claim.gap_sessions / 21))
    note = f"per deviation of the gap, {count} months, {apart:.0f} windows that do not overlap"
    return estimated(what, found, ends(claim.claimed), apart, note=note)


def _spans(split: dt.date | None, days: Dates, first: int) -> list[tuple[str, int, int]]:
    """What ends up to the split, and what begins after it, as rows; what lies across it belongs to neither."""
    if split is None:
        return [("", first, len(days))]
    at = max(int(np.searchsorted(days, np.datetime64(split), side="right")), first)
    return [(f"to {split}", first, at), (f"after {split}", at, len(days))]


def measure_regime(claim: RegimeClaim, evidence: Evidence, key: str) -> tuple[ClaimPart, ...]:
    """Mean monthly return over `versus` in the months in which all conditions hold, and less that of the others (HAC).

    Conditions are of the same month: it describes, and nobody could have traded on it. Judged by how many spells there
    were: months in a row are one.
    """
    versus = evidence.levels(claim.versus, f"{key}.versus")
    held = [_months_of(one, evidence, f"{key}.when.{i}") for i, one in enumerate(claim.when)]
    wanted = ends(claim.claimed)

    def parts(name: str) -> tuple[ClaimPart, ...]:
        own, other = evidence.pair(evidence.levels(name, f"{key}.of"), versus, key)
        last = claim.to or claim.as_of
        months = month_ends(own.between(claim.from_, last)).dates.astype("datetime64[M]")[1:]
        relative = _monthly(own, claim.from_, last) - _monthly(other, claim.from_, last)
        known = np.all([np.isin(months, list(one)) for one in held], axis=0)
        if not known.any():
            raise NotMeasurable(f"{name} has no month in which the conditions are known")
        in_it = np.all([[one.get(month, False) for month in months] for one in held], axis=0)[known].astype(float)
        relative = relative[known]
        spells = int(in_it[0]) + int(np.sum(np.diff(in_it) > 0))
        n, count = len(relative), int(in_it.sum())
        note = f"{count} of {n} months, in {spells} spells"
        lags = lags_of(n)
        return (
            estimated(f"{name} in the regime", mean_of(in_it, relative, lags, spells - 1), wanted, spells, note=note),
            estimated(f"{name} less other months", difference_of(in_it, relative, lags, spells - 1), wanted,
                      min(spells, n - count), note=note),
        )  # fmt: skip

    return each_of(claim.of, parts)


def _months_of(condition: Condition, evidence: Evidence, key: str) -> dict[np.datetime64, bool]:
    """By month, whether a condition held; months of which it cannot be said are left out."""
    series = evidence.levels(condition.series, f"{key}.series")
    if condition.versus is not None:
        series, other = aligned(series, evidence.levels(condition.versus, f"{key}.versus"))
        series = Levels(series.name, series.dates, series.values / other.values, "", series.returns)
    ended = month_ends(series)
    value = dict(zip(ended.dates.astype("datetime64[M]"), ended.values, strict=True))
    if condition.as_ == "yearly_change":
        value = {month: now / value[month - 12] - 1.0 for month, now in value.items() if month - 12 in value}
    change = {
        month: now - value[month - condition.over_months]
        for month, now in value.items()
        if month - condition.over_months in value
    }
    match condition.change:
        case "falling":
            return {month: bool(one < 0.0) for month, one in change.items()}
        case "rising":
            return {month: bool(one > 0.0) for month, one in change.items()}
    within = condition.within or 0.0
    return {month: bool(abs(one) <= within) for month, one in change.items()}


def _monthly(levels: Levels, first: dt.date | None, last: dt.date | None) -> Vector:
    """(n,) simple returns from month end to month end inside the window."""
    ended = month_ends(levels.between(first, last)).values
    if len(ended) < 2:
        raise NotMeasurable(f"{levels.name} has fewer than two whole months")
    returns: Vector = ended[1:] / ended[:-1] - 1.0
    return returns


def _or_none(value: float) -> float | None:
    return value if np.isfinite(value) else None
