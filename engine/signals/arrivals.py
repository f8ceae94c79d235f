"""Arrivals: on which session each value of a watched series became known."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from engine.market.past import Past


def known_so_far(past: Past, series: str) -> float:
    """How many values of a watched series are known today."""
    return float(len(past.series(series)))


def known_at(past: Past, series: str) -> NDArray[np.int64]:
    """(k,) the session on which each known value of a watched series became known, oldest first."""
    counts = past.history(known_so_far, series)
    return np.searchsorted(counts, np.arange(1, len(past.series(series)) + 1)).astype(np.int64)
