"""A price of zero: an asset that is worth nothing any more. It is the last price that the asset has."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.market.table import Matrix, Vector


def until_worthless(prices: Matrix) -> Matrix:
    """Prices (R, C) without what follows the first zero of a column; the same array where none is zero."""
    zero = prices == 0.0
    if not zero.any():
        return prices
    gone = np.logical_or.accumulate(zero, axis=0)
    return np.where(np.vstack([np.zeros_like(gone[:1]), gone[:-1]]), np.nan, prices)


def passing_zeros(prices: Vector) -> NDArray[np.bool_]:
    """(R,) the zeros of one asset that a price above zero follows: nothing comes back from zero, data are missing."""
    later: NDArray[np.bool_] = np.logical_or.accumulate((prices > 0.0)[::-1])[::-1]
    return np.asarray((prices == 0.0) & later)
