"""What changed between two tables of one series."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.market.table import Dates, Table

# Ratios of one factor agree to this, relatively, where a publisher rescaled history (a dividend, a new base).
SAME_RATIO = 1e-5


@dataclass(frozen=True, slots=True)
class Change:
    """How one column differs on the days that both tables have.

    count: days with another value, a value that appeared (new_values) or vanished (lost_values) among them.
    first, last: of those days. largest: the largest absolute difference of two values, at `on`, from `before`
    to `after` (NaN where values only appeared or vanished). ratio: after / before where that is one number on
    all changed days, as after a dividend in adjusted closes; else None.
    """

    column: str
    count: int
    first: np.datetime64
    last: np.datetime64
    new_values: int
    lost_values: int
    largest: float
    on: np.datetime64
    before: float
    after: float
    ratio: float | None


@dataclass(frozen=True, slots=True)
class SnapshotDifference:
    """What the second table says otherwise than the first. changes: one per column that differs, by label."""

    changes: tuple[Change, ...]
    added_rows: Dates
    removed_rows: Dates
    added_columns: tuple[str, ...]
    removed_columns: tuple[str, ...]

    @property
    def nothing(self) -> bool:
        rows = len(self.added_rows) + len(self.removed_rows)
        return not (self.changes or rows or self.added_columns or self.removed_columns)

    @property
    def restated(self) -> bool:
        """Did the publisher change or take back anything that it had said before?"""
        return bool(self.changes or len(self.removed_rows) or self.removed_columns)


def diff(before: Table, after: Table) -> SnapshotDifference:
    """What `after` says otherwise than `before`: values per column, rows and columns added and removed."""
    both, rows_before, rows_after = np.intersect1d(before.dates, after.dates, return_indices=True)
    shared = sorted(set(before.columns) & set(after.columns))
    changes = []
    for label in shared:
        old = before.values[rows_before, before.columns.index(label)]
        new = after.values[rows_after, after.columns.index(label)]
        change = _change(label, both, old, new)
        if change is not None:
            changes.append(change)
    return SnapshotDifference(
        changes=tuple(changes),
        added_rows=np.setdiff1d(after.dates, before.dates),
        removed_rows=np.setdiff1d(before.dates, after.dates),
        added_columns=tuple(label for label in after.columns if label not in before.columns),
        removed_columns=tuple(label for label in before.columns if label not in after.columns),
    )


def _change(label: str, dates: Dates, old: NDArray[np.float64], new: NDArray[np.float64]) -> Change | None:
    appeared, vanished = np.isnan(old) & ~np.isnan(new), ~np.isnan(old) & np.isnan(new)
    both = ~np.isnan(old) & ~np.isnan(new)
    moved = both & (old != new)
    changed = np.flatnonzero(moved | appeared | vanished)
    if not len(changed):
        return None
    distance = np.where(moved, np.abs(new - old), -1.0)
    at = int(np.argmax(distance)) if moved.any() else int(changed[0])
    return Change(
        column=label,
        count=len(changed),
        first=dates[changed[0]],
        last=dates[changed[-1]],
        new_values=int(appeared.sum()),
        lost_values=int(vanished.sum()),
        largest=float(distance[at]) if moved.any() else float("nan"),
        on=dates[at],
        before=float(old[at]),
        after=float(new[at]),
        ratio=_one_ratio(old[moved], new[moved]),
    )


def _one_ratio(old: NDArray[np.float64], new: NDArray[np.float64]) -> float | None:
    if len(old) < 2 or (old == 0).any():
        return None
    ratios = new / old
    middle = float(np.median(ratios))
    return middle if bool((np.abs(ratios - middle) <= SAME_RATIO * abs(middle)).all()) else None
