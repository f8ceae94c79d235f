"""Deciding: the question set up, and the strategy asked on every decision day.

A blend is set up with its parts decided: each another config, set up and decided in the same way on its own market.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.config import Config, load, part_file
from engine.errors import ConfigError, DataError, Fault, OverweightError, StrategyError
from engine.market.assemble import build_panel
from engine.market.calendar import STALE_DAYS
from engine.market.panel import Panel
from engine.market.sleeves import SleeveSeries, sleeve_series
from engine.market.table import Indices, Matrix
from engine.portfolio.asking import Asked, Heard, listening
from engine.portfolio.beginning import refuse_early
from engine.portfolio.blend import (
    Part,
    blended,
    cut_off,
    held_stances,
    late_caveats,
    passed_on,
    refuse_other_sleeves,
)
from engine.portfolio.brake import Braked, Keep, braked_targets, shares_to_keep
from engine.portfolio.explaining import Said
from engine.portfolio.limited import Limited
from engine.portfolio.limits import limit_targets
from engine.portfolio.scores import Scores, score_decisions, weigh_decisions
from engine.portfolio.stance import Stance, take_stance
from engine.portfolio.tilt import Mix, neutral_mix
from engine.portfolio.tranches import rows_of, take_turns, whole_stance
from engine.strategy import Strategy, load_brakes, load_strategy

#: A panel, and the sleeves on it.
Market = tuple[Panel, Mapping[str, SleeveSeries]]


@dataclass(frozen=True, slots=True)
class Setting:
    """All that a decision stands on: the question, the market, and the days on which it is asked.

    decisions: (D,) sessions in the panel, ascending. tranche: (D,) which part of the portfolio makes each, from 0 on;
    two parts may decide on one session. brakes: in the order of the config. parts: of a blend, alphabetical.
    """

    config: Config
    strategy: Strategy
    panel: Panel
    sleeves: Mapping[str, SleeveSeries]
    decisions: Indices
    tranche: Indices
    mix: Mix
    brakes: tuple[Strategy, ...] = ()
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class Decided:
    """What was decided: scores and stances (None for a strategy about weights), and target weights (D, N).

    limited: what the config's limits changed in the targets; None where it has none. braked: what its brakes said and
    changed; None where it has none. said: what the strategy has to say of the last decision. heard: what every strategy
    was asked and answered, those of a blend's parts too, for an audit.
    """

    scores: Scores | None
    stance: Stance | None
    targets: Matrix
    limited: Limited | None = None
    braked: Braked | None = None
    said: Said = field(default_factory=dict)
    heard: tuple[Heard, ...] = ()

    @property
    def keep(self) -> Keep:
        """By sleeve, the share (D,) of its overweight that its brakes let stand; empty where there is no brake."""
        return {} if self.braked is None else self.braked.keep

    @property
    def opinion(self) -> Matrix:
        """(D, ...) what it trades on: stances, and what brakes let stand; target weights where there is no stance."""
        if self.stance is None:
            return self.targets
        return self.stance.values if self.braked is None else np.hstack([self.stance.values, self.braked.kept])


def read_market(config: Config) -> Market:
    """The panel of a config, and the sleeves on it."""
    panel = build_panel(config)
    return panel, sleeve_series(config, panel)


def set_up(config: Config, within: tuple[str, ...] = (), market: Callable[[Config], Market] = read_market) -> Setting:
    """Read the market and lay out the decision days. What a config can get wrong about them is found here.

    within: the files of the blends of which this config is a part. market: what reads it; a study may keep it.
    """
    strategy, brakes, (panel, sleeves) = _gathered(
        lambda: _decided_parts(config, within) if config.blend else load_strategy(config),
        lambda: load_brakes(config),
        lambda: market(config),
    )
    parts: tuple[Part, ...] = ()
    if config.blend:
        parts = tuple(_as_part(config, panel, name, *one) for name, one in strategy.items())
        strategy = blended(config, parts)
    setting = _laid_out(config, strategy, panel, sleeves, brakes, parts)
    refuse_early(config, panel, sleeves, int(setting.decisions[0]))
    return setting


def _gathered(*attempts: Callable[[], Any]) -> list[Any]:
    """What each of the attempts answers; the faults that they find in the config are reported together."""
    faults: list[Fault] = []
    found = []
    for attempt in attempts:
        try:
            found.append(attempt())
        except StrategyError:
            raise
        except ConfigError as error:
            faults += error.faults
    if faults:
        raise ConfigError(*faults)
    return found


def with_offset(setting: Setting, offset: int) -> Setting:
    """The same question with another `offset`. Raises ConfigError where that leaves no decision."""
    config = setting.config.model_copy(update={"offset": offset})
    return _laid_out(config, setting.strategy, setting.panel, setting.sleeves, setting.brakes, setting.parts)


def decide(setting: Setting) -> Decided:
    """Ask the strategy on every decision day and turn its answers into target weights.

    Scores become stances by the rule, stances weights by the tilt; then come the brakes, then the limits.
    """
    with listening() as heard:
        decided = _decided(setting)
    return replace(decided, heard=(*(one for part in setting.parts for one in part.heard), *heard))


def _decided(setting: Setting) -> Decided:
    config = setting.config
    asked = Asked(setting.strategy, config, setting.panel, setting.sleeves, setting.decisions, setting.tranche)
    if setting.strategy.answers == "weights":
        weights, said = weigh_decisions(asked)
        return Decided(None, None, *within_limits(setting, weights), said=said)
    scores, said = score_decisions(asked)
    keep = shares_to_keep([replace(asked, strategy=brake) for brake in setting.brakes])
    return replace(decided_on(setting, scores, keep), said=said)


def decided_on(setting: Setting, scores: Scores, keep: Keep) -> Decided:
    """What scores come to under the config's rule, tilt and limits, with the shares that brakes keep."""
    rule, held = setting.config.rule, setting.config.trade.holding_sessions
    assert rule is not None
    stance = take_stance(rule, scores, setting.decisions, setting.tranche, held)
    return replace(decided_as(setting, stance, keep), scores=scores)


def decided_as(setting: Setting, stance: Stance, keep: Keep) -> Decided:
    """What any stance comes to under the config's tilt and limits, with the shares that brakes keep."""
    weights, braked = braked_targets(setting.config, setting.panel, setting.mix, stance, keep)
    return Decided(None, stance, *within_limits(setting, weights), braked)


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
    """The day on which each held asset first had a price, for those that had none on the first decision day.

    Without those that have none on any session: `unpriced`.
    """
    panel = setting.panel
    found = {}
    for i in np.flatnonzero(panel.held):
        priced = np.flatnonzero(~np.isnan(panel.prices[:, i]))
        if len(priced) and priced[0] > setting.decisions[0]:
            found[panel.assets[i]] = str(panel.sessions[priced[0]])
    return found


def unpriced(setting: Setting) -> list[str]:
    """Held assets without a price on any session."""
    panel = setting.panel
    return [panel.assets[i] for i in np.flatnonzero(panel.held & np.isnan(panel.prices).all(axis=0))]


def _laid_out(
    config: Config,
    strategy: Strategy,
    panel: Panel,
    sleeves: Mapping[str, SleeveSeries],
    brakes: tuple[Strategy, ...],
    parts: tuple[Part, ...],
) -> Setting:
    decisions, tranche = take_turns(config, panel)
    mix = neutral_mix(config, panel, sleeves, decisions)
    return Setting(config, strategy, panel, sleeves, decisions, tranche, mix, brakes, parts)


def _decided_parts(config: Config, within: tuple[str, ...]) -> dict[str, tuple[Setting, Decided]]:
    """Every part of a blend, set up and decided on its own market; their faults are reported together."""
    names = [*(config.blend or ())]
    return dict(zip(names, _gathered(*(partial(_decided_part, config, name, within) for name in names)), strict=True))


def _decided_part(config: Config, name: str, within: tuple[str, ...]) -> tuple[Setting, Decided]:
    """One part. Whatever is wrong with it is reported where the blend names it."""
    path, key, chain = part_file(config, name), f"blend.{name}", (*within, os.path.realpath(config.path))
    if os.path.realpath(path) in chain:
        found = f"a circle: {path} blends, in the end, itself"
        raise ConfigError(config.fault(key, found, "parts that stand alone", "break the circle"))
    try:
        setting = set_up(cut_off(config, load(path)), chain)
        refuse_other_sleeves(config, key, [*setting.config.tilt])
        decided = decide(setting)
    except OverweightError as error:
        faults = [passed_on(config, key, path, fault) for fault in error.faults]
        kinds = (StrategyError, DataError)
        raise next((kind for kind in kinds if isinstance(error, kind)), ConfigError)(*faults) from None
    refuse_other_sleeves(config, key, [] if decided.stance is None else [*decided.stance.names])
    return setting, decided


def _as_part(config: Config, panel: Panel, name: str, setting: Setting, decided: Decided) -> Part:
    """A decided config as a part: its stance in force at each session of the blend's own market."""
    assert config.blend is not None
    assert decided.stance is not None
    key, theirs = f"blend.{name}", setting.panel
    if (panel.sessions[-1] - theirs.sessions[-1]).astype(int) > STALE_DAYS:
        found = f"a part whose market ends on {theirs.sessions[-1]}"
        cure = f"say `to: {theirs.sessions[-1]}`, or give the part a later one"
        raise ConfigError(config.fault(key, found, f"one that goes on to {panel.sessions[-1]}", cure))
    if (theirs.closes is None) != (panel.closes is None):
        found = f"a part whose market says {'no' if theirs.closes is None else 'a'} time of its close"
        cure = 'add for example `close: "16:00 America/New_York"` to its prices'
        raise ConfigError(config.fault(key, found, "the same of both, to tell which comes first", cure))
    days, values = stance_in_force(setting, decided)
    ours, other = (one.sessions if one.closes is None else one.closes for one in (panel, theirs))
    inner = [caveat for part in setting.parts for caveat in part.caveats]
    inner += late_caveats(setting.parts, theirs.sessions, setting.decisions)
    return Part(
        name,
        config.blend[name],
        decided.stance.names,
        held_stances(other[days], values, ours),
        json.dumps([setting.config.question(), setting.strategy.source], sort_keys=True),
        theirs.fingerprint,
        tuple(dict.fromkeys([*theirs.caveats, *inner])),
        decided.heard,
    )
