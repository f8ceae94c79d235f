"""Intervals by stationary bootstrap (Politis and Romano 1994): of active return, Sharpe ratio and deepest drawdown.

arch draws the sessions; it takes a second to import, so it is asked for with `--full` only. The mean block is Politis
and White's (2004, corrected 2009), of the series that the figure is about.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from engine.market.table import Matrix, Vector
from engine.measure.inference import Interval
from engine.measure.track import ZERO

REPETITIONS = 2000
SEED = 20260101


class OwnIntervals(NamedTuple):
    """Intervals of the annual Sharpe ratio and of the deepest drawdown (below zero)."""

    sharpe: Interval
    drawdown: Interval


def active_return_bootstrap(
    own: Vector, other: Vector, per_year: float, *, level: float = 0.95, repetitions: int = REPETITIONS
) -> Interval | None:
    """Percentile interval of the difference of CAGRs of two (n,) series of simple returns, drawn together.

    None without the extra `stats`, or where the two are the same.
    """
    if np.ptp(own - other) == 0.0:
        return None

    def difference(drawn: Matrix) -> Vector:
        growth = np.expm1(per_year * drawn.mean(axis=0))
        return np.array([growth[0] - growth[1]])

    drawn = _drawn(np.log1p(np.column_stack([own, other])), own - other, difference, repetitions)
    return None if drawn is None else _interval(drawn[:, 0], level)


def own_bootstrap(
    returns: Vector, cash: Vector, per_year: float, *, level: float = 0.95, repetitions: int = REPETITIONS
) -> OwnIntervals | None:
    """Percentile intervals for (n,) simple returns of a portfolio and of cash, drawn together.

    The drawdown's is of the histories that the same sessions would make in another order: it is not centred on the
    drawdown that was, and calibration shows what it covers. None without the extra `stats`, or where nothing moves.
    """
    if np.std(returns - cash) <= ZERO:
        return None

    def figures(drawn: Matrix) -> Vector:
        excess = drawn[:, 0] - drawn[:, 1]
        deviation = excess.std(ddof=1)
        path = np.cumprod(1.0 + drawn[:, 0])
        deepest = (path / np.maximum(np.maximum.accumulate(path), 1.0) - 1.0).min()
        return np.array([excess.mean() / deviation * per_year**0.5 if deviation > ZERO else 0.0, min(deepest, 0.0)])

    drawn = _drawn(np.column_stack([returns, cash]), returns - cash, figures, repetitions)
    return None if drawn is None else OwnIntervals(_interval(drawn[:, 0], level), _interval(drawn[:, 1], level))


def _drawn(rows: Matrix, about: Vector, figures: Callable[[Matrix], Vector], repetitions: int) -> Matrix | None:
    """(repetitions, k) figures of resampled rows; None without arch."""
    try:
        from arch.bootstrap import StationaryBootstrap, optimal_block_length
    except ImportError:
        return None
    block = float(optimal_block_length(about)["stationary"].iloc[0])
    length = max(round(block), 1) if np.isfinite(block) else 1
    drawn: Matrix = StationaryBootstrap(length, rows, seed=SEED).apply(figures, repetitions)
    return drawn


def _interval(drawn: Vector, level: float) -> Interval:
    tail = 50.0 * (1.0 - level)
    low, high = np.percentile(drawn, [tail, 100.0 - tail])
    return Interval(float(low), float(high), float(drawn.std(ddof=1)), level)
