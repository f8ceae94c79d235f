"""The variants of a block that can go through the lanes: grouped by what lanes share, and simulated side by side."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from engine.config import Config
from engine.config.written import written
from engine.decide import Decided, Setting, set_up
from engine.errors import OverweightError
from engine.market.labels import is_label
from engine.market.table import Vector
from engine.portfolio.asking import Asked
from engine.portfolio.brake import Keep, shares_to_keep
from engine.portfolio.scores import Scores, score_decisions
from engine.study.fused.can import lanes_can
from engine.study.fused.ground import Ground, ground_of
from engine.study.fused.heard import lane_keep, lane_scores
from engine.study.fused.simulate import DONE, simulate_many
from engine.study.fused.table import table_of
from engine.study.sweep.kept import Kept, brakes_key, scores_key
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


def run_fused(configs: Mapping[int, Config], values: Mapping[int, Mapping[str, Any]], kept: Kept) -> dict[int, Vector]:
    """The figures of those variants that the lanes have, by number; the others, those that fail too, are left out.

    configs, values: by number the config of each variant, and what it sets.
    """
    groups: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for row, config in configs.items():
        if lanes_can(config) is None and _is_shared(config.against[0]):
            own = {key: value for key, value in values[row].items() if not OWN.fullmatch(key)}
            groups[tuple(written(own[key]) for key in own if root_of(key) not in ASKING)].append(row)
    found: dict[int, Vector] = {}
    for rows in groups.values():
        found |= _run_group(rows, configs, values, kept)
    return found


def _is_shared(reference: str) -> bool:
    """Whether what variants are held against is their own mix, or the same whatever they do."""
    return reference in ("policy", "policy_matched") or is_label(reference) or reference.endswith((".yaml", ".yml"))


def _run_group(
    rows: Sequence[int], configs: Mapping[int, Config], values: Mapping[int, Mapping[str, Any]], kept: Kept
) -> dict[int, Vector]:
    """Variants that share a ground, by the names that their strategies speak of."""
    sets: dict[str, Said | None] = {}
    members: dict[tuple[str, ...], list[tuple[int, str]]] = defaultdict(list)
    for row in rows:
        asking = written({key: value for key, value in values[row].items() if root_of(key) in ASKING})
        if asking not in sets:
            sets[asking] = _said(configs[row], kept)
        said = sets[asking]
        if said is not None and said.scores.names:
            members[said.scores.names].append((row, asking))
    found: dict[int, Vector] = {}
    for own in members.values():
        heard = {asking: said for _, asking in own if (said := sets[asking]) is not None}
        found |= _simulate([row for row, _ in own], [asking for _, asking in own], heard, configs)
    return found


def _said(config: Config, kept: Kept) -> Said | None:
    """None where the strategy cannot be asked: the single run says why."""
    try:
        setting = set_up(config, market=kept.market)
        asked = Asked(setting.strategy, config, setting.panel, setting.sleeves, setting.decisions, setting.tranche)
        scores, _ = kept.answers.take(f"scores {scores_key(config)}", lambda: score_decisions(asked))
        brakes = [replace(asked, strategy=brake) for brake in setting.brakes]
        keep = kept.answers.take(f"brakes {brakes_key(config)}", lambda: shares_to_keep(brakes)) if brakes else {}
    except OverweightError:
        return None
    return Said(setting, scores, keep)


def _simulate(
    rows: Sequence[int], asking: Sequence[str], heard: Mapping[str, Said], configs: Mapping[int, Config]
) -> dict[int, Vector]:
    place = {name: x for x, name in enumerate(heard)}
    first = next(iter(heard.values()))
    try:
        ground = _ground(first)
        keep = lane_keep([one.keep for one in heard.values()], ground.tilted, len(first.setting.decisions))
        of = np.array([place[one] for one in asking])
        table = table_of(ground, [configs[row] for row in rows], of, of + 1, keep)
    except OverweightError:
        return {}
    scores = lane_scores([one.scores for one in heard.values()])
    # Blocks of a sweep are spread over processes: one thread each.
    done = simulate_many(ground, first.scores.names, scores, table, threads=1)
    return {row: done.figures[i] for i, row in enumerate(rows) if done.status[i] == DONE}


def _ground(said: Said) -> Ground:
    """What is held against a path of its own needs decisions to stand on; which ones makes no difference."""
    panel = said.setting.panel
    neutral = np.zeros((len(said.setting.decisions), len(panel.assets)))
    return ground_of(said.setting, Decided(None, None, neutral))
