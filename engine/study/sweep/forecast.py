"""How long a sweep would take, measured on some of its own variants: what asking takes, and what simulating takes.

1. The first variant is run, so that what is loaded and read once is not counted.
2. In some places of the order of work variants that lie together are run as a block runs them, more and more.
3. Of the time that this took, so much went into each market that was read and each set of a strategy's own parameters
   that was asked about; what is left is the variants' own, at the pace of the last ones.
"""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from engine.config import Config
from engine.config.sweep import Span
from engine.decide import Market, read_market
from engine.market.table import Indices
from engine.study.processes import cores
from engine.study.sweep.block import run_rows
from engine.study.sweep.kept import ANSWERS, UNASKED, UNREAD, Kept, Shelf
from engine.study.sweep.plan import Plan, root_of

T = TypeVar("T")

#: Variants are run for so many seconds in so many places, because a part of a sweep may fail, or be faster:
SECONDS, PLACES = 4.0, 8
#: so many at first, each time twice as many, and never more than the last number.
FIRST, MOST = 8, 4_096
#: Keys that change what a strategy is asked, and what a brake is, besides those that change what they are shown.
ASKING, BRAKING = ("strategy", "with", "blend"), ("brake",)


@dataclass(frozen=True, slots=True)
class Forecast:
    """sets: how many times a strategy is asked about all days. asking, simulating: seconds on all cores, for markets
    and sets, and for what each variant does with them.
    """

    sets: int
    asking: float
    simulating: float


@dataclass(slots=True)
class Clock:
    """Seconds, and how often, by what was done meanwhile."""

    seconds: Counter[str] = field(default_factory=Counter)
    times: Counter[str] = field(default_factory=Counter)

    def timed(self, what: str, make: Callable[[], T]) -> T:
        """What `make` makes, or raises."""
        start = time.perf_counter()
        try:
            return make()
        finally:
            self.seconds[what] += time.perf_counter() - start  # type: ignore[assignment]
            self.times[what] += 1

    def each(self, what: str) -> float:
        """Seconds for one."""
        return self.seconds[what] / max(self.times[what], 1)


@dataclass(slots=True)
class TimedShelf(Shelf):
    """A shelf that says how long it took to make what it has; things of one kind have keys with one first word."""

    clock: Clock = field(default_factory=Clock)

    def take(self, key: str, make: Callable[[], T]) -> T:
        """As any shelf."""
        return Shelf.take(self, key, lambda: self.clock.timed(key.partition(" ")[0], make))


def forecast(plan: Plan) -> Forecast:
    """Measured by running some variants of a plan; one that fails takes the time that it takes to fail."""
    clock = Clock()

    def read(config: Config) -> Market:
        return clock.timed("markets", lambda: read_market(config))

    kept = Kept(answers=TimedShelf(ANSWERS, clock=clock), read=read)
    run_rows(plan, plan.order[:1], kept)
    market = clock.each("markets")
    for counter in (clock.seconds, clock.times):
        counter.clear()
    own = _seconds_of_a_variant(plan, kept, clock)
    markets = sets_of(plan, lambda root: root not in UNREAD)
    sets = sets_of(plan, lambda root: root not in UNASKED or root in ASKING)
    brakes = sets_of(plan, lambda root: root not in UNASKED or root in BRAKING)
    asked = sum(clock.each(kind) for kind in ("scores", "weights")) * sets + clock.each("brakes") * brakes
    # Markets are read once more before all, by one process, to know on what the sweep stands.
    asking = (asked + market * markets) / cores() + market * markets
    return Forecast(sets, asking, own * plan.variants.count / cores())


def _seconds_of_a_variant(plan: Plan, kept: Kept, clock: Clock) -> float:
    """At the pace of the last ones that were run in every place, without what they made others wait for."""
    count = plan.variants.count
    places, size, end = min(PLACES, count), FIRST, time.perf_counter() + SECONDS
    begins = [count * (2 * place + 1) // (2 * places) for place in range(places)]
    while True:
        start, paces = time.perf_counter(), []
        for place, begin in enumerate(begins):
            rows = plan.order[begin : begin + size]
            if len(rows):
                paces.append(_pace(plan, rows, kept, clock))
                begins[place] += len(rows)
        passed, size = time.perf_counter() - start, min(2 * size, MOST)
        # A round that would take longer than what is left of the time is not begun.
        if size * places > count // 4 or time.perf_counter() + 2 * passed > end:
            return sum(paces) / len(paces)


def _pace(plan: Plan, rows: Indices, kept: Kept, clock: Clock) -> float:
    """Seconds for each of some variants, but for markets and for asking strategies."""
    before, start = clock.seconds.total(), time.perf_counter()
    run_rows(plan, rows, kept)
    return (time.perf_counter() - start - (clock.seconds.total() - before)) / len(rows)


def sets_of(plan: Plan, varies: Callable[[str], bool]) -> int:
    """How many combinations the variants have of the keys whose block of the config `varies`."""
    variants = plan.variants
    axes = [axis for key, axis in zip(variants.keys, variants.axes, strict=True) if varies(root_of(key))]
    sizes = [variants.count if isinstance(axis, Span) else len(axis) for axis in axes]
    return min(math.prod(sizes), variants.count)
