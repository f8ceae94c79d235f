"""The Ledger: what a portfolio was worth, held, traded and paid on every session; and how it is simulated."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module

import numpy as np
from numpy.typing import NDArray

from engine.config import Band, Config
from engine.errors import ConfigError
from engine.market.levels import carry
from engine.market.panel import Indices, Panel, Vector
from engine.market.table import Dates, Matrix
from engine.portfolio import stretches
from engine.portfolio.costs import Costs

COMPILED = "engine.portfolio.compiled"
#: Below this many trades of a run numba takes longer to load than the run without it.
SMALL = 20_000


@dataclass(frozen=True, slots=True)
class Trades:
    """J trades, by session, then by asset.

    session, decision: (J,) indices into the panel. asset: (J,) positions. units: (J,) signed. price: (J,) before costs.
    costs: (J, 3) money, per kind in the order of `costs.KINDS`.
    """

    session: Indices
    decision: Indices
    asset: Indices
    units: Vector
    price: Vector
    costs: Matrix

    @property
    def value(self) -> Vector:
        """(J,) signed money traded, at the price before costs."""
        return self.units * self.price


@dataclass(frozen=True, slots=True)
class Ledger:
    """One portfolio from the session before its first trade can count, L sessions.

    start: index of the first session in the panel. sessions: (L,) days. equity, cash: (L,) money at the close.
    interest: (L,) money earned on cash. currency: (L,) money earned by rates of exchange, part of the gains.
    traded: (L,) sum of |value| of trades. costs: (L, 3) per kind.
    weights: (L, N) holdings at the close as fractions of equity. rebalances: (K,) sessions in the panel.
    carried: (N,) sessions on which an asset was held without a price of its own. stuck: orders that could not trade.
    """

    start: int
    sessions: Dates
    equity: Vector
    cash: Vector
    interest: Vector
    currency: Vector
    traded: Vector
    costs: Matrix
    weights: Matrix
    units: Matrix
    rebalances: Indices
    trades: Trades
    carried: Indices
    stuck: int


@dataclass(frozen=True, slots=True)
class Orders:
    """What is to be simulated: decisions (D,) sessions in the panel, targets (D, N), and which of them trade (D,)."""

    decisions: Indices
    targets: Matrix
    trades: NDArray[np.bool_]


def run_ledger(config: Config, panel: Panel, orders: Orders, costs: Costs) -> Ledger:
    """Simulate targets with the config's trading rules.

    1. Decisions made on session t trade on session t + `after`; later ones than the data reach are left out.
    2. The kernel goes through the sessions from the one before the first trade.
    3. Trades are the changes of units; every cost is its rate of the traded value.
    """
    start = first_session(config, orders.decisions)
    stop = len(panel.sessions)
    due = orders.decisions + config.trade.after
    live = orders.trades & (due < stop)
    due, decided, targets = due[live], orders.decisions[live], orders.targets[live]
    known = panel.known[start:]
    fills, tradable = _fills(config, panel, due)
    gross = config.trade.sizing == "gross"
    band = config.rebalance if isinstance(config.rebalance, Band) else None
    equity, cash = np.empty(stop - start), np.empty(stop - start)
    units = np.zeros((len(due), len(panel.assets)))
    growth = 1.0 + panel.cash_rate[start:]
    growth[0] = 1.0
    simulator(len(due) * len(panel.assets))(
        known, growth, panel.ends - start, due - start, fills, targets, tradable, costs.commission, costs.slip,
        gross, band.band if band else 0.0, band is not None and band.to == "edge", config.capital,
        equity, cash, units,
    )  # fmt: skip
    held = _held(units, due - start, panel.ends - start, stop - start)
    trades = _trades(units, panel.ends, due, decided, fills, costs, gross)
    money = np.zeros((stop - start, 3))
    traded = np.zeros(stop - start)
    np.add.at(money, trades.session - start, trades.costs)
    np.add.at(traded, trades.session - start, np.abs(trades.value))
    interest = np.concatenate([[0.0], cash[:-1] * (growth[1:] - 1.0)])
    missing = np.isnan(panel.prices[start:]) & (held != 0.0)
    wished = ~np.isnan(targets) & ~tradable & ((targets != 0.0) | (units != 0.0))
    return Ledger(
        start, panel.sessions[start:], equity, cash, interest,
        _currency(panel, start, held, known), traded, money, held * known / equity[:, None],
        held, due, trades, missing.sum(axis=0), int(wished.sum()),
    )  # fmt: skip


def simulator(size: int) -> Callable[..., None]:
    """The compiled kernel for a run of `size` (rebalances times assets); if that is small, its equal without numba.

    Once numba is loaded there is nothing left to save.
    """
    if size <= SMALL and COMPILED not in sys.modules:
        return stretches.simulate
    compiled: Callable[..., None] = import_module(COMPILED).simulate
    return compiled


def _currency(panel: Panel, start: int, held: Matrix, known: Matrix) -> Vector:
    """(L,) what changes of exchange rates added: units held over the session, at its local price, times the change.

    A session without a price is carried at price and rate of the last one that had both.
    """
    earned = np.zeros(len(held))
    if panel.fx is not None:
        rate = carry(np.where(np.isnan(panel.prices), np.nan, panel.fx))[start:]
        earned[1:] = np.nansum(held[:-1] * (known / rate)[1:] * np.diff(rate, axis=0), axis=1)
    return earned


def first_session(config: Config, decisions: Indices) -> int:
    """Where a ledger begins: at the first decision, or the session before where that very session trades."""
    return int(decisions[0]) - (1 if config.trade.after == 0 else 0)


def _fills(config: Config, panel: Panel, due: Indices) -> tuple[Matrix, NDArray[np.bool_]]:
    """Prices (K, N) at which rebalances trade, and where there is one. No price: last known, and no trade.

    Last known at the open is the close of the session before. Raises ConfigError for opens that the data have not.
    """
    if config.trade.at == "close":
        raw, known = panel.prices[due], panel.known[due]
    elif panel.opens is None:
        raise ConfigError(
            config.fault(
                "trade.at",
                "`open`, but the data have closes only",
                "a source with opens (a long table, with its column named: `open: <column>`)",
                "write `at: close`",
            )
        )
    else:
        raw, known = panel.opens[due], panel.known[np.maximum(due - 1, 0)]
    tradable = ~np.isnan(raw)
    return np.where(tradable, raw, known), tradable


def _held(units: Matrix, due: Indices, ends: Indices, count: int) -> Matrix:
    """(L, N) units at the close of every session: the last rebalance's, nothing after an asset has ended."""
    last = np.searchsorted(due, np.arange(count), side="right") - 1
    padded = np.vstack([units, np.zeros((1, units.shape[1]))])
    return np.where(np.arange(count)[:, None] > ends[None, :], 0.0, padded[last])


def _trades(
    units: Matrix, ends: Indices, due: Indices, decided: Indices, fills: Matrix, costs: Costs, gross: bool
) -> Trades:
    """Every change of units at a rebalance; what ended since the one before has turned into cash by itself."""
    before = np.vstack([np.zeros((1, units.shape[1])), units[:-1]])[: len(units)]
    change = units - np.where(due[:, None] > ends[None, :], 0.0, before)
    k, asset = np.nonzero(change)
    traded, price = change[k, asset], fills[k, asset]
    value = np.abs(traded * price)
    slip = costs.slip[asset]
    # In `gross` sizing the commission is taken on the price paid, spread and slippage included.
    paid = value * (1.0 + np.sign(traded) * slip) if gross else value
    parts = [paid * costs.commission[asset], value * costs.half_spread[asset], value * costs.slippage[asset]]
    return Trades(due[k], decided[k], asset, traded, price, np.column_stack(parts))
