"""A result opened in vectorbt is the same portfolio: value, cash, orders, fees."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.backtest import backtest
from engine.config import load
from engine.peer.opened import CASH
from engine.result import Result
from tests.desk import Desk, made_prices

pytest.importorskip("vectorbt")
CONFIGS = Path(__file__).parents[2] / "configs"


def opened(result: Result) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Value and cash (L,), and the order records."""
    portfolio = result.to_vectorbt()
    return np.asarray(portfolio.value()), np.asarray(portfolio.cash()), portfolio.order_records


@pytest.mark.parametrize("options", [["cash.rate=0"], ["trade.sizing=gross", "cash.rate=0"], []])
def test_value_is_the_ledgers_equity_on_the_sample(options: list[str]) -> None:
    result = backtest(load(CONFIGS / "metals_lead.yaml", options))
    value, cash, orders = opened(result)
    ledger = result.own.ledger
    np.testing.assert_allclose(value, ledger.equity, rtol=1e-9)
    held_in_column = not options
    np.testing.assert_allclose(cash, 0.0 if held_in_column else ledger.cash, atol=1e-3)
    labels = list(np.array(result.panel.assets)[result.panel.held])
    trades = orders[orders["col"] < len(labels)]
    assert len(trades) == len(ledger.trades.units)
    assert trades["fees"].sum() == pytest.approx(ledger.costs[:, 0].sum(), rel=1e-12)
    assert (len(orders) > len(trades)) == held_in_column


def test_delisted_gaps_interest_and_late_entries_come_through(desk: Desk) -> None:
    frame = made_prices(seed=3)
    frame.iloc[250:, 0] = np.nan  # AAA ends
    frame.iloc[:160, 1] = np.nan  # BBB lists late
    frame.iloc[180:400:7, 2] = np.nan  # CCC has gaps
    desk.prices(frame)
    result = desk.run(
        every="week_end", rebalance="{band: 0.01}", cash="{rate: 0.05}", policy="{one: 0.5, two: 0.3, cash: 0.2}",
        trade="{commission_bps: 5, half_spread_bps: 7, slippage_bps: 3}",
    )  # fmt: skip
    portfolio = result.to_vectorbt()
    np.testing.assert_allclose(np.asarray(portfolio.value()), result.own.ledger.equity, rtol=1e-9)
    assert list(portfolio.close.columns) == ["AAA", "BBB", "CCC", CASH]
    last = portfolio.order_records[portfolio.order_records["col"] == 0][-1]
    assert (last["idx"], last["side"], last["fees"]) == (250 - result.own.ledger.start, 1, 0.0)
    returned = portfolio.total_return()
    assert returned == pytest.approx(result.metrics["total_return"], rel=1e-9)


def test_what_holding_costs_and_delisting_pays_comes_through(desk: Desk) -> None:
    """Management and borrow fees, debt at its own rate and a recovery: cash that no trade and no interest moved."""
    frame = made_prices(seed=4)
    frame.iloc[300:, 2] = np.nan  # CCC ends
    desk.prices(frame)
    result = desk.run(
        policy="{one: 1.5, two: 0.3, cash: -0.8}", allow_short="true", delisting="{recovery: 0.4}",
        limits="{gross: 2.5}", cash="{rate: 0.02, debit_rate: 0.06}",
        trade="{commission_per_order: 3, management_bps_a_year: 100, borrow_bps_a_year: 50}",
    )  # fmt: skip
    assert result.own.ledger.cash.min() < 0
    portfolio = result.to_vectorbt()
    np.testing.assert_allclose(np.asarray(portfolio.value()), result.own.ledger.equity, rtol=1e-9)
    np.testing.assert_allclose(np.asarray(portfolio.cash()), 0.0, atol=1e-2)


def test_its_statistics_agree_with_ours() -> None:
    result = backtest(load(CONFIGS / "metals_lead.yaml", ["cash.rate=0"]))
    portfolio = result.to_vectorbt()
    assert portfolio.max_drawdown() == pytest.approx(result.metrics["max_drawdown"], rel=1e-9)
    assert portfolio.total_return() == pytest.approx(result.metrics["total_return"], rel=1e-9)
    yearly = portfolio.annualized_volatility(year_freq="252 days")
    assert yearly == pytest.approx(result.metrics["volatility"], rel=1e-3)
