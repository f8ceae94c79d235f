"""A Finding: one kind of trouble with one label of a table, and what counts as trouble."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class Finding:
    """One kind of trouble with one label. first: the first day of it. count: how often. worst: the worst value.

    worst is in the unit of the kind: sessions (gap, stale), a return (move, split), a price (not positive),
    a correlation (agree); NaN where there is none.
    """

    kind: str
    label: str
    first: np.datetime64
    count: int
    worst: float
    words: str


@dataclass(frozen=True, slots=True)
class Tolerances:
    """What counts as trouble. move: absolute return of a session. stale: equal closes in a row. agree: correlation."""

    move: float = 0.25
    stale: int = 6
    agree: float = 0.9999
