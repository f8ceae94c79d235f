"""Random markets and rules, and what must hold on every session of each: `bench/truth.py` counts it on 10,000."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from importlib import import_module
from typing import Any

import numpy as np

from engine.config import Config
from engine.market.panel import Panel
from engine.portfolio import kernel, ledger
from engine.portfolio.contribution import contributions
from engine.portfolio.costs import KINDS, Costs, mere_rates
from engine.portfolio.ledger import Ledger, cash_floor, run_ledger
from engine.portfolio.trades import CUT
from tests.portfolio.markets import Market, config_of, enriched, orders_of, panel_of, random_market, worthless

#: Keys of a config, in turn over the markets. `fixed`: commissions that are no rates. `short`: targets below zero.
#: `lever`: targets of up to 1.4, what is borrowed costs.
RULES: tuple[dict[str, Any], ...] = (
    {},
    {"trade": {"sizing": "gross"}},
    {"trade": {"sizing": "gross"}, "fixed": True},
    {"rebalance": {"band": 0.03, "to": "edge"}},
    {"rebalance": {"band": 0.2, "of": "target", "to": "target"}},
    {"fixed": True},
    {"trade": {"lots": 1.0, "smallest_trade": 0.005}, "fixed": True},
    {"trade": {"turnover_cap": 0.2}},
    {"short": True},
    {"short": True, "fixed": True, "rebalance": {"band": 0.02, "to": "edge"}},
    {"lever": True},
    {"lever": True, "short": True, "fixed": True, "trade": {"turnover_cap": 0.5}},
)
#: How many of the markets have volumes and market impact, dividends of which tax is withheld, exchange rates.
DRAWN = 0.4
#: Part of equity: what two ways to add the same money may differ by; and what the order of assets may change.
MONEY, ORDER = 1e-10, 1e-12
#: Its root is a power of two as well, which market impact needs.
POWER = 2.0**8


@dataclass(frozen=True)
class Case:
    """One market under one set of rules."""

    market: Market
    config: Config
    panel: Panel
    costs: Costs

    def ledger(self) -> Ledger:
        return run_ledger(self.config, self.panel, orders_of(self.market), self.costs)


def random_case(seed: int, sessions: int = 60, assets: int = 4) -> Case:
    """The market of a seed: holes, late listings, delistings with a recovery or at a price of 0, cash that earns; its
    rules by turn.

    Impact (which `gross` sizing does not know), dividends and exchange rates are drawn.
    """
    rng = np.random.default_rng(seed)
    rules = dict(RULES[seed % len(RULES)])
    fixed, short, lever = (rules.pop(name, False) for name in ("fixed", "short", "lever"))
    trade = {"after": 0, **rules.pop("trade", {})}
    gross = trade.get("sizing") == "gross"
    impact, dividends, fx = (rng.random(3) < DRAWN) & (not gross, True, True)
    market = random_market(rng, sessions, assets, largest_cost=0.02, most=0.9 if short else 1.0)
    market = _without_first(market, rng, short, 1.4 if lever else 1.0)
    if not lever:
        # Who has borrowed and loses an asset may be ruined, which is refused and no market to look at.
        market = worthless(rng, market)
    market = enriched(rng, market, volumes=impact, dividends=dividends, fx=fx)
    if lever:
        rules |= {"limits": {"gross": 1.6}, "cash": {"debit_rate": 0.09}}
    config = config_of(assets, trade=trade, capital=market.capital, allow_short=short, **rules)
    costs = mere_rates(market.fee, 0.25 * market.slip, 0.75 * market.slip)
    if fixed:
        costs = _fixed(costs, rng, assets, gross)
    if short:
        costs = replace(costs, borrow=rng.uniform(0.0, 1e-4, assets), management=4e-5)
    if impact:
        costs = replace(costs, impact=rng.uniform(0.2, 1.5, assets))
    costs = replace(costs, withholding=0.15)
    recovery = rng.choice((0.8, 1.0) if lever else (0.0, 0.4, 1.0), assets)
    return Case(market, config, replace(panel_of(market), recovery=recovery), costs)


def _without_first(market: Market, rng: np.random.Generator, short: bool, lever: float) -> Market:
    """From session 1 on, for `after: 0` needs one before; some targets turned short, all of them levered."""
    due = np.unique(np.maximum(market.due, 1))
    targets = lever * market.targets[: len(due)]
    if short:
        targets = np.where(rng.random(targets.shape) < 0.25, -0.3 * targets, targets)
    return replace(market, due=due, targets=targets)


def _fixed(costs: Costs, rng: np.random.Generator, assets: int, gross: bool) -> Costs:
    """Fees an order, and (which `gross` sizing does not know) a share and at least."""
    per_order = rng.choice((0.0, 1.0, 40.0), assets)
    if gross:
        return replace(costs, per_order=per_order)
    per_share, minimum = rng.uniform(0.0, 0.05, assets), rng.choice((0.0, 5.0), assets)
    return replace(costs, per_order=per_order, per_share=per_share, minimum=minimum)


def held(case: Case) -> Iterator[tuple[str, bool]]:
    """Each identity by name, and whether it holds."""
    run = case.ledger()
    yield from of_ledger(case, run)
    yield "kernel = its plain Python, bit for bit", _same_bits(run, _plain(case))
    yield "a power of two of money moves no bit", _same_scaled(case, run)
    yield "relabelling agrees to 1e-12", _relabelled(case, run)


def of_ledger(case: Case, run: Ledger) -> Iterator[tuple[str, bool]]:
    """What one ledger shows by itself."""
    scale = case.market.capital
    known = case.panel.known[run.start :]
    holdings = (run.units * known).sum(axis=1)
    yield "every figure is finite", all(map(_finite, (run.equity, run.cash, run.units, run.weights, run.costs)))
    yield "equity = cash + holdings at price", _close(run.equity, run.cash + holdings, scale)
    gains = (run.units[:-1] * np.diff(known, axis=0)).sum(axis=1) + _of_trades(run, known)[1:] + run.dividends[1:]
    change = gains + run.interest[1:] - run.costs[1:].sum(axis=1)
    yield "change of equity = gains - costs", _close(np.diff(run.equity), change, scale)
    yield "contributions add up", _close(np.diff(run.equity), contributions(case.panel, run).total[1:], scale)
    yield "what comes with time is its formula", _accrues(case, run, known)
    yield "local gains + currency = gains", _two_currencies(case, run, known)
    yield "nothing bought takes cash below its floor", _floor_kept(case, run)
    yield "targets hold, or the table says why not", _targets_hold(case, run)
    yield "units change by trades and ends alone", _units_add_up(case, run, known)
    traded = run.trades.units != 0.0
    paid = case.market.prices[run.trades.session[traded], run.trades.asset[traded]]
    yield "nothing trades without a price above 0", bool((paid > 0.0).all())


def _of_trades(run: Ledger, known: np.ndarray) -> np.ndarray:
    """(L,) what trades gained by their price being another than the close."""
    trades, row = run.trades, run.trades.session - run.start
    return np.bincount(row, trades.units * (known[row, trades.asset] - trades.price), len(run.sessions))


def _units_add_up(case: Case, run: Ledger, known: np.ndarray) -> bool:
    moved = np.diff(run.units, axis=0, prepend=0.0)
    np.add.at(moved, (run.trades.session - run.start, run.trades.asset), -run.trades.units)
    ended = case.market.ends + 1 - run.start
    gone = np.flatnonzero((ended >= 0) & (ended < len(moved)))
    moved[ended[gone], gone] = 0.0
    return _close(moved * known, 0.0, case.market.capital)


def _accrues(case: Case, run: Ledger, known: np.ndarray) -> bool:
    """Interest, financing, dividends, what is withheld of them, borrow and management fees, session by session."""
    year, held, cash, scale = case.config.sessions_per_year, run.units[:-1], run.cash[:-1], case.market.capital
    debit = case.config.cash.debit_rate
    owed = case.market.growth[run.start + 1 :] if debit is None else (1.0 + debit) ** (1.0 / year)
    earned = np.where(cash >= 0.0, cash * (case.market.growth[run.start + 1 :] - 1.0), cash * (owed - 1.0))
    paid = np.zeros_like(known) if case.market.dividends is None else case.market.dividends[run.start :]
    dividends = (held * paid[1:]).sum(axis=1)
    borrowed = (np.maximum(-held * known[:-1], 0.0) * case.costs.borrow).sum(axis=1)
    lines = dict(zip(KINDS, run.costs[1:].T, strict=True))
    return (
        _close(run.interest[1:] - lines["financing"], earned, scale)
        and _close(run.dividends[1:], dividends, scale)
        and _close(lines["withholding"], case.costs.withholding * dividends, scale)
        and _close(lines["borrow"], borrowed, scale)
        and _close(lines["management"], case.costs.management * run.equity[:-1], scale)
    )


def _two_currencies(case: Case, run: Ledger, known: np.ndarray) -> bool:
    """What prices in their own currency did at the rate before, and what rates did at the price after.

    A session without a price has the rate of the last one with a price, as it has that one's price.
    """
    if case.market.fx is None:
        return not run.currency.any()
    rate = case.market.fx.copy()
    for t in range(1, len(rate)):
        rate[t] = np.where(np.isnan(case.market.prices[t]), rate[t - 1], rate[t])
    rate, held = rate[run.start :], run.units[:-1]
    local = (held * np.diff(known / rate, axis=0) * rate[:-1]).sum(axis=1)
    gains = (held * np.diff(known, axis=0)).sum(axis=1)
    return _close(local + run.currency[1:], gains, case.market.capital)


def _floor_kept(case: Case, run: Ledger) -> bool:
    """Costs, prices and what cannot be sold may take cash below its floor, or a fall of equity; nothing bought may."""
    row, trades = run.rebalances - run.start, run.trades
    floor = cash_floor(case.config) * run.equity[row]
    below = run.rebalances[run.cash[row] < floor - MONEY * case.market.capital]
    return not np.isin(trades.session[trades.units > 0.0], below).any()


def _targets_hold(case: Case, run: Ledger) -> bool:
    """After each rebalance, where no band, lot or cap says otherwise. Around a buy that is cut all weights are off."""
    trade = case.config.trade
    if trade.sizing == "gross" or trade.lots or trade.turnover_cap or not isinstance(case.config.rebalance, str):
        return True
    targets, short = case.market.targets, run.trades.reason > 0
    told = np.zeros(targets.shape, np.bool_)
    told[np.searchsorted(run.rebalances, run.trades.session[short]), run.trades.asset[short]] = True
    cut = np.isin(run.rebalances, run.trades.session[run.trades.reason == CUT])
    off = np.abs(run.weights[run.rebalances - run.start] - targets) > MONEY
    return not (off & ~np.isnan(targets) & ~told & ~cut[:, None]).any()


def _plain(case: Case) -> Ledger:
    """The same through the kernel as it is written."""
    compiled: Any = import_module(ledger.COMPILED)
    jitted, compiled.simulate = compiled.simulate, kernel.simulate
    try:
        return case.ledger()
    finally:
        compiled.simulate = jitted


def _same_scaled(case: Case, run: Ledger) -> bool:
    """More money, in dearer assets; money fees and dividends grow along."""
    costs, market = case.costs, case.market
    money = {name: getattr(costs, name) * POWER for name in ("per_order", "per_share", "minimum")}
    market = replace(
        market, prices=market.prices * POWER, capital=market.capital * POWER,
        dividends=None if market.dividends is None else market.dividends * POWER,
    )  # fmt: skip
    config = case.config.model_copy(update={"capital": market.capital})
    panel = replace(panel_of(market), recovery=case.panel.recovery)
    scaled = replace(case, market=market, config=config, panel=panel, costs=replace(costs, **money)).ledger()
    return (scaled.equity / POWER).tobytes() == run.equity.tobytes() and scaled.units.tobytes() == run.units.tobytes()


def _relabelled(case: Case, run: Ledger) -> bool:
    """The assets in reverse."""
    market = _reversed(case.market, ("prices", "ends", "targets", "fee", "slip", "volumes", "dividends", "fx"))
    panel = replace(panel_of(market), recovery=case.panel.recovery[::-1].copy())
    costs = _reversed(case.costs, tuple(n for n in Costs.__slots__ if isinstance(getattr(case.costs, n), np.ndarray)))
    other = replace(case, market=market, panel=panel, costs=costs).ledger()
    return bool(np.abs(other.equity / run.equity - 1.0).max() <= ORDER)


def _reversed(record: Any, names: tuple[str, ...]) -> Any:
    """A record with the assets, the last axis of some of its fields, in reverse; None stays None."""
    given = {name: getattr(record, name) for name in names}
    return replace(record, **{name: one[..., ::-1].copy() for name, one in given.items() if one is not None})


def _finite(values: np.ndarray) -> bool:
    return bool(np.isfinite(values).all())


def _close(one: np.ndarray, other: Any, scale: float) -> bool:
    return bool((np.abs(one - other) <= MONEY * scale).all())


def _same_bits(one: Ledger, other: Ledger) -> bool:
    return all(
        getattr(one, name).tobytes() == getattr(other, name).tobytes() for name in ("equity", "cash", "units", "costs")
    )
