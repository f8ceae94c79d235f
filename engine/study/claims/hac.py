"""Means and slopes of dependent observations, with Newey and West's standard error."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from engine.market.table import Vector
from engine.measure.inference import newey_west_variance
from engine.study.events.statistic import student_quantile


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure and its standard error, with the degrees of freedom of its Student t (None: normal).

    NaN where it is not defined.
    """

    value: float
    error: float
    df: float | None = None

    def interval(self, level: float = 0.95) -> tuple[float, float]:
        """Both ends; NaN without an error, or without degrees of freedom."""
        if not math.isfinite(self.error) or (self.df is not None and self.df <= 0.0):
            return math.nan, math.nan
        reach = student_quantile(0.5 + level / 2.0, self.df) * self.error
        return self.value - reach, self.value + reach


UNDEFINED = Estimate(math.nan, math.nan)


def slope(x: Vector, y: Vector, lags: int, df: float | None = None) -> Estimate:
    """Least squares of y (n,) on x (n,) with an intercept; the error is HAC with that many lags, over n.

    The slope's influence of one observation is (x - mean) u / var(x), of which the long-run variance is taken.
    UNDEFINED below three observations, or where x does not vary.
    """
    around = x - x.mean() if len(x) else x
    spread = float(around @ around) / max(len(x), 1)
    if len(x) < 3 or spread <= 1e-300:
        return UNDEFINED
    value = float(around @ y) / (spread * len(x))
    residuals = y - y.mean() - value * around
    return Estimate(value, _error(around * residuals / spread, lags), df)


def mean_of(chosen: Vector, y: Vector, lags: int, df: float | None = None) -> Estimate:
    """Mean of y (n,) over the chosen (n,) of 0 and 1; the error is HAC over all n, so that time keeps its order."""
    share = float(chosen.mean()) if len(chosen) else 0.0
    if share == 0.0:
        return UNDEFINED
    value = float(chosen @ y) / (share * len(y))
    return Estimate(value, _error(chosen * (y - value) / share, lags), df)


def difference_of(chosen: Vector, y: Vector, lags: int, df: float | None = None) -> Estimate:
    """Mean of y over the chosen less its mean over the others: the slope on a variable of 0 and 1."""
    return slope(chosen, y, lags, df)


def lags_of(n: int) -> int:
    """floor(4 (n / 100)^(2/9)), Newey and West (1994)."""
    return int(4.0 * math.pow(n / 100.0, 2.0 / 9.0))


def _error(influence: Vector, lags: int) -> float:
    return math.sqrt(newey_west_variance(np.ascontiguousarray(influence), lags) / len(influence))
