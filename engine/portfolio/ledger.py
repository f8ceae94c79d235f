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
from engine.market.panel import Panel
from engine.market.table import Dates, Indices, Matrix, Vector
from engine.portfolio import stretches
from engine.portfolio.costs import KINDS, OF_TRADES, Costs, lots_of, rates_of
from engine.portfolio.kernel import Market, Orders, Paths, Rates, Rules
from engine.portfolio.trades import NO_PRICE, NO_VOLUME, WORTHLESS, Filled, Trades, trades_of

__all__ = ["Decisions", "Ledger", "Trades", "run_ledger"]

COMPILED = "engine.portfolio.compiled"
#: Below this size (rebalances times assets) numba takes longer to load than the run without it.
SMALL = 20_000


@dataclass(frozen=True, slots=True)
class Ledger:
    """One portfolio from the session before its first trade can count, L sessions.

    start: index of the first session in the panel. sessions: (L,) days. equity, cash: (L,) money at the close.
    interest: (L,) money earned on cash. currency: (L,) money earned by rates of exchange, part of the gains.
    dividends: (L,) money paid by what was held, before withholding. traded: (L,) sum of |value| of trades.
    costs: (L, 8) per kind, in the order of `costs.KINDS`. weights: (L, N) holdings at the close as fractions of equity.
    units: (L, N) at the close. rebalances: (K,) sessions in the panel.
    carried: (N,) sessions on which an asset was held without a price of its own.
    """

    start: int
    sessions: Dates
    equity: Vector
    cash: Vector
    interest: Vector
    currency: Vector
    dividends: Vector
    traded: Vector
    costs: Matrix
    weights: Matrix
    units: Matrix
    rebalances: Indices
    trades: Trades
    carried: Indices

    @property
    def stuck(self) -> int:
        """Orders that were cut or refused."""
        return int((self.trades.reason > 0).sum())


@dataclass(frozen=True, slots=True)
class Decisions:
    """What is to be simulated: sessions (D,) in the panel, targets (D, N), and which of them trade (D,)."""

    sessions: Indices
    targets: Matrix
    trades: NDArray[np.bool_]


def run_ledger(config: Config, panel: Panel, decisions: Decisions, costs: Costs) -> Ledger:
    """Simulate targets with the config's trading rules.

    1. Decisions made on session t trade on session t + `after`; later ones than the data reach are left out.
    2. The kernel goes through the sessions from the one before the first trade.
    3. Trades are the changes of units; every cost is its formula, of the trade or of the session.
    """
    start, stop = first_session(config, decisions.sessions), len(panel.sessions)
    market, done = _simulated(config, panel, decisions, costs)
    due, paths = done.due, done.paths
    held = _held(paths.units, due - start, panel.ends - start, stop - start)
    trades = trades_of(done, costs)
    money = _session_costs(panel, start, held, paths, market, costs)
    np.add.at(money, trades.session - start, trades.costs)
    traded = np.zeros(stop - start)
    np.add.at(traded, trades.session - start, np.abs(trades.value))
    earned = np.concatenate([[0.0], paths.cash[:-1] * (market.growth[1:] - 1.0)])
    missing = np.isnan(panel.prices[start:]) & (held != 0.0)
    return Ledger(
        start=start,
        sessions=panel.sessions[start:],
        equity=paths.equity,
        cash=paths.cash,
        interest=np.where(np.concatenate([[0.0], paths.cash[:-1]]) >= 0.0, earned, 0.0),
        currency=currency_by_asset(panel, start, held).sum(axis=1),
        dividends=_dividends(panel, start, held),
        traded=traded,
        costs=money,
        weights=held * market.prices / paths.equity[:, None],
        units=held,
        rebalances=due,
        trades=trades,
        carried=missing.sum(axis=0),
    )


def run_equity(config: Config, panel: Panel, decisions: Decisions, costs: Costs) -> Vector:
    """(L,) the equity of the ledger, bit for bit, for who asks for nothing else of thousands of runs."""
    return _simulated(config, panel, decisions, costs)[1].paths.equity


def _simulated(config: Config, panel: Panel, decisions: Decisions, costs: Costs) -> tuple[Market, Filled]:
    """What the kernel was given, and what it made of it. Raises ConfigError where nothing is left of the equity."""
    start, stop = first_session(config, decisions.sessions), len(panel.sessions)
    due = decisions.sessions + config.trade.after
    live = decisions.trades & (due < stop)
    due, decided = due[live], decisions.sessions[live]
    market, rates, rules = _market(config, panel, start, costs), rates_of(costs, panel, due), rules_of(config, panel)
    fills, barred = _fills(config, panel, due, rates.impact)
    orders = Orders(due - start, fills, decisions.targets[live], barred == 0)
    paths = _empty_paths(len(due), stop - start, len(panel.assets))
    _simulator(market, orders, rates, rules)(market, orders, rates, rules, paths)
    if (paths.equity <= 0.0).any():
        raise _ruined(config, panel, start + int(np.flatnonzero(paths.equity <= 0.0)[0]))
    return market, Filled(decided, due, orders, barred, rates, rules, paths, panel.ends, paths.equity[orders.due])


def first_session(config: Config, decisions: Indices) -> int:
    """Where a ledger begins: at the first decision, or the session before where that very session trades."""
    return int(decisions[0]) - (1 if config.trade.after == 0 else 0)


def _market(config: Config, panel: Panel, start: int, costs: Costs) -> Market:
    growth = 1.0 + panel.cash_rate[start:]
    debit = growth.copy()
    if config.cash.debit_rate is not None:
        debit[:] = (1.0 + config.cash.debit_rate) ** (1.0 / config.sessions_per_year)
    growth[0] = debit[0] = 1.0
    paid = np.zeros((0, 0))
    if panel.dividends is not None:
        paid = panel.dividends[start:] * (1.0 - costs.withholding)
        paid[0] = 0.0
    return Market(panel.known[start:], growth, debit, paid, panel.ends - start)


def rules_of(config: Config, panel: Panel) -> Rules:
    """How the config trades, as the kernel reads it."""
    trade, band = config.trade, config.rebalance if isinstance(config.rebalance, Band) else None
    lots, floor = lots_of(config, panel), cash_floor(config)
    plain = band is None and trade.smallest_trade == 0.0 and trade.turnover_cap is None and not lots.any()
    return Rules(
        trade.sizing == "gross",
        band.band if band else 0.0,
        band is not None and band.of == "target",
        band is not None and band.to == "edge",
        trade.smallest_trade,
        np.inf if trade.turnover_cap is None else trade.turnover_cap,
        lots,
        floor,
        config.capital,
        plain and floor == 0.0,
    )


def cash_floor(config: Config) -> float:
    """The least cash, as part of equity: zero, what `limits` ask, or debt where they allow leverage."""
    return 0.0 if config.limits is None else float(config.limits.least_cash)


def _simulator(market: Market, orders: Orders, rates: Rates, rules: Rules) -> Callable[..., None]:
    """The compiled kernel; for a small run by the plain rules its equal, bit for bit, that needs no numba.

    Once numba is loaded there is nothing left to save.
    """
    if orders.targets.size <= SMALL and COMPILED not in sys.modules and stretches.serves(market, rates, rules):
        return stretches.simulate
    compiled: Callable[..., None] = import_module(COMPILED).simulate
    return compiled


def _empty_paths(rebalances: int, sessions: int, assets: int) -> Paths:
    return Paths(
        np.empty(sessions), np.empty(sessions), np.zeros((rebalances, assets)), np.ones(rebalances), np.ones(rebalances)
    )


def _ruined(config: Config, panel: Panel, session: int) -> ConfigError:
    day = panel.sessions[session]
    return ConfigError(
        config.fault(
            "tilt",
            f"equity at or below zero on {day}",
            "a portfolio that survives its window",
            "lower shorts, leverage or costs",
        )
    )


def _fills(config: Config, panel: Panel, due: Indices, impact: Matrix) -> tuple[Matrix, Indices]:
    """Prices (K, N) at which rebalances trade, and (K, N) what keeps an asset from trading: index into REASONS, or 0.

    No price: last known, and no trade. Neither does what is worth nothing trade, nor what has no `impact` (K, N) for
    want of volume. Last known at the open is the close of the session before. Raises ConfigError for opens that the
    data have not.
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
    thin = np.isinf(impact) if impact.size else np.zeros(raw.shape, np.bool_)
    barred = np.select([np.isnan(raw), raw == 0.0, thin], [NO_PRICE, WORTHLESS, NO_VOLUME], 0)
    return np.where(np.isnan(raw), known, raw), barred


def _held(units: Matrix, due: Indices, ends: Indices, count: int) -> Matrix:
    """(L, N) units at the close of every session: the last rebalance's, nothing after an asset has ended."""
    last = np.searchsorted(due, np.arange(count), side="right") - 1
    padded = np.vstack([units, np.zeros((1, units.shape[1]))])
    return np.where(np.arange(count)[:, None] > ends[None, :], 0.0, padded[last])


def _session_costs(panel: Panel, start: int, held: Matrix, paths: Paths, market: Market, costs: Costs) -> Matrix:
    """(L, 8) money per kind that comes with time: borrow, management, withholding and financing."""
    money = np.zeros((len(held), len(KINDS)))
    short = np.maximum(-held[:-1] * market.prices[:-1], 0.0)
    money[1:, OF_TRADES] = short @ costs.borrow
    money[1:, OF_TRADES + 1] = paths.equity[:-1] * costs.management
    money[:, OF_TRADES + 2] = _dividends(panel, start, held) * costs.withholding
    debt = np.minimum(paths.cash[:-1], 0.0)
    money[1:, OF_TRADES + 3] = -debt * (market.debit[1:] - 1.0)
    return money


def _dividends(panel: Panel, start: int, held: Matrix) -> Vector:
    """(L,) money paid by what was held at the close before, before withholding."""
    paid = np.zeros(len(held))
    if panel.dividends is not None:
        paid[1:] = (held[:-1] * panel.dividends[start + 1 :]).sum(axis=1)
    return paid


def currency_by_asset(panel: Panel, start: int, held: Matrix) -> Matrix:
    """(L, N) what changes of exchange rates added: units held over the session, at its local price, times the change.

    held: (L, N) units at the close, from session `start` of the panel on. A session without a price is carried at price
    and rate of the last one that had both.
    """
    earned = np.zeros_like(held)
    if panel.fx is not None:
        rate = carry(np.where(np.isnan(panel.prices), np.nan, panel.fx))[start:]
        before = held[:-1]
        moved = before * (panel.known[start:] / rate)[1:] * np.diff(rate, axis=0)
        earned[1:] = np.where(before == 0.0, 0.0, moved)
    return earned
