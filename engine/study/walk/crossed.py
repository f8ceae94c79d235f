"""Combinatorial purged cross-validation: every combination of groups of sessions is the test once.

Lopez de Prado 2018, chapter 12. Every group is tested by several choices; each path takes one of them for every group,
so that there is a distribution of what choosing would have come to out of sample where a walk has one figure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.config.walk_forward import PurgedSplits
from engine.errors import ConfigError
from engine.market.table import Indices, Matrix, Vector
from engine.measure.track import Track
from engine.study.sweep.outcome import best_of
from engine.study.walk.candidates import Candidates
from engine.study.walk.cut import figure, joined
from engine.study.walk.windows import Split, edges_of, paths_of, splits_of

#: What is told of every path, beside the metric by which was chosen.
TOLD = ("cagr", "sharpe", "max_drawdown", "active_return")


@dataclass(frozen=True, slots=True)
class Crossed:
    """What the splits came to.

    edges: (groups + 1,) panel sessions. chosen: (C,) the place of each split's choice in `candidates.all`. inside,
    outside: (C, V) the metric of every candidate where each split trains and tests. paths: for each the number of the
    split that tests each group; metrics: by name (P,) figures of the paths.
    """

    candidates: Candidates
    metric: str
    edges: Indices
    splits: tuple[Split, ...]
    chosen: tuple[int, ...]
    inside: Matrix
    outside: Matrix
    paths: tuple[tuple[int, ...], ...]
    metrics: dict[str, Vector]


def cross(candidates: Candidates, asked: PurgedSplits, metric: str) -> Crossed:
    """Choose on every split, and join what was chosen. Raises ConfigError where the embargo leaves nothing to learn."""
    edges = edges_of(candidates.begin, candidates.last, asked.groups)
    splits = [*splits_of(edges, asked.test_groups, asked.embargo_sessions)]
    least = min(len(split.train) for split in splits)
    if least < 2 or np.diff(edges).min() < 2:
        raise _nothing_left(candidates, asked, least)
    inside = np.array([_figures(candidates, metric, split.train) for split in splits])
    outside = np.array([_figures(candidates, metric, split.test) for split in splits])
    found = [best_of(one, metric) for one in inside]
    if None in found:
        raise _undefined(candidates, metric)
    chosen = tuple(one for one in found if one is not None)
    paths = paths_of(splits, asked.groups)
    names = dict.fromkeys((metric, *TOLD))
    joined_paths = [_path(candidates, edges, chosen, path) for path in paths]
    metrics = {name: np.array([_figure(candidates, name, *one) for one in joined_paths]) for name in names}
    return Crossed(candidates, metric, edges, tuple(splits), chosen, inside, outside, tuple(map(tuple, paths)), metrics)


def _figures(candidates: Candidates, metric: str, sessions: Indices) -> Vector:
    beside = candidates.beside
    reference, policy = (_lent(candidates, one, sessions) for one in (beside.reference, beside.policy))
    tracks = (_lent(candidates, one.track, sessions) for one in candidates.all)
    return np.array([figure(metric, track, reference, policy, beside.sessions_per_year) for track in tracks])


def _lent(candidates: Candidates, track: Track, sessions: Indices) -> Track:
    """The returns of some panel sessions as a track."""
    return joined([(track, _rows(candidates, track, sessions))], _before(candidates, sessions))


def _rows(candidates: Candidates, track: Track, sessions: Indices) -> Indices:
    rows: Indices = sessions - (candidates.beside.total - len(track.sessions))
    return rows


def _before(candidates: Candidates, sessions: Indices) -> np.datetime64:
    day: np.datetime64 = candidates.setting.panel.sessions[sessions[0] - 1]
    return day


def _path(candidates: Candidates, edges: Indices, chosen: Sequence[int], path: Sequence[int]) -> tuple[Track, Indices]:
    """The track of one path, and the panel sessions of its returns."""
    parts = []
    for group, split in enumerate(path):
        track = candidates.all[chosen[split]].track
        parts.append((track, _rows(candidates, track, np.arange(edges[group] + 1, edges[group + 1] + 1))))
    sessions = np.arange(edges[0] + 1, edges[-1] + 1)
    return joined(parts, _before(candidates, sessions)), sessions


def _figure(candidates: Candidates, name: str, track: Track, sessions: Indices) -> float:
    beside = candidates.beside
    reference, policy = (_lent(candidates, one, sessions) for one in (beside.reference, beside.policy))
    return figure(name, track, reference, policy, beside.sessions_per_year)


def whole_figure(crossed: Crossed, name: str, track: Track) -> float:
    """A metric of a plain run's track over the sessions of the paths."""
    sessions = np.arange(crossed.edges[0] + 1, crossed.edges[-1] + 1)
    return _figure(crossed.candidates, name, _lent(crossed.candidates, track, sessions), sessions)


def _nothing_left(candidates: Candidates, asked: PurgedSplits, least: int) -> ConfigError:
    config, have = candidates.config, candidates.last - candidates.begin
    found = f"{asked.groups} groups of {have:,} sessions, of which a split leaves {max(least, 0):,} to learn from"
    return ConfigError(
        config.fault("walk_forward.groups", found, "two sessions at least", "take fewer groups, or a shorter embargo")
    )


def _undefined(candidates: Candidates, metric: str) -> ConfigError:
    found = f"a split in whose training no candidate has a `{metric}`"
    return ConfigError(
        candidates.config.fault("walk_forward", found, "one that has it", "take fewer groups, or choose otherwise")
    )
