"""How unusual a value is among the last ones: in standard deviations, or by how many of them it tops."""

from __future__ import annotations

import math

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from engine.signals.counts import refuse_fewer
from engine.signals.score import Levels


def z_score(values: NDArray[np.float64], window: int) -> float:
    """Today's value, less the mean of the last `window` values, over their standard deviation (ddof 1).

    NaN where there are fewer values, or they do not vary. Raises ValueError for a window below 2.
    """
    refuse_fewer(2, window=window)
    last = values[-window:]
    if len(last) < window:
        return math.nan
    deviation = float(last.std(ddof=1))
    return float((last[-1] - last.mean()) / deviation) if deviation > 0.0 else math.nan


def percentile(values: NDArray[np.float64], window: int) -> float:
    """The share of the last `window` values, today's among them, that are below today's; equal ones count half.

    Between 0 and 1, both out of reach. NaN where there are fewer values, or one of them is NaN. Raises ValueError for a
    window below 1.
    """
    refuse_fewer(1, window=window)
    last = values[-window:]
    if len(last) < window or np.isnan(last).any():
        return math.nan
    return float(((last < last[-1]).sum() + 0.5 * (last == last[-1]).sum()) / window)


def volatilities(levels: Levels, lookback: int) -> NDArray[np.float64]:
    """(t+1-lookback,) standard deviation (ddof 1) of the last `lookback` daily log returns, on each session so far.

    Not annualised. Empty where there are not that many sessions; NaN where a level in the window is. Raises ValueError
    for a lookback below 2.
    """
    refuse_fewer(2, lookback=lookback)
    returns = np.diff(np.log(levels))
    if len(returns) < lookback:
        return np.empty(0)
    windows: NDArray[np.float64] = sliding_window_view(returns, lookback)
    deviations: NDArray[np.float64] = windows.std(axis=1, ddof=1)
    return deviations
