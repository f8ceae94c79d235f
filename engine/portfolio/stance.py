"""The stance: scores turned into -1 (full underweight) .. +1 (full overweight), by the config's rule."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.config import Impulse, Proportional, Rank, Threshold
from engine.market.table import Indices, Matrix, Vector
from engine.portfolio import rules
from engine.portfolio.scores import Scores
from engine.portfolio.tranches import rows_of

Rule = Threshold | Proportional | Rank | Impulse


@dataclass(frozen=True, slots=True)
class Stance:
    """names: S sleeves or assets, alphabetical. values: (D, S) in [-1, 1]; 0 is neutral."""

    names: tuple[str, ...]
    values: Matrix


def take_stance(
    rule: Rule, scores: Scores, decisions: Indices, tranche: Indices | None = None, holding: int = 0
) -> Stance:
    """Apply the rule to the scores of each name; decisions (D,) are sessions in the panel.

    tranche: (D,) who decides; each remembers its own stance alone. None: the same one always.
    holding: sessions for which a stance is kept at least, whatever the rule says in between.
    """
    values = np.zeros_like(scores.values)
    for own in [np.arange(len(decisions))] if tranche is None else rows_of(tranche):
        asked = scores.rows(own)
        if isinstance(rule, Rank):
            values[own] = rules.rank(asked.values, rule.top, rule.bottom)
        else:
            for s in range(len(scores.names)):
                values[own, s] = APPLY[type(rule)](rule, asked, s, decisions[own])
        if holding > 0:
            values[own] = held_on(values[own], decisions[own], holding)
    return Stance(scores.names, values)


def held_on(stances: Matrix, decisions: Indices, holding: int) -> Matrix:
    """(D, S) stances of which none changes within `holding` sessions of being taken; neutral may be left at once."""
    kept = stances.copy()
    for s in range(kept.shape[1]):
        since = 0
        for d in range(1, len(kept)):
            if kept[d, s] != kept[d - 1, s]:
                if kept[d - 1, s] != 0.0 and decisions[d] - decisions[since] < holding:
                    kept[d, s] = kept[d - 1, s]
                else:
                    since = d
    return kept


def sides_of(rule: Rule) -> tuple[bool, bool]:
    """Whether the rule may go over, and under."""
    if isinstance(rule, Rank):
        return rule.top > 0, rule.bottom > 0
    return rule.sides in ("over", "both"), rule.sides in ("under", "both")


def distance_to_change(rule: Rule, scores: Scores, stance: Stance) -> Matrix:
    """(D, S) how far each score is from the threshold that would change the stance; NaN for rules without one."""
    if not isinstance(rule, Threshold):
        return np.full_like(scores.values, np.nan)
    over, under = sides_of(rule)
    near = np.full(scores.values.shape, np.inf)
    if over:
        near = np.where(stance.values > 0, scores.values - rule.exit, rule.enter - scores.values)
    if under:
        below = np.where(stance.values < 0, -scores.values - rule.exit, rule.enter + scores.values)
        near = np.where(stance.values < 0, below, np.where(stance.values > 0, near, np.minimum(near, below)))
    return near


def _threshold(rule: Threshold, scores: Scores, s: int, decisions: Indices) -> Vector:
    out = np.zeros(len(decisions))
    may_enter = np.ascontiguousarray(scores.may_enter[:, s])
    column = np.ascontiguousarray(scores.values[:, s])
    rules.threshold(column, may_enter, rule.enter, rule.exit, *sides_of(rule), out)
    return out


def _proportional(rule: Proportional, scores: Scores, s: int, decisions: Indices) -> Vector:
    out = np.zeros(len(decisions))
    column = np.ascontiguousarray(scores.values[:, s])
    rules.proportional(column, rule.full_at, rule.cap, *sides_of(rule), out)
    return out


def _impulse(rule: Impulse, scores: Scores, s: int, decisions: Indices) -> Vector:
    out = np.zeros(len(decisions))
    column = np.ascontiguousarray(scores.values[:, s])
    ago = np.ascontiguousarray(scores.sessions_ago[:, s])
    half_life = rule.half_life_sessions or 0.0
    rules.impulse(column, ago, decisions, rule.hold_sessions, half_life, *sides_of(rule), out)
    return out


APPLY: dict[type, Callable[[Any, Scores, int, Indices], Vector]] = {
    Threshold: _threshold,
    Proportional: _proportional,
    Impulse: _impulse,
}
