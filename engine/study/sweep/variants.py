"""Which variants a sweep tries: counted and drawn without making any, so that a million of them takes no room."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.config import Config
from engine.config.sweep import UNCOUNTED, Sample, Span, Sweep
from engine.errors import ConfigError
from engine.market.table import Indices, Matrix
from engine.study.sweep.fractions import takes_fractions

#: A range may list so many numbers.
LONGEST = 1_000_000
#: A drawn position on an axis: a number of its list, or a share of the way along a range.
Draws = Matrix


@dataclass(frozen=True, slots=True)
class Variants:
    """keys: K swept keys, alphabetical. axes: for each its values, or a range to draw from. count: how many variants.

    draws: (count, K) in [0, 1) where variants are drawn; None for the whole grid, whose last key turns fastest.
    """

    keys: tuple[str, ...]
    axes: tuple[tuple[Any, ...] | Span, ...]
    count: int
    draws: Draws | None

    def column(self, k: int, rows: Indices) -> Indices:
        """(R,) which value of one axis each variant takes; -1 where the axis is a range drawn from."""
        axis = self.axes[k]
        if isinstance(axis, Span):
            return np.full(len(rows), -1)
        if self.draws is not None:
            drawn: Indices = np.minimum((self.draws[rows, k] * len(axis)).astype(np.int64), len(axis) - 1)
            return drawn
        after = math.prod(len(one) for one in self.axes[k + 1 :] if not isinstance(one, Span))
        places: Indices = np.asarray(rows, np.int64) // after % len(axis)
        return places

    def values(self, row: int) -> dict[str, Any]:
        """What one variant sets: key to value."""
        return self.values_of(np.array([row]))[row]

    def values_of(self, rows: Indices) -> dict[int, dict[str, Any]]:
        """By number what some variants set."""
        columns = [self._column(k, rows) for k in range(len(self.keys))]
        return {
            row: dict(zip(self.keys, values, strict=True))
            for row, values in zip(rows.tolist(), zip(*columns, strict=True), strict=True)
        }

    def _column(self, k: int, rows: Indices) -> list[Any]:
        """(R,) what variants set one key to."""
        axis = self.axes[k]
        if not isinstance(axis, Span):
            return [axis[place] for place in self.column(k, rows).tolist()]
        assert self.draws is not None
        return [axis.at(share) for share in self.draws[rows, k].tolist()]


def variants_of(config: Config) -> Variants:
    """The variants of a config's sweep. Raises ConfigError where a range has nothing to list, or a list no value."""
    sweep = config.sweep
    assert sweep is not None
    keys = tuple(sorted(sweep.over))
    axes = tuple(_axis(config, sweep, key) for key in keys)
    grid = _combinations(axes)
    if sweep.sample is None:
        assert grid is not None
        return Variants(keys, axes, grid, None)
    if grid is not None and sweep.sample.count > grid:
        found = f"{sweep.sample.count:,} draws where there are {grid:,} combinations"
        cure = "draw fewer, or remove `sample`: all of them are tried then"
        raise ConfigError(config.fault("sweep.sample.count", found, f"at most {grid:,}", cure))
    return Variants(keys, axes, sweep.sample.count, _draws(sweep.sample, axes))


def _combinations(axes: Sequence[tuple[Any, ...] | Span]) -> int | None:
    """How many there are; None where an axis is a range to draw from."""
    sizes = [len(axis) for axis in axes if not isinstance(axis, Span)]
    return math.prod(sizes) if len(sizes) == len(axes) else None


def count_of(config: Config) -> int:
    """How many variants a config's sweep has, without making any; at most UNCOUNTED."""
    sweep = config.sweep
    assert sweep is not None
    if sweep.sample is not None:
        return min(sweep.sample.count, UNCOUNTED)
    sizes = (one.size or 1 if isinstance(one, Span) else len(one) for one in sweep.over.values())
    return min(math.prod(sizes), UNCOUNTED)


def _axis(config: Config, sweep: Sweep, key: str) -> tuple[Any, ...] | Span:
    written = sweep.over[key]
    if not isinstance(written, Span):
        return written
    if written.size > LONGEST:
        found, cure = f"a range of {written.size:,} numbers", "widen its step"
        raise ConfigError(config.fault(f"sweep.over.{key}", found, f"at most {LONGEST:,}", cure))
    if written.size == 0 and sweep.sample is None:
        raise ConfigError(
            config.fault(
                f"sweep.over.{key}",
                "a range without `step` or `count`",
                "how far apart its numbers are, or how many",
                "add for example `count: 5`, or draw variants: `sample: {how: random, count: 1000}`",
            )
        )
    span = written.of_fractions() if written.whole and takes_fractions(config, key, written) else written
    return span.listed() or span


def _draws(sample: Sample, axes: Sequence[tuple[Any, ...] | Span]) -> Draws:
    """(count, K) in [0, 1): independent, or one in each of `count` equal parts of every axis (McKay et al. 1979).

    Independent draws of lists alone are different combinations, as a hand draws cards.
    """
    random, keys, grid = np.random.default_rng(sample.seed), len(axes), _combinations(axes)
    if sample.how == "random" and grid is not None and grid < 1 << 62:
        sizes = [len(axis) for axis in axes if not isinstance(axis, Span)]
        places = _digits(random.choice(grid, sample.count, replace=False), sizes)
        return np.column_stack([(place + 0.5) / size for place, size in zip(places, sizes, strict=True)])
    drawn: Draws = random.random((sample.count, keys))
    if sample.how == "latin_hypercube":
        parts = np.column_stack([random.permutation(sample.count) for _ in range(keys)])
        drawn = (parts + drawn) / sample.count
    return drawn


def _digits(numbers: Indices, sizes: Sequence[int]) -> list[Indices]:
    """The place on each axis of some combinations of a grid, whose last axis turns fastest."""
    places: list[Indices] = []
    for size in reversed(sizes):
        places.append(numbers % size)
        numbers = numbers // size
    return places[::-1]
