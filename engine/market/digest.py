"""Digests: a hash of every series, so that a result knows what it stood on."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.market.levels import BLOCK, given_in
from engine.market.table import Dates, Matrix, Vector


def column_digest(dates: Dates, values: Vector) -> str:
    """A hash of one column: its ISO days and its numbers, whatever library or machine read them.

    Rows without a value are left out, so that a wider file gives the same digest.
    """
    return column_digests(dates, values[:, None])[0]


def column_digests(dates: Dates, matrix: Matrix) -> list[str]:
    """The `column_digest` of each column of a matrix (R, C)."""
    days = np.ascontiguousarray(dates.astype("datetime64[D]").astype("<i8", copy=False))
    begun: dict[tuple[int, int], Any] = {}
    found = []
    narrow = np.empty((min(matrix.shape[1], BLOCK), len(matrix)), dtype="<f8")
    for start in range(0, matrix.shape[1], BLOCK):
        block = narrow[: matrix.shape[1] - start]
        block[:] = matrix[:, start : start + BLOCK].T
        for values, given in zip(block, given_in(block), strict=True):
            found.append(_digest(days, values, given, begun))
    return found


def _digest(
    days: NDArray[np.int64], values: Vector, given: NDArray[np.bool_], begun: dict[tuple[int, int], Any]
) -> str:
    """sha256 over days and then numbers of the rows with a value. begun: the same over the days alone, by life."""
    count = int(np.count_nonzero(given))
    first = int(given.argmax()) if count else 0
    if given[first : first + count].all():
        # Most columns have no gap from their first day to their last, and many share these days.
        life = (first, first + count)
        if life not in begun:
            begun[life] = hashlib.sha256(days[slice(*life)].data)
        digest, numbers = begun[life].copy(), values[slice(*life)]
    else:
        digest, numbers = hashlib.sha256(days[given].data), values[given]
    digest.update(numbers.data)
    return str(digest.hexdigest())
