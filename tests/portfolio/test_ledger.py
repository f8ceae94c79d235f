"""From decisions to a ledger: the lag, the open, what cannot trade, and what the ledger counts."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from engine.errors import ConfigError
from engine.portfolio.costs import mere_rates
from engine.portfolio.ledger import Decisions, Ledger, run_ledger
from tests.portfolio.markets import Market, config_of, panel_of

NAN = np.nan


def ledger(
    prices: list[list[float]],
    decisions: list[int],
    targets: list[list[float]],
    *,
    opens: list[list[float]] | None = None,
    bps: float = 0.0,
    trades: list[bool] | None = None,
    **trade: Any,
) -> Ledger:
    """A ledger of a small market in which nothing ends."""
    grid = np.array(prices, dtype=float)
    count, assets = grid.shape
    at, wanted, rate = np.array(decisions), np.array(targets, dtype=float), np.full(assets, bps / 1e4)
    market = Market(grid, np.full(assets, count), np.ones(count), at, wanted, rate, rate)
    panel = panel_of(market, opens=None if opens is None else np.array(opens, dtype=float))
    config = config_of(assets, trade=trade, capital=1_000.0)
    orders = Decisions(at, wanted, np.array(trades or [True] * len(at)))
    return run_ledger(config, panel, orders, mere_rates(rate, np.zeros(assets), np.zeros(assets)))


@pytest.mark.parametrize("after", [0, 1, 2])
def test_a_decision_trades_the_stated_number_of_sessions_later(after: int) -> None:
    found = ledger([[10], [20], [25], [40], [50]], [1], [[1.0]], after=after)
    assert found.trades.session.tolist() == [1 + after]
    assert found.trades.decision.tolist() == [1]
    assert found.equity[-1] == pytest.approx(1_000 * 50 / [20, 25, 40][after])
    assert found.start == (0 if after == 0 else 1)
    assert found.equity[0] == 1_000.0


def test_a_decision_on_the_last_session_is_not_traded_yet() -> None:
    found = ledger([[10], [20], [40]], [0, 2], [[1.0], [0.0]], after=1)
    assert found.rebalances.tolist() == [1]
    assert found.equity.tolist() == [1_000.0, 1_000.0, 2_000.0]


def test_only_decisions_that_trade_are_traded() -> None:
    found = ledger([[10], [10], [20], [20]], [0, 1, 2], [[1.0], [0.5], [0.5]], trades=[True, False, True], after=1)
    assert found.rebalances.tolist() == [1, 3]


def test_the_open_fills_and_the_close_values() -> None:
    found = ledger([[10], [20], [30]], [0], [[1.0]], opens=[[9], [16], [30]], at="open", after=1)
    assert found.trades.price.tolist() == [16.0]
    assert found.equity.tolist() == [1_000.0, 1_250.0, 1_875.0]


def test_at_the_open_an_asset_without_one_counts_at_the_close_before_not_at_the_close_to_come() -> None:
    """b has no open on session 2 and soars by its close: a is to be a tenth of 1,000, not of 5,500."""
    prices = [[10, 10], [10, 10], [10, 100]]
    opens = [[10, 10], [10, 10], [10, NAN]]
    found = ledger(prices, [0, 1], [[0.25, 0.5], [0.1, 0.4]], opens=opens, at="open", after=1)
    assert found.units[2] == pytest.approx([10.0, 50.0])
    assert found.stuck == 1


def test_the_open_is_refused_where_the_data_have_closes_only() -> None:
    with pytest.raises(ConfigError) as caught:
        ledger([[10], [20], [30]], [0], [[1.0]], at="open", after=1)
    assert str(caught.value).endswith(
        "trade.at: found `open`, but the data have closes only; expected a source with opens (a long table, with its "
        "column named: `open: <column>`); write `at: close`"
    )


def test_orders_that_found_no_price_are_counted_buys_and_sales_alike() -> None:
    prices = [[10, 10], [10, 10], [NAN, NAN], [10, 10]]
    found = ledger(prices, [0, 1, 2], [[1.0, 0.0], [0.0, 1.0], [0.0, 1.0]], after=1)
    assert found.stuck == 2
    assert found.carried.tolist() == [1, 0]
    assert found.units[:, 0].tolist() == [0.0, 100.0, 100.0, 0.0]


def test_costs_stand_beside_each_trade_and_each_session() -> None:
    found = ledger([[10], [10], [10]], [0, 1], [[0.5], [0.0]], bps=100, after=1)
    held = 500 / (1 + 0.5 * 0.01)
    assert found.costs[:, 0].tolist() == pytest.approx([0.0, 0.01 * held, 0.01 * held])
    assert found.traded.tolist() == pytest.approx([0.0, held, held])
    assert found.trades.costs[:, 0].sum() == pytest.approx(1_000 - found.equity[-1])
