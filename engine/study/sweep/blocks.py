"""All blocks of a sweep: those that were kept are read, the others are run, on all cores."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty

import numpy as np

from engine.market.table import Indices, Matrix, Vector
from engine.measure.metrics import METRICS
from engine.study.cluster import Cluster, cluster_used
from engine.study.fused.can import lanes_can
from engine.study.fused.simulate import is_compiled
from engine.study.processes import cores
from engine.study.sweep.block import FAILED, WORTH, Block, run_block
from engine.study.sweep.crew import Crew, Todo
from engine.study.sweep.kept import Kept
from engine.study.sweep.on_ray import blocks_on_ray
from engine.study.sweep.parts import keep_block, kept_block
from engine.study.sweep.plan import Plan

#: Other processes take a second or two to start: they are hired where so many seconds of work are left.
PAYS = 4.0


@dataclass(frozen=True, slots=True)
class Found:
    """What all variants came to. figures: (V, metrics), NaN where undefined. way: (V,) place in WAYS.

    reasons: by number, why a variant failed.
    """

    figures: Matrix
    way: Indices
    reasons: dict[int, str] = field(default_factory=dict)

    def metric(self, name: str) -> Vector:
        """(V,) one metric."""
        return np.asarray(self.figures[:, list(METRICS).index(name)])

    def put(self, block: Block) -> None:
        """Add what a block came to."""
        self.figures[block.rows], self.way[block.rows] = block.figures, block.way
        self.reasons.update(block.reasons)


def waits_for_compiler(plan: Plan) -> bool:
    """Whether the first block has to wait until the lanes are compiled, which is kept on the disk."""
    return plan.variants.count >= WORTH and lanes_can(plan.config) is None and not is_compiled()


def nothing_found(count: int) -> Found:
    """Where no variant has run yet."""
    return Found(np.full((count, len(METRICS)), np.nan), np.full(count, FAILED, np.int8))


def run_blocks(plan: Plan, folder: Path, say: Callable[[str], None], processes: int | None = None) -> Found:
    """Every block of a plan; each is kept in the folder as soon as it is done. processes: None for one a core.

    Which process runs a block changes nothing in it.
    """
    found, todo = nothing_found(plan.variants.count), deque[int]()
    for number in range(plan.blocks):
        block = kept_block(folder, number, plan)
        if block is None:
            todo.append(number)
        else:
            found.put(block)
    cluster = cluster_used()
    if cluster is not None:
        _work_on(plan, folder, found, todo, cluster, say)
        return found
    crew = Crew(plan, folder, Todo(todo))
    try:
        _work(plan, folder, found, crew, _Pace(plan, len(todo), say), (processes or cores()) - 1)
    finally:
        crew.dismiss()
    return found


def _work_on(
    plan: Plan, folder: Path, found: Found, todo: Sequence[int], cluster: Cluster, say: Callable[[str], None]
) -> None:
    """Let a cluster run the blocks that are left; what it gives back is run here."""
    kept, pace = Kept(), _Pace(plan, len(todo), lambda words: say(f"{words} on Ray"))
    for number in blocks_on_ray(plan, folder, todo, cluster):
        if number is None:
            pace.begin()
            continue
        block = kept_block(folder, number, plan)
        if block is None:
            block = run_block(plan, number, kept)
            keep_block(folder, number, block)
        found.put(block)
        pace.count()


def _work(plan: Plan, folder: Path, found: Found, crew: Crew, pace: _Pace, others: int) -> None:
    """Run blocks here, and gather those that others have done, until there are none left."""
    kept, hired, number = Kept(), False, None
    compiles = waits_for_compiler(plan)
    if compiles:
        pace.tell("compiling, once on this machine: half a minute")
    while True:
        number = crew.todo.take(number)
        if number is not None:
            block = run_block(plan, number, kept)
            keep_block(folder, number, block)
            found.put(block)
            if compiles:
                pace.begin(1)
                compiles = False
            else:
                pace.count()
            if not hired and crew.todo and others > 0 and pace.left() > PAYS:
                crew.hire(min(others, len(crew.todo)))
                hired = True
        with suppress(Empty):
            while crew.todo or crew.busy or not crew.done.empty():
                done = crew.done.get(block=not crew.todo and crew.busy, timeout=1.0)
                if done is not None:
                    found.put(kept_block(folder, done, plan) or run_block(plan, done, kept))
                    pace.count()
        if not crew.todo and not crew.busy and crew.done.empty():
            return


class _Pace:
    """How fast it goes: counts blocks, and says so."""

    def __init__(self, plan: Plan, blocks: int, say: Callable[[str], None]) -> None:
        self._plan, self._blocks, self._say = plan, blocks, say
        self._done, self._before, self._start = 0, 0, time.monotonic()
        self.tell()

    def begin(self, done: int = 0) -> None:
        """Only now it begins, with so many blocks done of which nothing says how fast it goes."""
        self._done, self._before, self._start = self._done + done, self._done + done, time.monotonic()
        self.tell()

    def count(self) -> None:
        """A block more is done."""
        self._done += 1
        self.tell()

    def left(self) -> float:
        """Seconds that the rest will take, at the pace so far."""
        return (time.monotonic() - self._start) / max(self._done - self._before, 1) * (self._blocks - self._done)

    def tell(self, waits: str = "") -> None:
        """Say how many are done, how fast it goes and how long it will take, or what it waits for."""
        count, size = self._plan.variants.count, self._plan.size
        words = f"{min(count, (self._plan.blocks - self._blocks + self._done) * size):,} of {count:,} variants"
        done = self._done - self._before
        if waits:
            words += f", {waits}"
        elif done:
            rate = done * size / max(time.monotonic() - self._start, 1e-9)
            words += f", {rate:,.0f} a second, {span_words(self.left())} left"
        self._say(words)


def span_words(seconds: float) -> str:
    """A length of time in words: `40 s`, `5 min`, `3 h`, `12 days`, `9 years`."""
    for unit, length in (("years", 31_557_600.0), ("days", 86_400.0), ("h", 3_600.0), ("min", 60.0)):
        if seconds >= 2 * length:
            return f"{seconds / length:,.0f} {unit}"
    return f"{seconds:,.0f} s"
