"""Regression: least squares of log returns on log returns, over a trailing window."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from engine.signals.score import Levels

Matrix = NDArray[np.float64]
#: A driver of which others explain all but this part of the variance is nearly made of them.
ALIKE = 1e-3


def log_returns(series: Sequence[Levels], lookback: int) -> Matrix | None:
    """(lookback, n) the last daily log returns of n series; None where one has too few levels, or a gap."""
    if min(len(one) for one in series) <= lookback:
        return None
    logs = np.log(np.column_stack([one[-lookback - 1 :] for one in series]))
    return np.diff(logs, axis=0) if np.isfinite(logs).all() else None


def with_intercept(columns: Matrix) -> Matrix:
    """(n, k+1) a column of ones before the columns."""
    return np.column_stack([np.ones(len(columns)), columns])


def least_squares(apart: Matrix) -> list[float]:
    """(k,) betas of the first of k+1 rows on the others, all as deviations from their means.

    By elimination in the normal equations, which costs a tenth of a decomposition of the rows; where one of the others
    is nearly made of those before it, that would cost digits too, and the rows are decomposed.
    """
    rows = (apart @ apart.T).tolist()[1:]
    variances = [row[i] for i, row in enumerate(rows, start=1)]
    for i, row in enumerate(rows, start=1):
        if not row[i] > ALIKE * variances[i - 1]:
            return [*np.linalg.lstsq(apart[1:].T, apart[0], rcond=None)[0].tolist()]
        for j in range(i, len(rows)):
            share = rows[j][i] / row[i]
            rows[j] = [one - share * other for one, other in zip(rows[j], row, strict=True)]
    betas = [0.0] * len(rows)
    for i in range(len(rows), 0, -1):
        left = rows[i - 1][0]
        for j in range(i, len(rows)):
            left -= rows[i - 1][j + 1] * betas[j]
        betas[i - 1] = left / rows[i - 1][i]
    return betas


def exposures(own: Sequence[Levels], drivers: Sequence[Levels], lookback: int) -> Matrix:
    """(m, k) betas of m series on k drivers: least squares with intercept of `lookback` daily log returns.

    A row is NaN where its series has too little past or a gap; all are where a driver has.
    """
    betas = np.full((len(own), len(drivers)), np.nan)
    explained = log_returns(drivers, lookback)
    returns = {row: found for row, one in enumerate(own) if (found := log_returns((one,), lookback)) is not None}
    if explained is None or not returns or lookback <= len(drivers) + 1:
        return betas
    fitted = np.linalg.lstsq(with_intercept(explained), np.hstack(list(returns.values())), rcond=None)[0]
    betas[list(returns)] = fitted[1:].T
    return betas
