"""Pairs of labels that agree too well to be two series."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.market.finding import Finding
from engine.market.table import Matrix, Table

#: Returns that two labels must share before they are compared.
LEAST_SHARED = 60
#: Sessions on which pairs are looked for, and how far the correlation on them may be off.
MOST_COMPARED = 2000
ROUGH = 0.01


def agreeing(table: Table, returns: Matrix, above: float = 0.9999) -> list[Finding]:
    """Pairs of labels whose returns are nearly the same: one series under two names, most often."""
    if len(table.columns) < 2:
        return []
    # A part of the sessions finds the pairs that are worth a look at all of them.
    step = max(1, len(returns) // MOST_COMPARED)
    rough, seen = _correlations(returns[1::step])
    likely = (rough > above - ROUGH) & (seen * step >= LEAST_SHARED)
    found = []
    for i, j in zip(*np.nonzero(np.triu(likely, 1)), strict=True):
        both = ~np.isnan(returns[:, i]) & ~np.isnan(returns[:, j])
        shared = int(both.sum())
        worst = _correlation(returns[both, i], returns[both, j])
        if shared < LEAST_SHARED or worst <= above:
            continue
        label = f"{table.columns[i]} = {table.columns[j]}"
        words = f"returns with a correlation of {worst:.6f} on {shared} sessions"
        found.append(Finding("agree", label, table.dates[both.argmax()], shared, worst, words))
    return found


def _correlation(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    one, other = one - one.mean(), other - other.mean()
    size = float(np.sqrt((one @ one) * (other @ other)))
    return float(one @ other) / size if size > 0.0 else 0.0


def _correlations(returns: Matrix) -> tuple[Matrix, Matrix]:
    """(C, C) correlations of returns on the sessions that each pair shares, and the number of those."""
    given = ~np.isnan(returns)
    # Standardised first, so that single precision is enough for four nines.
    mask = given.astype(np.float32)
    counts = np.maximum(given.sum(axis=0), 1)
    filled = np.where(given, returns, 0.0)
    filled -= (filled.sum(axis=0) / counts) * given
    deviation = np.sqrt((filled * filled).sum(axis=0) / counts)
    scaled = (filled / np.where(deviation > 0.0, deviation, 1.0)).astype(np.float32)
    shared = (mask.T @ mask).astype(np.float64)
    n = np.maximum(shared, 1.0)
    sums = (scaled.T @ mask).astype(np.float64)
    squares = ((scaled * scaled).T @ mask).astype(np.float64)
    products = (scaled.T @ scaled).astype(np.float64)
    covariance = products - sums * sums.T / n
    variance = squares - sums * sums / n
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.nan_to_num(covariance / np.sqrt(variance * variance.T), nan=0.0, posinf=0.0, neginf=0.0), shared
