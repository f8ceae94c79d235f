"""Every order that was cut or refused stands in the trades table with its reason, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from engine.portfolio.ledger import Ledger
from engine.portfolio.trades import REASONS
from tests.portfolio.test_costs_by_hand import FLAT, ledger

NAN = np.nan


def told(found: Ledger) -> list[tuple[int, int, str, float]]:
    """Session, asset, reason and units done of everything that was not done as wanted."""
    trades = found.trades
    return [
        (int(trades.session[j]), int(trades.asset[j]), REASONS[int(trades.reason[j])], float(trades.units[j]))
        for j in np.flatnonzero(trades.reason > 0)
    ]


def test_what_is_owed_stays_owed_where_nothing_can_be_sold() -> None:
    """Fees take cash below zero; the asset has no price to be sold at, and no buy makes the debt go away."""
    found = ledger(
        [[10.0, 10.0], [10.0, 10.0], [NAN, 10.0], [10.0, 10.0]], [1, 2], [[1.0, 0.0], [0.5, 0.5]],
        trade={"management_bps_a_year": 252.0},
    )  # fmt: skip
    # One basis point of equity a session: 1,000, then 999.9 all in the first asset, then less and less.
    assert found.cash.tolist() == pytest.approx([1000.0, 0.0, -0.09999, -0.199970001], rel=1e-12)
    assert (np.diff(found.equity) < 0.0).all()
    assert told(found) == [(2, 0, "no price", 0.0), (2, 1, "cut to cash", 0.0)]
    assert found.trades.wanted[found.trades.reason == REASONS.index("cut to cash")] == pytest.approx([50.0], rel=1e-3)


def test_a_fee_above_equity_refuses_every_order() -> None:
    found = ledger(FLAT, [1], [[0.5]], trade={"commission_per_order": 2000})
    assert told(found) == [(1, 0, "costs exceed equity", 0.0)]
    assert found.trades.wanted.tolist() == [50.0]
    assert found.trades.costs.sum() == 0.0
    assert found.equity.tolist() == [1000.0] * 3


def test_what_a_band_or_the_smallest_trade_leaves_out_is_no_order() -> None:
    """The second rebalance costs more than there is: only what lies outside the band was asked for."""
    prices = [[10.0, 10.0, 10.0], [10.0, 10.0, 10.0], [10.0, 10.0, 10.0]]
    keys = {"trade": {"commission_per_order": 400}, "rebalance": {"band": 0.05}}
    found = ledger(prices, [1, 2], [[0.2, 0.0, 0.0], [0.33, 0.5, 0.04]], **keys)
    equity = 600.0
    assert found.equity[1] == pytest.approx(equity)
    # 20% of 600 are held: 13 points more, 50 points and 4 points are asked for, two of them for 800 in fees.
    assert told(found) == [(2, 0, "costs exceed equity", 0.0), (2, 1, "costs exceed equity", 0.0)]
    small = ledger(
        prices, [1, 2], [[0.2, 0.0, 0.0], [0.33, 0.5, 0.04]], trade={**keys["trade"], "smallest_trade": 0.15}
    )
    # 480 of cash pay a fee of 400 and 8 shares, where 10 were wanted: half of what 400 leave of 600.
    assert told(small) == [(2, 1, "cut to cash", pytest.approx(8.0))]
    assert small.trades.wanted[-1] == pytest.approx(10.0)


def test_without_volume_nothing_trades_where_trading_has_an_impact() -> None:
    """The other asset trades as if alone."""
    rng = np.random.default_rng(1)
    prices = 100 * np.exp(rng.normal(0, 0.01, (60, 2)).cumsum(axis=0))
    volumes = np.full((60, 2), 40.0)
    volumes[19:, 0] = NAN
    found = ledger(prices.tolist(), [50], [[0.5, 0.5]], panel={"volumes": volumes}, trade={"impact": 0.7})
    assert told(found) == [(50, 0, "no volume", 0.0)]
    assert found.weights[-10:, 1] == pytest.approx(found.weights[50 - found.start, 1], rel=0.2)
    assert found.weights[50 - found.start] == pytest.approx([0.0, 0.5], abs=1e-12)
    assert np.isfinite(found.costs).all()
    # Whoever charges no impact for it can trade it.
    charged = {"impact": {"a00": 0.0, "default": 0.7}}
    assert told(ledger(prices.tolist(), [50], [[0.5, 0.5]], panel={"volumes": volumes}, trade=charged)) == []


def test_what_is_worth_nothing_cannot_trade() -> None:
    found = ledger(
        [[10.0, 10.0], [10.0, 10.0], [0.0, 10.0], [NAN, 10.0]], [1, 2, 3], [[0.5, 0.5], [0.0, 1.0], [0.5, 0.5]]
    )
    assert found.equity.tolist() == [1000.0, 1000.0, 500.0, 500.0]
    assert found.units[:, 0].tolist() == [0.0, 50.0, 50.0, 0.0]
    assert told(found) == [(2, 0, "worthless", 0.0), (3, 0, "no price", 0.0)]
