"""French's library in a panel: portfolios with their own returns, factors as cash, months and days."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from engine.config import load
from engine.errors import ConfigError, DataError
from engine.market.assemble import build_panel
from engine.market.panel import Panel
from engine.market.publishers import french
from tests.desk import Desk
from tests.loopback import Loopback
from tests.market.publishers import made
from tests.market.sources import world
from tests.market.sources.conftest import Command

QUESTION: dict[str, object] = {
    "hold": "{one: [Gold, Oil], two: [Banks]}",
    "data": "{ind: {source: french, portfolios: 49}, ff: {source: french, factors: 3}}",
    "cash": "{rate: ff.RF}",
    "from_": "1975-01-31",
    "to": "1985-12-31",
}


def panel(desk: Desk, **changes: object) -> Panel:
    return build_panel(load(desk.config(**{**QUESTION, **changes})))


@pytest.fixture
def pulled(publishers: Loopback, data: Command) -> Loopback:
    assert data("pull", "french", "49", "factors_3").exit_code == 0
    return publishers


def test_a_panel_earns_the_published_returns(desk: Desk, pulled: Loopback) -> None:
    read = panel(desk)
    assert read.assets == ("Banks", "Gold", "Oil")
    expected = world.returns()[list(read.assets)].to_numpy()[1:] / 100
    np.testing.assert_allclose(read.prices[1:] / read.prices[:-1] - 1, expected, atol=1e-13)


def test_cash_earns_the_librarys_own_rate_on_its_own_day(desk: Desk, pulled: Loopback) -> None:
    assert (panel(desk).cash_rate == 0.0002).all()


def test_missing_returns_are_days_without_a_price(desk: Desk, publishers: Loopback, data: Command) -> None:
    frame = world.returns().copy()
    frame.iloc[:100, frame.columns.get_loc("Gold")] = -99.99
    publishers.files[world.path_of(french.address(49))] = world.french_zip(frame)
    data("pull", "french", "49", "factors_3")
    read = panel(desk)
    assert np.isnan(read.prices[:100, 1]).all()
    assert read.prices[100, 1] == 100 * (1 + frame["Gold"].iloc[100] / 100)


def test_months_stand_on_their_last_weekday(desk: Desk, publishers: Loopback, data: Command) -> None:
    months = pd.period_range("1990-01", "1999-12", freq="M")
    draws = np.random.default_rng(0).normal(0.5, 4, (len(months), 2)).round(2)
    rows = [f"{month:%Y%m},{one},{two}" for month, (one, two) in zip(months, draws, strict=True)]
    title = "  Average Equal Weighted Returns -- Monthly"
    text = "\n".join(["prose", "", title, ",Cnsmr,Manuf", *rows, ""])
    publishers.files[world.path_of(french.address(5, "monthly"))] = made.zipped(text)
    assert data("pull", "french", "5.monthly.equal").exit_code == 0
    read = panel(
        desk, hold="{one: [Cnsmr], two: [Manuf]}", cash=None, sessions_per_year=12, from_="1991-01-31", to="1999-12-31",
        data="{source: french, portfolios: 5, frequency: monthly, weights: equal}",
    )  # fmt: skip
    assert str(read.sessions[2]) == "1990-03-30"
    assert len(read.sessions) == len(months)
    np.testing.assert_allclose(read.prices[1:] / read.prices[:-1] - 1, draws[1:] / 100, atol=1e-13)


def test_what_was_never_pulled_is_named_with_the_command(desk: Desk, publishers: Loopback) -> None:
    with pytest.raises(DataError) as caught:
        panel(desk, data="{source: french, portfolios: 49}", cash=None)
    assert str(caught.value).endswith("pull: overweight data pull french 49_Industry_Portfolios_daily.value")


def test_the_command_that_is_named_pulls_what_is_missing(desk: Desk, publishers: Loopback, data: Command) -> None:
    pulled = data("pull", "french", "49_Industry_Portfolios_daily.value", "F-F_Research_Data_Factors_daily")
    assert pulled.exit_code == 0
    assert len(panel(desk).sessions) == len(world.returns())


WRONG = {
    "{source: french}": "neither `portfolios` nor `factors`",
    "{source: french, portfolios: 49, factors: 3}": "both `portfolios` and `factors`",
    "{source: french, portfolios: 50}": "found the number 50",
    "{source: french, portfolios: 49, frequency: weekly}": "found the text `weekly`; expected `daily` or `monthly`",
}


@pytest.mark.parametrize("written", WRONG)
def test_an_entry_that_names_no_data_set_is_refused(desk: Desk, written: str) -> None:
    with pytest.raises(ConfigError) as caught:
        panel(desk, data=written, cash=None)
    assert WRONG[written] in str(caught.value)
    assert str(caught.value).startswith("a.yaml:8:")
