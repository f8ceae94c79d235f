"""The geopolitical risk index in a panel: nothing before its Monday, no partial day, no mixed editions."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from engine.config import load
from engine.errors import ConfigError, DataError
from engine.market.assemble import build_panel
from engine.market.panel import Panel
from engine.market.publishers import gpr
from engine.market.snapshots import save, store_folder
from engine.market.wire import ADDRESSES_VARIABLE
from tests.desk import Desk, made_prices
from tests.loopback import Loopback, serving
from tests.market.publishers import made
from tests.market.publishers.made import a_table, gpr_daily, origin
from tests.market.sources import world
from tests.market.sources.conftest import Command

QUESTION: dict[str, object] = {
    "watch": "{threats: {series: gpr.GPRD_THREAT}}",
    "data": "{own: {source: files, path: prices.csv}, gpr: {source: gpr}}",
}


def panel(desk: Desk, **changes: object) -> Panel:
    return build_panel(load(desk.config(**{**QUESTION, **changes})))


def test_every_value_waits_for_its_monday(desk: Desk, publishers: Loopback, data: Command) -> None:
    assert data("pull", "gpr").exit_code == 0
    read = panel(desk)
    one = read.series["gpr.GPRD_THREAT"]
    days = pd.DatetimeIndex(one.dates)
    mondays = [day + pd.offsets.Week(weekday=0) for day in days]
    seen = pd.DatetimeIndex(read.sessions[one.visible])
    inside = days >= "2020-01-06"
    assert inside.sum() > 400
    # Seen on the first session after the Monday: its Tuesday, as made markets have no holidays.
    assert (seen[inside] == pd.DatetimeIndex(mondays)[inside] + pd.Timedelta(days=1)).all()


def test_days_that_are_still_being_counted_are_not_peace(desk: Desk, publishers: Loopback, data: Command) -> None:
    data("pull", "gpr")
    desk.prices(made_prices(sessions=1700))
    read = panel(desk, to=None)
    assert read.series["gpr.GPRD"].values.min() > 0
    assert str(read.series["gpr.GPRD"].dates.max()) == "2026-05-24"


def test_the_result_says_that_it_stands_on_one_vintage(desk: Desk, publishers: Loopback, data: Command) -> None:
    data("pull", "gpr")
    assert any("one vintage, restated since" in caveat for caveat in desk.run(**QUESTION).judgement.caveats)


def test_editions_are_never_mixed_unasked(desk: Desk, publishers: Loopback, data: Command) -> None:
    data("pull", "gpr")
    save(a_table(9, ("GPRD_THREAT",)), "gpr", "daily.base_2000_2009", origin(), store_folder())
    with pytest.raises(ConfigError) as caught:
        panel(desk)
    assert str(caught.value) == (
        "a.yaml:8:53: data.gpr.edition: found nothing, and the editions base_1985_2019 and base_2000_2009; "
        "expected the edition to read: their bases differ; write `edition: base_2000_2009`"
    )
    chosen = "{own: {source: files, path: prices.csv}, gpr: {source: gpr, edition: base_1985_2019}}"
    assert len(panel(desk, data=chosen).series["gpr.GPRD"].values) > 400


def test_what_was_never_pulled_is_named_with_the_command(desk: Desk, publishers: Loopback) -> None:
    with pytest.raises(DataError, match=r"no snapshot of gpr daily; .* pull: overweight data pull gpr daily"):
        panel(desk)


def test_months_wait_ten_business_days(desk: Desk) -> None:
    desk.config(
        **{**QUESTION, "data": "{own: {source: files, path: prices.csv}, gpr: {source: gpr, frequency: monthly}}"}
    )
    said = load("a.yaml").resolved()["data"]["gpr"]["known"]
    assert said == {"month_end_plus_business_days": 10}


def test_a_file_that_is_another_is_refused_and_the_last_stays(desk: Desk, publishers: Loopback, data: Command) -> None:
    data("pull", "gpr")
    broken = gpr_daily(60, dict.fromkeys(range(30, 60), 3.0))
    publishers.files[world.path_of(gpr.address())] = made.as_stata(broken, made.GPR_LABELS)
    failed = data("pull", "gpr")
    assert failed.exit_code == 3
    assert "rows in a row with too few articles" in failed.stderr
    assert len(panel(desk).series["gpr.GPRD"].values) > 400


@pytest.mark.needs_reference
def test_the_genuine_file_shows_friday_on_tuesday(
    desk: Desk, gpr_xls: bytes, etf_file: Path, data: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving({world.path_of(gpr.address("daily", "xls")): gpr_xls}) as server:
        monkeypatch.setenv(ADDRESSES_VARIABLE, json.dumps(server.stands_for(*world.HOSTS)))
        assert data("pull", "gpr", "daily.xls").exit_code == 0
    read = panel(
        desk, hold="{one: [GLD], two: [SPY]}", watch="{war: {series: gpr.GPRD}}", from_="2007-01-03", to="2010-12-31",
        data=f"{{own: {{source: files, path: {etf_file}}}, gpr: {{source: gpr}}}}",
    )  # fmt: skip
    one = read.series["gpr.GPRD"]
    at = int(np.flatnonzero(one.dates == np.datetime64("2003-03-21"))[0])
    assert round(float(one.values[at]), 4) == 595.0258
    # SPY's sessions are the panel's: Monday 2003-03-24 does not see Friday, Tuesday does.
    assert str(read.sessions[one.visible[at]]) == "2003-03-25"
