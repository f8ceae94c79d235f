"""A folder with a file per ticker gives the panel of the one wide file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from engine.config import load
from engine.errors import ConfigError, OverweightError
from engine.market.assemble import build_panel
from engine.market.panel import Panel
from tests.desk import Desk, made_prices


def panel(desk: Desk, data: str, **changes: object) -> Panel:
    return build_panel(load(desk.config(data=data, **changes)))


@pytest.fixture
def folder(desk: Desk) -> Path:
    """AAA.csv and BBB.parquet with opens and volumes, CCC.csv with one column alone."""
    at = desk.folder / "tickers"
    at.mkdir()
    for label, closes in made_prices().items():
        frame = pd.DataFrame({"open": closes * 0.99, "high": closes, "low": closes, "close": closes, "volume": 7.0})
        if label == "BBB":
            frame.to_parquet(at / "BBB.parquet")
        else:
            (closes if label == "CCC" else frame).to_csv(at / f"{label}.csv")
    (at / "notes.md").write_text("no data")
    return at


def test_a_folder_is_the_panel_of_the_wide_file(desk: Desk, folder: Path) -> None:
    wide = panel(desk, "{source: files, path: prices.csv}")
    assert panel(desk, "{source: files, path: tickers}").fingerprint == wide.fingerprint


def test_only_the_wanted_files_are_read(desk: Desk, folder: Path) -> None:
    (folder / "ZZZ.csv").write_text("no table at all")
    assert panel(desk, "{source: files, path: tickers}").assets == ("AAA", "BBB", "CCC")


def test_opens_come_from_the_column_that_is_named(desk: Desk, folder: Path) -> None:
    read = panel(desk, "{source: files, path: tickers, open: open}", hold="{one: [AAA], two: [BBB]}")
    assert read.opens is not None
    np.testing.assert_allclose(read.opens, read.prices * 0.99, rtol=1e-12)


def test_files_may_be_called_otherwise(desk: Desk, folder: Path) -> None:
    (folder / "AAA.csv").rename(folder / "aaa_us.csv")
    read = panel(desk, "{source: files, path: tickers, columns: {AAA: aaa_us}}")
    assert read.fingerprint == panel(desk, "{source: files, path: prices.csv}").fingerprint


def test_lives_of_different_lengths_stand_on_one_calendar(desk: Desk, folder: Path) -> None:
    made_prices()["CCC"].iloc[:300].to_csv(folder / "CCC.csv")
    read = panel(desk, "{source: files, path: tickers}", to="2021-06-30")
    assert np.isnan(read.prices[300:, 2]).all()
    assert read.ends[2] == 299


def spoil_price(folder: Path) -> None:
    (folder / "AAA.csv").write_text("date,close,volume\n2020-01-01,1,5\n2020-01-02,-1,5\n")


def spoil_order(folder: Path) -> None:
    (folder / "AAA.csv").write_text("date,close\n2020-01-02,1\n2020-01-01,1\n")


def spoil_columns(folder: Path) -> None:
    (folder / "AAA.csv").write_text("date,last,volume\n2020-01-01,1,5\n")


def double(folder: Path) -> None:
    made_prices()[["BBB"]].to_csv(folder / "BBB.csv")


def empty(folder: Path) -> None:
    for path in folder.iterdir():
        path.unlink()


SPOILT = {
    spoil_price: "tickers: found `-1.0` for AAA on 2020-01-02; expected a price above zero",
    spoil_order: "tickers/AAA.csv: found the date 2020-01-01 after 2020-01-02 (data row 2)",
    spoil_columns: "tickers/AAA.csv: found no column `close` (columns: last, volume); expected a file with it; "
    "name the columns in the config: `price:`, `open:`, `volume:`",
    double: "data.path: found two files of BBB; expected one file per label; remove BBB.csv or BBB.parquet",
    empty: "data.path: found `tickers`, a folder without data files; expected files ending in .csv",
}


@pytest.mark.parametrize("spoil", SPOILT, ids=lambda spoil: spoil.__name__)
def test_a_spoilt_folder_is_refused_by_file(desk: Desk, folder: Path, spoil) -> None:  # type: ignore[no-untyped-def]
    spoil(folder)
    with pytest.raises(OverweightError) as caught:
        panel(desk, "{source: files, path: tickers}")
    assert SPOILT[spoil] in str(caught.value)


@pytest.mark.parametrize(
    ("written", "found"),
    [("column: close", "`column` with a folder"), ("known: {column: x}", "a column of known dates")],
)
def test_what_speaks_of_one_file_is_refused_for_a_folder(desk: Desk, folder: Path, written: str, found: str) -> None:
    with pytest.raises(ConfigError, match=found):
        panel(desk, f"{{source: files, path: tickers, {written}}}")


def test_a_ticker_without_a_file_is_named_with_the_nearest(desk: Desk, folder: Path) -> None:
    with pytest.raises(ConfigError, match=r"found `AAB`, which no source has; .* did you mean `AAA`"):
        panel(desk, "{source: files, path: tickers}", hold="{one: [AAB, BBB], two: [CCC]}")
