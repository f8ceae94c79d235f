"""`overweight data list`, `show` and `diff`: what lies in the store, and what a publisher changed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from engine.errors import ConfigError, Fault
from engine.market import quality
from engine.market.named_snapshots import find_history, find_snapshot, series_name
from engine.market.snapshot_diff import SnapshotDifference, diff
from engine.market.snapshots import Snapshot, list_snapshots, read_snapshot, store_folder
from engine.market.table import Dates, Matrix
from engine.results import terminal
from engine.results.aligned import aligned
from engine.results.data.pull import SHOWN

#: Rows and columns of a table that `show` and `diff` print at most.
MOST_ROWS, MOST_COLUMNS = 3, 5
MOST_CHANGES = 20


def list_store(*, store: Path | None, as_json: bool) -> int:
    """Print every snapshot by series, the latest last."""
    kept = list_snapshots(store_folder(store))
    if as_json:
        terminal.put_json([_as_json(one) for one in kept])
    elif not kept:
        terminal.put_drawn(f"no snapshot under {store_folder(store)}; pull one: overweight data pull gpr")
    else:
        rows = [("series", "id", "from", "to", "pulled", "rows")]
        for one in kept:
            ends = (one.first_date, one.last_date, one.last_pulled[:10], f"{one.rows:,}")
            rows.append((series_name(one), one.id[:SHOWN], *ends))
        terminal.put_drawn(*aligned(rows, right=(5,)))
    return 0


def show_snapshot(name: str, *, store: Path | None, as_json: bool) -> int:
    """Print where a snapshot came from, its first and last rows, and what looks wrong in it."""
    one = find_snapshot(store_folder(store), name)
    table = read_snapshot(one)
    found = quality.findings(table)
    if as_json:
        terminal.put_json({**_as_json(one), "labels": list(table.columns), "quality": quality.short(found)})
        return 0
    said = {
        "series": series_name(one), "id": one.id, "file": str(one.path), "from": one.where,
        "first pulled": one.first_pulled[:19], "last pulled": one.last_pulled[:19],
        "rows": f"{one.rows:,} from {one.first_date} to {one.last_date}",
        "labels": ", ".join(table.columns[:12]) + (f" and {one.columns - 12} more" if one.columns > 12 else ""),
        "says of itself": ", ".join(f"{key}: {value}" for key, value in one.facts.items()) or "nothing",
        "whose": table.attribution or "unknown",
        "quality": ", ".join(f"{kind}: {count}" for kind, count in quality.short(found).items()) or "nothing found",
    }  # fmt: skip
    ends = _rows(table.dates, table.columns, table.values)
    terminal.put_drawn(*aligned(list(said.items())), "", *aligned(ends, right=range(1, 1 + MOST_COLUMNS)))
    return 0


def diff_snapshots(names: Sequence[str], *, store: Path | None, as_json: bool) -> int:
    """Print what the second snapshot says otherwise than the first; for one series, its last two."""
    before, after = _two(store_folder(store), names)
    found = diff(read_snapshot(before), read_snapshot(after))
    if as_json:
        terminal.put_json({"before": _as_json(before), "after": _as_json(after), **_difference(found)})
        return 0
    head = f"{series_name(before)}@{before.id[:SHOWN]} to {series_name(after)}@{after.id[:SHOWN]}"
    lines = [head, _rows_line("added", found.added_rows), _rows_line("removed", found.removed_rows)]
    for word, labels in (("added", found.added_columns), ("removed", found.removed_columns)):
        if labels:
            lines.append(f"{word} columns: {', '.join(labels)}")
    if found.nothing:
        lines = [head, "they say the same"]
    terminal.put_drawn(*(line for line in lines if line), *_change_lines(found))
    return 0


def _two(store: Path, names: Sequence[str]) -> tuple[Snapshot, Snapshot]:
    if len(names) > 1:
        return find_snapshot(store, names[0]), find_snapshot(store, names[1])
    history = find_history(store, names[0])
    if len(history) < 2:
        raise ConfigError(
            Fault(names[0], "", "one snapshot", "two to compare", "pull again, or name two: overweight data diff A B")
        )
    return history[-2], history[-1]


def _rows_line(word: str, days: Dates) -> str:
    if not len(days):
        return ""
    return f"{word} rows: {len(days):,}, from {days[0]} to {days[-1]}"


def _change_lines(found: SnapshotDifference) -> list[str]:
    """One line per column that changed: how many values, how, and the largest."""
    lines = []
    for one in found.changes[:MOST_CHANGES]:
        how = f"rescaled by {one.ratio:.6g}" if one.ratio is not None else _appeared(one.new_values, one.lost_values)
        line = f"{one.column}: {quality.counted(one.count, 'value')} changed from {one.first} to {one.last}" + (
            f", {how}" if how else ""
        )
        if np.isfinite(one.largest):
            line += f"; most on {one.on}, {one.before:.6g} to {one.after:.6g}"
        lines.append(line)
    more = len(found.changes) - MOST_CHANGES
    return lines + ([f"and {more} more columns"] if more > 0 else [])


def _appeared(new: int, lost: int) -> str:
    words = [f"{quality.counted(new, 'value')} appeared"] * bool(new) + [f"{lost} vanished"] * bool(lost)
    return ", ".join(words)


def _rows(dates: Dates, columns: Sequence[str], values: Matrix) -> list[list[str]]:
    """A header and the first and last rows of a table, as words."""
    many = len(dates) > 2 * MOST_ROWS
    picked = [*range(MOST_ROWS), *range(len(dates) - MOST_ROWS, len(dates))] if many else range(len(dates))
    rows = [["date", *columns[:MOST_COLUMNS]]]
    for row in picked:
        numbers = ("" if math.isnan(value) else f"{value:,.6g}" for value in values[row, :MOST_COLUMNS])
        rows.append([str(dates[row]), *numbers])
    if many:
        rows.insert(1 + MOST_ROWS, ["...", *[""] * (len(rows[0]) - 1)])
    return rows


def _as_json(one: Snapshot) -> dict[str, Any]:
    return {
        "source": one.source, "key": one.key, "id": one.id, "where": one.where, "path": str(one.path),
        "first_pulled": one.first_pulled, "last_pulled": one.last_pulled, "rows": one.rows, "columns": one.columns,
        "first": one.first_date, "last": one.last_date, "facts": dict(one.facts),
    }  # fmt: skip


def _difference(found: SnapshotDifference) -> dict[str, Any]:
    def number(value: float | None) -> float | None:
        return value if value is not None and np.isfinite(value) else None

    changes = [
        {
            "column": one.column, "count": one.count, "first": str(one.first), "last": str(one.last),
            "new_values": one.new_values, "lost_values": one.lost_values, "largest": number(one.largest),
            "on": str(one.on), "before": number(one.before), "after": number(one.after), "ratio": number(one.ratio),
        }
        for one in found.changes
    ]  # fmt: skip
    return {
        "same": found.nothing, "restated": found.restated, "changes": changes,
        "added_rows": [str(day) for day in found.added_rows], "removed_rows": [str(day) for day in found.removed_rows],
        "added_columns": list(found.added_columns), "removed_columns": list(found.removed_columns),
    }  # fmt: skip
