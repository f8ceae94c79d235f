"""Random markets and rules, and what must hold on every session of each: what `bench/truth.py` counts."""

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
from engine.portfolio.costs import Costs, mere_rates
from engine.portfolio.ledger import Ledger, cash_floor, run_ledger
from tests.portfolio.markets import Market, config_of, orders_of, panel_of, random_market

#: Keys of a config, in turn over the markets. `fixed`: commissions that are no rates. `short`: targets below zero.
RULES: tuple[dict[str, Any], ...] = (
    {},
    {"trade": {"sizing": "gross"}},
    {"trade": {"sizing": "gross"}, "fixed": True},
    {"rebalance": {"band": 0.03, "to": "edge"}},
    {"rebalance": {"band": 0.2, "of": "target", "to": "target"}},
    {"fixed": True},
    {"trade": {"lots": 1.0, "smallest_trade": 0.005}, "fixed": True},
    {"trade": {"turnover_cap": 0.2}},
    {"allow_short": True, "short": True},
    {"allow_short": True, "short": True, "fixed": True, "rebalance": {"band": 0.02, "to": "edge"}},
)
#: Part of equity: what two ways to add the same money may differ by; and what the order of assets may change.
MONEY, ORDER = 1e-10, 1e-12
POWER = 2.0**7


@dataclass(frozen=True)
class Case:
    """One market under one set of rules."""

    market: Market
    config: Config
    panel: Panel
    costs: Costs
    mere: bool

    def ledger(self) -> Ledger:
        return run_ledger(self.config, self.panel, orders_of(self.market), self.costs)


def random_case(seed: int, sessions: int = 60, assets: int = 4) -> Case:
    """The market of a seed: holes, late listings, delistings with a recovery, cash that earns; its rules by turn."""
    rng = np.random.default_rng(seed)
    rules = dict(RULES[seed % len(RULES)])
    fixed, short = rules.pop("fixed", False), rules.pop("short", False)
    market = random_market(rng, sessions, assets, largest_cost=0.02, most=0.9 if short else 1.0)
    due = np.unique(np.maximum(market.due, 1))
    targets = market.targets[: len(due)]
    if short:
        targets = np.where(rng.random(targets.shape) < 0.25, -0.3 * targets, targets)
    market = replace(market, due=due, targets=targets)
    trade = {"after": 0, **rules.pop("trade", {})}
    config = config_of(assets, trade=trade, capital=market.capital, **rules)
    costs = mere_rates(market.fee, 0.25 * market.slip, 0.75 * market.slip)
    if fixed:
        costs = _fixed(costs, rng, assets, gross=trade.get("sizing") == "gross")
    if short:
        costs = replace(costs, borrow=rng.uniform(0.0, 1e-4, assets), management=4e-5)
    panel = replace(panel_of(market), recovery=rng.choice((0.0, 0.4, 1.0), assets))
    return Case(market, config, panel, costs, not fixed)


def _fixed(costs: Costs, rng: np.random.Generator, assets: int, gross: bool) -> Costs:
    """Fees an order, and (which `gross` sizing does not know) a share and at least."""
    per_order = rng.choice((0.0, 1.0, 40.0), assets)
    if gross:
        return replace(costs, per_order=per_order)
    per_share, minimum = rng.uniform(0.0, 0.05, assets), rng.choice((0.0, 5.0), assets)
    return replace(costs, per_order=per_order, per_share=per_share, minimum=minimum)


def held(case: Case) -> Iterator[tuple[str, bool]]:
    """Each identity by name, and whether it holds."""
    run, scale = case.ledger(), case.market.capital
    known = case.panel.known[run.start :]
    holdings = (run.units * known).sum(axis=1)
    yield "every figure is finite", all(map(_finite, (run.equity, run.cash, run.units, run.weights, run.costs)))
    yield "equity = cash + holdings at price", _close(run.equity, run.cash + holdings, scale)
    gains = (run.units[:-1] * np.diff(known, axis=0)).sum(axis=1) + _of_trades(run, known)[1:]
    change = gains + run.interest[1:] - run.costs[1:].sum(axis=1)
    yield "change of equity = gains - costs", _close(np.diff(run.equity), change, scale)
    yield "contributions add up", _close(np.diff(run.equity), contributions(case.panel, run).total[1:], scale)
    floor = cash_floor(case.config) * run.equity[run.rebalances - run.start]
    yield "cash never below its floor", bool((run.cash[run.rebalances - run.start] >= floor - MONEY * scale).all())
    yield "units change by trades and ends alone", _units_add_up(case, run, known)
    yield (
        "nothing trades without a price",
        _finite(case.market.prices[run.trades.session, run.trades.asset][run.trades.units != 0]),
    )
    yield "kernel = its plain Python, bit for bit", _same_bits(run, _plain(case))
    yield "a power of two of money moves no bit", _same_scaled(case, run)
    yield "relabelling agrees to 1e-12", _relabelled(case, run)


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


def _plain(case: Case) -> Ledger:
    """The same through the kernel as it is written."""
    compiled: Any = import_module(ledger.COMPILED)
    jitted, compiled.simulate = compiled.simulate, kernel.simulate
    try:
        return case.ledger()
    finally:
        compiled.simulate = jitted


def _same_scaled(case: Case, run: Ledger) -> bool:
    """More money, in dearer assets; money fees grow along."""
    costs, market = case.costs, case.market
    money = {name: getattr(costs, name) * POWER for name in ("per_order", "per_share", "minimum")}
    market = replace(market, prices=market.prices * POWER, capital=market.capital * POWER)
    config = case.config.model_copy(update={"capital": market.capital})
    panel = replace(case.panel, prices=market.prices)
    scaled = replace(case, market=market, config=config, panel=panel, costs=replace(costs, **money)).ledger()
    return (scaled.equity / POWER).tobytes() == run.equity.tobytes() and scaled.units.tobytes() == run.units.tobytes()


def _relabelled(case: Case, run: Ledger) -> bool:
    """The assets in reverse."""
    back = slice(None, None, -1)
    market = replace(
        case.market, prices=case.market.prices[:, back].copy(), ends=case.market.ends[back].copy(),
        targets=case.market.targets[:, back].copy(),
    )  # fmt: skip
    panel = replace(panel_of(market), recovery=case.panel.recovery[back].copy())
    costs = {
        name: value[back].copy()
        for name in Costs.__slots__
        if isinstance(value := getattr(case.costs, name), np.ndarray)
    }
    other = replace(case, market=market, panel=panel, costs=replace(case.costs, **costs)).ledger()
    return bool(np.abs(other.equity / run.equity - 1.0).max() <= ORDER)


def _finite(values: np.ndarray) -> bool:
    return bool(np.isfinite(values).all())


def _close(one: np.ndarray, other: Any, scale: float) -> bool:
    return bool((np.abs(one - other) <= MONEY * scale).all())


def _same_bits(one: Ledger, other: Ledger) -> bool:
    return all(
        getattr(one, name).tobytes() == getattr(other, name).tobytes() for name in ("equity", "cash", "units", "costs")
    )
