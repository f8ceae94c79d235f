"""Knife edges: decisions that hang on a score within 1e-8 of a threshold, so that another machine may decide otherwise.

Proof, not likeness: the score is put on the other side of its threshold, everything after it is decided anew, and only
if all targets then are those of the baseline was it that score alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product

import numpy as np

from engine.backtest import simulate_all
from engine.config import Threshold
from engine.decide import Decided, decided_on
from engine.portfolio.scores import Scores
from engine.portfolio.stance import sides_of
from engine.result import Result
from engine.results.checks.target_marks import TargetMarks, mark_targets

#: A score this near to a threshold stands on it.
NEAR = 1e-8
#: More scores on an edge than this are no coincidence.
MOST = 4


@dataclass(frozen=True, slots=True)
class Edge:
    """One score on one day: its place in the scores (D, S), and the threshold it lay at."""

    row: int
    column: int
    day: str
    name: str
    score: float
    threshold: float

    def __str__(self) -> str:
        score = f"the score of {self.name}, {self.score:.10g}"
        return f"knife edge on {self.day}: {score}, lay {abs(self.score - self.threshold):.1e} from {self.threshold:g}"


def beyond_the_edge(result: Result, agreed: TargetMarks) -> tuple[Result, tuple[Edge, ...]] | None:
    """The same run with a few scores put on the other side of their threshold, where its targets are the agreed ones.

    None where no such scores are there, or where that is not all that differs.
    """
    scores = result.decided.scores
    edges = list(_edges(result))
    if scores is None or not 0 < len(edges) <= MOST:
        return None
    for sides in product((0.0, -2 * NEAR, 2 * NEAR), repeat=len(edges)):
        moved = [(edge, side) for edge, side in zip(edges, sides, strict=True) if side]
        if not moved:
            continue
        values = scores.values.copy()
        for edge, side in moved:
            values[edge.row, edge.column] = edge.threshold + side
        decided = _decided(result, replace(scores, values=values))
        own = replace(result.own, targets=decided.targets)
        other = replace(result, decided=decided, portfolios={**result.portfolios, "strategy": own})
        if mark_targets(other).own == agreed.own:
            simulated = replace(other, portfolios=simulate_all(result.setting, decided))
            return simulated, tuple(edge for edge, _ in moved)
    return None


def _decided(result: Result, scores: Scores) -> Decided:
    """What follows from other scores: stances by the rule, then all that comes after them."""
    braked = result.decided.braked
    return decided_on(result.setting, scores, {} if braked is None else braked.keep)


def _edges(result: Result) -> Iterator[Edge]:
    """Every score within NEAR of a threshold of the config's rule; rules without thresholds have no edge."""
    rule, scores = result.config.rule, result.decided.scores
    if not isinstance(rule, Threshold) or scores is None:
        return
    over, under = sides_of(rule)
    thresholds = {*((rule.enter, rule.exit) if over else ()), *((-rule.enter, -rule.exit) if under else ())}
    days = result.panel.sessions[result.setting.decisions]
    for threshold in sorted(thresholds):
        for row, column in np.argwhere(np.abs(scores.values - threshold) <= NEAR):
            score = float(scores.values[row, column])
            yield Edge(int(row), int(column), str(days[row]), scores.names[column], score, threshold)
