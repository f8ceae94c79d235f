"""What a strategy says now, by the path of its backtest: the last decision, what it would be today, and the trades."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from engine.decide import Decided, Setting, decide
from engine.judge import Outlook, outlook
from engine.market.panel import Panel, Vector
from engine.market.table import Matrix
from engine.portfolio.costs import Costs, costs_of
from engine.portfolio.kernel import cost_of
from engine.portfolio.tilt import neutral_mix, targets_of
from engine.portfolio.tranches import rows_of
from engine.result import Result

#: Rounds for what is left after costs; each shrinks what is left to do by the rate of costs.
ROUNDS = 60


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
    """What to hold now; without holdings, from what the simulated portfolio holds.

    The target is that of the last decision, and with tranches the mean of each part's last one.
    """
    setting, panel, ledger = result.setting, result.panel, result.own.ledger
    if holdings is None:
        holdings = Holdings(ledger.units[-1], float(ledger.cash[-1]))
    rows = [int(own[-1]) for own in rows_of(setting.tranche)]
    target = result.own.targets[rows].mean(axis=0)
    policy = targets_of(setting.mix, setting.mix.policy)[rows].mean(axis=0)
    worth = panel.known[-1]
    equity = holdings.cash + float(worth @ holdings.units)
    value = _trades(target, holdings, worth, costs_of(result.config, panel))
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
    last = int(setting.decisions[-1])
    return Now(
        str(panel.sessions[-1]),
        result.outlook,
        None if last == len(panel.sessions) - 1 else _today(setting),
        last + result.config.trade.after < len(panel.sessions),
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


def _trades(target: Vector, holdings: Holdings, worth: Vector, costs: Costs) -> tuple[Vector, Vector]:
    """(N,) money to trade in each asset, and what it costs: targets hold after costs, as `net_of_costs` sizes them.

    Impact is left out: it needs the volume of a day that is yet to come.
    """
    held = worth * holdings.units
    equity = holdings.cash + float(held.sum())
    after, value, paid = equity, np.zeros_like(held), np.zeros_like(held)
    for _ in range(ROUNDS):
        value = np.where(worth > 0, target * after - held, 0.0)
        paid = _paid(value, worth, costs)
        before, after = after, equity - float(paid.sum())
        if abs(after - before) <= 1e-12 * abs(equity):
            break
    return value, paid


def _paid(value: Vector, worth: Matrix, costs: Costs) -> Vector:
    return np.array(
        [
            cost_of(
                abs(float(value[i])), float(worth[i]), costs.commission[i], costs.slip[i], costs.per_share[i],
                costs.per_order[i], costs.minimum[i], 0.0,
            )
            for i in range(len(value))
        ]
    )  # fmt: skip
