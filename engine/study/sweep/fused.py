"""The variants of a block that can go through the lanes: grouped by what lanes share, and simulated side by side."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from engine.config import Config
from engine.config.endings import ENDINGS
from engine.decide import Decided, Setting, set_up
from engine.errors import OverweightError
from engine.market.labels import is_label
from engine.market.table import Vector
from engine.portfolio.asking import Asked
from engine.portfolio.brake import Keep, shares_to_keep
from engine.portfolio.scores import Scores, score_decisions
from engine.strategy import load_brakes, load_strategy
from engine.study.fused.can import lanes_can
from engine.study.fused.ground import Ground, ground_of
from engine.study.fused.heard import lane_keep, lane_scores
from engine.study.fused.simulate import DONE, simulate_many
from engine.study.fused.table import table_of
from engine.study.sweep.kept import Kept, SweepShared, brakes_key, scores_key
from engine.study.sweep.plan import root_of

#: Keys in which the variants that share a ground may differ: each lane has its own. Any other key makes another ground.
OWN = re.compile(
    r"stance\.(enter|exit|sides|full_at|cap|top|bottom|hold_sessions|half_life_sessions)"
    r"|tilt\.[^.]+\.(over|under)|rebalance(\..+)?|limits(\..+)?|expect(\..+)?"
    r"|trade\.(commission_bps|commission_per_order|commission_minimum|half_spread_bps|slippage_bps|smallest_trade"
    r"|holding_sessions)(\..+)?"
)
#: Keys that change what is asked, and of whom, on the same ground.
ASKING = ("strategy", "with", "brake")


@dataclass(frozen=True, slots=True)
class Said:
    """What the strategies of a set of variants said: their scores, and what their brakes keep."""

    setting: Setting
    scores: Scores
    keep: Keep


@dataclass(frozen=True, slots=True)
class Lane:
    """One variant: its number, its config, and in words who is asked what."""

    row: int
    config: Config
    asking: str


def run_fused(
    configs: Mapping[int, Config], values: Mapping[int, Mapping[str, Any]], kept: Kept, shared: SweepShared
) -> dict[int, Vector]:
    """The figures of those variants that the lanes have, by number; the others, those that fail too, are left out.

    configs, values: by number the config of each variant, and what it sets.
    """
    keys = [key for key in shared.varying.keys if not OWN.fullmatch(key)]
    asking = [key for key in keys if root_of(key) in ASKING]
    beside = [key for key in keys if root_of(key) not in ASKING]
    groups: dict[str, list[Lane]] = defaultdict(list)
    for row, config in configs.items():
        if lanes_can(config) is None and _is_shared(config.against[0]):
            own = values[row]
            groups[repr([own[key] for key in beside])].append(Lane(row, config, repr([own[key] for key in asking])))
    found: dict[int, Vector] = {}
    for where, lanes in groups.items():
        found |= _run_group(where, lanes, kept, shared)
    return found


def _is_shared(reference: str) -> bool:
    """Whether what variants are held against is their own mix, or the same whatever they do."""
    return reference in ("policy", "policy_matched") or is_label(reference) or reference.endswith(ENDINGS)


def _run_group(where: str, lanes: Sequence[Lane], kept: Kept, shared: SweepShared) -> dict[int, Vector]:
    """Variants that share a ground, `where`, by the names that their strategies speak of."""
    heard: dict[str, Said | None] = {}
    members: dict[tuple[str, ...], list[Lane]] = defaultdict(list)
    for lane in lanes:
        if lane.asking not in heard:
            heard[lane.asking] = shared.said.take(
                f"{where} {lane.asking}", partial(_said, where, lane.config, kept, shared)
            )
        said = heard[lane.asking]
        if said is not None and said.scores.names:
            members[said.scores.names].append(lane)
    found: dict[int, Vector] = {}
    for own in members.values():
        sets = {lane.asking: said for lane in own if (said := heard[lane.asking]) is not None}
        found |= _simulate(where, own, sets, shared)
    return found


def _said(where: str, config: Config, kept: Kept, shared: SweepShared) -> Said | None:
    """None where the strategy cannot be asked: the single run says why."""
    try:
        setting = _setting(where, config, kept, shared)
        asked = Asked(setting.strategy, config, setting.panel, setting.sleeves, setting.decisions, setting.tranche)
        scores, _ = kept.answers.take(f"scores {scores_key(config)}", lambda: score_decisions(asked))
        brakes = [replace(asked, strategy=brake) for brake in setting.brakes]
        keep = kept.answers.take(f"brakes {brakes_key(config)}", lambda: shares_to_keep(brakes)) if brakes else {}
    except OverweightError:
        return None
    return Said(setting, scores, keep)


def _setting(where: str, config: Config, kept: Kept, shared: SweepShared) -> Setting:
    """On one ground only those who are asked differ: market, days and mix are laid out once."""
    if config.blend:
        return set_up(config, market=kept.market)
    first: Setting = shared.settings.take_made(where, lambda: set_up(config, market=kept.market))
    if first.config is config:
        return first
    return replace(first, config=config, strategy=load_strategy(config), brakes=load_brakes(config))


def _simulate(where: str, lanes: Sequence[Lane], heard: Mapping[str, Said], shared: SweepShared) -> dict[int, Vector]:
    place = {name: x for x, name in enumerate(heard)}
    first = next(iter(heard.values()))
    try:
        ground = shared.grounds.take_made(where, lambda: _ground(replace(first.setting, config=lanes[0].config)))
        keep = lane_keep([one.keep for one in heard.values()], ground.tilted, len(first.setting.decisions))
        of = np.array([place[lane.asking] for lane in lanes])
        table = table_of(ground, [lane.config for lane in lanes], of, of + 1, keep)
    except OverweightError:
        return {}
    scores = lane_scores([one.scores for one in heard.values()])
    # Blocks of a sweep are spread over processes: one thread each.
    done = simulate_many(ground, first.scores.names, scores, table, threads=1)
    return {lane.row: done.figures[i] for i, lane in enumerate(lanes) if done.status[i] == DONE}


def _ground(setting: Setting) -> Ground:
    """What is held against a path of its own needs decisions to stand on; which ones makes no difference."""
    neutral = np.zeros((len(setting.decisions), len(setting.panel.assets)))
    return ground_of(setting, Decided(None, None, neutral))
