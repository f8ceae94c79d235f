"""Every fault of a price file, or of a question about it, has a message with place, cause and cure."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from engine.config import load
from engine.errors import ConfigError, DataError, OverweightError
from engine.market.assemble import build_panel
from tests.desk import Desk, made_prices

Spoil = Callable[[pd.DataFrame], pd.DataFrame]


def put(row: int, label: str, value: object) -> Spoil:
    def spoil(frame: pd.DataFrame) -> pd.DataFrame:
        frame = frame.astype(object)
        frame.iloc[row, frame.columns.get_loc(label)] = value
        return frame

    return spoil


FRAMES: dict[str, tuple[Spoil, str]] = {
    "negative price": (
        put(5, "AAA", -1.0),
        "prices.csv: found `-1.0` for AAA on 2020-01-08; expected a price above zero; "
        "leave missing prices empty; for a column of returns say `kind: returns`",
    ),
    "zero price": (
        put(5, "AAA", 0),
        "prices.csv: found `0.0` for AAA on 2020-01-08; expected a price above zero, or 0 to the end where an asset is "
        "worth nothing; leave missing prices empty",
    ),
    "denormal price": (
        put(5, "AAA", 1e-320),
        "prices.csv: found `1e-320` for AAA on 2020-01-08; expected a price of 1e-12 at least, or 0 where an asset is "
        "worth nothing; write what it was, or 0 to the end",
    ),
    "text": (
        put(5, "BBB", "n.q."),
        "prices.csv: found `n.q.` for BBB on 2020-01-08; expected a number or nothing; remove the text",
    ),
    "infinity": (
        put(3, "CCC", np.inf),
        "prices.csv: found `inf` for CCC on 2020-01-06; expected a number or nothing; remove the text",
    ),
    "all missing": (
        lambda frame: frame.assign(AAA=np.nan),
        "prices.csv: AAA: found a column without a single value; expected prices or returns; "
        "export AAA again, or take it out of the config",
    ),
    "unsorted": (
        lambda frame: frame.iloc[::-1],
        "prices.csv: found the date 2021-07-12 after 2021-07-13 (data row 2); expected one row per date, "
        "in ascending order; sort the file by date and keep one row per date",
    ),
    "doubled": (
        lambda frame: pd.concat([frame, frame.iloc[[10]]]).sort_index(),
        "prices.csv: found the date 2020-01-15 twice (data row 12); expected one row per date, "
        "in ascending order; sort the file by date and keep one row per date",
    ),
}

#: What a file holds, byte by byte, and what is said of it.
BYTES = {
    "a spreadsheet's own": (
        "prices.csv",
        b"\xff\xfed\x00a\x00t\x00e\x00",
        "prices.csv: found the byte 0xff, which is no UTF-8; expected text in UTF-8; save it as CSV in UTF-8",
    ),
    "text called parquet": (
        "prices.parquet",
        b"date,AAA\n",
        "prices.parquet: found no parquet file but for its name; expected `PAR1` at both ends, as .parquet files "
        "have; export the file again",
    ),
    "nothing called parquet": (
        "prices.parquet",
        b"",
        "prices.parquet: found no parquet file but for its name; expected `PAR1` at both ends, as .parquet files "
        "have; export the file again",
    ),
    "half a download": (
        "prices.parquet",
        b"PAR1 and then no more",
        "prices.parquet: found a parquet file without its end; expected `PAR1` at both ends, as .parquet files have; "
        "export the file again",
    ),
}
TEXTS = {
    "empty": ("", "prices.csv: found an empty file; expected a header and rows; export the file again"),
    "header alone": (
        "date,AAA,BBB,CCC\n",
        "prices.csv: found a header without rows; expected at least one row; export the file again",
    ),
    "a column twice": (
        "date,AAA,BBB,CCC,AAA\n2020-01-01,1,2,3,4\n",
        "prices.csv: found the column `AAA` twice; expected each column once; remove or rename the second one",
    ),
    "semicolons": (
        "date;AAA;BBB;CCC\n2020-01-01;1;2;3\n",
        "prices.csv: found columns parted by `;`; expected columns parted by commas; save it as CSV with commas",
    ),
    "no date": (
        "day,AAA,BBB,CCC\n2020-01-01,1,2,3\n",
        "prices.csv: found no column `date` (columns: day, AAA, BBB, CCC); expected a column of dates; "
        "name it in the config: `date: <column>`",
    ),
    "a row without its end": (
        "date,AAA,BBB,CCC\n2020-01-01,1,2,3\n\n2020-01-02,1,2\n",
        "prices.csv:4: found 3 fields; expected 4, as in the header; export the file again; a field that is empty has "
        "its comma all the same",
    ),
    "a day alone": (
        "date,AAA,BBB,CCC\n2020-01-01,1,2,\n2020-01-02",
        "prices.csv:3: found 1 field; expected 4, as in the header; export the file again; a field that is empty has "
        "its comma all the same",
    ),
    "a row without its end after quoted fields": (
        'date,"A, the\nfirst",BBB,CCC\n2020-01-01,"1","2",3\n2020-01-02,"1,5"\n',
        "prices.csv:4: found 2 fields; expected 4, as in the header; export the file again; a field that is empty has "
        "its comma all the same",
    ),
    "no day": (
        "date,AAA,BBB,CCC\n2020-01-01,1,2,3\nhello,1,2,3\n",
        "prices.csv: found `hello` as the date of row 3; expected a date like 2024-03-28; "
        "write dates as year-month-day",
    ),
}

QUESTIONS: dict[str, tuple[dict[str, object], str]] = {
    "no such asset": (
        {"hold": "{one: [AAA, BBc], two: [CCC]}"},
        "a.yaml:2:13: hold.one: found `BBc`, which no source has; expected a label of prices (prices.csv); "
        "did you mean `BBB`?",
    ),
    "no such file": (
        {"data": "{source: files, path: nix.csv}"},
        "a.yaml:8:29: data.path: found `nix.csv`, which is no file; expected a CSV or parquet file beside the "
        "config, in the working directory, in its `data/`, or in a folder of $OVERWEIGHT_DATA; "
        "correct the path, or set OVERWEIGHT_DATA to the folder that holds the file",
    ),
    "to beyond the data": (
        {"to": "2030-01-01"},
        "a.yaml:7:5: to: found 2030-01-01; expected at most 2021-07-13, where the data of the held assets end; "
        "say `to: 2021-07-13`",
    ),
    "to before the data": (
        {"from_": None, "to": "2019-01-01"},
        "a.yaml:6:5: to: found 2019-01-01; expected a day on or after the first session, 2020-01-01; give a later `to`",
    ),
    "from beyond the data": (
        {"from_": "2025-01-01", "to": None},
        "a.yaml:6:7: from: found 2025-01-01, after the last decision day; expected a day from 2020-01-01 to "
        "2021-06-30; give an earlier `from`, or data that go on",
    ),
    "from before there is enough past": (
        {
            "strategy": "momentum_rotation",
            "with_": "{sleeve: one}",
            "stance": "{rule: rank, top: 1}",
            "from_": "2020-02-03",
        },
        "a.yaml:6:7: from: found a decision on 2020-02-28, for which the data before it are too few; "
        "expected at the earliest 2020-12-18; say `from: 2020-12-18`",
    ),
    "a known rule for what is held": (
        {"data": "{source: files, path: prices.csv, known: {lag_days: 3}}"},
        "a.yaml:8:48: data.known: found a known rule for prices of what is held (AAA, BBB, CCC); expected prices that "
        "are known at their close; remove it; to trade later than decided write `trade: {after: n}`",
    ),
    "prices for returns": (
        {"data": "{source: files, path: prices.csv, kind: returns}"},
        "",
    ),
    "no such cash rate": (
        {"cash": "{rate: RF}"},
        "a.yaml:9:14: cash.rate: found `RF`, which is no series; expected a yearly rate, or the name of a series "
        "in `data`; add it: `data: {RF: {source: files, path: ..., column: RF}}`",
    ),
}


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_empty_fields_with_their_commas_are_gaps(desk: Desk, end: str) -> None:
    """Empty lines are no rows, quoted commas no commas."""
    rows = ["date,AAA,BBB,CCC", "2020-06-29,1,2,3", "", "2020-06-30,1,2,", "2020-07-01,1,,", '2020-07-02,1,2,"3"', "  "]
    for lines in (rows, [*rows[:5], "2020-07-02,1,2,3"]):
        (desk.folder / "prices.csv").write_bytes(("\ufeff" + end.join(lines)).encode())
        found = build_panel(load(desk.config(from_=None, to=None))).prices
        np.testing.assert_array_equal(found, [[1, 2, 3], [1, 2, np.nan], [1, np.nan, np.nan], [1, 2, 3]])


def refused(desk: Desk, **changes: object) -> OverweightError:
    with pytest.raises(OverweightError) as caught:
        desk.run(**changes)
    assert not Path("results").exists()
    return caught.value


@pytest.mark.parametrize("name", FRAMES)
def test_a_spoilt_price_file_is_refused_by_name_and_day(desk: Desk, name: str) -> None:
    spoil, message = FRAMES[name]
    desk.prices(spoil(made_prices()))
    error = refused(desk)
    assert isinstance(error, DataError)
    assert str(error) == message


@pytest.mark.parametrize("name", TEXTS)
def test_a_file_that_is_no_table_is_refused(desk: Desk, name: str) -> None:
    text, message = TEXTS[name]
    desk.text(text)
    error = refused(desk)
    assert isinstance(error, DataError)
    assert str(error) == message


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_question_the_data_cannot_answer_is_refused_at_its_line(desk: Desk, name: str) -> None:
    changes, message = QUESTIONS[name]
    error = refused(desk, **changes)
    if name == "prices for returns":
        assert re.fullmatch(
            r"prices.csv: found a return of [0-9.]+ for AAA; expected simple returns \(0.01 is one percent\) above -1; "
            r"divide percentages by 100; for a file of prices say `kind: prices`",
            str(error),
        )
        return
    assert isinstance(error, ConfigError)
    assert str(error) == message


def test_the_earliest_day_named_serves_and_the_day_before_does_not(desk: Desk) -> None:
    rotation: dict[str, object] = {
        "strategy": "momentum_rotation",
        "with_": "{sleeve: one}",
        "stance": "{rule: rank, top: 1}",
        "every": "daily",
    }
    assert "2020-12-18" in str(refused(desk, from_="2020-12-17", **rotation))
    assert str(desk.run(from_="2020-12-18", **rotation).targets.index[0].date()) == "2020-12-18"


def test_a_sleeve_that_lists_late_names_its_first_day(desk: Desk) -> None:
    frame = made_prices()
    frame.iloc[:150, 2] = np.nan
    desk.prices(frame)
    assert str(refused(desk)) == (
        "a.yaml:6:7: from: found a decision on 2020-06-30, when the data cannot serve every sleeve; "
        "expected at the earliest 2020-07-29; say `from: 2020-07-29`"
    )


def test_members_all_waits_for_the_last_of_them(desk: Desk) -> None:
    frame = made_prices()
    frame.iloc[:150, 1] = np.nan
    desk.prices(frame)
    assert desk.run().judgement.caveats[0] == "entered later: BBB 2020-07-29"
    with pytest.raises(ConfigError, match="at the earliest 2020-07-29"):
        desk.run(members="all")


def test_a_results_folder_that_cannot_be_written_is_named(desk: Desk) -> None:
    import engine

    desk.text("a file, no folder", "taken")
    with pytest.raises(ConfigError) as caught:
        engine.run(desk.config(), results="taken")
    assert str(caught.value) == (
        "taken/runs/a: found a folder that cannot be written (Not a directory); "
        "expected a results folder with room for a run; give another one: `--results FOLDER`"
    )


def test_a_reference_that_lists_later_names_its_first_day(desk: Desk) -> None:
    frame = made_prices(labels="AAA BBB CCC NEW")
    frame.iloc[:150, 3] = np.nan
    desk.prices(frame)
    assert "at the earliest 2020-07-29" in str(refused(desk, against="[policy, NEW]"))


@pytest.mark.parametrize(
    ("rows", "value", "caveat"),
    [
        (slice(None), 0.0, "worth nothing from a price of 0 on, and not traded: BBB 2020-01-01"),
        (slice(60, None), np.nan, "ended before the first decision, and never held: BBB 2020-03-24"),
        (slice(None, 395), np.nan, "without a price up to 2021-06-30, and never held: BBB"),
    ],
)
def test_what_was_never_held_is_said(desk: Desk, rows: slice, value: float, caveat: str) -> None:
    """The sleeve is then AAA alone, and its policy weight all in it."""
    frame = made_prices()
    frame.iloc[rows, 1] = value
    desk.prices(frame)
    for changes in ({}, {"membership": "{BBB: {to: 2021-05-03}}"}):
        result = desk.run(**changes)
        assert caveat in result.judgement.caveats
        assert result.weights["BBB"].abs().max() == 0.0
        assert result.weights["AAA"].max() > 0.6


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (
            slice(200, None),
            "found `NEW`, whose data end on 2020-10-06; expected something that goes on to 2021-06-30; name another, "
            "or say `to: 2020-10-06`",
        ),
        (
            slice(60, None),
            "found `NEW`, whose data end on 2020-03-24; expected something that goes on to 2021-06-30; name another",
        ),
        (
            slice(None, 395),
            "found `NEW`, without a price from 2020-06-30 to 2021-06-30; expected something that has a price; name "
            "another, or the portfolio `policy`",
        ),
    ],
)
def test_a_reference_without_prices_is_refused(desk: Desk, rows: slice, message: str) -> None:
    """It would stand still at its last price, and the run be measured against 0% a year."""
    frame = made_prices(labels="AAA BBB CCC NEW")
    frame.iloc[rows, 3] = np.nan
    desk.prices(frame)
    assert str(refused(desk, against="[policy, NEW]")) == f"a.yaml:9:10: against: {message}"


def test_one_missing_price_does_not_empty_a_sleeve_by_inverse_volatility(desk: Desk) -> None:
    frame = made_prices()
    frame.iloc[200, :2] = np.nan
    desk.prices(frame)
    result = desk.run(
        hold="{one: {members: [AAA, BBB], parts: inverse_volatility, lookback: 63}, two: [CCC]}", every="week_end"
    )
    weights = result.targets[["AAA", "BBB"]].sum(axis=1)
    assert (weights > 0.69).sum() >= len(weights) - 1


def test_days_with_offsets_are_the_days_that_are_written(desk: Desk) -> None:
    before = desk.run()
    frame = made_prices()
    summer = frame.index.month.isin(range(4, 11))
    frame.index = [
        f"{day.date()} 00:00:00-0{4 if warm else 5}:00" for day, warm in zip(frame.index, summer, strict=True)
    ]
    desk.prices(frame.rename_axis("date"))
    assert desk.run().id == before.id


def test_a_price_that_triples_in_a_day_is_named(desk: Desk) -> None:
    frame = made_prices()
    frame.iloc[200, 0] *= 100
    desk.prices(frame)
    caveat = next(one for one in desk.run().judgement.caveats if "moved" in one)
    assert re.match(
        r"AAA moved \+9\d\d\d% on 2020-10-07, and 1 such moves more: look whether the data are right", caveat
    )


def test_a_holiday_of_a_sleeves_market_does_not_sell_it(desk: Desk) -> None:
    frame = made_prices()
    frame.loc["2020-09-30", ["AAA", "BBB"]] = np.nan
    desk.prices(frame)
    result = desk.run()
    assert result.targets.loc["2020-09-30", ["AAA", "BBB"]].tolist() == pytest.approx([0.35, 0.35])
    assert result.weights.loc["2020-10-30", "AAA"] > 0.3


def test_a_sleeve_whose_members_have_all_ended_says_that_it_is_cash(desk: Desk) -> None:
    frame = made_prices()
    frame.loc["2020-12-01":, "CCC"] = np.nan
    desk.prices(frame)
    said = desk.run().judgement.caveats
    assert "ended, their last price paid out in cash: CCC 2020-11-30" in said
    assert "on 7 of 13 decisions no member of two traded: its weight was cash" in said


@pytest.mark.parametrize("case", BYTES)
def test_what_is_no_text_and_no_parquet_is_said_in_words(desk: Desk, case: str) -> None:
    name, content, message = BYTES[case]
    (desk.folder / name).write_bytes(content)
    assert str(refused(desk, data=f"{{source: files, path: {name}}}")) == message


def test_a_folder_in_place_of_a_table_is_called_one(desk: Desk) -> None:
    (desk.folder / "tables").mkdir()
    error = refused(desk, data="{prices: {source: files, path: prices.csv}, own: {source: table, path: tables}}")
    assert str(error) == "tables: found a folder; expected a file; name one file in it"


def test_of_returns_in_per_cent_the_impossible_one_is_named(desk: Desk) -> None:
    desk.text("date,AAA,BBB,CCC\n2020-01-02,1.5,1,1\n2020-01-03,-1.2,1,1\n")
    error = refused(desk, data="{source: files, path: prices.csv, kind: returns}")
    assert str(error) == (
        "prices.csv: found a return of -1.2 for AAA; expected simple returns (0.01 is one percent) above -1; divide "
        "percentages by 100; for a file of prices say `kind: prices`"
    )
