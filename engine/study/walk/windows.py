"""Where training and test windows lie. Pure numbers of sessions; both ends of a window belong to it."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from engine.market.table import Indices


@dataclass(frozen=True, slots=True)
class Fold:
    """Numbers of panel sessions, a span being known by the closes at which it starts and stops.

    It learns from the returns after the close of `start` up to that of `end`. On `known`, the embargo later, what it
    chose is there for the decisions of that day and all after it; at the close of `until` the next choice is.
    """

    start: int
    end: int
    known: int
    until: int


def folds_of(begin: int, last: int, train: int, test: int, embargo: int, anchored: bool) -> tuple[Fold, ...]:
    """Every fold on the sessions from `begin` (the close from which returns count) to `last`; none where that is short.

    The next one is known `test` sessions after the one before; the last one may be shorter.
    """
    found = []
    known = begin + train + embargo
    while known < last:
        end = known - embargo
        found.append(Fold(begin if anchored else end - train, end, known, min(known + test, last)))
        known += test
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Split:
    """tested: numbers of the groups that are the test. train, test: numbers of the sessions whose returns they hold."""

    tested: tuple[int, ...]
    train: Indices
    test: Indices


def edges_of(begin: int, last: int, groups: int) -> Indices:
    """(groups + 1,) closes between groups: group g holds the returns after edge g up to edge g + 1."""
    return np.array([begin + (last - begin) * g // groups for g in range(groups + 1)])


def splits_of(edges: Indices, test_groups: int, embargo: int) -> Iterator[Split]:
    """Every combination of test groups, in lexicographic order; training stays `embargo` sessions away on both sides.

    Lopez de Prado 2018, chapters 7 and 12. After a test, what looks back still sees it; before it, what was decided is
    still held in it: so many sessions are purged there and there.
    """
    sessions = np.arange(edges[0] + 1, edges[-1] + 1)
    group = np.searchsorted(edges, sessions) - 1
    for tested in itertools.combinations(range(len(edges) - 1), test_groups):
        near = np.zeros(len(sessions), np.bool_)
        for one in tested:
            near |= (sessions > edges[one] - embargo) & (sessions <= edges[one + 1] + embargo)
        yield Split(tested, sessions[~near], sessions[np.isin(group, tested)])


def paths_of(splits: list[Split], groups: int) -> list[list[int]]:
    """For each path the number of the split that tests each group: the p-th that does, in order of the splits."""
    tests = [[i for i, split in enumerate(splits) if group in split.tested] for group in range(groups)]
    return [[tests[group][path] for group in range(groups)] for path in range(len(tests[0]))]
