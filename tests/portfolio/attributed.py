"""Markets for attribution: random ones in two sleeves with a strategy and a policy, and small ones by hand."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from engine.config import Config
from engine.market.panel import Panel
from engine.market.sleeves import sleeve_series
from engine.portfolio.attribution import Attribution, attribute
from engine.portfolio.costs import Costs, free, mere_rates
from engine.portfolio.ledger import Decisions, Ledger, run_ledger
from tests.portfolio.markets import Market, Matrix, config_of, panel_of, random_market


@dataclass(frozen=True)
class Case:
    """A strategy and a policy on one panel."""

    config: Config
    panel: Panel
    own: Ledger
    policy: Ledger

    @property
    def attribution(self) -> Attribution:
        sleeves = sleeve_series(self.config, self.panel)
        return attribute(self.config, self.panel, sleeves, self.own, self.policy)


def two_sleeves(assets: int) -> dict[str, Any]:
    """The first assets in `left`, the others in `right`."""
    labels = [f"a{i:02}" for i in range(assets)]
    cut = max(1, assets // 2)
    return {"hold": {"left": tuple(labels[:cut]), "right": tuple(labels[cut:])}, "policy": {"left": 0.6, "right": 0.3}}


def random_case(seed: int, sessions: int = 60, assets: int = 5, *, start: str = "2015-12-01", **changes: Any) -> Case:
    """Random targets of both on the same days; opens away from closes, rates of exchange, costs of three kinds."""
    rng = np.random.default_rng(seed)
    market = random_market(rng, sessions, assets, largest_cost=0.02)
    market = replace(market, due=np.minimum(market.due, sessions - 2))
    _, first = np.unique(market.due, return_index=True)
    market = replace(market, due=market.due[first], targets=market.targets[first])
    opens = market.prices * np.exp(rng.normal(0.0, 0.01, market.prices.shape))
    fx = np.exp(np.cumsum(rng.normal(0.0, 0.005, market.prices.shape), axis=0))
    panel = replace(panel_of(market, start, opens), fx=fx)
    config = config_of(assets, **{**two_sleeves(assets), **changes})
    costs = mere_rates(market.fee, 0.25 * market.slip, 0.75 * market.slip)
    policy = np.tile(rng.dirichlet(np.ones(assets)) * 0.9, (len(market.due), 1))
    return case_of(config, panel, market, market.targets, policy, costs)


def case_of(
    config: Config, panel: Panel, market: Market, targets: Matrix, policy: Matrix, costs: Costs | None = None
) -> Case:
    """Both simulated on the market's days."""
    costs = costs or free(panel)
    every = np.ones(len(market.due), np.bool_)
    own, other = (
        run_ledger(config, panel, Decisions(market.due, np.asarray(wanted, dtype=np.float64), every), costs)
        for wanted in (targets, policy)
    )
    return Case(config, panel, own, other)


def quiet_market(prices: Matrix, cash: list[float] | None = None) -> Market:
    """Prices without holes, one decision on the first session."""
    sessions, assets = prices.shape
    return Market(
        prices=prices,
        ends=np.full(assets, sessions, dtype=np.int64),
        growth=1.0 + np.array(cash or [0.0] * sessions),
        due=np.array([0]),
        targets=np.zeros((1, assets)),
        fee=np.zeros(assets),
        slip=np.zeros(assets),
        capital=1000.0,
    )
