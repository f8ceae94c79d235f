"""What changed between two snapshots, and what verify finds in a damaged store."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from engine.errors import DataError
from engine.market.snapshot_diff import diff
from engine.market.snapshots import list_snapshots, save
from engine.market.table import Table
from engine.market.verify import verify
from tests.market.publishers.made import a_table, origin


def test_verify_tells_every_kind_of_damage(tmp_path: Path) -> None:
    good = save(a_table(3), "a", "good", origin(), tmp_path)
    orphan = save(a_table(4), "a", "orphan", origin(), tmp_path)
    orphan.manifest.unlink()
    torn = save(a_table(5), "a", "torn", origin(), tmp_path)
    torn.manifest.write_text("{")
    swapped = save(a_table(6), "a", "swapped", origin(), tmp_path)
    other = save(a_table(7), "b", "other", origin(), tmp_path)
    said = json.loads(swapped.manifest.read_text()) | {"file_hash": other.file_hash}
    swapped.manifest.write_text(json.dumps(said))
    swapped.path.write_bytes(other.path.read_bytes())
    leftover = good.path.parent / ".writing-x"
    leftover.write_bytes(b"half")
    states = {finding.path: finding.state for finding in verify(tmp_path)}
    assert states == {
        good.path: "good",
        orphan.path: "without manifest",
        torn.path: "damaged",
        swapped.path: "damaged",
        other.path: "good",
        leftover: "left over",
    }
    with pytest.raises(DataError, match="a manifest that cannot be read"):
        list_snapshots(tmp_path)


def test_diff_of_equal_tables_is_nothing() -> None:
    found = diff(a_table(), a_table())
    assert found.nothing
    assert not found.restated


def test_diff_tells_what_was_restated() -> None:
    before = a_table(6, ("A", "B", "C", "D"))
    values = before.values.copy()
    values[:4, 0] *= 0.99
    values[2, 1] += 3.0
    values[3, 1] -= 5.0
    values[1, 2] = np.nan
    after = Table(
        np.append(before.dates, before.dates[-1:] + 1)[1:],
        ("A", "B", "C", "E"),
        np.vstack([values, values[-1:]])[1:],
        "prices",
        "there",
    )
    found = diff(before, after)
    assert found.restated
    assert found.added_rows.astype(str).tolist() == ["2024-10-10"]
    assert found.removed_rows.astype(str).tolist() == ["2024-10-04"]
    assert found.added_columns == ("E",)
    assert found.removed_columns == ("D",)
    assert [(one.column, one.count) for one in found.changes] == [("A", 3), ("B", 2), ("C", 1)]
    dividend, moved, lost = found.changes
    assert dividend.ratio == pytest.approx(0.99)
    assert str(dividend.first) == "2024-10-05"
    assert str(dividend.last) == "2024-10-07"
    assert (moved.largest, str(moved.on), moved.before, moved.after) == (5.0, "2024-10-07", 113.0, 108.0)
    assert moved.ratio is None
    assert (lost.new_values, lost.lost_values) == (0, 1)
    assert np.isnan(lost.largest)


def test_rows_that_are_only_added_restate_nothing() -> None:
    found = diff(a_table(5), a_table(8))
    assert len(found.added_rows) == 3
    assert not found.restated
    assert not found.nothing
