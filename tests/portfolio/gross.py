"""Random long-only markets with fixed fees, run twice: through the kernel's `gross` sizing, and as vectorbt's books."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from engine.peer.book import Book, PeerAnswer
from engine.portfolio.compiled import simulate
from engine.portfolio.kernel import Market as KernelMarket
from engine.portfolio.kernel import Orders, Paths, Rates, Rules
from tests.portfolio.markets import Market, Simulated, Vector, random_market

#: (session, asset) -> signed size, price paid, fees.
OrderBook = dict[tuple[int, int], tuple[float, float, float]]


@dataclass(frozen=True)
class Charged:
    """A market, and what an order in each asset costs besides (N,)."""

    market: Market
    fixed: Vector


def random_charged(rng: np.random.Generator, m: int, sessions: int = 60, assets: int = 5) -> Charged:
    """The m-th of a row of markets: with and without holes, costs, fixed fees (some that eat whole orders).

    vectorbt knows no delisting: an asset without prices is carried for ever, and so it is here.
    """
    market = random_market(
        rng, sessions, assets, cash=False, holes=(0.0, 0.1, 0.4)[m % 3], largest_cost=(0.0, 0.003, 0.05)[m % 3 - 1],
        untouched=0.1 * (m % 2),
    )  # fmt: skip
    fixed = rng.choice((0.0, 1.0, 25.0, 2_000.0), assets) if m % 4 else np.zeros(assets)
    return Charged(replace(market, ends=np.full(assets, sessions)), fixed)


def run_gross(charged: Charged, simulate: Any = simulate) -> Simulated:
    """Through the kernel, or its plain twin."""
    market, (rebalances, assets) = charged.market, charged.market.targets.shape
    known, tradable, none = market.known, market.tradable, np.zeros(assets)
    run = Simulated(np.empty(len(known)), np.empty(len(known)), np.empty((rebalances, assets)))
    fills = np.where(tradable, market.prices[market.due], known[market.due])
    simulate(
        KernelMarket(known, market.growth, market.growth, np.zeros((0, 0)), market.ends),
        Orders(market.due, fills, market.targets, tradable),
        Rates(market.fee, market.slip, none, charged.fixed, none, np.zeros((0, 0)), none, 0.0, False),
        Rules(True, 0.0, False, False, 0.0, np.inf, none, 0.0, market.capital, True),
        Paths(run.equity, run.cash, run.units, np.ones(rebalances), np.ones(rebalances)),
    )
    return run


def book_of(charged: Charged) -> Book:
    """As vectorbt takes it."""
    market = charged.market
    shape = market.prices.shape
    weight = np.full(shape, np.nan)
    weight[market.due] = market.targets
    close = pd.DataFrame(market.prices).ffill().bfill().fillna(1.0).to_numpy()
    fees, fixed, slip = (np.broadcast_to(rate, shape) for rate in (market.fee, charged.fixed, market.slip))
    return Book(close, market.prices, close, weight, fees, fixed, slip, market.capital)


def own_orders(charged: Charged, run: Simulated) -> OrderBook:
    """The kernel's orders, from its units."""
    market = charged.market
    change = np.diff(np.vstack([np.zeros((1, run.units.shape[1])), run.units]), axis=0)
    orders = {}
    for k, i in zip(*np.nonzero(change), strict=True):
        price = market.prices[market.due[k], i] * (1 + np.sign(change[k, i]) * market.slip[i])
        fees = abs(change[k, i]) * price * market.fee[i] + charged.fixed[i]
        orders[int(market.due[k]), int(i)] = (change[k, i], price, fees)
    return orders


def their_orders(answer: PeerAnswer) -> OrderBook:
    """vectorbt's orders."""
    orders = answer.orders
    return {
        (int(t), int(i)): (size, price, fees)
        for t, i, size, price, fees in zip(
            orders.session, orders.column, orders.size, orders.price, orders.fees, strict=True
        )
    }


def compare_orders(charged: Charged, run: Simulated, answer: PeerAnswer) -> int:
    """How many orders both made, with the same signed size, price and fees; what one alone made must be rounding."""
    own, theirs = own_orders(charged, run), their_orders(answer)
    worth = charged.market.capital * 1e-9 / np.nanmin(charged.market.prices)
    alone = [(own | theirs)[key][0] for key in own.keys() ^ theirs.keys()]
    assert all(abs(size) < worth for size in alone), alone
    both = sorted(own.keys() & theirs.keys())
    if both:
        ours, peers = np.array([own[key] for key in both]), np.array([theirs[key] for key in both])
        np.testing.assert_allclose(ours, peers, rtol=1e-9, atol=worth)
    return len(both)
