"""What pictures of parallel coordinates share: which variants have a line, how lines are spread and coloured."""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.market.table import Indices, Vector
from engine.study.page import COLOURS

#: Of fewer keys that move a map shows all.
LEAST, SEED = 3, 20260104
#: Lines through one value are spread over this share of the way to the next, that those below others are seen.
SPREAD = 0.4
#: From low to high; seen on white and on black, and by those who see colours differently.
SCALE = ((0.0, COLOURS[0]), (0.5, COLOURS[4]), (1.0, COLOURS[1]))


def drawn_rows(values: Vector, best: int, most: int) -> Indices:
    """The variants that have a line, the better the later: all that have the metric, values (V,), or a sample with the
    best one. Of more lines than `most` a page is slow and nothing can be told apart.
    """
    rows = np.flatnonzero(np.isfinite(values))
    if len(rows) > most:
        others = rows[rows != best]
        rows = np.append(np.random.default_rng(SEED).choice(others, most - 1, replace=False), best)
    rows = np.sort(rows)
    return rows[np.argsort(values[rows], kind="stable")]


def spread(places: Indices, k: int) -> Vector:
    """Places (R,) on axis k, each a little off, always the same way."""
    return places + SPREAD * (np.random.default_rng(SEED + k).random(len(places)) - 0.5)


def line_colours(count: int) -> dict[str, Any]:
    """Lines coloured by their rank: the values of most lie close together."""
    return {"color": list(range(count)), "colorscale": SCALE}
