"""What `--full` adds to a run: all phases of its schedule, and a bootstrap of its active return."""

from __future__ import annotations

import numpy as np

from engine.market.table import Matrix
from engine.measure.inference import Interval
from engine.measure.track import returns
from engine.result import Measured, Result
from engine.study.phase import active_return_by_phase

REPETITIONS = 2000
SEED = 20260101


def measure_fully(result: Result) -> Measured:
    """Phases and bootstrap of one result."""
    return Measured(active_return_by_phase(result.setting), bootstrap_active_return(result))


def bootstrap_active_return(result: Result, level: float = 0.95) -> Interval | None:
    """Percentile interval of the difference of CAGRs by stationary bootstrap (Politis and Romano 1994).

    Sessions of strategy and reference are drawn together; the mean block is Politis and White's (2004, corrected
    2009) for the active return. None without the extra `stats`, or where strategy and reference are the same.
    """
    try:
        from arch.bootstrap import StationaryBootstrap, optimal_block_length
    except ImportError:
        return None
    own, other = (returns(result.portfolios[name].track) for name in ("strategy", result.reference))
    if np.ptp(own - other) == 0.0:
        return None
    block = float(optimal_block_length(own - other)["stationary"].iloc[0])
    pairs = np.log1p(np.column_stack([own, other]))
    per_year = result.config.sessions_per_year

    def difference(drawn: Matrix) -> Matrix:
        growth = np.expm1(per_year * drawn.mean(axis=0))
        return np.array([growth[0] - growth[1]])

    drawn = StationaryBootstrap(max(round(block), 1), pairs, seed=SEED).apply(difference, REPETITIONS)
    tail = 50.0 * (1.0 - level)
    low, high = np.percentile(drawn, [tail, 100.0 - tail])
    return Interval(float(low), float(high), float(drawn.std(ddof=1)), level)
