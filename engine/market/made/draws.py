"""Random numbers of a made market: each series has a stream of its own, so that adding one changes no other.

A stream depends on the seed and on the series' place alone, and is drawn forward in time: a longer market begins as
the shorter one did.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]

#: What a stream is for. The numbers are part of every made market: never renumber, only add.
STREAMS = {
    "shared swings": 0,
    "swings": 1,
    "market": 2,
    "metals in common": 3,
    "metals": 4,
    "miners in common": 5,
    "miners": 6,
    "equities": 7,
    "shock days": 8,
    "shock sizes": 9,
    "calm index": 10,
    "noise of index": 11,
}
Use = Literal[
    "shared swings", "swings", "market", "metals in common", "metals", "miners in common", "miners", "equities",
    "shock days", "shock sizes", "calm index", "noise of index",
]  # fmt: skip
_BLOCK = 64


def stream(seed: int, use: Use, place: int = 0) -> np.random.Generator:
    """The stream of one series."""
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed, spawn_key=(STREAMS[use], place))))


def tailed(seed: int, use: Use, count: int, length: int, freedom: float) -> Matrix:
    """(count, length) independent draws of Student's t (`freedom` above 2), scaled to variance 1."""
    drawn = np.empty((count, length))
    for place in range(count):
        drawn[place] = stream(seed, use, place).standard_t(freedom, length)
    drawn *= np.sqrt((freedom - 2.0) / freedom)
    return drawn


def autoregression(steps: Matrix, persistence: float) -> Matrix:
    """(K, T) first-order autoregressions of standard normal steps, stationary from the start, with variance 1.

    x(0) = e(0), x(t) = a x(t-1) + sqrt(1 - a^2) e(t), for `persistence` a from 0.9 to below 1. Solved block by block:
    within a block x(t) = a^t (carried + sum of e(s) / a^s), which a block is short enough not to blow up.
    """
    count, length = steps.shape
    blocks = -(-length // _BLOCK)
    padded = np.zeros((count, blocks * _BLOCK))
    padded[:, :length] = steps
    padded[:, 1:] *= np.sqrt(1.0 - persistence**2)
    powers = persistence ** np.arange(1, _BLOCK + 1)
    parts = padded.reshape(count, blocks, _BLOCK)
    parts /= powers
    np.cumsum(parts, axis=2, out=parts)
    parts *= powers
    carried = np.zeros(count)
    for block in range(blocks):
        parts[:, block] += carried[:, None] * powers
        carried = parts[:, block, -1]
    return padded[:, :length]
