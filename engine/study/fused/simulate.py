"""Simulating a table of variants: in blocks of lanes, grouped by the work they take, on all cores."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib import import_module
from threading import local
from typing import Any

import numpy as np

from engine.market.table import Indices, Matrix
from engine.measure.metrics import METRICS
from engine.measure.sums import Shared, metrics_of
from engine.portfolio.lanes.stances import RANK, LaneScores
from engine.portfolio.lanes.table import COLUMNS, LANES, LanePicks, LaneShape
from engine.portfolio.lanes.targets import LaneJob, LaneTables
from engine.study.fused.ground import Ground
from engine.study.fused.room import Room
from engine.study.fused.table import Picks, VariantTable
from engine.study.processes import cores

#: What became of a variant: figures; limits that nothing keeps; equity at or below zero; debt, which fees can make.
DONE, IMPOSSIBLE, RUINED, INDEBTED = range(4)
#: Loaded when first asked for: numba takes half a second.
COMPILED = "engine.portfolio.lanes.compiled"
#: Blocks of a task at most.
MOST = 64


@dataclass(frozen=True, slots=True)
class Simulated:
    """figures (V, metrics): in the order of METRICS, NaN where undefined. status (V,): DONE, or why a variant has no
    figures and has to be run alone.
    """

    figures: Matrix
    status: Indices


@dataclass(frozen=True, slots=True)
class Task:
    """Variants (R,) of a group, and what that group has in common."""

    group: int
    shape: LaneShape
    rows: Indices


@dataclass(frozen=True, slots=True)
class Job:
    """What all tasks read, the compiled code that they run, and what they write, each its own rows."""

    ground: Ground
    code: Any
    names: tuple[str, ...]
    scores: LaneScores
    table: VariantTable
    found: Simulated


def simulate_many(
    ground: Ground, names: tuple[str, ...], scores: LaneScores, table: VariantTable, threads: int | None = None
) -> Simulated:
    """Every metric of every variant. names: (S,) whose scores they are. threads: None for one a core.

    Neither the order of variants, nor what else stands in the table, nor the number of threads changes a bit.
    """
    count, workers = len(table), threads or cores()
    found = Simulated(np.empty((count, len(METRICS))), np.empty(count, np.int64))
    job = Job(ground, import_module(COMPILED), names, scores, table, found)
    tasks, rooms = [*tasks_of(job, workers)], local()

    def work(task: Task) -> None:
        if not hasattr(rooms, "own"):
            rooms.own = Room(ground)
        run_task(job, task, rooms.own)

    if workers == 1 or len(tasks) == 1:
        for task in tasks:
            work(task)
        return found
    with ThreadPoolExecutor(workers) as pool:
        for _ in pool.map(work, tasks):
            pass
    return found


def is_compiled() -> bool:
    """Whether the lanes lie compiled on this machine's disk; else the first variants wait for the compiler."""
    kept: bool = import_module(COMPILED).is_kept()
    return kept


def tasks_of(job: Job, workers: int) -> Iterator[Task]:
    """Blocks that take the same work, of variants that trade by the same terms next to each other."""
    picks, terms = job.table.picks, job.table.terms
    fixed = np.asarray(np.hstack([terms.order, terms.least]).any(axis=1))[picks.cost]
    own_days = terms.trading[picks.trading, 5] > 0.0
    filtered = fixed | own_days | (terms.trading[picks.trading][:, [0, 3]] > 0.0).any(axis=1)
    limited = np.asarray(np.isfinite(np.hstack(job.table.limits)).any(axis=1))[picks.limit]
    braked = np.asarray((job.table.tilts.keep < 1.0).any(axis=(0, 1)))[picks.brake]
    marks = np.column_stack([fixed, filtered, own_days, limited, braked])
    groups = marks @ (1 << np.arange(marks.shape[1]))
    order = np.lexsort([picks.scores, picks.policy, picks.trading, picks.cost, groups])
    for group in np.unique(groups).tolist():
        rows = order[groups[order] == group]
        shape = common(job, *marks[rows[0]].tolist())
        blocks = -(-len(rows) // LANES)
        rounds = -(-blocks // (MOST * workers))
        size = -(-blocks // (rounds * workers)) * LANES
        for start in range(0, len(rows), size):
            yield Task(group, shape, rows[start : start + size])


def common(job: Job, fixed: bool, filtered: bool, own_days: bool, limited: bool, braked: bool) -> LaneShape:
    """What a group of variants has in common."""
    ground, names = job.ground, job.names
    on_assets = not all(name in ground.tilted for name in names)
    labels = [ground.setting.panel.assets[i] for i in ground.columns]
    by_slot = [names.index(label) if on_assets and label in names else -1 for label in labels]
    return LaneShape(
        tilted=np.array([ground.setting.mix.names.index(name) for name in ground.tilted], np.int64),
        named=np.array([names.index(name) if name in names else -1 for name in ground.tilted], np.int64),
        by_slot=np.array(by_slot + [-1] * (ground.slots - len(by_slot)), np.int64),
        slots=len(labels),
        on_assets=on_assets,
        by_sleeve=not (on_assets or limited),
        ranked=job.table.rules.kind == RANK,
        same=bool(job.table.tilts.same.any()),
        shared=bool(job.table.tilts.shares.any()),
        reference=ground.reference,
        limited=limited,
        braked=braked,
        fixed=fixed,
        filtered=filtered,
        own_days=own_days,
    )


def run_task(job: Job, task: Task, room: Room) -> None:
    """The blocks of a task; the last one is filled up with its last variant."""
    table, count = job.table, len(task.rows)
    blocks = -(-count // LANES)
    padded = task.rows[np.minimum(np.arange(blocks * LANES), count - 1)].reshape(blocks, LANES)
    sums = np.empty((blocks, LANES, len(COLUMNS)))
    tables = LaneTables(table.rules, table.tilts, table.terms, table.limits)
    lanes = LaneJob(job.ground.market, job.scores, tables, task.shape)
    job.code.simulate_blocks(
        room.ready(task.group, len(job.names), task.shape), lanes, picks_of(table.picks, padded), sums
    )
    figures, status = measured(sums.reshape(-1, len(COLUMNS))[:count], job.ground.shared)
    job.found.figures[task.rows], job.found.status[task.rows] = figures, status


def picks_of(picks: Picks, rows: Indices) -> LanePicks:
    """What lanes go by. Unsigned, for compiled code need not ask whether sets count from the end."""
    sets: Any = picks.scores[rows].astype(np.uint64)
    return LanePicks(sets, *(getattr(picks, name)[rows] for name in LanePicks._fields[1:]))


def measured(sums: Matrix, shared: Shared) -> tuple[Matrix, Indices]:
    """(V, metrics) the figures of variants, and (V,) what became of each; sums (V, COLUMNS)."""
    named = dict(zip(COLUMNS, sums.T, strict=True))
    with np.errstate(invalid="ignore"):
        ruined = ~((named["depth"] > 0.0) & np.isfinite(named["end"]))
    status = np.select([named["failed"] > 0.0, ruined, named["debt"] > 0.0], [IMPOSSIBLE, RUINED, INDEBTED], DONE)
    figures = metrics_of(named, shared)
    figures[status != DONE] = np.nan
    return figures, status
