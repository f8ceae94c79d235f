"""What strategies said, in the order in which lanes read it: the sets of a sweep's own parameters side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from engine.market.table import Matrix, Vector
from engine.portfolio.lanes.stances import LaneScores
from engine.portfolio.lanes.table import Cube
from engine.portfolio.scores import Scores


def lane_scores(sets: Sequence[Scores]) -> LaneScores:
    """X sets of scores, of the same names on the same days. Raises ValueError where names differ, or there is none."""
    if len({one.names for one in sets}) != 1 or not sets[0].names:
        raise ValueError(f"sets of scores must be of the same names, found {sorted({one.names for one in sets})}")
    values = np.stack([one.values for one in sets])
    place, given = places(values)
    return LaneScores(
        values=values,
        may_enter=np.stack([one.may_enter for one in sets]),
        free=all(bool(one.may_enter.all()) for one in sets),
        ago=np.stack([one.sessions_ago for one in sets]).astype(np.float64),
        place=place,
        given=given,
    )


def places(values: Cube) -> tuple[Cube, Matrix]:
    """(X, D, S) the rank of each score of a day, 0 the highest, the earlier name at a tie, -1 for NaN; (X, D) how many
    there are.
    """
    order = np.argsort(-values, axis=2, kind="stable")
    place = np.argsort(order, axis=2, kind="stable").astype(np.float64)
    missing = np.isnan(values)
    return np.where(missing, -1.0, place), (~missing).sum(axis=2).astype(np.float64)


def lane_keep(sets: Sequence[Mapping[str, Vector]], tilted: Sequence[str], days: int) -> Cube:
    """(D, Q, Z) the share of overweight kept in each tilted sleeve, by set; set 0 keeps all, those given come after."""
    keep = np.ones((days, len(tilted), len(sets) + 1))
    for z, one in enumerate(sets):
        for name, share in one.items():
            keep[:, list(tilted).index(name), z + 1] = share
    return keep
