"""Signals: functions of the past, from levels to one number.

Levels are (t+1,) arrays whose last element is today. A signal that the past cannot serve yet is NaN; the engine
then names the first day that can. Nothing here looks at anything but its arguments.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Levels = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Score:
    """A score with something to add.

    may_enter: False where it may keep a stance but not open one. sessions_ago: for `impulse`, how many sessions
    before today the shock became known.
    """

    value: float
    may_enter: bool = True
    sessions_ago: int = 0


def momentum(levels: Levels, lookback: int, skip: int = 0) -> float:
    """Simple return from `lookback` sessions ago to `skip` sessions ago: 12-1 momentum is (252, 21).

    NaN where there are not that many sessions. Jegadeesh and Titman (1993).
    """
    if len(levels) <= lookback:
        return math.nan
    return float(levels[-1 - skip] / levels[-1 - lookback] - 1.0)


def catch_up_gap(lagging: Levels, drivers: tuple[Levels, ...], *, lookback: int, gap_sessions: int) -> float:
    """By how many standard deviations the laggard has fallen behind what its drivers imply; positive: it lags.

    Betas come from least squares with intercept of the laggard's daily log returns on the drivers' over the last
    `lookback` sessions. The gap is the sum of beta times each driver's log return over `gap_sessions`, less the
    laggard's own; the intercept is not taken off (with one window for both, the gap would be zero identically). The
    standard deviation is the residuals' (lookback - drivers - 1 degrees of freedom) times the root of `gap_sessions`.
    NaN where there is too little past, or no residual at all.
    """
    needed = max(lookback, gap_sessions) + 1
    if min(len(lagging), *(len(driver) for driver in drivers)) < needed:
        return math.nan
    logs = np.log(np.column_stack([lagging[-needed:], *(driver[-needed:] for driver in drivers)]))
    if not np.isfinite(logs).all():
        return math.nan
    returns = np.diff(logs[-lookback - 1 :], axis=0)
    own = returns[:, 0]
    design = np.column_stack([np.ones(lookback), returns[:, 1:]])
    betas, *_ = np.linalg.lstsq(design, own, rcond=None)
    residuals = own - design @ betas
    deviation = math.sqrt(float(residuals @ residuals) / (lookback - design.shape[1]))
    if deviation == 0.0:
        return math.nan
    moves = logs[-1] - logs[-1 - gap_sessions]
    gap = float(betas[1:] @ moves[1:] - moves[0])
    return gap / (deviation * math.sqrt(gap_sessions))


def relative_momentum(one: Levels, other: Levels, lookback: int) -> NDArray[np.float64]:
    """(t+1-lookback,) log return of `one` over that of `other` across `lookback` sessions, on each session so far.

    Empty where there are not that many sessions.
    """
    ratio = np.log(one) - np.log(other)
    return ratio[lookback:] - ratio[:-lookback] if len(ratio) > lookback else np.empty(0)


def z_score(values: NDArray[np.float64], window: int) -> float:
    """Today's value, less the mean of the last `window` values, over their standard deviation (ddof 1).

    NaN where there are fewer values, or they do not vary.
    """
    last = values[-window:]
    if len(last) < window or window < 2:
        return math.nan
    deviation = float(last.std(ddof=1))
    return float((last[-1] - last.mean()) / deviation) if deviation > 0.0 else math.nan
