"""FRED in a panel: a day is seen on the next session; slow series must say when they were known."""

from __future__ import annotations

import numpy as np
import pytest

from engine.config import load
from engine.errors import ConfigError, DataError
from engine.market.assemble import build_panel
from engine.market.panel import Panel
from engine.market.publishers import fred
from tests.desk import Desk
from tests.loopback import Loopback
from tests.market.sources import world
from tests.market.sources.conftest import Command

QUESTION: dict[str, object] = {
    "watch": "{yield: {series: fred.DFII10}}",
    "data": "{own: {source: files, path: prices.csv}, fred: {source: fred, series: DFII10}}",
}
MONTHLY = b"observation_date,CPI\n2019-12-01,1.0\n2020-01-01,2.0\n2020-02-01,3.0\n2020-03-01,4.0\n"


def panel(desk: Desk, **changes: object) -> Panel:
    return build_panel(load(desk.config(**{**QUESTION, **changes})))


def test_a_day_is_seen_on_the_next_session(desk: Desk, publishers: Loopback, data: Command) -> None:
    assert data("pull", "fred", "DFII10").exit_code == 0
    read = panel(desk)
    one = read.series["fred.DFII10"]
    inside = one.dates >= np.datetime64("2020-01-02")
    described = np.searchsorted(read.sessions, one.dates[inside])
    assert (one.visible[inside] == described + 1).all()


def test_holidays_are_no_values(desk: Desk, publishers: Loopback, data: Command) -> None:
    data("pull", "fred", "DFII10")
    one = panel(desk).series["fred.DFII10"]
    assert not np.isnan(one.values).any()
    assert np.datetime64("2020-01-01") not in one.dates


def test_several_series_stand_side_by_side(desk: Desk, publishers: Loopback, data: Command) -> None:
    data("pull", "fred", "DFII10")
    publishers.files[world.path_of(fred.ADDRESS)] = world.fred_csv("DGS10", "2015-01-02")
    data("pull", "fred", "DGS10")
    read = panel(desk, data=str(QUESTION["data"]).replace("series: DFII10", "series: [DFII10, DGS10]"))
    assert np.isnan(read.series["fred.DGS10"].values[:100]).all()
    assert list(read.series) == ["fred.DFII10", "fred.DGS10"]


def test_a_slow_series_must_say_when_it_was_known(desk: Desk, publishers: Loopback, data: Command) -> None:
    publishers.files[world.path_of(fred.ADDRESS)] = MONTHLY
    assert data("pull", "fred", "CPI").exit_code == 0
    written = str(QUESTION["data"]).replace("DFII10", "CPI")
    with pytest.raises(ConfigError) as caught:
        panel(desk, data=written, watch=None)
    assert str(caught.value) == (
        "a.yaml:8:54: data.fred.known: found nothing, and CPI has a value every 31 days; "
        "expected when such a value became known: FRED dates it at the first day that it describes; "
        "add for example `known: {month_end_plus_business_days: 15}`"
    )
    read = panel(desk, data=written.replace("CPI", "CPI, known: {month_end_plus_business_days: 15}"), watch=None)
    one = read.series["fred.CPI"]
    # January 2020 plus 15 business days is Friday 2020-02-21; Monday sees it.
    assert str(read.sessions[one.visible[1]]) == "2020-02-24"


WRONG = {
    "series: []": "found an empty list; expected a series of FRED, or a list of them",
    "series: 10": "found the number 10; expected a series of FRED, or a list of them",
    "columns: {}": "data.fred.series: found nothing",
}


@pytest.mark.parametrize("written", WRONG)
def test_an_entry_without_a_series_is_refused(desk: Desk, written: str) -> None:
    with pytest.raises(ConfigError) as caught:
        panel(desk, data=str(QUESTION["data"]).replace("series: DFII10", written))
    assert WRONG[written] in str(caught.value)


def test_what_was_never_pulled_is_named_with_the_command(desk: Desk, publishers: Loopback) -> None:
    with pytest.raises(DataError, match="pull: overweight data pull fred DFII10"):
        panel(desk)


def test_a_page_of_apology_is_refused_and_the_last_stays(desk: Desk, publishers: Loopback, data: Command) -> None:
    data("pull", "fred", "DFII10")
    before = panel(desk).fingerprint
    publishers.plant(world.path_of(fred.ADDRESS), "html")
    failed = data("pull", "fred", "DFII10")
    assert failed.exit_code == 3
    assert "expected a CSV of DFII10" in failed.stderr
    assert panel(desk).fingerprint == before
