"""Deciding: the question set up, and the strategy asked on every decision day."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.config import Config
from engine.errors import ConfigError, Fault, StrategyError
from engine.market.assemble import build_panel
from engine.market.labels import is_label
from engine.market.panel import Indices, Panel
from engine.market.sleeves import SleeveSeries, sleeve_series
from engine.market.table import Matrix
from engine.portfolio.limited import Limited
from engine.portfolio.limits import limit_targets
from engine.portfolio.scores import Asked, Scores, score_decisions, weigh_decisions
from engine.portfolio.stance import Stance, take_stance
from engine.portfolio.tilt import Mix, neutral_mix, tilted_targets
from engine.portfolio.tranches import rows_of, take_turns, whole_stance
from engine.strategy import Strategy, load_strategy


@dataclass(frozen=True, slots=True)
class Setting:
    """All that a decision stands on: the question, the market, and the days on which it is asked.

    decisions: (D,) sessions in the panel, ascending. tranche: (D,) which part of the portfolio makes each, from 0 on;
    two parts may decide on one session.
    """

    config: Config
    strategy: Strategy
    panel: Panel
    sleeves: Mapping[str, SleeveSeries]
    decisions: Indices
    tranche: Indices
    mix: Mix


@dataclass(frozen=True, slots=True)
class Decided:
    """What was decided: scores and stances (None for a strategy about weights), and target weights (D, N).

    limited: what the config's limits changed in the targets; None where it has none.
    """

    scores: Scores | None
    stance: Stance | None
    targets: Matrix
    limited: Limited | None = None


def set_up(config: Config) -> Setting:
    """Read the market and lay out the decision days. What a config can get wrong about them is found here."""
    strategy, panel = _both(lambda: load_strategy(config), lambda: build_panel(config))
    sleeves = sleeve_series(config, panel)
    setting = _laid_out(config, strategy, panel, sleeves)
    _refuse_early(config, panel, sleeves, int(setting.decisions[0]))
    return setting


def _both(one: Callable[[], Strategy], other: Callable[[], Panel]) -> tuple[Strategy, Panel]:
    """Both answers; the faults that either finds in the config are reported together."""
    faults: list[Fault] = []
    strategy = panel = None
    for attempt in (one, other):
        try:
            found = attempt()
        except StrategyError:
            raise
        except ConfigError as error:
            faults += error.faults
        else:
            strategy, panel = (found, panel) if isinstance(found, Strategy) else (strategy, found)
    if faults or strategy is None or panel is None:
        raise ConfigError(*faults)
    return strategy, panel


def with_offset(setting: Setting, offset: int) -> Setting:
    """The same question with another `offset`. Raises ConfigError where that leaves no decision."""
    config = setting.config.model_copy(update={"offset": offset})
    return _laid_out(config, setting.strategy, setting.panel, setting.sleeves)


def decide(setting: Setting) -> Decided:
    """Ask the strategy on every decision day and turn its answers into target weights."""
    config, panel = setting.config, setting.panel
    asked = Asked(setting.strategy, config, panel, setting.sleeves, setting.decisions, setting.tranche)
    if setting.strategy.answers == "weights":
        return Decided(None, None, *within_limits(setting, weigh_decisions(asked)))
    assert config.stance is not None
    scores = score_decisions(asked)
    stance = take_stance(config.stance, scores, setting.decisions, setting.tranche, config.trade.holding_sessions)
    return Decided(scores, stance, *within_limits(setting, tilted_targets(config, panel, setting.mix, stance)))


def within_limits(setting: Setting, targets: Matrix) -> tuple[Matrix, Limited | None]:
    """Targets (D, N) inside the config's limits, and what was changed. Raises ConfigError where nothing is inside."""
    return limit_targets(setting.config, setting.panel, setting.mix, setting.decisions, targets)


def trading_days(config: Config, opinion: Matrix, tranche: Indices) -> NDArray[np.bool_]:
    """(D,) which decisions trade: all, or with `on_change` the first and those whose opinion (D, S) changed.

    Each tranche (D,) has its own first one, and is held against its own opinion before.
    """
    trades = np.ones(len(opinion), np.bool_)
    if config.rebalance == "on_change":
        for own in rows_of(tranche):
            trades[own[1:]] = (opinion[own[1:]] != opinion[own[:-1]]).any(axis=1)
    return trades


def stance_in_force(setting: Setting, decided: Decided) -> tuple[Indices, Matrix]:
    """(U,) sessions with a decision and (U, S) the whole portfolio's stance after each: the mean over its tranches.

    A strategy about weights has no stance to ask for.
    """
    assert decided.stance is not None
    return whole_stance(decided.stance.values, setting.decisions, setting.tranche)


def entries(setting: Setting) -> dict[str, str]:
    """The day on which each held asset first had a price, for those that had none on the first decision day."""
    panel = setting.panel
    found = {}
    for i in np.flatnonzero(panel.held):
        first = int(np.flatnonzero(~np.isnan(panel.prices[:, i]))[0])
        if first > setting.decisions[0]:
            found[panel.assets[i]] = str(panel.sessions[first])
    return found


def _laid_out(config: Config, strategy: Strategy, panel: Panel, sleeves: Mapping[str, SleeveSeries]) -> Setting:
    decisions, tranche = take_turns(config, panel)
    mix = neutral_mix(config, panel, sleeves, decisions)
    return Setting(config, strategy, panel, sleeves, decisions, tranche, mix)


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
