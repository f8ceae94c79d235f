"""The store: what is saved comes back, is never half-written, and damage is found."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from engine.errors import DataError
from engine.market.snapshots import list_snapshots, load, save, series_folder, store_folder
from engine.market.table import Table
from engine.market.table_file import content_hash, from_parquet, to_parquet
from engine.market.verify import verify
from tests.market.publishers.made import a_table, origin


def same(a: Table, b: Table) -> bool:
    return (
        a.columns == b.columns
        and a.kind == b.kind
        and a.attribution == b.attribution
        and all(
            (one is None) == (other is None) and (one is None or np.array_equal(one, other, equal_nan=True))
            for one, other in zip(
                (a.dates, a.values, a.known, a.opens, a.volumes),
                (b.dates, b.values, b.known, b.opens, b.volumes),
                strict=True,
            )
        )
    )


def tree(store: Path) -> list[str]:
    return sorted(str(path.relative_to(store)) for path in store.rglob("*") if path.is_file())


@given(
    hnp.arrays(np.float64, st.tuples(st.integers(1, 6), st.integers(1, 4)), elements=st.floats(width=64)),
    st.booleans(),
)
def test_any_numbers_come_back_bit_for_bit(values: np.ndarray, whole: bool) -> None:
    rows, width = values.shape
    table = Table(
        dates=np.arange(rows).astype("datetime64[D]"),
        columns=tuple(f"^{number}/é" for number in range(width)),
        values=values,
        kind="values",
        place="here",
        known=np.arange(rows).astype("datetime64[s]") if whole else None,
        opens=values * 0.5 if whole else None,
        volumes=values + 1.0 if whole else None,
        attribution="whose it is",
    )
    back = from_parquet(to_parquet(table), "there")
    assert same(back, table)
    assert content_hash(back) == content_hash(table)


def test_the_hash_of_the_content_is_the_same_for_ever() -> None:
    table = a_table(known=np.array(["2026-01-01T12:00"] * 5, dtype="datetime64[s]"))
    assert content_hash(table) == "647292f3502eefd1395237cc17e64dfb"


def test_the_hash_sees_what_matters_and_only_that() -> None:
    table = a_table()
    seal = content_hash(table)
    gone = np.where(table.values == 103.0, np.nan, table.values)
    zero = table.values - 100.0
    for other in (
        replace(table, columns=("XME", "GDX")),
        replace(table, columns=("XMES", "PY")),
        replace(table, kind="values"),
        replace(table, dates=table.dates + 1),
        replace(table, values=gone),
        replace(table, values=np.nextafter(table.values, 0)),
        replace(table, opens=table.values),
        replace(table, volumes=table.values),
    ):
        assert content_hash(other) != seal
    for other in (
        replace(table, place="there", attribution="x"),
        replace(table, values=np.asfortranarray(table.values)),
        replace(table, values=table.values.astype(">f8")),
        replace(table, dates=table.dates.astype("datetime64[ns]")),
    ):
        assert content_hash(other) == seal
    assert content_hash(replace(table, values=zero * -1.0 * -1.0)) == content_hash(replace(table, values=zero))
    negative = np.where(zero == 0.0, -0.0, zero)
    assert content_hash(replace(table, values=negative)) == content_hash(replace(table, values=zero))


def test_a_saved_table_comes_back_with_its_manifest(tmp_path: Path) -> None:
    table = a_table()
    saved = save(table, "yahoo", "^GSPC", origin(), tmp_path)
    assert same(load(tmp_path, "yahoo", "^GSPC"), table)
    assert tree(tmp_path) == [f"yahoo/%5EGSPC/{saved.id}.json", f"yahoo/%5EGSPC/{saved.id}.parquet"]
    said = json.loads(saved.manifest.read_text())
    assert said["where"] == "https://a.example/x"
    assert (said["rows"], said["columns"]) == (5, 2)
    assert (said["first_date"], said["last_date"]) == ("2024-10-04", "2024-10-08")
    assert said["first_pulled"] == said["last_pulled"] == "2026-05-26T12:00:00.000000+00:00"
    assert said["headers"] == {"etag": '"1"'}
    assert said["facts"] == {"base": "1985"}
    assert list_snapshots(tmp_path) == [saved]


def test_anyone_can_open_the_file(tmp_path: Path) -> None:
    saved = save(a_table(), "yahoo", "two", origin(), tmp_path)
    frame = pd.read_parquet(saved.path)
    assert list(frame.columns) == ["date", "XME", "SPY"]
    assert frame["SPY"].tolist() == [101.0, 103.0, 105.0, 107.0, 109.0]


def test_the_latest_is_the_one_pulled_last_even_where_the_publisher_went_back(tmp_path: Path) -> None:
    first, second = a_table(), replace(a_table(), values=a_table().values * 2)
    one = save(first, "gpr", "daily", origin(0), tmp_path)
    save(second, "gpr", "daily", origin(1), tmp_path)
    assert same(load(tmp_path, "gpr", "daily"), second)
    again = save(first, "gpr", "daily", origin(2), tmp_path)
    assert again.id == one.id
    assert (again.first_pulled[:10], again.last_pulled[:10]) == ("2026-05-26", "2026-05-28")
    assert same(load(tmp_path, "gpr", "daily"), first)
    assert len(list_snapshots(tmp_path)) == 2
    assert same(load(tmp_path, "gpr", "daily", one.id[:8]), first)


def test_saving_the_same_again_does_not_touch_the_table(tmp_path: Path) -> None:
    saved = save(a_table(), "gpr", "daily", origin(0), tmp_path)
    before = saved.path.stat().st_mtime_ns
    save(a_table(), "gpr", "daily", origin(1), tmp_path)
    assert saved.path.stat().st_mtime_ns == before


@pytest.mark.parametrize("key", ["..", ".", "../../etc", "a/b", "^VIX", "GC=F", "MSCI World €", ".hidden"])
def test_no_key_leaves_its_folder(key: str, tmp_path: Path) -> None:
    store = tmp_path / "store"
    saved = save(a_table(), "files", key, origin(), store)
    assert saved.path.parent.parent == store / "files"
    assert [path.name for path in tmp_path.iterdir()] == ["store"]
    assert [one.key for one in list_snapshots(store, "files", key)] == [key]
    assert len(load(store, "files", key).dates) == 5


def test_a_series_that_was_never_pulled_is_named_with_what_there_is(tmp_path: Path) -> None:
    save(a_table(), "fred", "DGS10", origin(), tmp_path)
    with pytest.raises(DataError) as caught:
        load(tmp_path, "fred", "DGS2")
    assert str(caught.value) == (
        f"{tmp_path}: found no snapshot of fred DGS2 (there are DGS10); "
        "expected a series that was pulled before; pull it: overweight data pull fred DGS2"
    )


@pytest.mark.parametrize(("prefix", "found"), [("zz", "0 snapshots"), ("", "2 snapshots")])
def test_an_id_that_is_not_one_snapshot_is_refused(prefix: str, found: str, tmp_path: Path) -> None:
    save(a_table(5), "fred", "DGS10", origin(0), tmp_path)
    save(a_table(6), "fred", "DGS10", origin(1), tmp_path)
    with pytest.raises(DataError, match=f"found {found} of fred DGS10 whose id begins with"):
        load(tmp_path, "fred", "DGS10", prefix)


def test_a_damaged_file_is_refused_and_the_one_before_it_can_be_named(tmp_path: Path) -> None:
    good = save(a_table(5), "fred", "DGS10", origin(0), tmp_path)
    bad = save(a_table(6), "fred", "DGS10", origin(1), tmp_path)
    content = bytearray(bad.path.read_bytes())
    content[len(content) // 2] ^= 1
    bad.path.write_bytes(content)
    with pytest.raises(DataError, match="changed or damaged after it was pulled") as caught:
        load(tmp_path, "fred", "DGS10")
    assert str(caught.value).startswith(f"{bad.path}: ")
    assert "makes the one before it the latest again" in str(caught.value)
    assert len(load(tmp_path, "fred", "DGS10", good.id).dates) == 5
    assert {finding.path: finding.state for finding in verify(tmp_path)} == {
        good.path: "good",
        bad.path: "damaged",
    }
    bad.path.unlink()
    with pytest.raises(DataError, match="no readable file"):
        load(tmp_path, "fred", "DGS10")


def test_pulling_the_same_content_again_heals_a_damaged_file(tmp_path: Path) -> None:
    saved = save(a_table(5), "fred", "DGS10", origin(0), tmp_path)
    saved.path.write_bytes(b"damaged")
    assert save(a_table(5), "fred", "DGS10", origin(1), tmp_path).id == saved.id
    assert same(load(tmp_path, "fred", "DGS10"), a_table(5))
    assert [finding.state for finding in verify(tmp_path)] == ["good"]


def test_a_foreign_parquet_is_no_snapshot(tmp_path: Path) -> None:
    pd.DataFrame({"a": [1.0]}).to_parquet(tmp_path / "x.parquet")
    with pytest.raises(DataError, match="a file that is no snapshot of this engine"):
        from_parquet((tmp_path / "x.parquet").read_bytes(), "x.parquet")


@pytest.mark.parametrize("columns", [("A", "A"), ("date", "B"), ("known at", "A", "A")])
def test_labels_that_cannot_be_columns_are_refused_before_anything_is_written(
    columns: tuple[str, ...], tmp_path: Path
) -> None:
    with pytest.raises(DataError, match="expected distinct labels other than 'date'"):
        save(a_table(columns=columns), "a", "b", origin(), tmp_path)
    assert tree(tmp_path) == []


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_write_that_fails_leaves_nothing_behind(step: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    save(a_table(5), "a", "b", origin(0), tmp_path)
    before = tree(tmp_path)

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, step, fail)
    with pytest.raises(DataError, match=r"cannot be written .No space left on device.*what was there before"):
        save(a_table(6), "a", "b", origin(1), tmp_path)
    monkeypatch.undo()
    assert tree(tmp_path) == before
    assert len(load(tmp_path, "a", "b").dates) == 5


def test_a_kill_between_table_and_manifest_leaves_the_last_good_one_in_use(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(a_table(5), "a", "b", origin(0), tmp_path)
    real: Callable[..., None] = os.replace

    def killed(source: str, target: Path) -> None:
        if str(target).endswith(".json"):
            raise KeyboardInterrupt
        real(source, target)

    monkeypatch.setattr(os, "replace", killed)
    with pytest.raises(KeyboardInterrupt):
        save(a_table(6), "a", "b", origin(1), tmp_path)
    monkeypatch.undo()
    assert len(load(tmp_path, "a", "b").dates) == 5
    assert sorted(finding.state for finding in verify(tmp_path)) == ["good", "left over", "without manifest"]
    save(a_table(6), "a", "b", origin(1), tmp_path)
    assert len(load(tmp_path, "a", "b").dates) == 6


def test_a_store_in_the_way_of_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "store").write_text("a file")
    with pytest.raises(DataError, match="free some space or choose another folder"):
        save(a_table(), "a", "b", origin(), tmp_path / "store")


def test_the_folder_can_be_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OVERWEIGHT_SNAPSHOTS", raising=False)
    assert store_folder() == Path("data/snapshots")
    monkeypatch.setenv("OVERWEIGHT_SNAPSHOTS", "elsewhere")
    assert store_folder() == Path("elsewhere")
    assert store_folder("chosen") == Path("chosen")


def test_series_folder_quotes_what_a_file_system_may_not_like() -> None:
    assert series_folder(Path("s"), "yahoo", "BRK/B") == Path("s/yahoo/BRK%2FB")
