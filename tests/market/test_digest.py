"""Digests: the hash of days and numbers that they are said to be, and anew wherever what is used changes."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from engine.config import load
from engine.market.assemble import build_panel
from engine.market.digest import column_digest, column_digests
from engine.market.panel import Panel
from engine.market.snapshots import latest, read_snapshot, save
from engine.market.table_file import from_parquet, to_parquet
from engine.market.verify import verify
from tests.desk import Desk, made_prices
from tests.market.publishers.made import a_table, origin
from tests.market.sources.conftest import Command, data

__all__ = ["data"]
KEPT = "{source: files, path: prices.csv, snapshot: kept}"


def plainly(dates: np.ndarray, values: np.ndarray) -> str:
    """sha256 over the days and then the numbers of the rows that have one, by their bytes."""
    rows = [i for i, value in enumerate(values) if value == value]
    days = b"".join(int(dates[i].astype("datetime64[D]").astype(int)).to_bytes(8, "little", signed=True) for i in rows)
    return hashlib.sha256(days + np.array([values[i] for i in rows], dtype="<f8").tobytes()).hexdigest()


@given(
    hnp.arrays(np.float64, st.tuples(st.integers(0, 8), st.integers(1, 5)), elements=st.floats(width=64)),
    st.sampled_from("CF"),
)
def test_a_digest_is_the_hash_of_days_and_numbers(values: np.ndarray, order: str) -> None:
    dates = (np.arange(len(values)) * 3 - 10).astype("datetime64[D]")
    laid = np.array(values, order=order)  # type: ignore[call-overload]
    assert column_digests(dates, laid) == [plainly(dates, column) for column in values.T]
    assert column_digest(dates.astype("datetime64[s]"), laid[:, 0]) == plainly(dates, values[:, 0])


def test_many_columns_are_each_their_own() -> None:
    values = np.random.default_rng(0).normal(size=(50, 150))
    values[np.random.default_rng(1).random(values.shape) < 0.01] = np.nan
    dates = np.arange(50).astype("datetime64[D]")
    assert column_digests(dates, values) == [plainly(dates, column) for column in values.T]


def test_a_snapshot_says_the_digests_of_its_columns_and_hands_on_those_that_were_asked_for() -> None:
    table = a_table(columns=("XME", "SPY", "GDX"))
    back = from_parquet(to_parquet(table), "there", ["GDX", "SLV", "XME"])
    assert back.columns == ("GDX", "XME")
    assert back.digests == (plainly(table.dates, table.values[:, 2]), plainly(table.dates, table.values[:, 0]))


def test_verify_finds_a_file_whose_digests_are_of_other_numbers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.market.table_file.column_digests", lambda *_: ["0" * 64] * 2)
    save(a_table(), "files", "forged", origin(), tmp_path)
    monkeypatch.undo()
    save(a_table(), "files", "good", origin(), tmp_path)
    assert {finding.path.parent.name: finding.state for finding in verify(tmp_path)} == {
        "forged": "damaged",
        "good": "good",
    }


def panel(desk: Desk, **changes: object) -> Panel:
    return build_panel(load(desk.config(**{"to": None, **changes})))


@pytest.mark.parametrize("to", [None, "2020-12-31"])
def test_a_panel_from_a_snapshot_hashes_what_it_shows(desk: Desk, data: Command, to: str | None) -> None:
    prices = made_prices()
    prices.iloc[:30, 1] = np.nan
    prices.iloc[50:55, 2] = np.nan
    desk.prices(prices)
    assert data("pull", str(desk.config(data=KEPT))).exit_code == 0
    read = panel(desk, data=KEPT, to=to)
    for i, label in enumerate(read.assets):
        assert read.digests[label] == plainly(read.sessions, read.prices[:, i])
    assert read.fingerprint == panel(desk, to=to).fingerprint


def test_converted_prices_are_hashed_as_converted(desk: Desk, data: Command) -> None:
    prices = made_prices()
    desk.prices(prices)
    rate = pd.DataFrame({"EURUSD": 1.1}, prices.index)
    desk.prices(rate, "fx.csv")
    data("pull", str(desk.config(data=KEPT)))
    money = {"fx": "{EUR: EURUSD}", "base_currency": "USD"}
    sources = "{prices: {%s, currency: EUR}, fx: {source: files, path: fx.csv}}"
    read = panel(desk, data=sources % KEPT[1:-1], **money)
    assert read.digests["AAA"] == plainly(read.sessions, read.prices[:, 0])
    np.testing.assert_allclose(read.prices, prices.to_numpy() * 1.1, rtol=1e-14)


def test_other_numbers_give_other_digests(desk: Desk, data: Command) -> None:
    before = panel(desk)
    data("pull", str(desk.config(data=KEPT)))
    prices = made_prices()
    prices.iloc[-1, 0] *= 1.0 + 1e-15
    desk.prices(prices)
    data("pull", str(desk.config(data=KEPT)))
    after = panel(desk, data=KEPT)
    changed = {name for name in before.digests if before.digests[name] != after.digests[name]}
    assert changed == {"AAA"}
    assert after.fingerprint != before.fingerprint


def test_a_table_without_digests_is_hashed_here(desk: Desk, data: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    """As after an older engine's pull."""
    monkeypatch.setattr("engine.market.table_file.column_digests", lambda *_: [])
    data("pull", str(desk.config(data=KEPT)))
    monkeypatch.undo()
    monkeypatch.chdir(desk.folder)
    assert read_snapshot(latest(Path("data/snapshots"), "files", "kept")).digests == ()
    assert panel(desk, data=KEPT).fingerprint == panel(desk).fingerprint
