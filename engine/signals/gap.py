"""The gap: how far something trails what drives it, how fast such gaps have closed, and who closed them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.signals.counts import refuse_fewer
from engine.signals.regression import Matrix, least_squares, with_intercept
from engine.signals.score import Levels


def catch_up_gap(
    lagging: Levels, drivers: Sequence[Levels], *, lookback: int, gap_sessions: int, beta_sessions: int = 1
) -> float:
    """By how many standard deviations the laggard has fallen behind what its drivers imply; positive: it lags.

    Betas come from least squares with intercept of the laggard's daily log returns on the drivers' over the last
    `lookback` sessions. The gap is the sum of beta times each driver's log return over `gap_sessions`, less the
    laggard's own; the intercept is not taken off (with one window for both, the gap would be zero identically). The
    standard deviation is the residuals' (lookback - drivers - 1 degrees of freedom) times the root of `gap_sessions`.
    Betas of daily returns see only what the laggard does on the same day: of a part that always comes late they know
    nothing, and neither does the gap. With `beta_sessions` they are those of the overlapping returns over so many
    sessions in the same window; residuals are then those of daily returns at these betas, about their mean.
    NaN where there is too little past, or no residual at all. Raises ValueError for a count below 1.
    """
    refuse_fewer(1, lookback=lookback, gap_sessions=gap_sessions, beta_sessions=beta_sessions)
    needed = max(lookback, gap_sessions) + 1
    too_few = lookback - beta_sessions <= len(drivers)
    if too_few or min(len(lagging), *(len(driver) for driver in drivers)) < needed:
        return math.nan
    logs = np.log(np.array([lagging[-needed:], *[driver[-needed:] for driver in drivers]]))
    flat = logs.ravel()
    if not math.isfinite(flat @ flat):
        return math.nan
    window = logs[:, -lookback - 1 :]
    returns = window[:, 1:] - window[:, :-1]
    returns -= ((window[:, -1] - window[:, 0]) / lookback)[:, None]
    betas = least_squares(returns) if beta_sessions == 1 else _slow_betas(window.T, beta_sessions)
    implied = np.array([-1.0, *betas])
    residuals = implied @ returns
    deviation = math.sqrt(float(residuals @ residuals) / (lookback - len(logs)))
    if deviation == 0.0:
        return math.nan
    gap = float(implied @ (logs[:, -1] - logs[:, -1 - gap_sessions]))
    return gap / (deviation * math.sqrt(gap_sessions))


def _slow_betas(logs: Matrix, sessions: int) -> list[float]:
    """(k,) betas of overlapping returns over `sessions`."""
    moves = logs[sessions:] - logs[:-sessions]
    return [*np.linalg.lstsq(with_intercept(moves[:, 1:]), moves[:, 0], rcond=None)[0][1:].tolist()]


@dataclass(frozen=True, slots=True)
class Correction:
    """How a gap between levels has closed in the past.

    gap: in standard deviations, positive where the laggard trails. half_life: sessions in which half of a gap closes;
    infinite where gaps did not close. laggard_share: the part of the closing that the laggard did, the rest was its
    drivers' (below 0 or above 1 where one of them ran away from the other); NaN where gaps did not close.
    """

    gap: float
    half_life: float
    laggard_share: float


def error_correction(lagging: Levels, drivers: Sequence[Levels], *, lookback: int) -> Correction:
    """The gap by error correction, in two steps (Engle and Granger 1987).

    First least squares with intercept of the laggard's log levels on the drivers' over the last `lookback` + 1 levels;
    what it trails by is the gap. Then each one's daily log return on the gap of the day before, with intercept. The
    drivers' returns are weighed by their betas, so that the two speeds add up to the speed at which the gap closes.
    All NaN where there is too little past, a gap in the levels, or no residual at all. Raises ValueError for a
    lookback below 1.
    """
    refuse_fewer(1, lookback=lookback)
    unknown = Correction(math.nan, math.nan, math.nan)
    if min(len(lagging), *(len(driver) for driver in drivers)) <= lookback or lookback <= len(drivers) + 2:
        return unknown
    logs = np.log(np.column_stack([lagging[-lookback - 1 :], *(driver[-lookback - 1 :] for driver in drivers)]))
    if not np.isfinite(logs).all():
        return unknown
    design = with_intercept(logs[:, 1:])
    betas = np.linalg.lstsq(design, logs[:, 0], rcond=None)[0]
    behind = design @ betas - logs[:, 0]
    deviation = math.sqrt(float(behind @ behind) / (len(behind) - design.shape[1]))
    if deviation == 0.0:
        return unknown
    speeds = np.linalg.lstsq(with_intercept(behind[:-1, None]), np.diff(logs, axis=0), rcond=None)[0][1]
    own = float(speeds[0])
    closing = own - float(betas[1:] @ speeds[1:])
    gap = float(behind[-1]) / deviation
    if closing <= 0.0:
        return Correction(gap, math.inf, math.nan)
    half_life = math.log(0.5) / math.log1p(-closing) if closing < 1.0 else 0.0
    return Correction(gap, half_life, own / closing)
