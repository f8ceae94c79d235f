"""The room that a thread works in: tables, paths and buffers, made once and used for task after task."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from engine.market.table import Vector
from engine.portfolio.lanes import stances, table, tilts
from engine.portfolio.lanes.table import COLUMNS, LANES, Cube, LaneFlags, LanePaths, LaneWork
from engine.portfolio.lanes.targets import LaneTargets
from engine.study.fused.ground import Ground

#: Bytes of a line of the cache.
LINE = 64


@dataclass(frozen=True, slots=True)
class Buffers:
    """What G blocks come to: targets, and sums (G, LANES, columns)."""

    targets: LaneTargets
    sums: Cube


def aligned(*shape: int) -> NDArray[np.float64]:
    """Zeros that begin where a line of the cache does: a vector of eight lanes then never lies across two of them."""
    count = math.prod(shape)
    room = np.zeros(count + LINE // 8)
    start = -room.ctypes.data % LINE // 8
    return room[start : start + count].reshape(shape)


def rows_of(ground: Ground, flags: LaneFlags) -> int:
    """Weights in a target: of sleeves, or of slots."""
    return len(ground.setting.mix.names) if flags.by_sleeve else ground.slots


def numbers_of(ground: Ground, flags: LaneFlags) -> int:
    """Weights of one variant."""
    return ground.shared.decisions * rows_of(ground, flags)


@dataclass(slots=True)
class Room:
    """One thread's. work is as in LaneWork; stances, targets: tables of rows."""

    ground: Ground
    work: LaneWork = field(init=False)
    stances: Vector = field(default_factory=lambda: aligned(stances.SIZE))
    targets: Vector = field(default_factory=lambda: aligned(tilts.SIZE))
    _group: int = -1
    _buffers: Buffers | None = None

    def __post_init__(self) -> None:
        sessions, months = len(self.ground.market.rate), max(self.ground.shared.months, 1)
        paths = LanePaths(aligned(sessions, LANES), aligned(sessions), np.ones((months, LANES)))
        self.work = LaneWork(aligned(table.SIZE), paths, aligned(5, LANES), np.full(3, -1))
        if self.ground.given is not None:
            paths.line[:] = self.ground.given.excess
            paths.months[:] = self.ground.given.months[:, None]
            self.work.ends[2:] = self.ground.given.ends[:, None]

    def ready(self, group: int, blocks: int, names: int, flags: LaneFlags) -> Buffers:
        """Buffers for so many blocks of a group. What was known of another group's policy mix is forgotten."""
        if self._buffers is None or group != self._group or blocks > len(self._buffers.sums):
            self._buffers = self._made(blocks, names, flags)
        if group != self._group:
            self.work.key[:] = -1
            self._group = group
        buffers = self._buffers
        targets = LaneTargets(buffers.targets.stances, *(one[:blocks] for one in buffers.targets[1:]))
        return Buffers(targets, buffers.sums[:blocks])

    def _made(self, blocks: int, names: int, flags: LaneFlags) -> Buffers:
        ground, days = self.ground, self.ground.shared.decisions
        targets = LaneTargets(
            stances=aligned(names, LANES),
            weights=aligned(blocks, days, rows_of(ground, flags), LANES),
            trades=np.ones((blocks, days if flags.own_days else 1, LANES)),
            mean=aligned(blocks, len(ground.setting.mix.names), LANES),
            extra=aligned(blocks, ground.slots, LANES),
            failed=aligned(blocks, LANES),
            bets=aligned(blocks, LANES, 3),
        )
        return Buffers(targets, aligned(blocks, LANES, len(COLUMNS)))
