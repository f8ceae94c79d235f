"""Dated tables of one's own: any order of rows, wide or long, and never a value before it was known."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.config import load
from engine.errors import ConfigError, DataError
from engine.market.assemble import build_panel
from engine.market.panel import Panel
from tests.desk import Desk

QUESTION: dict[str, object] = {
    "watch": "{stocks: {series: lme.copper}}",
    "data": "{own: {source: files, path: prices.csv, close: '16:00 America/New_York'}, "
    "lme: {source: table, path: t.csv, known: {column: published}}}",
}
WIDE = """date,published,copper,nickel
2020-03-13,2020-03-17,3,30
2020-03-06,2020-03-09,1,10
2020-03-10,2020-03-14,2,
"""


def panel(desk: Desk, text: str = WIDE, **changes: object) -> Panel:
    desk.text(text, "t.csv")
    return build_panel(load(desk.config(**{**QUESTION, **changes})))


def seen(read: Panel, name: str = "lme.copper") -> Mapping[str, tuple[float, str]]:
    one = read.series[name]
    first = read.sessions[one.visible].astype(str)
    return {str(day): (float(value), str(on)) for day, value, on in zip(one.dates, one.values, first, strict=True)}


EXPECTED = {"2020-03-06": (1.0, "2020-03-10"), "2020-03-10": (2.0, "2020-03-16"), "2020-03-13": (3.0, "2020-03-18")}


def test_a_row_is_seen_after_the_day_that_its_column_names(desk: Desk) -> None:
    assert seen(panel(desk)) == EXPECTED


def test_a_known_time_with_a_zone_is_held_against_the_close(desk: Desk) -> None:
    times = "date,published,copper\n2020-03-06,2020-03-09T15:59-04:00,1\n2020-03-09,2020-03-10T16:01-04:00,2\n"
    assert seen(panel(desk, times)) == {"2020-03-06": (1.0, "2020-03-09"), "2020-03-09": (2.0, "2020-03-11")}


def test_long_tables_parquet_and_excel_say_the_same(desk: Desk) -> None:
    wide = pd.read_csv(desk.folder / "t.csv") if (desk.folder / "t.csv").exists() else None
    assert wide is None
    long = "date,published,label,value\n" + "\n".join(
        f"{day},{known},{label},{value}"
        for day, known, *values in (line.split(",") for line in WIDE.splitlines()[1:])
        for label, value in zip(("copper", "nickel"), values, strict=True)
        if value
    )
    assert seen(panel(desk, long + "\n")) == EXPECTED
    desk.text(WIDE, "t.csv")
    pd.read_csv(desk.folder / "t.csv").to_parquet(desk.folder / "t.parquet")
    read = panel(desk, data=str(QUESTION["data"]).replace("t.csv", "t.parquet"))
    assert seen(read) == EXPECTED


def test_excel_files_are_read(desk: Desk) -> None:
    pytest.importorskip("python_calamine", reason="needs the extra: sources")
    from tests.market.publishers.made import as_xlsx

    rows = [line.split(",") for line in WIDE.splitlines()]
    cells = [rows[0], *[[day, known, float(one), float(two or "nan")] for day, known, one, two in rows[1:3]]]
    (desk.folder / "t.xlsx").write_bytes(as_xlsx({"data": cells}))
    read = panel(desk, data=str(QUESTION["data"]).replace("t.csv", "t.xlsx"))
    assert {day: EXPECTED[day] for day in ("2020-03-06", "2020-03-13")} == seen(read)


def test_without_a_column_the_day_itself_is_after_the_close(desk: Desk) -> None:
    text = "date,copper\n2020-03-06,1\n2020-03-10,2\n"
    read = panel(desk, text, data=str(QUESTION["data"]).replace(", known: {column: published}", ""))
    assert seen(read) == {"2020-03-06": (1.0, "2020-03-09"), "2020-03-10": (2.0, "2020-03-11")}


def test_columns_choose_and_rename(desk: Desk) -> None:
    text = WIDE.replace("nickel", "note").replace(",30", ",thirty").replace(",10\n", ",ten\n")
    with pytest.raises(DataError, match="`ten` for note on 2020-03-06"):
        panel(desk, text)
    chosen = str(QUESTION["data"]).replace("t.csv", "t.csv, columns: {cu: copper}")
    assert seen(panel(desk, text, data=chosen, watch="{c: {series: lme.cu}}"), "lme.cu") == EXPECTED
    alone = str(QUESTION["data"]).replace("t.csv", "t.csv, column: copper")
    assert seen(panel(desk, text, data=alone)) == EXPECTED


BAD = {
    WIDE.replace(
        "2020-03-17", "soon"
    ): "t.csv: found `soon` as the known date (`published`) of row 2; expected a date like",
    WIDE.replace(
        "2020-03-17", "2020-03-17T16:00"
    ): "found `2020-03-17T16:00` as the known time of row 2; expected a date, or a time with its zone",
    WIDE.replace(
        "published", "said"
    ): "t.csv: found no column `published` (columns: said, copper, nickel); expected the "
    "column of known dates that `known` names",
    WIDE + "2020-03-13,2020-03-17,3,3\n": "t.csv: found the date 2020-03-13 twice",
    WIDE.replace(",3,30", ",inf,30"): "t.csv: found `inf` for copper on 2020-03-13",
    "": "t.csv: found an empty file",
}


@pytest.mark.parametrize("text", BAD)
def test_a_table_that_cannot_be_used_is_refused(desk: Desk, text: str) -> None:
    with pytest.raises(DataError) as caught:
        panel(desk, text)
    assert BAD[text] in str(caught.value)


def test_a_column_that_is_not_there_is_refused_at_its_key(desk: Desk) -> None:
    with pytest.raises(ConfigError, match=r"data.lme.columns: found `zinc`, which t.csv has not"):
        panel(desk, data=str(QUESTION["data"]).replace("t.csv", "t.csv, columns: {z: zinc}"))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(st.integers(0, 300), st.integers(0, 40)), min_size=1, max_size=25, unique_by=lambda row: row[0])
)
def test_no_order_of_rows_shows_a_value_before_it_was_known(desk: Desk, rows: list[tuple[int, int]]) -> None:
    start = np.datetime64("2020-01-01")
    lines = [f"{start + day},{start + day + late},{day}" for day, late in rows]
    read = panel(desk, "\n".join(["date,published,copper", *lines, ""]))
    known = {float(day): start + day + late for day, late in rows}
    one = read.series["lme.copper"]
    for value, visible in zip(one.values, one.visible, strict=True):
        assert read.sessions[visible] > known[float(value)]
        assert visible == 0 or read.sessions[visible - 1] <= known[float(value)]
    inside = [day for day, known_on in known.items() if known_on < read.sessions[-1]]
    assert sorted(one.values.tolist()) == sorted(inside)
