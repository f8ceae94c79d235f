"""Scores: what a strategy said on every decision day, as one table; and the target weights of one about weights."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.config import Rank
from engine.market.table import Indices, Matrix
from engine.portfolio.asking import Asked, answers, is_opinion, refuse, shown
from engine.portfolio.explaining import Said
from engine.signals import Score
from engine.strategy import Answer


@dataclass(frozen=True, slots=True)
class Scores:
    """What a strategy said on its decision days.

    names: S sleeves or assets, alphabetical. values: (D, S), NaN where it had no opinion; rounded to 12 decimals,
    then 10 significant digits. may_enter: (D, S). sessions_ago: (D, S).
    """

    names: tuple[str, ...]
    values: Matrix
    may_enter: NDArray[np.bool_]
    sessions_ago: Indices

    def rows(self, own: Indices) -> Scores:
        """Those of some decisions alone."""
        return Scores(self.names, self.values[own], self.may_enter[own], self.sessions_ago[own])


def score_decisions(asked: Asked) -> tuple[Scores, Said]:
    """Ask for a score on every decision day; and what the strategy has to say of the last.

    Raises StrategyError for an answer that makes no sense, ConfigError, with the earliest `from`, on NaN.
    """
    given, said = answers(asked, is_opinion)
    rows = [_as_mapping(asked, int(session), answer) for session, answer in zip(asked.decisions, given, strict=True)]
    names = tuple(sorted({name for row in rows for name in row}))
    _refuse_strangers(asked, names, rows)
    shape, place = (len(rows), len(names)), {name: s for s, name in enumerate(names)}
    values, may_enter, ago = np.full(shape, np.nan), np.ones(shape, np.bool_), np.zeros(shape, np.int64)
    for d, row in enumerate(rows):
        for name, one in row.items():
            s = place[name]
            if isinstance(one, Score):
                values[d, s] = rounded(one.value)
                may_enter[d, s], ago[d, s] = one.may_enter, one.sessions_ago
            else:
                values[d, s] = rounded(float(one))
    return Scores(names, values, may_enter, ago), said


def weigh_decisions(asked: Asked) -> tuple[Matrix, Said]:
    """Ask for target weights on every decision day: (D, N), zero for assets not named; and what else it has to say."""
    panel, expected = asked.panel, "a mapping of asset to weight"
    targets = np.zeros((len(asked.decisions), len(panel.assets)))
    given, said = answers(asked, is_opinion, expected)
    for d, (session, answer) in enumerate(zip(asked.decisions, given, strict=True)):
        if not isinstance(answer, Mapping):
            refuse(asked, int(session), shown(answer), expected)
        for label, weight in answer.items():
            if weight is None or isinstance(weight, Score):
                refuse(asked, int(session), f"{shown(weight)} for `{label}`", expected)
            if label == "cash":  # what is not in assets is cash, said or not
                continue
            if label not in panel.assets or not panel.held[panel.column(label)]:
                held = ", ".join(np.array(panel.assets)[panel.held])
                refuse(asked, int(session), f"`{label}`", f"assets held: {held}")
            targets[d, panel.column(label)] = float(weight)
        _check_weights(asked, int(session), targets[d])
    return targets, said


def _check_weights(asked: Asked, session: int, row: np.ndarray) -> None:
    config, total = asked.config, float(row.sum())
    # Where the config limits the total, a sum above it is brought inside by the rule, and the result says so.
    limited = config.limits is not None and config.limits.speaks_of_total
    if not np.isfinite(total) or (total > 1.0 + 1e-9 and not limited):
        refuse(asked, session, f"weights that sum to {total:.6g}", "a sum of at most 1")
    if (row < 0).any() and not config.allow_short:
        label = asked.panel.assets[int(np.flatnonzero(row < 0)[0])]
        refuse(asked, session, f"a negative weight for {label}", "weights of 0 or more")


def rounded(value: float) -> float:
    """12 decimals, then 10 significant digits: a last bit on another machine moves no decision."""
    return float(f"{round(value, 12):.10g}")


def _as_mapping(asked: Asked, session: int, answer: Answer) -> Mapping[str, Any]:
    """One day's answer as name to score; a bare score belongs to the one sleeve that is tilted."""
    if isinstance(answer, Mapping):
        return {name: part for name, part in answer.items() if part is not None}
    if isinstance(asked.config.stance, Rank) and answer is not None:
        refuse(asked, session, f"one score, {shown(answer)}", "a mapping of scores, as `rule: rank` ranks")
    tilted = asked.config.tilt
    if len(tilted) != 1:
        refuse(asked, session, f"one score, {shown(answer)}", f"a score for each of {', '.join(sorted(tilted))}")
    return {} if answer is None else {next(iter(tilted)): answer}


def _refuse_strangers(asked: Asked, names: tuple[str, ...], rows: list[Mapping[str, Any]]) -> None:
    """Scores are for tilted sleeves, or for assets in them, not for both."""
    tilted = asked.config.tilt
    assets = {label for name in tilted for label in asked.config.hold[name].members}
    strangers = {name for name in names if name not in assets and name not in tilted}
    if not strangers and not all(name in tilted for name in names):
        strangers = {name for name in names if name not in assets}
    for session, row in zip(asked.decisions, rows, strict=True):
        for name in sorted(strangers & row.keys()):
            expected = f"scores for tilted sleeves ({', '.join(sorted(tilted))}), or for assets in them"
            refuse(asked, int(session), f"a score for `{name}`", expected)
