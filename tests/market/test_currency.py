"""Prices in other currencies: converted at the session's rate, pence as pence, the effect as a line of its own."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from engine.config import load
from engine.errors import ConfigError
from engine.market.assemble import build_panel
from tests.desk import Desk, made_prices

TWO = (
    "{{us: {{source: files, path: us.csv}}, "
    "uk: {{source: files, path: uk.csv, currency: {currency}}}, "
    "fx: {{source: files, path: fx.csv}}}}"
)


@pytest.fixture
def two(desk: Desk) -> Desk:
    frame = made_prices()
    desk.prices(frame[["AAA", "BBB"]], "us.csv")
    desk.prices(frame[["CCC"]], "uk.csv")
    desk.prices(made_prices(7, labels="GBPUSD") / 80, "fx.csv")
    return desk


def test_pounds_and_pence_are_converted_at_the_sessions_rate(two: Desk) -> None:
    rate, local = pd.read_csv("fx.csv")["GBPUSD"], pd.read_csv("uk.csv")["CCC"]
    for currency, unit in (("GBP", 1.0), ("GBp", 0.01)):
        config = load(two.config(data=TWO.format(currency=currency), fx="{GBP: GBPUSD}"))
        panel = build_panel(config)
        count = len(panel.sessions)
        np.testing.assert_allclose(panel.prices[:, panel.column("CCC")], (local * rate * unit)[:count], rtol=1e-15)


def test_a_result_does_not_depend_on_the_unit_and_tells_the_currency_effect(two: Desk) -> None:
    pounds = two.run(data=TWO.format(currency="GBP"), fx="{GBP: GBPUSD}")
    pence = two.run(data=TWO.format(currency="GBp"), fx="{GBP: GBPUSD}")
    np.testing.assert_allclose(pounds.equity, pence.equity, rtol=1e-12)
    # By hand: units held over the session, times today's local price, times the change of the rate.
    rate = pd.read_csv("fx.csv", index_col="date", parse_dates=True)["GBPUSD"].reindex(pounds.equity.index)
    value = pounds.weights["CCC"] * pounds.equity
    local = pd.read_csv("uk.csv", index_col="date", parse_dates=True)["CCC"].reindex(pounds.equity.index)
    units = value / (local * rate)
    np.testing.assert_allclose(
        pounds.ledger["currency"].iloc[1:], (units.shift() * local * rate.diff()).iloc[1:], rtol=1e-9, atol=1e-6
    )
    assert two.run(data="{source: files, path: prices.csv}").ledger["currency"].eq(0).all()


def test_a_missing_rate_is_named_with_its_cure(two: Desk) -> None:
    with pytest.raises(ConfigError) as caught:
        build_panel(load(two.config(data=TWO.format(currency="GBp"))))
    assert str(caught.value) == (
        "a.yaml:8:87: data.uk.currency: found prices in GBp, and no rate to USD; "
        "expected `fx: {GBP: <label>}`, a price of one GBP in USD; add it, or choose `base_currency: GBP`"
    )
    with pytest.raises(ConfigError, match="found prices in USD, and no rate to GBP"):
        build_panel(load(two.config(data=TWO.format(currency="GBP"), base_currency="GBP")))


def test_a_label_that_a_mapping_leaves_out_is_in_dollars_whatever_the_base(two: Desk) -> None:
    """Not in the base currency by luck: then dollars would be read as pounds."""
    data = TWO.format(currency="GBP").replace("us.csv", "us.csv, currency: {other: USD}")
    with pytest.raises(ConfigError, match=r"data\.us\.currency: found prices in USD, and no rate to GBP"):
        build_panel(load(two.config(data=data, base_currency="GBP")))


def test_price_returns_beside_total_returns_are_a_fault_unless_accepted(two: Desk) -> None:
    data = "{us: {source: files, path: us.csv}, uk: {source: files, path: uk.csv, returns: price}}"
    with pytest.raises(ConfigError) as caught:
        build_panel(load(two.config(data=data)))
    assert str(caught.value) == (
        "a.yaml:8:86: data.uk.returns: found price returns (CCC) beside total returns; expected one kind of return "
        "for everything held or measured against; use total-return data, or say `accept: price_against_total`"
    )
    result = two.run(data=data, accept="price_against_total")
    assert result.judgement.caveats[0] == ("CCC leave out dividends and are measured against series that include them")


def test_membership_keeps_an_asset_out_before_and_after(desk: Desk) -> None:
    result = desk.run(membership="{BBB: {from: 2020-09-15, to: 2021-02-10}}")
    held = result.targets["BBB"] > 0
    assert held[held].index[[0, -1]].strftime("%Y-%m-%d").tolist() == ["2020-09-30", "2021-01-29"]
    assert result.targets["AAA"].iloc[0] == pytest.approx(0.7)
    with pytest.raises(ConfigError) as caught:
        desk.run(membership="{BBB: {from: 2019-09-15}}")
    assert str(caught.value) == (
        "a.yaml:9:26: membership.BBB.from: found 2019-09-15, before BBB had a price; expected 2020-01-01 or later; "
        "say `from: 2020-01-01`, or leave it out"
    )
    with pytest.raises(ConfigError) as caught:
        desk.run(membership="{CCC: {to: 2020-03-31}}")
    assert str(caught.value) == (
        "a.yaml:9:19: membership.CCC: found no day from 2020-06-30 on which `two` has the members it needs, with CCC "
        "in it until 2020-03-31; expected an asset in every sleeve on the first decision day; "
        "change the days of CCC here, or hold others in `two`"
    )
    with pytest.raises(ConfigError, match=r"membership\.ZZZ: found `ZZZ`, which no sleeve has"):
        desk.run(membership="{ZZZ: {to: 2021-01-01}}")


def test_a_run_in_euros_is_worked_out_from_its_trades_in_pandas(desk: Desk) -> None:
    """Dollars, pounds and euros held at once: equity, cash, weights and the effect of rates from units and files."""
    frame = made_prices()
    rates = pd.DataFrame(
        {"USDEUR": made_prices(7, labels="X")["X"] / 110, "GBPEUR": made_prices(8, labels="X")["X"] / 90}
    )
    desk.prices(frame.join(rates))
    result = desk.run(
        data="{source: files, path: prices.csv, currency: {BBB: GBP, CCC: EUR, default: USD}}",
        base_currency="EUR", fx="{USD: USDEUR, GBP: GBPEUR}", cash="{rate: 0.02}",
    )  # fmt: skip
    days = result.equity.index
    local = frame[["AAA", "BBB", "CCC"]].loc[days]
    rate = pd.DataFrame({"AAA": rates["USDEUR"], "BBB": rates["GBPEUR"], "CCC": 1.0}).loc[days]
    trades = result.trades.assign(date=pd.to_datetime(result.trades["date"]))
    bought = trades.pivot_table(index="date", columns="asset", values="units", aggfunc="sum")
    bought = bought.reindex(index=days, columns=local.columns).fillna(0.0)
    costs = (
        trades.groupby("date")[["commission", "half_spread", "slippage"]].sum().sum(axis=1).reindex(days).fillna(0.0)
    )
    spent = (bought * local * rate).sum(axis=1) + costs
    cash, left = result.equity.iloc[0], []
    for i, day in enumerate(days):
        cash = cash * (1.02 ** (1 / 252) if i else 1.0) - spent[day]
        left.append(cash)
    held = bought.cumsum()
    value = held * local * rate
    equity = value.sum(axis=1) + left
    assert (held.iloc[-1] > 0).all()
    np.testing.assert_allclose(result.equity, equity, rtol=1e-12)
    np.testing.assert_allclose(result.ledger["cash"], left, atol=1e-6)
    np.testing.assert_allclose(result.weights[local.columns], value.div(equity, axis=0), atol=1e-12)
    moved = (held.shift() * local * rate.diff()).sum(axis=1)
    np.testing.assert_allclose(result.ledger["currency"], moved, atol=1e-6)
    assert abs(moved.sum()) > 1000
