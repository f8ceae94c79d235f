"""Shocks: what of an index its own past and the weekday did not foresee."""

from __future__ import annotations

import math

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from engine.signals.score import Vector


def innovations(values: Vector, new: int, *, lags: int = 7, window: int = 1095, season: int = 7) -> Vector:
    """(new,) one-step forecast errors of the last `new` values of log(1 + index), in deviations of the fit's residuals.

    One fit stands for all of them: least squares of the `window` values before them on their `lags` lags and a level
    of each day of the `season`. Each forecast then uses the values up to the day before it. Days of the season are
    told apart by position, so the index needs a value on each calendar day, NaN where it was not published. The
    deviation has window - lags - season degrees of freedom.
    All NaN where there are too few values, one of them is NaN, or they do not vary.
    """
    needed = window + lags + new
    unknown = np.full(new, np.nan)
    if new < 1 or len(values) < needed or window <= lags + season:
        return unknown
    logs = np.log1p(values[-needed:])
    if not np.isfinite(logs).all():
        return unknown
    logs = logs - logs.mean()
    design = np.zeros((window + new, lags + season))
    design[:, :lags] = sliding_window_view(logs[:-1], lags)
    design[np.arange(window + new), lags + np.arange(window + new) % season] = 1.0
    fitted, own = design[:window], logs[lags : lags + window]
    try:
        weights = np.linalg.solve(fitted.T @ fitted, fitted.T @ own)
    except np.linalg.LinAlgError:
        return unknown
    residuals = own - fitted @ weights
    deviation = math.sqrt(float(residuals @ residuals) / (window - lags - season))
    return (logs[lags + window :] - design[window:] @ weights) / deviation if deviation > 0.0 else unknown


def largest_shock(values: Vector, new: int, *, lags: int = 7, window: int = 1095, season: int = 7) -> float:
    """The largest innovation among the last `new` values; NaN where there is none."""
    found = innovations(values, new, lags=lags, window=window, season=season)
    return float(found.max()) if len(found) and np.isfinite(found).all() else math.nan


def weekly_change(values: Vector) -> float:
    """The mean of log(1 + index) over the last seven days, less that over the seven before; NaN for fewer days."""
    if len(values) < 14:
        return math.nan
    logs = np.log1p(values[-14:])
    return float(logs[7:].mean() - logs[:7].mean())


def spaced(positions: NDArray[np.int64], apart: int) -> NDArray[np.int64]:
    """Positions (ascending) without those that follow a kept one by fewer than `apart`: one shock is not two."""
    kept: list[int] = []
    for position in positions:
        if not kept or position - kept[-1] >= apart:
            kept.append(int(position))
    return np.array(kept, dtype=np.int64)
