"""Trades: every change of units at a rebalance with its costs, and every order cut or refused, with its reason."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.market.panel import Indices, Vector
from engine.market.table import Matrix
from engine.portfolio.costs import KINDS, OF_TRADES, Costs
from engine.portfolio.kernel import Orders, Paths

#: Why an order was not done as wanted; the first is none.
REASONS = ("", "no price", "cut to cash", "turnover cap", "costs exceed equity")


@dataclass(frozen=True, slots=True)
class Trades:
    """J trades and refused orders, by session, then by asset.

    session, decision: (J,) indices into the panel. asset: (J,) positions. units: (J,) signed, 0 where refused.
    price: (J,) before costs. costs: (J, 8) money, per kind in the order of `costs.KINDS`.
    wanted: (J,) signed units that were aimed at, as far as known. reason: (J,) index into REASONS.
    """

    session: Indices
    decision: Indices
    asset: Indices
    units: Vector
    price: Vector
    costs: Matrix
    wanted: Vector
    reason: Indices

    @property
    def value(self) -> Vector:
        """(J,) signed money traded, at the price before costs."""
        return self.units * self.price


def trades_of(
    decided: Indices,
    due: Indices,
    orders: Orders,
    paths: Paths,
    ends: Indices,
    costs: Costs,
    impact: Matrix,
    gross: bool,
    equity: Vector,
) -> Trades:
    """Every change of units, and every order without one that was refused.

    decided, due (K,): sessions of the panel. ends (N,): what ended since the rebalance before turned into cash by
    itself. equity (K,): at the rebalance's close, after costs; what an order aimed at is told by it.
    """
    before = np.vstack([np.zeros((1, paths.units.shape[1])), paths.units[:-1]])[: len(due)]
    before = np.where(due[:, None] > ends[None, :], 0.0, before)
    change = paths.units - before
    priced = orders.fill_prices > 0
    aimed = np.divide(orders.targets * equity[:, None], orders.fill_prices, out=np.zeros_like(change), where=priced)
    moved = np.abs(aimed - before) > 1e-9 * np.maximum(np.abs(before), 1e-9)
    refused = ~orders.tradable & ~np.isnan(orders.targets) & (moved | (~priced & (orders.targets != 0.0)))
    k, asset = np.nonzero((change != 0) | refused)
    units, price = change[k, asset], orders.fill_prices[k, asset]
    charged = _costs(costs, impact, gross, k, asset, units, price)
    reason, wanted = _reasons(paths, refused, aimed - before, k, asset, units)
    if gross:
        # Each buy is cut by itself: it is short of what equity before costs asked for.
        sized = equity + np.bincount(k, charged.sum(axis=1), len(due))
        asked = orders.targets[k, asset] * sized[k] / np.where(price > 0.0, price, 1.0) - before[k, asset]
        short = (units > 0.0) & (asked > units * (1.0 + 1e-9))
        reason, wanted = np.where(short, REASONS.index("cut to cash"), reason), np.where(short, asked, wanted)
    return Trades(due[k], decided[k], asset, units, price, charged, wanted, reason)


def _reasons(
    paths: Paths, refused: NDArray[np.bool_], short: Matrix, k: Indices, asset: Indices, units: Vector
) -> tuple[Indices, Vector]:
    """(J,) why a trade is not what was wanted, and what was."""
    cut, capped = paths.cut[k], paths.capped[k]
    reason = np.select(
        [refused[k, asset], (cut < 1.0) & (units > 0.0), capped < 1.0],
        [REASONS.index("no price"), REASONS.index("cut to cash"), REASONS.index("turnover cap")],
        0,
    )
    wanted = np.select(
        [reason == 1, (reason == 2) & (cut > 0), reason == 3],
        [short[k, asset], units / np.where(cut > 0, cut, 1.0), units / capped],
        units,
    )
    return reason, wanted


def _costs(
    costs: Costs, impact: Matrix, gross: bool, k: Indices, asset: Indices, units: Vector, price: Vector
) -> Matrix:
    """(J, 8) the costs of each trade; those that come with time are zero."""
    value = np.abs(units * price)
    # In `gross` sizing the commission is taken on the price paid, spread and slippage included.
    paid = value * (1.0 + np.sign(units) * costs.slip[asset]) if gross else value
    commission = paid * costs.commission[asset] + np.abs(units) * costs.per_share[asset] + costs.per_order[asset]
    by_kind = np.zeros((len(units), len(KINDS)))
    by_kind[:, 0] = np.where(units != 0, np.maximum(commission, costs.minimum[asset]), 0.0)
    by_kind[:, 1] = value * costs.half_spread[asset]
    by_kind[:, 2] = value * costs.slippage[asset]
    by_kind[:, OF_TRADES - 1] = value * np.sqrt(value) * impact[k, asset] if impact.size else 0.0
    return by_kind
