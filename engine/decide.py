"""Deciding: the question set up, and the strategy asked on every decision day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.config import Config
from engine.errors import ConfigError
from engine.market.assemble import build_panel
from engine.market.labels import is_label
from engine.market.panel import Indices, Panel
from engine.market.sleeves import SleeveSeries, sleeve_series
from engine.market.table import Matrix
from engine.portfolio.schedule import decision_sessions
from engine.portfolio.scores import Scores, score_decisions, weigh_decisions
from engine.portfolio.stance import Stance, take_stance
from engine.portfolio.tilt import Mix, neutral_mix, tilted_targets
from engine.strategy import Strategy, load_strategy


@dataclass(frozen=True, slots=True)
class Setting:
    """All that a decision stands on: the question, the market, and the days on which it is asked."""

    config: Config
    strategy: Strategy
    panel: Panel
    sleeves: Mapping[str, SleeveSeries]
    decisions: Indices
    mix: Mix


@dataclass(frozen=True, slots=True)
class Decided:
    """What was decided: scores and stances (None for a strategy about weights), and target weights (D, N)."""

    scores: Scores | None
    stance: Stance | None
    targets: Matrix


def set_up(config: Config) -> Setting:
    """Read the market and lay out the decision days. What a config can get wrong about them is found here."""
    strategy = load_strategy(config)
    panel = build_panel(config)
    sleeves = sleeve_series(config, panel)
    decisions = decision_sessions(config, panel)
    _refuse_early(config, panel, sleeves, int(decisions[0]))
    return Setting(config, strategy, panel, sleeves, decisions, neutral_mix(config, panel, sleeves, decisions))


def decide(setting: Setting) -> Decided:
    """Ask the strategy on every decision day and turn its answers into target weights."""
    config, panel = setting.config, setting.panel
    asked = (setting.strategy, config, panel, setting.sleeves, setting.decisions)
    if setting.strategy.answers == "weights":
        return Decided(None, None, weigh_decisions(*asked))
    assert config.stance is not None
    scores = score_decisions(*asked)
    stance = take_stance(config.stance, scores, setting.decisions)
    return Decided(scores, stance, tilted_targets(config, panel, setting.mix, stance))


def trading_days(config: Config, opinion: Matrix) -> NDArray[np.bool_]:
    """(D,) which decisions trade: all, or with `on_change` the first and those whose opinion (D, S) changed."""
    trades = np.ones(len(opinion), np.bool_)
    if config.rebalance == "on_change":
        trades[1:] = (opinion[1:] != opinion[:-1]).any(axis=1)
    return trades


def entries(setting: Setting) -> dict[str, str]:
    """The day on which each held asset first had a price, for those that had none on the first decision day."""
    panel = setting.panel
    found = {}
    for i in np.flatnonzero(panel.held):
        first = int(np.flatnonzero(~np.isnan(panel.prices[:, i]))[0])
        if first > setting.decisions[0]:
            found[panel.assets[i]] = str(panel.sessions[first])
    return found


def _refuse_early(config: Config, panel: Panel, sleeves: Mapping[str, SleeveSeries], first: int) -> None:
    """Every sleeve with a policy weight needs a member on the first decision day; all of them with `members: all`."""
    needed = 0
    for name in config.hold:
        trading = sleeves[name].parts > 0
        if config.members == "any":
            begun = np.asarray(trading.any(axis=1))
        else:
            begun = np.asarray(np.logical_or.accumulate(trading).all(axis=1))
        if (config.policy.get(name, 0.0) != 0 or name in config.tilt) and not begun[first]:
            served = np.flatnonzero(begun[first:])
            needed = max(needed, first + int(served[0]) if len(served) else len(panel.sessions))
    for name in filter(is_label, config.against):
        priced = np.flatnonzero(~np.isnan(panel.prices[first:, panel.column(name)]))
        needed = max(needed, first + int(priced[0]) if len(priced) and priced[0] > 0 else 0)
    if config.trade.after == 0 and first == 0:
        needed = max(needed, 1)
    if needed == 0:
        return
    earliest = panel.sessions[needed] if needed < len(panel.sessions) else None
    cure = f"say `from: {earliest}`" if earliest else "hold assets that the data have"
    raise ConfigError(
        config.fault(
            "from",
            f"a decision on {panel.sessions[first]}, when the data cannot serve every sleeve",
            f"at the earliest {earliest}" if earliest else "sleeves whose members have prices",
            cure,
        )
    )
