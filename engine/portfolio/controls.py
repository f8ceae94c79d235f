"""Controls: the portfolios that every result is held against.

All share the config's policy, schedule, lag and costs, so that only the opinion differs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Literal

import numpy as np

from engine.config import Config, Proportional, Rank, Threshold
from engine.market.panel import Panel
from engine.market.sleeves import SleeveSeries
from engine.market.table import Indices, Matrix, Vector
from engine.portfolio.scores import Scores
from engine.portfolio.stance import Stance, sides_of, take_stance
from engine.portfolio.tilt import Mix, targets_of

#: 12-1 momentum in sessions: a year, less its last month.
LOOKBACK, SKIP = 252, 21


def matched_targets(mix: Mix, targets: Matrix) -> Matrix:
    """(D, N) the static mix with the strategy's own average weights.

    Sleeves hold their average weight in the parts of the day; what the strategy held beyond its sleeves' parts on
    average is held too, among the assets that trade. A strategy that never moves off policy is matched by policy.
    """
    home = [np.flatnonzero(parts.any(axis=0)) for parts in mix.parts]
    sleeve_weights = np.column_stack([targets[:, assets].sum(axis=1) for assets in home])
    average = sleeve_weights.mean(axis=0)
    beyond = (targets - targets_of(mix, sleeve_weights)).mean(axis=0)
    matched = targets_of(mix, average)
    for h, parts in enumerate(mix.parts):
        extra = np.where(parts > 0, beyond, 0.0) * (parts > 0)
        extra[:, [i for i in range(extra.shape[1]) if i not in home[h]]] = 0.0
        matched += extra - parts * extra.sum(axis=1, keepdims=True)
    return np.maximum(matched, 0.0) if (targets >= 0).all() else matched


def over_stance(config: Config, stance: Stance) -> Stance | None:
    """Full overweight on every decision; None where stances pick assets inside a sleeve: there is no such thing."""
    if isinstance(config.stance, Rank) or any(name not in config.tilt for name in stance.names):
        return None
    return Stance(tuple(sorted(config.tilt)), np.ones((len(stance.values), len(config.tilt))))


def momentum_stance(
    config: Config,
    panel: Panel,
    sleeves: Mapping[str, SleeveSeries],
    decisions: Indices,
    names: tuple[str, ...],
    tranche: Indices | None = None,
) -> Stance:
    """The stance of 12-1 momentum on the same tilt: of each sleeve against what it takes its points from.

    Full over at zero or more, full under (where the rule may) or neutral below; a rank rule ranks momentum itself.
    """
    if all(name in config.tilt for name in names):
        names = tuple(sorted(config.tilt))
        columns = [_relative(config, sleeves, decisions, name) for name in names]
    else:
        columns = [momentum_on(panel.prices[:, panel.column(name)], decisions) for name in names]
    return stance_by_sign(config, names, np.column_stack(columns), decisions, tranche)


def stance_by_sign(
    config: Config, names: tuple[str, ...], values: Matrix, decisions: Indices, tranche: Indices | None = None
) -> Stance:
    """The stance of values (D, S) by their sign, on the sides that the config's rule may take; ranks take them whole.

    Full over at zero or more, full under (where the rule may) or neutral below; neutral at NaN.
    """
    scores = Scores(names, values, np.ones(values.shape, np.bool_), np.zeros(values.shape, np.int64))
    rule = config.rule
    assert rule is not None
    if isinstance(rule, Rank):
        return take_stance(rule, scores, decisions, tranche, config.trade.holding_sessions)
    over, under = sides_of(rule)
    sides: Literal["over", "under", "both"] = "both" if over and under else "over" if over else "under"
    taken = take_stance(
        Threshold(enter=0.0, exit=0.0, sides=sides), scores, decisions, tranche, config.trade.holding_sessions
    )
    return replace(taken, values=taken.values * (rule.cap if isinstance(rule, Proportional) else 1.0))


def _relative(config: Config, sleeves: Mapping[str, SleeveSeries], decisions: Indices, name: str) -> Vector:
    """Momentum of a sleeve, less that of the sleeves that give its points, by their policy weight; less 0 for cash."""
    giver = config.tilt[name].from_
    if giver == "cash":
        givers = {}
    elif giver in config.hold:
        givers = {giver: 1.0}
    else:
        others = {n: w for n, w in config.policy.items() if n not in (name, "cash")}
        total = sum(others.values())
        givers = {n: w / total for n, w in others.items()} if total > 0 else {}
    own = momentum_on(sleeves[name].levels, decisions)
    for other, weight in givers.items():
        own = own - weight * momentum_on(sleeves[other].levels, decisions)
    return own


def momentum_on(levels: Vector, decisions: Indices) -> Vector:
    """(D,) 12-1 momentum on decision days; NaN where a year is not there yet."""
    early = decisions < LOOKBACK
    start, end = np.where(early, 0, decisions - LOOKBACK), np.where(early, 0, decisions - SKIP)
    return np.where(early, np.nan, levels[end] / levels[start] - 1.0)
