"""The room that a thread works in: tables and paths, made once and used for task after task."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from engine.market.table import Matrix
from engine.portfolio.lanes import stances, table, tilts
from engine.portfolio.lanes.run import MATCHED
from engine.portfolio.lanes.table import LANES, LanePaths, LaneShape, LaneWork
from engine.study.fused.ground import Ground

#: Bytes of a line of the cache.
LINE = 64
#: Decisions whose weights are made, then traded by: as many as stay near a processor.
PIECE = 16


def aligned(*shape: int) -> NDArray[np.float64]:
    """Zeros that begin where a line of the cache does: a vector of eight lanes then never lies across two of them."""
    count = math.prod(shape)
    room = np.zeros(count + LINE // 8)
    start = -room.ctypes.data % LINE // 8
    return room[start : start + count].reshape(shape)


def rows_of(ground: Ground, shape: LaneShape) -> int:
    """Weights in a target: of sleeves, or of slots."""
    return len(ground.setting.mix.names) if shape.by_sleeve else ground.slots


def piece_of(ground: Ground, shape: LaneShape) -> int:
    """Decisions whose weights are kept at once: a few, unless the days of mixes or the reference need them all."""
    days = ground.shared.decisions
    return days if shape.own_days or shape.reference == MATCHED else min(PIECE, days)


@dataclass(slots=True)
class Room:
    """One thread's."""

    ground: Ground
    _paths: LanePaths = field(init=False)
    _ends: Matrix = field(init=False)
    _group: int = -1
    _work: LaneWork | None = None

    def __post_init__(self) -> None:
        sessions, months = len(self.ground.market.rate), max(self.ground.shared.months, 1)
        self._paths = LanePaths(aligned(sessions, LANES), aligned(sessions), np.ones((months, LANES)))
        self._ends = aligned(5, LANES)
        if self.ground.given is not None:
            self._paths.line[:] = self.ground.given.excess
            self._paths.months[:] = self.ground.given.months[:, None]
            self._ends[2:] = self.ground.given.ends[:, None]

    def ready(self, group: int, names: int, shape: LaneShape) -> LaneWork:
        """What a group works with. What was known of another group's policy mix is forgotten."""
        if self._work is None or group != self._group:
            self._work, self._group = self._made(names, shape), group
        return self._work

    def _made(self, names: int, shape: LaneShape) -> LaneWork:
        ground, piece = self.ground, piece_of(self.ground, shape)
        return LaneWork(
            book=aligned(table.SIZE),
            heard=aligned(stances.SIZE),
            tilted=aligned(tilts.SIZE),
            stances=aligned(names, LANES),
            weights=aligned(piece, rows_of(ground, shape), LANES),
            trades=np.ones((piece, LANES)),
            mean=aligned(len(ground.setting.mix.names), LANES),
            extra=aligned(ground.slots, LANES),
            paths=self._paths,
            ends=self._ends,
            key=np.full(3, -1),
        )
