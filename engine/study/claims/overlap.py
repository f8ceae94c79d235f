"""The slope of returns over several periods on what was known before them, where periods overlap and the known lasts.

Two things mislead plain least squares here. Overlapping returns share their errors, and Newey and West's error, too
small in samples like these, rejects 9% to 14% of true nulls at 5%. And a gap is made of the very returns it is held
against, so that its slope is above zero where there is no effect at all. Hodrick's error and a correction of the bias
mend both: a simulation in the tests holds the size near 5%.
"""

from __future__ import annotations

import math

import numpy as np

from engine.market.table import Vector
from engine.study.claims.hac import UNDEFINED, Estimate


def overlapping_slope(x: Vector, steps: Vector, ahead: int, memory: int) -> Estimate:
    """The slope of the sum of the next `ahead` steps on x, free of its bias, with Hodrick's error.

    x (n,): known before the steps from its own place on. steps (n + ahead - 1,): returns of one period each. memory:
    periods over which one step moves x. y_t = steps_t + ... + steps_{t+ahead-1}, b = cov(x, y) / var(x).

    Error: sqrt(sum_s (e_s sum_{j<ahead} (x_{s-j} - mean))^2) / sum_t (x_t - mean)^2, e the steps less their mean:
    Hodrick (1992), 1B, which is right where there is no effect. Student t with n / ahead - 2 degrees of freedom.
    Bias: -(1 / n) sum_{k=1}^{ahead+memory-1} (1 + 2 r_k) cov(x_{t+k}, y_t) / var(x), r_k the autocorrelation of x at
    k: for an x that follows an AR(1), Stambaugh's (1999) -(1 + 3 r) / n times the regression of errors on shocks.
    UNDEFINED below two windows that do not overlap, or where x does not vary.
    """
    n = len(x)
    around = x - x.mean() if n else x
    square = float(around @ around)
    if n < 2 * ahead or square <= 1e-300:
        return UNDEFINED
    y = np.convolve(steps, np.ones(ahead), "valid")
    y = y - y.mean()
    weighed = np.convolve(around, np.ones(ahead)) * (steps - steps.mean())
    bias = 0.0
    for k in range(1, min(ahead + memory, n)):
        lasting = float(around[k:] @ around[:-k]) / square
        bias -= (1.0 + 2.0 * lasting) * float(around[k:] @ y[:-k]) / n / square
    error = math.sqrt(float(weighed @ weighed)) / square
    return Estimate(float(around @ y) / square - bias, error, n / ahead - 2.0)
