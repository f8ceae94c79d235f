"""Nine engines on W1 of `../shared/bench`, each reproduced by our kernel in the convention that the engine uses.

The final equities were measured with the runners in `../shared/bench` (each engine in an environment of its own, Python
3.11, 2026-11-22); vectorbt's two are measured anew in every run. A runner that must leave a little cash unspent ends as
much below its convention: its `within` says how much it leaves.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from engine.peer.book import Book, ask_vectorbt
from engine.portfolio.compiled import simulate
from engine.portfolio.kernel import Market, Orders, Paths, Rates, Rules

SHARED = Path(__file__).resolve().parent.parent.parent / "shared" / "bench"
STEP, COST, CAPITAL = 21, 0.001, 1_000_000.0
#: What ../shared/bench/README.md says of the two conventions.
NET, GROSS = 6_971_428.0252, 6_965_734.19453


@dataclass(frozen=True)
class Engine:
    """An engine's final equity on W1 (None: no runner and no figure in ../shared/bench), and its convention.

    net: targets hold after costs. gross: sized before costs, a buy cut to cash. amounts: the money that goes into or
    comes out of an asset, costs included, is its target less what is held. within: relative.
    """

    name: str
    convention: str
    final: float | None
    within: float


MEASURED = (
    Engine("backtrader 1.9.78.123", "net", 6_971_428.02519, 1e-11),
    Engine("pybroker 2.0.2", "net", 6_971_428.01294, 1e-8),
    Engine("qstrader 0.3.0", "net", 6_971_428.05097, 1e-8),
    Engine("nautilus 1.221.0", "net", 6_971_425.82108, 1e-6),
    Engine("bt 1.4.1", "amounts", 6_968_227.79042, 1e-12),
    Engine("zipline-reloaded", "", None, 0.0),
    Engine("cvxportfolio", "", None, 0.0),
)


class W1:
    """The workload, and our final equity of it by convention."""

    def __init__(self) -> None:
        self.prices = np.load(SHARED / "data" / "w1_prices.npy")
        self.weights = np.load(SHARED / "data" / "w1_weights.npy")
        self.due = np.arange(0, len(self.prices), STEP)

    def final(self, convention: str) -> float:
        """Our kernel's final equity."""
        if convention == "amounts":
            # The kernel is handed what bt's rule comes to hold, and must find the same equity after the same costs.
            return self.run(self._held_by_amounts(), gross=False)[-1]
        return self.run(self.weights, gross=convention == "gross")[-1]

    def run(self, weights: np.ndarray, gross: bool) -> np.ndarray:
        """Equity of every session."""
        (sessions, assets), rebalances = self.prices.shape, len(self.due)
        none, ones = np.zeros(assets), np.ones(sessions)
        paths = Paths(
            np.empty(sessions), np.empty(sessions), np.empty((rebalances, assets)), np.ones(rebalances),
            np.ones(rebalances),
        )  # fmt: skip
        simulate(
            Market(self.prices, ones, ones, np.zeros((0, 0)), np.full(assets, sessions)),
            Orders(self.due, self.prices[self.due], weights, np.ones(weights.shape, np.bool_)),
            Rates(np.full(assets, COST), none, none, none, none, np.zeros((0, 0)), none, 0.0, True),
            Rules(gross, 0.0, False, False, 0.0, np.inf, none, 0.0, CAPITAL, True),
            paths,
        )
        return paths.equity

    def book(self) -> Book:
        """As vectorbt takes it."""
        size = np.full(self.prices.shape, np.nan)
        size[self.due] = self.weights
        fees, none = np.full(self.prices.shape, COST), np.zeros(self.prices.shape)
        return Book(self.prices, self.prices, self.prices, size, fees, none, none, CAPITAL)

    def _held_by_amounts(self) -> np.ndarray:
        """(K, N) weights after bt's rebalances: an amount buys amount / (1 + cost) and sells amount / (1 - cost)."""
        units, cash, held = np.zeros(self.prices.shape[1]), CAPITAL, []
        for price, weight in zip(self.prices[self.due], self.weights, strict=True):
            amount = weight * (cash + units @ price) - units * price
            traded = np.where(amount > 0, amount / (1 + COST), amount / (1 - COST))
            cash -= traded.sum() + COST * np.abs(traded).sum()
            units = units + traded / price
            held.append(units * price / (cash + units @ price))
        return np.array(held)


def engines(workload: W1) -> Iterator[tuple[Engine, float | None]]:
    """Each engine, and its final equity over ours in its convention, less one."""
    for name in ("numba", "rust"):
        engine = Engine(f"vectorbt, {name}", "gross", _vectorbt(workload, name), 1e-12)
        yield engine, _over(engine, workload)
    for engine in MEASURED:
        yield engine, _over(engine, workload)


def _over(engine: Engine, workload: W1) -> float | None:
    return None if engine.final is None else engine.final / workload.final(engine.convention) - 1.0


def _vectorbt(workload: W1, engine: str) -> float | None:
    try:
        (answer,) = ask_vectorbt([workload.book()], engine)
    except ImportError:
        return None
    return float(answer.equity[-1])
