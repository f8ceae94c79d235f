"""`gross` sizing is vectorbt's: the same orders, the same equity. One grouped call prices all random markets.

Cold, vectorbt compiles for up to half a minute; afterwards its cache serves.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from engine.backtest import backtest
from engine.config import load
from engine.portfolio.costs import costs_of
from tests.portfolio.markets import Market, random_market, run_kernel

MARKETS, SESSIONS, ASSETS = 200, 60, 5
METALS_LEAD = Path(__file__).parents[2] / "configs" / "metals_lead.yaml"


@dataclass(frozen=True)
class Peer:
    """What vectorbt says: equity (T, M), and its order records with `col` counted over all markets."""

    equity: np.ndarray
    orders: np.ndarray


def from_orders(markets: list[Market], vbt: Any) -> Peer:
    """Every market as one group of one call. vectorbt's `idx` is the session, `col` asset + N x market."""
    width = [market.prices.shape[1] for market in markets]
    sizes = [np.full(market.prices.shape, np.nan) for market in markets]
    for size, market in zip(sizes, markets, strict=True):
        size[market.due] = market.targets
    close = np.hstack([market.prices for market in markets])
    rates = {
        "fees": np.hstack([market.fee for market in markets]),
        "slippage": np.hstack([market.slip for market in markets]),
    }
    portfolio = vbt.Portfolio.from_orders(
        pd.DataFrame(close, index=pd.bdate_range("2000-01-03", periods=len(close))),
        size=np.hstack(sizes),
        size_type="targetpercent",
        direction="longonly",
        group_by=np.repeat(np.arange(len(markets)), width),
        cash_sharing=True,
        call_seq="auto",
        init_cash=markets[0].capital,
        freq="1D",
        **{name: np.broadcast_to(rate, close.shape) for name, rate in rates.items()},
    )
    return Peer(np.asarray(portfolio.value()).reshape(len(close), -1), portfolio.order_records)


@pytest.fixture(scope="module")
def vbt() -> Any:
    return pytest.importorskip("vectorbt")


@pytest.fixture(scope="module")
def markets() -> list[Market]:
    rng = np.random.default_rng(2024)
    made = []
    for m in range(MARKETS):
        market = random_market(
            rng, SESSIONS, ASSETS, cash=False, holes=(0.0, 0.1, 0.4)[m % 3], largest_cost=(0.0, 0.003, 0.05)[m % 3 - 1],
            untouched=0.1 * (m % 2),
        )  # fmt: skip
        # vectorbt knows no delisting: there an asset without prices is carried for ever, and so it is here.
        made.append(Market(**{**vars(market), "ends": np.full(ASSETS, SESSIONS)}))
    return made


@pytest.fixture(scope="module")
def peer(markets: list[Market], vbt: Any) -> Peer:
    return from_orders(markets, vbt)


def own_orders(market: Market) -> dict[tuple[int, int], tuple[float, float, float]]:
    """(session, asset) -> signed size, price paid, fees, from the kernel's units; last-bit changes are no orders."""
    run = run_kernel(market, gross=True)
    change = np.diff(np.vstack([np.zeros((1, run.units.shape[1])), run.units]), axis=0)
    orders = {}
    for k, i in zip(*np.nonzero(change), strict=True):
        price = market.prices[market.due[k], i] * (1 + np.sign(change[k, i]) * market.slip[i])
        orders[int(market.due[k]), int(i)] = (change[k, i], price, abs(change[k, i]) * price * market.fee[i])
    return orders


def test_equity_of_random_markets(markets: list[Market], peer: Peer) -> None:
    own = np.column_stack([run_kernel(market, gross=True).equity for market in markets])
    np.testing.assert_allclose(own, peer.equity, rtol=1e-9)


def test_order_by_order(markets: list[Market], peer: Peer) -> None:
    """The same assets on the same sessions, with the same signed size, price and fees, and no order more."""
    theirs: list[dict[tuple[int, int], tuple[float, float, float]]] = [{} for _ in markets]
    for order in peer.orders:
        m, asset = divmod(int(order["col"]), ASSETS)
        size = order["size"] if order["side"] == 0 else -order["size"]
        theirs[m][int(order["idx"]), asset] = (size, order["price"], order["fees"])
    count = 0
    for market, expected in zip(markets, theirs, strict=True):
        own = own_orders(market)
        worth = market.capital * 1e-9 / np.nanmin(market.prices)
        both = own.keys() & expected.keys()
        # An order that only one of them has must be rounding: worth less than a billionth of the capital.
        alone = [(own | expected)[key][0] for key in own.keys() ^ expected.keys()]
        assert all(abs(size) < worth for size in alone)
        for key in both:
            np.testing.assert_allclose(own[key], expected[key], rtol=1e-9, atol=worth)
        count += len(both)
    assert count > 2_000


def test_the_sample(vbt: Any) -> None:
    """A real config on real data, through `engine.backtest`, against vectorbt on the same targets."""
    options = ["trade.sizing=gross", "cash.rate=0", "trade.slippage_bps=20", "trade.commission_bps=10"]
    result = backtest(load(METALS_LEAD, options))
    ledger, panel = result.own.ledger, result.panel
    costs, held = costs_of(result.config, panel), panel.held
    due = result.setting.decisions + 1
    inside = due < len(panel.sessions)
    market = Market(
        panel.prices[ledger.start :][:, held], np.full(held.sum(), len(ledger.sessions)), np.ones(len(ledger.sessions)),
        due[inside] - ledger.start, result.decided.targets[inside][:, held], costs.commission[held], costs.slip[held],
        capital=result.config.capital,
    )  # fmt: skip
    peer = from_orders([market], vbt)
    np.testing.assert_allclose(ledger.equity, peer.equity[:, 0], rtol=1e-9)
    theirs = np.lexsort((peer.orders["col"], peer.orders["idx"]))
    sold = np.where(peer.orders["side"][theirs] == 0, 1.0, -1.0)
    columns = np.flatnonzero(held)
    assert ledger.trades.session.tolist() == (peer.orders["idx"][theirs] + ledger.start).tolist()
    assert ledger.trades.asset.tolist() == columns[peer.orders["col"][theirs]].tolist()
    np.testing.assert_allclose(ledger.trades.units, sold * peer.orders["size"][theirs], rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(ledger.trades.costs[:, 0], peer.orders["fees"][theirs], rtol=1e-6, atol=1e-6)
