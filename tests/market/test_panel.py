"""Alignment: sessions are those of what is held; everything else shows the last value known by then."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from engine.config import load
from engine.errors import ConfigError, DataError
from engine.market.assemble import build_panel
from engine.market.levels import carry, from_returns
from tests.desk import Desk, made_prices
from tests.portfolio.markets import Market, panel_of


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


@pytest.mark.parametrize(
    ("last", "following"),
    [("2020-10-29", "2020-10-30"), ("2020-10-30", "2020-11-02"), ("2020-08-29", "2020-08-31")],
    ids=["Thursday", "Friday", "Saturday"],
)
def test_the_session_after_the_data_is_the_next_weekday(desk: Desk, last: str, following: str) -> None:
    days = pd.date_range("2020-06-01", last, name="date")
    desk.prices(pd.DataFrame(100.0, days, ["AAA", "BBB", "CCC"]))
    assert str(build_panel(load(desk.config(to=None))).following) == following


def test_an_asset_ends_where_others_have_a_later_price(desk: Desk) -> None:
    frame = made_prices(sessions=300)
    frame.iloc[-1, 1] = np.nan
    desk.prices(frame)
    assert build_panel(load(desk.config(to=None))).ends.tolist() == [300, 298, 300]
    # Where the window ends on its last price nobody knows of its end yet.
    until = frame.index[298].date()
    assert build_panel(load(desk.config(from_=None, to=until))).ends.tolist() == [299] * 3


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
    with pytest.raises(DataError, match=r"cash.rate: found a value of 4.5 in `RF`; .* add `unit: percent_a_year`"):
        build_panel(load(desk.config(cash="{rate: RF}", data=data)))


def test_a_yearly_cash_rate_compounds_to_itself(desk: Desk) -> None:
    panel = build_panel(load(desk.config(cash="{rate: 0.05}")))
    assert np.prod(1 + panel.cash_rate[:252]) == pytest.approx(1.05, rel=1e-12)


def test_cash_may_earn_yields_in_percent_as_fred_gives_them(desk: Desk) -> None:
    """Quoted on a Friday, a yield is earned from then on: by the session after."""
    quoted = pd.to_datetime(["2020-01-03", "2020-02-03"])
    desk.prices(pd.DataFrame({"DGS3MO": [5.0, 1.5]}, quoted).rename_axis("date"), "yields.csv")
    data = "{prices: {source: files, path: prices.csv}, y: {source: files, path: yields.csv, kind: values}}"
    panel = build_panel(load(desk.config(cash="{rate: y.DGS3MO, unit: percent_a_year}", data=data)))
    earned = pd.Series(panel.cash_rate, panel.sessions.astype("datetime64[ns]"))
    assert (earned[:"2020-01-03"] == 0.0).all()
    assert np.prod(1 + earned["2020-01-06":"2020-02-03"]) == pytest.approx(1.05 ** (21 / 252), rel=1e-12)
    assert np.prod(1 + earned["2020-02-04":].iloc[:252]) == pytest.approx(1.015, rel=1e-12)
    desk.prices(pd.DataFrame({"DGS3MO": [500.0, 150.0]}, quoted).rename_axis("date"), "yields.csv")
    with pytest.raises(DataError) as caught:
        build_panel(load(desk.config(cash="{rate: y.DGS3MO, unit: percent_a_year}", data=data)))
    assert str(caught.value).endswith(
        "cash.rate: found a value of 500 in `y.DGS3MO`; expected annual rates in percent, from -5 to 50; "
        "give a series of yields; for returns by session remove `unit`"
    )


def test_levels_carry_gaps_and_keep_every_return() -> None:
    returns = np.array([[0.1], [np.nan], [0.2]])
    np.testing.assert_allclose(from_returns(returns), [[110.0], [np.nan], [132.0]])
    np.testing.assert_allclose(carry(from_returns(returns)), [[110.0], [110.0], [132.0]])


MARKETS = hnp.arrays(
    np.float64, st.tuples(st.integers(2, 9), st.integers(1, 4)), elements=st.just(np.nan) | st.floats(1, 9)
)


@given(MARKETS, st.booleans(), st.data())
def test_what_is_known_is_the_last_price_and_what_is_left_of_it(
    prices: np.ndarray, paid: bool, draw: st.DataObject
) -> None:
    sessions, assets = prices.shape
    ends = np.array(draw.draw(st.lists(st.integers(0, sessions), min_size=assets, max_size=assets)))
    recovery = np.linspace(0.0, 1.0, assets) if paid else None
    panel = replace(
        panel_of(Market(prices, ends, np.ones(sessions), *[np.zeros(0)] * 4)),
        recovery=recovery,  # type: ignore[arg-type]
    )
    for asset in range(assets):
        last = 0.0
        for t in range(sessions):
            last = last if np.isnan(prices[t, asset]) else prices[t, asset]
            left = recovery[asset] if recovery is not None and t > ends[asset] else 1.0
            assert panel.known[t, asset] == last * left
    assert panel.known is panel.known
    assert not panel.known.flags.writeable


def test_a_market_without_a_hole_is_held_once(desk: Desk) -> None:
    panel = build_panel(load(desk.config()))
    assert panel.known is panel.prices


def test_the_panel_cannot_be_written_to(desk: Desk) -> None:
    panel = build_panel(load(desk.config()))
    with pytest.raises(ValueError, match="read-only"):
        panel.prices[0, 0] = 1.0
