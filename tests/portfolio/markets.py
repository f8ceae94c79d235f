"""Random markets with holes, late listings and delistings, laid out as the kernel takes them; and panels of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.config import Config
from engine.market.panel import Panel
from engine.portfolio.compiled import simulate
from engine.portfolio.kernel import Market as KernelMarket
from engine.portfolio.kernel import Orders, Paths, Rates, Rules
from engine.portfolio.ledger import Decisions

Matrix = NDArray[np.float64]
Vector = NDArray[np.float64]
Indices = NDArray[np.int64]


@dataclass(frozen=True)
class Market:
    """prices (T, N) with NaN where there is none; ends (N,), T where an asset lives on; growth (T,) of cash.

    due (K,) rebalances; targets (K, N), NaN where an asset is to be left alone; fee, slip (N,).
    volumes (T, N) units, dividends (T, N) per unit, fx (T, N) rates at which `prices` came into the base currency; None
    where there are none.
    """

    prices: Matrix
    ends: Indices
    growth: Vector
    due: Indices
    targets: Matrix
    fee: Vector
    slip: Vector
    capital: float = 100_000.0
    volumes: Matrix | None = None
    dividends: Matrix | None = None
    fx: Matrix | None = None

    @property
    def known(self) -> Matrix:
        """Last known prices, 0 before the first: filled by a plain loop, not by the engine's own `carry`."""
        known = np.zeros_like(self.prices)
        for t in range(len(self.prices)):
            before = known[t - 1] if t else np.zeros(self.prices.shape[1])
            known[t] = np.where(np.isnan(self.prices[t]), before, self.prices[t])
        return known

    @property
    def tradable(self) -> NDArray[np.bool_]:
        return ~np.isnan(self.prices[self.due])


@dataclass(frozen=True)
class Simulated:
    """equity (T,), cash (T,), units right after each rebalance (K, N)."""

    equity: Vector
    cash: Vector
    units: Matrix


def random_market(
    rng: np.random.Generator, sessions: int = 90, assets: int = 4, *, lives: bool = True, holes: float = 0.08,
    most: float = 1.0, cash: bool = True, largest_cost: float = 0.01, untouched: float = 0.05,
) -> Market:  # fmt: skip
    """A market whose targets sum to at most `most`; lives: some assets list late, some are delisted."""
    steps = rng.normal(0.0002, 0.02, (sessions, assets))
    prices = rng.uniform(5.0, 500.0, assets) * np.exp(np.cumsum(steps, axis=0))
    prices[rng.random(prices.shape) < holes] = np.nan
    ends = np.full(assets, sessions, dtype=np.int64)
    if lives:
        for i in np.flatnonzero(rng.random(assets) < 0.3):
            prices[: int(rng.integers(0, sessions)), i] = np.nan
        for i in np.flatnonzero(rng.random(assets) < (0.3 if sessions > 1 else 0.0)):
            prices[int(rng.integers(1, sessions)) :, i] = np.nan
            alive = np.flatnonzero(~np.isnan(prices[:, i]))
            ends[i] = alive[-1] if len(alive) else sessions
    count = int(rng.integers(1, max(2, sessions // 4)))
    due = np.sort(rng.choice(sessions, size=min(count, sessions), replace=False)).astype(np.int64)
    targets = rng.dirichlet(np.full(assets, 0.5), len(due)) * rng.choice([most, most, 0.7, 0.0], len(due))[:, None]
    targets[rng.random(targets.shape) < 0.1] = 0.0
    targets[rng.random(targets.shape) < untouched] = np.nan
    growth = 1.0 + (rng.uniform(-0.0001, 0.0004, sessions) if cash else np.zeros(sessions))
    growth[0] = 1.0
    fee, slip = rng.uniform(0.0, largest_cost, assets), rng.uniform(0.0, largest_cost, assets)
    return Market(prices, ends, growth, due, targets, fee, slip)


def worthless(rng: np.random.Generator, market: Market) -> Market:
    """The market in which half of the assets that end do so at a price of 0."""
    prices, last = market.prices.copy(), market.ends
    gone = np.flatnonzero((last < len(prices)) & (rng.random(len(last)) < 0.5))
    prices[last[gone], gone] = 0.0
    return replace(market, prices=prices)


def enriched(
    rng: np.random.Generator, market: Market, *, volumes: bool = False, dividends: bool = False, fx: bool = False
) -> Market:
    """The market with volumes (some missing, some zero), dividends on a few days, and exchange rates."""
    shape = market.prices.shape
    if volumes:
        traded = rng.uniform(1e6, 1e8, shape) / np.where(market.prices > 0.0, market.prices, np.nan)
        traded[rng.random(shape) < 0.2] = 0.0
        market = replace(market, volumes=traded)
    if dividends:
        paid = np.where(rng.random(shape) < 0.05, rng.uniform(0.0, 0.02, shape), 0.0) * market.known
        market = replace(market, dividends=paid)
    if fx:
        market = replace(
            market, fx=rng.uniform(0.01, 2.0, shape[1]) * np.exp(rng.normal(0, 0.01, shape).cumsum(axis=0))
        )
    return market


def run_kernel(
    market: Market, *, gross: bool = False, band: float = 0.0, to_edge: bool = False, simulate: Any = simulate
) -> Simulated:
    """One market through the kernel, or through another function with its signature."""
    known, tradable = market.known, market.tradable
    sessions, assets = known.shape
    equity, cash = np.full(sessions, np.nan), np.full(sessions, np.nan)
    units = np.full((len(market.due), assets), np.nan)
    fills = np.where(tradable, market.prices[market.due], known[market.due])
    none, rebalances = np.zeros(assets), len(market.due)
    simulate(
        KernelMarket(known, market.growth, market.growth, np.zeros((0, 0)), market.ends),
        Orders(market.due, fills, market.targets, tradable),
        Rates(market.fee, market.slip, none, none, none, np.zeros((0, 0)), none, 0.0, True),
        Rules(gross, band, False, to_edge, 0.0, np.inf, none, 0.0, market.capital, band == 0.0),
        Paths(equity, cash, units, np.ones(rebalances), np.ones(rebalances)),
    )
    return Simulated(equity, cash, units)


def config_of(assets: int, **changes: Any) -> Config:
    """A config that holds `assets` assets called a00, a01, ...; every other key may be changed."""
    labels = tuple(f"a{i:02}" for i in range(assets))
    written: dict[str, Any] = {
        "strategy": "always_over",
        "hold": {"all": labels},
        "policy": {"all": 1.0},
        "every": "daily",
        "data": {"x": {"source": "sample"}},
    }
    return Config.model_validate({**written, **changes})


def panel_of(market: Market, start: str = "2015-01-01", opens: Matrix | None = None) -> Panel:
    """The market as a Panel on weekdays; every asset is held."""
    sessions, assets = market.prices.shape
    days = np.busday_offset(start, np.arange(sessions + 1), roll="forward").astype("datetime64[D]")
    return Panel(
        sessions=days[:-1],
        assets=tuple(f"a{i:02}" for i in range(assets)),
        prices=market.prices,
        opens=opens,
        fx=market.fx,
        held=np.ones(assets, np.bool_),
        ends=market.ends,
        series={},
        cash_rate=market.growth - 1.0,
        following=days[-1],
        digests={},
        fingerprint="",
        volumes=market.volumes,
        dividends=market.dividends,
    )


def orders_of(market: Market) -> Decisions:
    """Its rebalances, decided on the very session on which they trade (`after: 0`)."""
    return Decisions(market.due, market.targets, np.ones(len(market.due), np.bool_))
