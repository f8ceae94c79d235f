"""What must hold on every session of every market, and what may not move a result at all."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.backtest import backtest
from engine.config import load
from engine.portfolio.costs import mere_rates
from engine.portfolio.ledger import Ledger, run_ledger
from tests.portfolio.markets import Market, config_of, orders_of, panel_of, random_market, run_kernel

SIZINGS: list[dict[str, Any]] = [
    {"trade": {"sizing": "net_of_costs"}},
    {"trade": {"sizing": "gross"}},
    {"rebalance": {"band": 0.03, "to": "edge"}},
    {"rebalance": {"band": 0.03, "to": "target"}},
]


def ledger_of(market: Market, **changes: Any) -> Ledger:
    """The market through `run_ledger`, decided on the session on which it trades; slip is split over its two kinds."""
    trade = {"after": 0, **changes.pop("trade", {})}
    config = config_of(market.prices.shape[1], trade=trade, capital=market.capital, **changes)
    costs = mere_rates(market.fee, 0.25 * market.slip, 0.75 * market.slip)
    return run_ledger(config, panel_of(market), orders_of(market), costs)


def later(market: Market) -> Market:
    """Without a rebalance on session 0: `after: 0` needs a session before the first trade."""
    keep = market.due > 0
    if not keep.any():
        return replace(market, due=np.array([1]), targets=market.targets[:1])
    return replace(market, due=market.due[keep], targets=market.targets[keep])


@given(seed=st.integers(0, 2**32 - 1), sessions=st.integers(3, 60), assets=st.integers(1, 6), how=st.integers(0, 3))
@settings(max_examples=120, deadline=None, derandomize=True)
def test_every_session_adds_up(seed: int, sessions: int, assets: int, how: int) -> None:
    market = later(random_market(np.random.default_rng(seed), sessions, assets, largest_cost=0.02))
    ledger = ledger_of(market, **SIZINGS[how])
    start = ledger.start
    known, growth = market.known[start:], market.growth[start:].copy()
    for path in (ledger.equity, ledger.cash, ledger.interest, ledger.costs, ledger.weights, ledger.units):
        assert np.isfinite(path).all()
    assert (ledger.cash >= 0).all()
    assert (ledger.units >= 0).all()
    assert ledger.equity[0] == market.capital
    scale = market.capital
    # Equity is cash and holdings at the last known price.
    holdings = (ledger.units * known).sum(axis=1)
    np.testing.assert_allclose(ledger.equity, ledger.cash + holdings, rtol=1e-12)
    np.testing.assert_allclose(ledger.weights * ledger.equity[:, None], ledger.units * known, atol=1e-9 * scale)
    # Its change is what prices did to yesterday's units, plus interest, less every cost.
    gains = (ledger.units[:-1] * np.diff(known, axis=0)).sum(axis=1)
    change = np.diff(ledger.equity) - gains - ledger.interest[1:] + ledger.costs[1:].sum(axis=1)
    np.testing.assert_allclose(change, 0.0, atol=1e-10 * scale)
    np.testing.assert_allclose(ledger.interest[1:], ledger.cash[:-1] * (growth[1:] - 1.0), atol=1e-9)
    # Units change by trades alone, and by delisting.
    moved = np.diff(np.vstack([np.zeros((1, assets)), ledger.units]), axis=0)
    np.add.at(moved, (ledger.trades.session - start, ledger.trades.asset), -ledger.trades.units)
    ended = np.flatnonzero(market.ends + 1 < sessions)
    for i in ended[market.ends[ended] + 1 >= start]:
        moved[market.ends[i] + 1 - start, i] = 0.0
    np.testing.assert_allclose(moved * known, 0.0, atol=1e-9 * scale)
    # Nothing trades without a price, and what is traded is what the ledger says was traded.
    done = ledger.trades.units != 0.0
    assert not np.isnan(market.prices[ledger.trades.session[done], ledger.trades.asset[done]]).any()
    assert (ledger.trades.reason[~done] > 0).all()
    value = np.bincount(ledger.trades.session - start, np.abs(ledger.trades.value), len(ledger.sessions))
    np.testing.assert_allclose(ledger.traded, value, atol=1e-9)


@pytest.mark.parametrize("gross", [False, True])
@given(seed=st.integers(0, 2**32 - 1), power=st.integers(-12, 12))
@settings(max_examples=40, deadline=None, derandomize=True)
def test_scaling_money_or_prices_by_a_power_of_two_changes_no_bit(gross: bool, seed: int, power: int) -> None:
    market = random_market(np.random.default_rng(seed), 50, 4)
    factor = 2.0**power
    run = run_kernel(market, gross=gross)
    richer = run_kernel(replace(market, capital=market.capital * factor, prices=market.prices * factor), gross=gross)
    assert (richer.equity / factor).tobytes() == run.equity.tobytes()
    assert richer.units.tobytes() == run.units.tobytes()


@pytest.mark.parametrize("band", [0.0, 0.03])
@given(seed=st.integers(0, 2**32 - 1))
@settings(max_examples=40, deadline=None, derandomize=True)
def test_relabelling_agrees_to_a_billionth_of_a_thousandth(band: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    market = random_market(rng, 50, 5)
    order = rng.permutation(5)
    other = replace(
        market,
        prices=market.prices[:, order],
        ends=market.ends[order],
        targets=np.ascontiguousarray(market.targets[:, order]),
        fee=market.fee[order],
        slip=market.slip[order],
    )
    np.testing.assert_allclose(run_kernel(other, band=band).equity, run_kernel(market, band=band).equity, rtol=1e-12)
    if band == 0.0:
        one, two = run_kernel(other, gross=True), run_kernel(market, gross=True)
        np.testing.assert_allclose(one.equity, two.equity, rtol=1e-12)


def test_a_second_rebalance_to_the_same_weights_at_the_same_prices_trades_nothing() -> None:
    """Rounding is no trade: no order, no cost, the same units."""
    rng = np.random.default_rng(3)
    market = random_market(rng, 30, 5, lives=False, holes=0.0, cash=False, untouched=0.0)
    still = replace(
        market, prices=np.repeat(market.prices[:1], 30, axis=0), due=np.arange(1, 30),
        targets=np.repeat(rng.dirichlet(np.ones(5), 1) * 0.97, 29, axis=0),
    )  # fmt: skip
    ledger = ledger_of(still)
    assert set(ledger.trades.session.tolist()) == {1}
    assert (ledger.costs[2:] == 0).all()


def test_an_asset_held_alone_is_bought_once() -> None:
    rng = np.random.default_rng(4)
    market = random_market(rng, 60, 1, lives=False, holes=0.0, cash=False, untouched=0.0)
    daily = replace(market, due=np.arange(1, 60), targets=np.ones((59, 1)))
    assert ledger_of(daily).trades.session.tolist() == [1]


CSV_CONFIG = """\
strategy: hard_asset_rotation
with: {{hard: hard, soft: soft, lookback: 20, window: 60}}
hold:
  hard: [{hard}]
  soft: [s1, s2]
policy: {{hard: 0.5, soft: 0.5}}
stance: {{rule: proportional, full_at: 2.0}}
tilt: {{hard: {{over: 0.25, under: 0.25, from: soft}}}}
every: month_end
from: 2015-09-30
trade: {{commission_bps: 3, half_spread_bps: {{h1: 4, soft: 2, default: 1}}}}
cash: {{rate: 0.02}}
data: {{source: files, path: {path}}}
"""


def test_no_result_moves_when_columns_of_a_file_change_order(tmp_path: Path) -> None:
    """Same id, same bits: columns, members and unused columns in any order, as CSV or parquet."""
    rng = np.random.default_rng(5)
    days = pd.bdate_range("2015-01-01", periods=500, name="date")
    names = ["s2", "h1", "zz", "s1", "h3", "h2"]
    prices = 100 * np.exp(np.cumsum(rng.normal(0, 0.01, (500, 6)), axis=0))
    prices[rng.random(prices.shape) < 0.05] = np.nan
    frame = pd.DataFrame(prices, days, names)
    frame.to_csv(tmp_path / "one.csv")
    frame[sorted(names)].to_csv(tmp_path / "two.csv")
    frame[["h3", "s1", "h2", "h1", "s2"]].reset_index().to_parquet(tmp_path / "three.parquet")
    results = []
    for path, hard in (("one.csv", "h1, h2, h3"), ("two.csv", "h3, h1, h2"), ("three.parquet", "h2, h3, h1")):
        (tmp_path / "same.yaml").write_text(CSV_CONFIG.format(path=path, hard=hard), encoding="utf-8")
        results.append(backtest(load(tmp_path / "same.yaml")))
    first = results[0]
    assert len(first.own.ledger.trades.units) > 20
    for other in results[1:]:
        assert other.id == first.id
        assert other.metrics.to_numpy().tobytes() == first.metrics.to_numpy().tobytes()
        for name, portfolio in first.portfolios.items():
            twin = other.portfolios[name].ledger
            assert twin.equity.tobytes() == portfolio.ledger.equity.tobytes()
            assert twin.weights.tobytes() == portfolio.ledger.weights.tobytes()


def test_equity_is_summed_in_asset_order_to_the_last_bit() -> None:
    """Cash first, then asset by asset: this order is what keeps bits the same from one machine to the next."""
    rng = np.random.default_rng(8)
    for _ in range(10):
        market = random_market(rng, 40, 6, lives=False)
        run, known = run_kernel(market), market.known
        for t in range(market.due[0], 40):
            units = run.units[np.searchsorted(market.due, t, side="right") - 1]
            total = float(run.cash[t])
            for i in range(6):
                total += float(units[i]) * float(known[t, i])
            assert total == run.equity[t]
