"""Alignment: sessions are those of what is held; everything else shows the last value known by then."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from engine.config import load
from engine.errors import ConfigError, DataError
from engine.market.assemble import build_panel
from engine.market.levels import carry, from_returns
from tests.desk import Desk, made_prices


def test_watched_assets_are_joined_as_of_each_session(desk: Desk) -> None:
    metal = pd.DataFrame({"GLD": [1.0, 2.0, 3.0]}, pd.to_datetime(["2020-01-03", "2020-01-11", "2021-07-12"]))
    desk.prices(metal.rename_axis("date"), "metal.csv")
    panel = build_panel(
        load(
            desk.config(
                watch="{metals: [GLD]}",
                data="{prices: {source: files, path: prices.csv}, metal: {source: files, path: metal.csv}}",
            )
        )
    )
    days = pd.Series(panel.prices[:, panel.column("GLD")], panel.sessions.astype("datetime64[ns]"))
    assert np.isnan(days["2020-01-02"])
    assert days["2020-01-10"] == 1.0
    assert days["2020-01-13"] == 2.0  # Saturday's value is known on Monday
    assert len(panel.sessions) == len(made_prices().loc[:"2021-06-30"])


def test_a_watched_series_that_ends_is_refused_at_to(desk: Desk) -> None:
    metal = pd.DataFrame({"GLD": [1.0, 2.0]}, pd.to_datetime(["2020-01-03", "2021-03-01"])).rename_axis("date")
    desk.prices(metal, "metal.csv")
    two = "{prices: {source: files, path: prices.csv}, metal: {source: files, path: metal.csv}}"
    with pytest.raises(ConfigError) as caught:
        build_panel(load(desk.config(watch="{metals: [GLD]}", data=two)))
    assert str(caught.value) == (
        "a.yaml:7:5: to: found 2021-06-30; expected at most 2021-03-01, where the data of `GLD` end; "
        "say `to: 2021-03-01`"
    )
    panel = build_panel(load(desk.config(watch="{metals: [GLD]}", data=two, to=None)))
    assert str(panel.sessions[-1]) == "2021-03-01"


def test_a_label_in_two_sources_is_refused(desk: Desk) -> None:
    desk.prices(made_prices(1), "other.csv")
    with pytest.raises(ConfigError) as caught:
        build_panel(
            load(desk.config(data="{a: {source: files, path: prices.csv}, b: {source: files, path: other.csv}}"))
        )
    assert str(caught.value).splitlines()[0] == (
        "a.yaml:2:13: hold.one: found `AAA`, which the sources a and b both have; expected one source per label; "
        "rename it in one of them with `columns: {new: old}`"
    )


def test_a_cash_series_is_a_return_per_session(desk: Desk) -> None:
    days = made_prices().index
    desk.prices(pd.DataFrame({"RF": 0.0001}, days[:200]).rename_axis("date"), "rf.csv")
    data = "{prices: {source: files, path: prices.csv}, RF: {source: files, path: rf.csv, column: RF}}"
    panel = build_panel(load(desk.config(cash="{rate: RF}", data=data)))
    assert (panel.cash_rate == 0.0001).all()
    assert panel.caveats == ("cash earns the last known rate of RF for 191 sessions after its end on 2020-10-06",)
    desk.prices(pd.DataFrame({"RF": 4.5}, days).rename_axis("date"), "rf.csv")
    with pytest.raises(DataError, match=r"cash.rate: found a value of 4.5 in `RF`; expected simple returns of cash"):
        build_panel(load(desk.config(cash="{rate: RF}", data=data)))


def test_a_yearly_cash_rate_compounds_to_itself(desk: Desk) -> None:
    panel = build_panel(load(desk.config(cash="{rate: 0.05}")))
    assert np.prod(1 + panel.cash_rate[:252]) == pytest.approx(1.05, rel=1e-12)


def test_levels_carry_gaps_and_keep_every_return() -> None:
    returns = np.array([[0.1], [np.nan], [0.2]])
    np.testing.assert_allclose(from_returns(returns), [[110.0], [np.nan], [132.0]])
    np.testing.assert_allclose(carry(from_returns(returns)), [[110.0], [110.0], [132.0]])


def test_the_panel_cannot_be_written_to(desk: Desk) -> None:
    panel = build_panel(load(desk.config()))
    with pytest.raises(ValueError, match="read-only"):
        panel.prices[0, 0] = 1.0
