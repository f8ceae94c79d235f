"""The room that a thread works in: tables, paths and buffers, made once and used for task after task."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from engine.market.table import Matrix, Vector
from engine.portfolio.lanes import stances, table, tilts
from engine.portfolio.lanes.table import COLUMNS, LANES, Cube, LaneFlags, LanePaths, LaneWork
from engine.study.fused.ground import Ground


@dataclass(frozen=True, slots=True)
class Buffers:
    """What passes between the steps, for G blocks; see `lanes`."""

    stances: Cube
    weights: Cube
    trades: Cube
    mean: Cube
    extra: Cube
    failed: Matrix
    bets: Cube
    sums: Cube


def rows_of(ground: Ground, flags: LaneFlags) -> int:
    """Weights in a target: of sleeves, or of slots."""
    return len(ground.setting.mix.names) if flags.by_sleeve else ground.slots


def numbers_of(ground: Ground, names: int, flags: LaneFlags) -> int:
    """Stances and weights of one variant."""
    return ground.shared.decisions * (names + rows_of(ground, flags))


@dataclass(slots=True)
class Room:
    """One thread's. work is as in LaneWork; stances, targets: tables of rows."""

    ground: Ground
    work: LaneWork = field(init=False)
    stances: Vector = field(default_factory=lambda: np.zeros(stances.SIZE))
    targets: Vector = field(default_factory=lambda: np.zeros(tilts.SIZE))
    _group: int = -1
    _buffers: Buffers | None = None

    def __post_init__(self) -> None:
        sessions, months = len(self.ground.market.rate), max(self.ground.shared.months, 1)
        paths = LanePaths(np.zeros((sessions, LANES)), np.zeros(sessions), np.ones((months, LANES)))
        self.work = LaneWork(np.zeros(table.SIZE), paths, np.zeros((5, LANES)), np.full(3, -1))
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
        return Buffers(*(getattr(self._buffers, name)[:blocks] for name in Buffers.__slots__))

    def _made(self, blocks: int, names: int, flags: LaneFlags) -> Buffers:
        ground, days = self.ground, self.ground.shared.decisions
        return Buffers(
            stances=np.zeros((blocks, days, names, LANES)),
            weights=np.zeros((blocks, days, rows_of(ground, flags), LANES)),
            trades=np.ones((blocks, days if flags.own_days else 1, LANES)),
            mean=np.zeros((blocks, len(ground.setting.mix.names), LANES)),
            extra=np.zeros((blocks, ground.slots, LANES)),
            failed=np.zeros((blocks, LANES)),
            bets=np.zeros((blocks, LANES, 3)),
            sums=np.zeros((blocks, LANES, len(COLUMNS))),
        )
