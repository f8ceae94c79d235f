"""Marks of data: whatever is changed in a panel is seen, and named by series and time as far as marks can tell."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import engine
from engine.config import load
from engine.decide import set_up
from engine.market.panel import Panel
from engine.results.checks.data_marks import mark_data, restated
from engine.results.checks.marks import ALPHABET, Marks, changed_places, hashes_of, mark, marks_of, sum_by_place
from engine.results.checks.target_marks import decision_days, first_change, mark_targets
from tests.desk import Desk


@pytest.fixture
def panel(desk: Desk) -> Panel:
    """Three assets over four years, one of them with a gap."""
    days = pd.bdate_range("2016-11-01", periods=1000, name="date")
    steps = np.random.default_rng(5).normal(0, 0.01, (len(days), 3)).cumsum(axis=0)
    prices = pd.DataFrame(100 * np.exp(steps), days, ["AAA", "BBB", "CCC"])
    prices.iloc[500, 1] = np.nan
    desk.prices(prices)
    return set_up(load(desk.config(from_="2018-01-31", to=None))).panel


def with_prices(panel: Panel, change: np.ndarray) -> Panel:
    return replace(panel, prices=panel.prices * change)


def ones(panel: Panel) -> np.ndarray:
    return np.ones(panel.prices.shape)


def test_the_same_data_have_the_same_marks_whatever_the_order_of_columns(panel: Panel) -> None:
    assert mark_data(replace(panel, prices=panel.prices.copy(order="F"))) == mark_data(panel)
    assert restated(mark_data(panel), mark_data(panel)) is None


def test_every_single_cell_that_changes_is_seen_and_named_to_the_day(panel: Panel) -> None:
    was, rng = mark_data(panel), np.random.default_rng(0)
    for _ in range(150):
        row, column = int(rng.integers(len(panel.sessions))), int(rng.integers(3))
        if np.isnan(panel.prices[row, column]):
            continue
        change = ones(panel)
        change[row, column] = 1 + 1e-15 if rng.random() < 0.5 else 2
        found = restated(was, mark_data(with_prices(panel, change)))
        assert found is not None
        day = str(panel.sessions[row])
        assert (found.series, found.first, found.last) == ((panel.assets[column],), day, day)
        assert str(found) == f"{panel.assets[column]} restated on {day}"


def test_a_value_where_there_was_none_is_a_change(panel: Panel) -> None:
    prices = panel.prices.copy()
    prices[500, 1] = 100.0
    found = restated(mark_data(panel), mark_data(replace(panel, prices=prices)))
    assert found is not None
    assert (found.series, found.first) == (("BBB",), str(panel.sessions[500]))


def test_two_values_that_change_places_are_seen(panel: Panel) -> None:
    """The marks are sums, and yet no order of the same numbers is like another."""
    prices = panel.prices.copy()
    prices[[10, 11], 0] = prices[[11, 10], 0]
    found = restated(mark_data(panel), mark_data(replace(panel, prices=prices)))
    assert found is not None
    assert (found.first, found.last) == (str(panel.sessions[10]), str(panel.sessions[11]))
    swapped = panel.prices[:, [1, 0, 2]]
    found = restated(mark_data(panel), mark_data(replace(panel, prices=swapped)))
    assert found is not None
    assert found.series == ("AAA", "BBB")


@pytest.mark.parametrize(
    ("begin", "end", "first", "last"),
    [
        ("2018-03-05", "2018-03-09", "2018-03-05", "2018-03-09"),  # in one month: days
        ("2018-03-05", "2018-06-29", "2018-03", "2018-06"),  # in one year: months
        ("2017-03-06", "2019-06-28", "2017-03", "2019"),  # over years: the month of the first
    ],
)
def test_a_stretch_is_named_as_finely_as_marks_can(panel: Panel, begin: str, end: str, first: str, last: str) -> None:
    low, high = np.searchsorted(panel.sessions, np.array([begin, end], "datetime64[D]"))
    change = ones(panel)
    change[low : high + 1, [0, 2]] = 0.5
    found = restated(mark_data(panel), mark_data(with_prices(panel, change)))
    assert found is not None
    assert (found.series, found.first, found.last) == (("AAA", "CCC"), first, last)


def test_opens_volumes_dividends_ends_cash_and_series_count_too(panel: Panel) -> None:
    was = mark_data(panel)
    full = replace(panel, opens=panel.prices * 1.01, volumes=ones(panel), dividends=ones(panel))
    assert {"AAA open", "BBB volume", "CCC dividend"} <= {*mark_data(full).series}
    for name, other in {
        "cash": replace(panel, cash_rate=panel.cash_rate + 1e-9),
        "CCC end": replace(panel, ends=np.array([1000, 1000, 900])),
    }.items():
        found = restated(was, mark_data(other))
        assert found is not None
        assert found.series == (name,)


def test_hashes_are_the_same_on_every_machine() -> None:
    """Worked out by hand with whole numbers of any size, after Steele, Lea and Flood (2014)."""
    import hashlib
    import struct

    def mixed(x: int) -> int:
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9 % 2**64
        x = (x ^ (x >> 27)) * 0x94D049BB133111EB % 2**64
        return x ^ (x >> 31)

    days, values = np.array(["2020-02-03", "2020-02-04", "2020-02-05"], "datetime64[D]"), np.array([1.5, np.nan, -0.0])
    seed = int.from_bytes(hashlib.sha256(b"AAA").digest()[:8], "little")
    bits = [int.from_bytes(struct.pack("<d", value), "little") for value in (1.5, 0.0)]
    expected = [mixed(bits[0] ^ mixed(18295 ^ seed)), 0, mixed(bits[1] ^ mixed(18297 ^ seed))]
    assert hashes_of("AAA", days, values).tolist() == expected
    assert sum_by_place(np.array([0, 0, 1]), hashes_of("AAA", days, values), 2).tolist() == [expected[0], expected[2]]


def test_a_mark_is_the_first_bits_of_its_hash() -> None:
    number = int("000001" + "111111" + "100000" + "0" * 46, 2)
    assert mark(number, 3) == ALPHABET[1] + ALPHABET[63] + ALPHABET[32] == "B_g"
    whole = marks_of(1999, [number, 0])
    assert whole.narrowed(2) == Marks(1999, 2, "B_AA")
    assert changed_places(whole, Marks(1998, 1, "xBA")) == [1998]
    assert changed_places(whole, Marks(1999, 1, "BBA")) == [2000, 2001]
    assert changed_places(whole, Marks(0, 0, "")) == []


def test_every_single_decision_that_changes_is_named_by_its_day(desk: Desk) -> None:
    """Also where no other one of its year differs."""
    result = engine.run(desk.config(every="week_end"), results=None)
    was, days = mark_targets(result), decision_days(result)
    assert len(days) > 50
    for row in range(len(days)):
        result.own.targets[row, 0] += 1e-9
        now = mark_targets(result)
        assert first_change(was, now, days) == str(days[row])
        unmarked = replace(was, decisions=Marks(0, 0, ""))
        assert first_change(unmarked, now, days) == str(days[row])[:4]
        result.own.targets[row, 0] -= 1e-9
    assert first_change(was, mark_targets(result), days) == ""


def test_marks_of_the_sample_are_made_in_no_time_worth_a_word(root: Path) -> None:
    """What they are made of: 20 series over 44 years; a mark for each year, each of its months, each day of a month."""
    marks = mark_data(set_up(load("configs/metals_lead.yaml")).panel)
    assert len(marks.series) == 20
    assert (marks.years.first, len(marks.years.text)) == (1969, 44 * 3)
    assert (marks.months.first, len(marks.months.text)) == (1969 * 12, 44 * 12 * 3)
    assert len(marks.calendar.text) == (12 + 31) * 3
