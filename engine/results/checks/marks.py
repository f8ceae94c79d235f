"""Marks: a few characters that stand for a year, a month or a decision, and change when it does.

A hash says that something differs; marks say where, and still fit into a file that people read. With `width`
characters one change in 64 ** width goes unseen in its place, so that marks locate and hashes decide.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from string import ascii_lowercase, ascii_uppercase, digits
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.market.table import Dates, Vector

Hashes = NDArray[np.uint64]

ALPHABET = ascii_uppercase + ascii_lowercase + digits + "-_"
#: Characters of a mark before it is narrowed to what a file has room for.
WIDEST = 3


@dataclass(frozen=True, slots=True)
class Marks:
    """One mark after another. first: the place of the first one, a year, or a month counted from the year 0.

    width: characters of each; 0 where there was no room for any.
    """

    first: int
    width: int
    text: str

    def by_place(self, width: int) -> dict[int, str]:
        """Each mark by its place, its first `width` characters; {} where there are none."""
        if self.width == 0:
            return {}
        starts = range(0, len(self.text), self.width)
        return {self.first + i: self.text[start : start + width] for i, start in enumerate(starts)}

    def narrowed(self, width: int) -> Marks:
        """The same with at most `width` characters each."""
        width = min(width, self.width)
        return Marks(self.first, width, "".join(self.by_place(width).values()) if width else "")


def marks_of(first: int, hashes: Iterable[int]) -> Marks:
    """A mark for each 64-bit hash."""
    return Marks(first, WIDEST, "".join(mark(one, WIDEST) for one in hashes))


def mark(number: int, width: int) -> str:
    """The first `width` characters of a 64-bit hash."""
    return "".join(ALPHABET[int(number) >> (58 - 6 * i) & 63] for i in range(width))


def changed_places(was: Marks, now: Marks) -> list[int]:
    """Places whose marks differ, or that only one of the two has, ascending; [] where either has no marks."""
    width = min(was.width, now.width)
    old, new = was.by_place(width), now.by_place(width)
    if not old or not new:
        return []
    return sorted(place for place in {*old, *new} if old.get(place) != new.get(place))


def sum_by_place(places: NDArray[Any], hashes: Hashes, count: int) -> Hashes:
    """(count,) the hashes of each place added up, modulo 2 ** 64: their order does not matter."""
    sums = np.zeros(count, np.uint64)
    np.add.at(sums, places, hashes)
    return sums


def hashes_of(name: str, days: Dates, values: Vector) -> Hashes:
    """(K,) a 64-bit hash of each dated value of a series; 0 for NaN, so that a gap says nothing.

    Mixed by splitmix64 (Steele, Lea and Flood 2014) from whole numbers alone: the same on every machine.
    """
    given = ~np.isnan(values)
    bits = np.ascontiguousarray(values + 0.0, dtype="<f8").view("<u8").astype(np.uint64)
    counted = days.astype("datetime64[D]").astype(np.int64).astype(np.uint64)
    seed = np.uint64(int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "little"))
    return np.where(given, _mixed(bits ^ _mixed(counted ^ seed)), np.uint64(0))


def _mixed(x: Hashes) -> Hashes:
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))
