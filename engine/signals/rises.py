"""Momentum: what has risen, by itself, against something else, with its market taken out, or beside what drives it."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from engine.signals.counts import refuse_fewer
from engine.signals.regression import log_returns, with_intercept
from engine.signals.score import Levels


def momentum(levels: Levels, lookback: int, skip: int = 0) -> float:
    """Simple return from `lookback` sessions ago to `skip` sessions ago: 12-1 momentum is (252, 21).

    NaN where there are not that many sessions. Raises ValueError for a lookback below 1 or a skip below 0.
    Jegadeesh and Titman (1993).
    """
    refuse_fewer(1, lookback=lookback)
    refuse_fewer(0, skip=skip)
    if len(levels) <= lookback:
        return math.nan
    return float(levels[-1 - skip] / levels[-1 - lookback] - 1.0)


def relative_momentum(one: Levels, other: Levels, lookback: int) -> NDArray[np.float64]:
    """(t+1-lookback,) log return of `one` over that of `other` across `lookback` sessions, on each session so far.

    Empty where there are not that many sessions. Raises ValueError for a lookback below 1.
    """
    refuse_fewer(1, lookback=lookback)
    ratio = np.log(one) - np.log(other)
    return ratio[lookback:] - ratio[:-lookback] if len(ratio) > lookback else np.empty(0)


def residual_momentum(own: Levels, drivers: Sequence[Levels], *, lookback: int, formation: int, skip: int = 0) -> float:
    """The log return of `own` that its drivers do not explain, from `formation` to `skip` sessions ago, in deviations.

    Residuals come from least squares with intercept on the last `lookback` sessions, so `lookback` has to be longer
    than `formation`, or their sum is zero. Their sum over the formation sessions is divided by their standard
    deviation there (ddof 1) times the root of how many they are. NaN where there is too little past or nothing
    unexplained. Raises ValueError for a lookback below 1 or a skip below 0. Blitz, Huij and Martens (2011).
    """
    refuse_fewer(1, lookback=lookback)
    refuse_fewer(0, skip=skip)
    returns = log_returns((own, *drivers), lookback)
    if returns is None or not 1 < formation - skip <= lookback - skip:
        return math.nan
    design = with_intercept(returns[:, 1:])
    betas = np.linalg.lstsq(design, returns[:, 0], rcond=None)[0]
    residuals = (returns[:, 0] - design @ betas)[lookback - formation : lookback - skip]
    deviation = float(residuals.std(ddof=1))
    return float(residuals.sum()) / (deviation * math.sqrt(len(residuals))) if deviation > 0.0 else math.nan


def hedged(levels: Levels, market: Levels, lookback: int) -> Levels:
    """(k,) what one unit of `levels` has become with its market beta sold short, day by day; the first is 1.

    A session's beta is that of log returns over the `lookback` sessions before it, so nothing is hedged with hindsight.
    It begins `lookback` sessions after both have begun; empty where they have not, NaN after a gap.
    """
    both = np.isfinite(levels) & np.isfinite(market)
    begun = int(np.argmax(both))
    if not both.any() or len(levels) - begun <= lookback + 1:
        return np.empty(0)
    own, other = np.diff(np.log(levels[begun:])), np.diff(np.log(market[begun:]))
    x, y, xy, xx = (_rolling_sum(values, lookback) for values in (other, own, other * own, other * other))
    spread = xx - x * x / lookback
    betas = np.divide(xy - x * y / lookback, spread, out=np.full_like(spread, np.nan), where=spread > 0)
    left = own[lookback:] - betas[:-1] * other[lookback:]
    path: Levels = np.exp(np.concatenate([[0.0], np.cumsum(left)]))
    return path


def _rolling_sum(values: NDArray[np.float64], window: int) -> NDArray[np.float64]:
    """(n+1-window,) sums over each `window` values in a row."""
    total = np.concatenate([[0.0], np.cumsum(values)])
    sums: NDArray[np.float64] = total[window:] - total[:-window]
    return sums
