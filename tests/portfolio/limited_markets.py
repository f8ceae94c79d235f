"""Limits on one small market with sleeves, laid out for `limit_targets`; and what may be held there, asked of scipy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.config import Config
from engine.market.panel import Panel
from engine.portfolio.limited import Limited
from engine.portfolio.limits import limit_targets
from engine.portfolio.tilt import Mix
from tests.portfolio.markets import Market, panel_of

#: hard = a00 a01 a02, soft = a03 a04, rest = a05.
HOLD: dict[str, tuple[str, ...]] = {"hard": ("a00", "a01", "a02"), "soft": ("a03", "a04"), "rest": ("a05",)}
HOME = np.array([0, 0, 0, 1, 1, 2])
ROUNDING = 1e-9


@dataclass(frozen=True)
class Case:
    """A config with limits, and asked weights (D, 6) on days on which some assets may have no price (NaN)."""

    config: Config
    panel: Panel
    mix: Mix
    asked: np.ndarray

    def limit(self) -> tuple[np.ndarray, Limited]:
        taken, log = limit_targets(self.config, self.panel, self.mix, np.arange(len(self.asked)), self.asked)
        assert log is not None
        return taken, log


def case_of(limits: dict[str, Any], asked: Any, *, missing: Any = None, allow_short: bool = False) -> Case:
    """Limits as in YAML, weights of a00 .. a05 on each day, and (D, 6) which of them have no price that day."""
    weights = np.atleast_2d(np.array(asked, dtype=float))
    holes = np.zeros(weights.shape, np.bool_) if missing is None else np.array(missing, np.bool_)
    prices = np.where(holes, np.nan, 1.0)
    days, count = prices.shape
    nothing = np.zeros(count)
    ends = np.full(count, days)
    config = Config.model_validate(
        {
            "strategy": "x",
            "hold": HOLD,
            "policy": {"hard": 0.3, "soft": 0.5, "rest": 0.2},
            "data": {"x": {"source": "sample"}},
            "limits": limits,
            "allow_short": allow_short,
        }
    )
    market = Market(prices, ends, np.ones(days), np.array([0]), np.ones((1, count)), nothing, nothing)
    mix = Mix(tuple(HOLD), np.array([0.3, 0.5, 0.2]), 0.0, equal_parts(~holes))
    return Case(config, panel_of(market), mix, weights)


def equal_parts(trades: np.ndarray) -> np.ndarray:
    """(3, D, 6) equal parts of the members that trade."""
    parts = np.zeros((3, *trades.shape))
    for h in range(3):
        for d, row in enumerate(trades):
            own = np.flatnonzero(row & (h == HOME))
            parts[h, d, own] = 1.0 / max(len(own), 1)
    return parts


def ends_of(limits: dict[str, Any], block: str, name: str) -> tuple[float, float]:
    """Least and most of an asset or a sleeve, read off the written limits by plain lookups."""
    written = limits.get(block, {})
    if block == "asset" and not any(isinstance(value, dict) for value in written.values()):
        written = {"default": written}
    default = written.get("default", {}) if block == "asset" else {}
    own = {**default, **written.get(name, {})}
    return own.get("min", -np.inf), own.get("max", np.inf)


def most_in_all(limits: dict[str, Any]) -> float:
    """The most that weights may add up to: 1, unless `net` or else `gross` says more, and `cash_floor` less."""
    most = limits.get("net", {}).get("max", limits.get("gross", 1.0))
    return float(min(most, limits.get("gross", np.inf), 1.0 - limits.get("cash_floor", -np.inf)))
