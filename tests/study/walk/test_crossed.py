"""Combinatorial purged splits: their counts by formula, purging by hand, choices and paths by another way."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

import engine
from engine.config import load
from engine.config.walk_forward import PurgedSplits
from engine.errors import ConfigError
from engine.study.walk.candidates import Candidates, run_candidates
from engine.study.walk.crossed import Crossed, cross
from engine.study.walk.cut import joined, span_of
from engine.study.walk.windows import edges_of, paths_of, splits_of
from tests.desk import Desk

STRATEGY = """
def score(past, *, sleeve: str = "one", window: int = 20):
    levels = past.sleeve(sleeve)
    return 100 * (levels[-1] / levels[-window] - 1)
"""


def candidates(desk: Desk, over: str = "{with.window: [5, 20, 45], stance.enter: [0.5, 3]}") -> Candidates:
    desk.text(STRATEGY, "strategies/trend.py")
    desk.config(strategy="trend", every="week_end", trade="{after: 1, commission_bps: 3}")
    desk.text(f"base: a.yaml\nwalk_forward: {{groups: 6, test_groups: 2}}\nsweep: {{over: {over}}}\n", "walk.yaml")
    return run_candidates(load("walk.yaml"))


@pytest.mark.parametrize(("groups", "tests"), [(6, 2), (8, 3), (5, 1), (10, 5)])
def test_there_are_as_many_splits_and_paths_as_the_formulas_say(groups: int, tests: int) -> None:
    """C(N, k) splits, k / N C(N, k) paths; every path tests every group once, every split is used up: de Prado 2018."""
    splits = [*splits_of(edges_of(3, 3 + 40 * groups, groups), tests, 0)]
    paths = paths_of(splits, groups)
    assert len(splits) == math.comb(groups, tests)
    assert len(paths) == tests * math.comb(groups, tests) // groups
    used = [(group, split) for path in paths for group, split in enumerate(path)]
    assert len(set(used)) == len(used) == tests * len(splits)
    assert all(group in splits[split].tested for group, split in used)


def test_a_split_by_hand() -> None:
    """Closes 0 to 20 in four groups of five returns; two sessions are purged on each side of the test."""
    edges = edges_of(0, 20, 4)
    assert edges.tolist() == [0, 5, 10, 15, 20]
    splits = {split.tested: split for split in splits_of(edges, 2, 2)}
    assert splits[(1, 3)].test.tolist() == [6, 7, 8, 9, 10, 16, 17, 18, 19, 20]
    assert splits[(1, 3)].train.tolist() == [1, 2, 3, 13]
    assert splits[(0, 1)].train.tolist() == [13, 14, 15, 16, 17, 18, 19, 20]


def test_groups_hold_every_return_once() -> None:
    edges = edges_of(7, 330, 6)
    sizes = np.diff(edges)
    assert edges[0] == 7
    assert edges[-1] == 330
    assert sizes.max() - sizes.min() <= 1
    for split in splits_of(edges, 2, 0):
        assert sorted([*split.train, *split.test]) == [*range(8, 331)]


def by_hand(found: Candidates, embargo: int) -> tuple[list[int], np.ndarray]:
    """Choices of all splits, and the growth of all paths, from the returns of plain runs."""
    begin, last = found.begin, found.last
    returns = []
    for place in range(found.variants.count):
        words = [f"{key}={value}" for key, value in found.variants.values(place).items()]
        equity = engine.run("a.yaml", words, results=None).equity.to_numpy()
        returns.append((equity[1:] / equity[:-1] - 1)[-(last - begin) :])
    table = np.array(returns).T
    bounds = [(last - begin) * g // 6 for g in range(7)]
    chosen, tests = [], []
    for pair in itertools.combinations(range(6), 2):
        keep = [
            t for t in range(len(table))
            if all(t < bounds[g] - embargo or t >= bounds[g + 1] + embargo for g in pair)
        ]  # fmt: skip
        trained = table[keep]
        chosen.append(int(np.argmax(trained.mean(axis=0) / trained.std(axis=0))))
        tests.append(pair)
    growth = []
    for path in range(5):
        total = 1.0
        for group in range(6):
            split = [i for i, pair in enumerate(tests) if group in pair][path]
            total *= np.prod(1 + table[bounds[group] : bounds[group + 1], chosen[split]])
        growth.append(total)
    return chosen, np.array(growth)


@pytest.mark.parametrize("embargo", [0, 9])
def test_choices_and_paths_are_those_of_plain_runs(desk: Desk, embargo: int) -> None:
    found = candidates(desk)
    asked = PurgedSplits(groups=6, test_groups=2, embargo_sessions=embargo)
    crossed: Crossed = cross(found, asked, "sharpe")
    chosen, growth = by_hand(found, embargo)
    assert [*crossed.chosen] == chosen
    assert len(set(chosen)) > 1
    years = (found.last - found.begin) / 252
    np.testing.assert_allclose((1 + crossed.metrics["cagr"]) ** years, growth, rtol=1e-9)


def test_with_one_candidate_every_path_is_its_own_run(desk: Desk) -> None:
    found = candidates(desk, "{with.window: [20]}")
    crossed = cross(found, PurgedSplits(groups=6, test_groups=2), "sharpe")
    plain = engine.run("a.yaml", ["with.window=20"], results=None).metrics
    for name in ("sharpe", "cagr", "max_drawdown", "active_return"):
        np.testing.assert_allclose(crossed.metrics[name], plain[name], rtol=1e-9)


def test_an_embargo_that_leaves_nothing_to_learn_from_is_refused(desk: Desk) -> None:
    found = candidates(desk, "{with.window: [20]}")
    with pytest.raises(ConfigError) as caught:
        cross(found, PurgedSplits(groups=6, test_groups=2, embargo_sessions=200), "sharpe")
    assert str(caught.value) == (
        "walk.yaml:2:24: walk_forward.groups: found 6 groups of 258 sessions, of which a split leaves 0 to learn from; "
        "expected two sessions at least; take fewer groups, or a shorter embargo"
    )


def test_a_joined_track_has_the_figures_of_the_whole_one(desk: Desk) -> None:
    """All returns lent in two parts are the track itself, costs and turnover too; a part keeps shares of equity."""
    track = candidates(desk, "{with.window: [20]}").all[0].track
    n = len(track.sessions)
    again = joined([(track, np.arange(1, 90)), (track, np.arange(90, n))], track.sessions[0])
    np.testing.assert_allclose(again.equity, track.equity / track.equity[0], rtol=1e-12)
    np.testing.assert_allclose(again.costs[1:], track.costs[1:] / track.equity[0], rtol=1e-9)
    assert again.first_purchase == track.first_purchase
    part = span_of(track, n + 5, 50, 80)
    assert (part.sessions[0], len(part.sessions), part.first_purchase) == (track.sessions[45], 31, -1)
