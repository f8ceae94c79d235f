"""The Score: what a strategy answers when a bare number does not say it all."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]
#: (t+1,) levels of a price or of a sleeve; the last one is today's.
Levels = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Score:
    """A score with something to add.

    may_enter: False where it may keep a stance but not open one. sessions_ago: for `impulse`, how many sessions
    before today the shock became known.
    """

    value: float
    may_enter: bool = True
    sessions_ago: int = 0
