"""Trades: every change of units at a rebalance with its costs, and every order cut or refused, with its reason."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.market.table import Indices, Matrix, Vector
from engine.portfolio.costs import KINDS, OF_TRADES, Costs
from engine.portfolio.kernel import Orders, Paths, Rates, Rules

#: Why an order was not done as wanted; the first is none.
REASONS = ("", "no price", "cut to cash", "turnover cap", "costs exceed equity", "worthless", "no volume")
NO_PRICE, CUT, CAPPED, DEAR, WORTHLESS, NO_VOLUME = range(1, len(REASONS))


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


@dataclass(frozen=True, slots=True)
class Filled:
    """What was asked of the kernel, and what it filled.

    decided, due: (K,) sessions of the panel. barred: (K, N) index into REASONS of what keeps an asset from trading, 0
    where nothing does. ends: (N,) what ended since the rebalance before turned into cash by itself. equity: (K,) at the
    rebalance's close, after costs; what an order aimed at is told by it.
    """

    decided: Indices
    due: Indices
    orders: Orders
    barred: Indices
    rates: Rates
    rules: Rules
    paths: Paths
    ends: Indices
    equity: Vector


def trades_of(done: Filled, costs: Costs) -> Trades:
    """Every change of units, and every order without one that was refused."""
    orders, paths, due = done.orders, done.paths, done.due
    before = np.vstack([np.zeros((1, paths.units.shape[1])), paths.units[:-1]])[: len(due)]
    before = np.where(due[:, None] > done.ends[None, :], 0.0, before)
    change = paths.units - before
    priced = orders.fill_prices > 0
    aimed = np.divide(
        orders.targets * done.equity[:, None], orders.fill_prices, out=np.zeros_like(change), where=priced
    )
    refused = _refused(done, before, aimed - before, priced)
    k, asset = np.nonzero((change != 0) | (refused > 0))
    units, price = change[k, asset], orders.fill_prices[k, asset]
    charged = _costs(costs, done.rates.impact, done.rules.gross, k, asset, units, price)
    reason, wanted = _reasons(paths, refused[k, asset], (aimed - before)[k, asset], k, units)
    if done.rules.gross:
        # Each buy is cut by itself: it is short of what equity before costs asked for.
        sized = done.equity + np.bincount(k, charged.sum(axis=1), len(due))
        asked = orders.targets[k, asset] * sized[k] / np.where(price > 0.0, price, 1.0) - before[k, asset]
        short = (units > 0.0) & (asked > units * (1.0 + 1e-9))
        reason, wanted = np.where(short, CUT, reason), np.where(short, asked, wanted)
    return Trades(due[k], done.decided[k], asset, units, price, charged, wanted, reason)


def _refused(done: Filled, before: Matrix, lacking: Matrix, priced: NDArray[np.bool_]) -> Indices:
    """(K, N) index into REASONS of each order of which nothing was done, 0 elsewhere.

    before, lacking: (K, N) units held and units wanted. Either the asset is barred; or costs exceed equity, and nothing
    trades; or no cash at all is left for buys. What a band or the smallest trade leaves out was no order.
    """
    rules, target, cut, capped = done.rules, done.orders.targets, done.paths.cut, done.paths.capped
    moved = np.abs(lacking) > 1e-9 * np.maximum(np.abs(before), 1e-9)
    barred = np.where(~np.isnan(target) & (moved | (~priced & (target != 0.0))), done.barred, 0)
    if (cut > 0.0).all():
        return barred
    weight = before * done.orders.fill_prices / done.equity[:, None]
    band = rules.band * np.abs(target) if rules.relative else np.full_like(target, rules.band)
    band[0] = 0.0  # the first rebalance knows no band
    asked = moved & (np.abs(target - weight) > np.maximum(band, rules.smallest)) & (done.barred == 0)
    dear = asked & (capped == 0.0)[:, None]
    unpaid = asked & (cut == 0.0)[:, None] & (lacking > 0.0)
    return np.where(dear, DEAR, np.where(unpaid, CUT, barred))


def _reasons(paths: Paths, refused: Indices, lacking: Vector, k: Indices, units: Vector) -> tuple[Indices, Vector]:
    """(J,) why a trade is not what was wanted, and what was."""
    cut, capped = paths.cut[k], paths.capped[k]
    reason = np.select([refused > 0, (cut < 1.0) & (units > 0.0), capped < 1.0], [refused, CUT, CAPPED], 0)
    part = np.select([reason == CUT, reason == CAPPED], [cut, capped], 1.0)
    wanted = np.where(refused > 0, lacking, units / np.where(part > 0.0, part, 1.0))
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
    if impact.size:
        # What has no volume has no rate, and did not trade.
        by_kind[:, OF_TRADES - 1] = value * np.sqrt(value) * np.where(units != 0, impact[k, asset], 0.0)
    return by_kind
