"""What a strategy says now, by the path of its backtest: the last decision, what it would be today, and the trades."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from engine.decide import Decided, Setting, decide, trading_days
from engine.judge import Outlook, outlook
from engine.market.panel import Panel
from engine.market.table import Vector
from engine.portfolio.costs import Costs, costs_of, rates_of
from engine.portfolio.kernel import Orders, Rates, cost_of, rebalance_any
from engine.portfolio.ledger import rules_of
from engine.portfolio.tilt import neutral_mix, targets_of
from engine.portfolio.tranches import rows_of
from engine.result import Result


@dataclass(frozen=True, slots=True)
class Holdings:
    """What somebody holds: units of assets (N,) and cash in the base currency."""

    units: Vector
    cash: float


@dataclass(frozen=True, slots=True)
class Line:
    """One asset: weights are parts of equity; units and value of the trade to its target, what that costs."""

    asset: str
    policy: float
    target: float
    held: float
    price: float
    units: float
    value: float
    cost: float

    @property
    def active(self) -> float:
        """Target over policy."""
        return self.target - self.policy


@dataclass(frozen=True, slots=True)
class Now:
    """last: the last decision as the backtest made it. today: what the same strategy says on the last session of the
    data, where that is no decision day; None where it is. traded: whether the last decision is traded already.
    known: for each watched series the day that its newest visible value describes. equity: what the lines are parts of.
    """

    session: str
    last: Outlook
    today: Outlook | None
    traded: bool
    equity: float
    lines: tuple[Line, ...]
    known: Mapping[str, str]

    @property
    def cost(self) -> float:
        """Of all trades together."""
        return sum(line.cost for line in self.lines)


def now_of(result: Result, holdings: Holdings | None = None) -> Now:
    """What to hold now; without holdings, from what the simulated portfolio holds, which trades only what its last
    decision still has to trade.

    The target is that of the last decision, and with tranches the mean of each part's last one.
    """
    setting, panel, ledger = result.setting, result.panel, result.own.ledger
    simulated = holdings is None
    if holdings is None:
        holdings = Holdings(ledger.units[-1], float(ledger.cash[-1]))
    rows = [int(own[-1]) for own in rows_of(setting.tranche)]
    target = result.own.targets[rows].mean(axis=0)
    policy = targets_of(setting.mix, setting.mix.policy)[rows].mean(axis=0)
    worth = panel.known[-1]
    equity = holdings.cash + float(worth @ holdings.units)
    last = int(setting.decisions[-1])
    traded = last + result.config.trade.after < len(panel.sessions)
    if simulated and (traded or not trading_days(result.config, result.decided.opinion, setting.tranche)[-1]):
        value = np.zeros(len(target)), np.zeros(len(target))
    else:
        value = _trades(setting, target, holdings, costs_of(result.config, panel))
    lines = tuple(
        Line(
            panel.assets[i],
            float(policy[i]),
            float(target[i]),
            float(worth[i] * holdings.units[i] / equity),
            float(worth[i]),
            float(value[0][i] / worth[i]) if worth[i] > 0 else 0.0,
            float(value[0][i]),
            float(value[1][i]),
        )
        for i in np.flatnonzero(panel.held)
    )
    return Now(
        str(panel.sessions[-1]),
        result.outlook,
        None if last == len(panel.sessions) - 1 else _today(setting),
        traded,
        equity,
        lines,
        known_days(panel),
    )


def known_days(panel: Panel) -> dict[str, str]:
    """For each series the day that its newest value visible at the last session describes."""
    days = {}
    for name, series in panel.series.items():
        seen = int(np.searchsorted(series.visible, len(panel.sessions) - 1, side="right"))
        if seen:
            days[name] = str(series.dates[seen - 1].astype("datetime64[D]"))
    return days


def _today(setting: Setting) -> Outlook:
    """The outlook with a decision on the last session of the data, made by the part whose turn comes next."""
    turn = (int(setting.tranche[-1]) + 1) % setting.config.tranches
    decisions = np.append(setting.decisions, len(setting.panel.sessions) - 1)
    mix = neutral_mix(setting.config, setting.panel, setting.sleeves, decisions)
    asked = replace(setting, decisions=decisions, tranche=np.append(setting.tranche, turn), mix=mix)
    decided: Decided = decide(asked)
    return outlook(asked, decided)


def _trades(setting: Setting, target: Vector, holdings: Holdings, costs: Costs) -> tuple[Vector, Vector]:
    """(N,) money to trade in each asset and what it costs, by the kernel's own rebalance: with band, smallest trade,
    turnover cap, lots and floor, as in a run that holds something already.

    Impact is left out: it needs the volume of a day that is yet to come.
    """
    panel, count = setting.panel, len(target)
    worth = panel.known[-1]
    tradable = panel.held & (worth > 0.0)
    # Row 0 stands for the first purchase, which ignores band and cap; what is asked for is row 1.
    orders = Orders(np.array([0, 1]), np.tile(worth, (2, 1)), np.tile(target, (2, 1)), np.tile(tradable, (2, 1)))
    rates = _without_impact(rates_of(costs, panel, np.zeros(0, np.int64)))
    rules = rules_of(setting.config, panel)
    units, wanted, held = holdings.units.copy(), np.zeros(count), np.zeros(count)
    rebalance_any(holdings.cash, units, 1, orders, rates, rules, wanted, held, np.zeros(count, np.uint64))
    value = (units - holdings.units) * worth
    return value, _paid(value, worth, costs)


def _without_impact(rates: Rates) -> Rates:
    """The same rates without impact."""
    return rates._replace(impact=np.zeros((0, 0)))


def _paid(value: Vector, worth: Vector, costs: Costs) -> Vector:
    return np.array(
        [
            cost_of(
                abs(float(value[i])), float(worth[i]), costs.commission[i], costs.slip[i], costs.per_share[i],
                costs.per_order[i], costs.minimum[i], 0.0,
            )
            for i in range(len(value))
        ]
    )  # fmt: skip
