"""Costs as closed formulas, each with its unit in its key: what trading costs, and what holding costs a session."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.config import Config
from engine.errors import ConfigError, DataError
from engine.market.panel import Panel
from engine.market.table import Indices, Matrix, Vector
from engine.portfolio.kernel import Rates

#: The kinds of cost, in the order of the ledger's columns. The first four come with trades, the others with time.
KINDS = (
    "commission",
    "half_spread",
    "slippage",
    "impact",
    "borrow",
    "management",
    "withholding",
    "financing",
)
OF_TRADES = 4
#: Sessions over which impact takes an asset's daily deviation and its daily volume.
DEVIATION_SESSIONS, VOLUME_SESSIONS = 63, 21


@dataclass(frozen=True, slots=True)
class Costs:
    """What a config charges. commission, half_spread, slippage: (N,) parts of traded value. per_share, per_order,
    minimum: (N,) money. impact: (N,) daily deviations for a trade of a day's volume. borrow: (N,) per session of a
    short position's value. management: per session of equity. withholding: of dividends.
    """

    commission: Vector
    half_spread: Vector
    slippage: Vector
    per_share: Vector
    per_order: Vector
    minimum: Vector
    impact: Vector
    borrow: Vector
    management: float
    withholding: float

    @property
    def slip(self) -> Vector:
        """What moves the price of a trade."""
        return self.half_spread + self.slippage


def costs_of(config: Config, panel: Panel) -> Costs:
    """The config's costs for each asset. Raises ConfigError where they would eat a whole trade."""
    trade, year = config.trade, config.sessions_per_year
    costs = Costs(
        commission=_each(config, panel, "commission_bps") / 1e4,
        half_spread=_each(config, panel, "half_spread_bps") / 1e4,
        slippage=_each(config, panel, "slippage_bps") / 1e4,
        per_share=_each(config, panel, "commission_per_share"),
        per_order=_each(config, panel, "commission_per_order"),
        minimum=_each(config, panel, "commission_minimum"),
        impact=_each(config, panel, "impact"),
        borrow=_each(config, panel, "borrow_bps_a_year") / 1e4 / year,
        management=trade.management_bps_a_year / 1e4 / year,
        withholding=trade.withholding,
    )
    total = costs.commission + costs.slip
    if (total >= 1.0).any():
        asset = panel.assets[int(np.argmax(total))]
        raise ConfigError(
            config.fault(
                "trade",
                f"costs of {np.max(total):.0%} of every trade in {asset}",
                "less than 100% together",
                "lower them",
            )
        )
    if costs.impact.any() and panel.volumes is None:
        raise DataError(
            config.fault(
                "trade.impact",
                "an impact, but data without volumes",
                "prices that come with volumes",
                "name the column: `volume: <column>` of a long table, or leave `impact` out",
            )
        )
    return costs


def mere_rates(commission: Vector, half_spread: Vector, slippage: Vector) -> Costs:
    """Costs that are parts of traded value and nothing else."""
    none = np.zeros(len(commission))
    return Costs(commission, half_spread, slippage, none, none, none, none, none, 0.0, 0.0)


def free(panel: Panel) -> Costs:
    """No costs at all."""
    none = np.zeros(len(panel.assets))
    return mere_rates(none, none, none)


def rates_of(costs: Costs, panel: Panel, due: Indices) -> Rates:
    """What the kernel reads of the costs, for rebalances on the sessions `due` (K,) of the panel."""
    impact = impact_rates(costs, panel, due) if costs.impact.any() else np.zeros((0, 0))
    fixed = costs.per_share.any() or costs.per_order.any() or costs.minimum.any()
    return Rates(
        costs.commission, costs.slip, costs.per_share, costs.per_order, costs.minimum, impact, costs.borrow,
        costs.management, not fixed and not costs.impact.any(),
    )  # fmt: skip


def impact_rates(costs: Costs, panel: Panel, due: Indices) -> Matrix:
    """(K, N) c such that a trade of value v costs c v^1.5: the square-root law, impact * sd * sqrt(v / volume) * v.

    Deviation and volume (in money) are means over the sessions before the trade; Almgren et al. (2005), Toth et al.
    (2011). NaN volumes count as none; infinite without any volume in those sessions: such an asset cannot trade.
    """
    assert panel.volumes is not None
    known = np.where(panel.known > 0, panel.known, np.nan)
    # The logarithm of a ratio, not a difference of logarithms: no bit moves where all prices double.
    returns = np.log(known / np.vstack([np.full_like(known[:1], np.nan), known[:-1]]))
    rates = np.zeros((len(due), len(panel.assets)))
    for k, t in enumerate(due):
        deviation = _deviation(returns[max(t - DEVIATION_SESSIONS, 1) : t])
        traded = (
            np.nan_to_num(panel.volumes[max(t - VOLUME_SESSIONS, 0) : t]) * panel.known[max(t - VOLUME_SESSIONS, 0) : t]
        )
        volume = traded.mean(axis=0) if len(traded) else np.zeros(len(panel.assets))
        rates[k] = costs.impact * deviation / np.sqrt(np.where(volume > 0.0, volume, 1.0))
        rates[k, (volume <= 0.0) & (costs.impact > 0.0)] = np.inf
    return rates


def _deviation(returns: Matrix) -> Vector:
    given = ~np.isnan(returns)
    count = given.sum(axis=0)
    filled = np.where(given, returns, 0.0)
    mean = filled.sum(axis=0) / np.maximum(count, 1)
    squares = (np.where(given, returns - mean, 0.0) ** 2).sum(axis=0)
    return np.asarray(np.sqrt(squares / np.maximum(count - 1, 1)))


def _each(config: Config, panel: Panel, key: str) -> Vector:
    """(N,) one key: what is said of an asset stands above what is said of its sleeve, that above `default`.

    Of the sleeves of one asset it is the last by name of which anything is said.
    """
    written = getattr(config.trade, key)
    named = {*config.hold} & {*written} if isinstance(written, dict) else set[str]()
    home = {label: name for name, sleeve in config.hold.items() if name in named for label in sleeve.members}
    return np.array([config.trade.cost_of(key, asset, home.get(asset)) for asset in panel.assets])


def lots_of(config: Config, panel: Panel) -> Vector:
    """(N,) the multiples in which units come; 0 for fractions."""
    return _each(config, panel, "lots")
