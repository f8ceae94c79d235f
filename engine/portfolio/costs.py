"""Costs as closed formulas: each a rate of traded value, one per asset, with its unit in its key."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.config import Config
from engine.errors import ConfigError
from engine.market.panel import Panel, Vector

#: The kinds of cost, in the order of the ledger's columns; in a config each is `<kind>_bps` under `trade:`.
KINDS = ("commission", "half_spread", "slippage")


@dataclass(frozen=True, slots=True)
class Costs:
    """(N,) fractions of traded value per kind. `gross` sizing pays half-spread and slippage in the price."""

    commission: Vector
    half_spread: Vector
    slippage: Vector

    @property
    def slip(self) -> Vector:
        """What moves the price of a trade."""
        return self.half_spread + self.slippage


def costs_of(config: Config, panel: Panel) -> Costs:
    """The config's costs for each asset. Raises ConfigError where they would eat a whole trade."""
    rates = {kind: _rates(config, panel, kind) for kind in KINDS}
    total = sum(rates.values())
    if (np.asarray(total) >= 1.0).any():
        asset = panel.assets[int(np.argmax(total))]
        raise ConfigError(
            config.fault(
                "trade",
                f"costs of {np.max(total):.0%} of every trade in {asset}",
                "less than 100% together",
                "lower them",
            )
        )
    return Costs(**rates)


def free(panel: Panel) -> Costs:
    """No costs at all."""
    nothing = np.zeros(len(panel.assets))
    return Costs(nothing, nothing, nothing)


def _rates(config: Config, panel: Panel, kind: str) -> Vector:
    """(N,) one kind's rate: what is said of an asset stands above what is said of its sleeve, that above `default`."""
    home = {label: name for name, sleeve in config.hold.items() for label in sleeve.members}
    bps = [config.trade.cost_bps(f"{kind}_bps", asset, home.get(asset)) for asset in panel.assets]
    return np.array(bps) / 1e4
