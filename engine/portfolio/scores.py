"""Scores: the strategy asked on every decision day, each time with the past alone."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.config import Config, Rank
from engine.errors import ConfigError, Fault, StrategyError
from engine.market.panel import Indices, Panel
from engine.market.past import Past, Revealed
from engine.market.sleeves import SleeveSeries
from engine.market.table import Matrix
from engine.portfolio.tranches import sessions_before
from engine.signals import Score
from engine.strategy import Answer, Strategy, ask, is_nan

#: What to do about an answer that makes no sense; weights are often read from a table.
CURES = {"score": "mend the strategy file", "weights": "mend the strategy file, or the table it reads"}


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of whom: a strategy, on every decision day (D,) of the panel, each made by one tranche (D,)."""

    strategy: Strategy
    config: Config
    panel: Panel
    sleeves: Mapping[str, SleeveSeries]
    decisions: Indices
    tranche: Indices


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


def score_decisions(asked: Asked) -> Scores:
    """Ask for a score on every decision day. Raises ConfigError, with the earliest `from`, on NaN."""
    rows = [
        _as_mapping(asked, int(session), answer)
        for session, answer in zip(asked.decisions, _answers(asked), strict=True)
    ]
    names = tuple(sorted({name for row in rows for name in row}))
    shape = (len(rows), len(names))
    values, may_enter, ago = np.full(shape, np.nan), np.ones(shape, np.bool_), np.zeros(shape, np.int64)
    for d, row in enumerate(rows):
        for name, given in row.items():
            s = names.index(name)
            opinion = given if isinstance(given, Score) else Score(float(given))
            values[d, s] = rounded(opinion.value)
            may_enter[d, s], ago[d, s] = opinion.may_enter, opinion.sessions_ago
    return Scores(names, values, may_enter, ago)


def weigh_decisions(asked: Asked) -> Matrix:
    """Ask for target weights on every decision day: (D, N), zero for assets not named."""
    panel = asked.panel
    targets = np.zeros((len(asked.decisions), len(panel.assets)))
    for d, (session, answer) in enumerate(zip(asked.decisions, _answers(asked), strict=True)):
        if not isinstance(answer, Mapping):
            raise _nonsense(asked, int(session), f"{answer!r}", "a mapping of asset to weight")
        for label, weight in answer.items():
            if label == "cash":  # what is not in assets is cash, said or not
                continue
            if label not in panel.assets or not panel.held[panel.column(label)]:
                held = ", ".join(np.array(panel.assets)[panel.held])
                raise _nonsense(asked, int(session), f"`{label}`", f"assets held: {held}")
            targets[d, panel.column(label)] = float(weight)
        _check_weights(asked, int(session), targets[d])
    return targets


def _check_weights(asked: Asked, session: int, row: np.ndarray) -> None:
    config, total = asked.config, float(row.sum())
    # Where the config limits the total, a sum above it is brought inside by the rule, and the result says so.
    limited = config.limits is not None and config.limits.speaks_of_total
    if not np.isfinite(total) or (total > 1.0 + 1e-9 and not limited):
        raise _nonsense(asked, session, f"weights that sum to {total:.6g}", "a sum of at most 1")
    if (row < 0).any() and not config.allow_short:
        label = asked.panel.assets[int(np.flatnonzero(row < 0)[0])]
        raise _nonsense(asked, session, f"a negative weight for {label}", "weights of 0 or more")


def rounded(value: float) -> float:
    """12 decimals, then 10 significant digits: a last bit on another machine moves no decision."""
    return float(f"{round(value, 12):.10g}")


def _answers(asked: Asked) -> list[Answer]:
    revealed = Revealed(asked.panel, asked.sleeves, asked.config)
    answers: list[Answer] = []
    before = sessions_before(asked.config, asked.panel, asked.decisions, asked.tranche)
    for session, previous in zip(asked.decisions, before, strict=True):
        revealed.reveal(int(session))
        answer = ask(asked.strategy, asked.config, Past(revealed, int(session), int(previous)))
        if _is_unfit(answer):
            raise _nonsense(asked, int(session), f"{answer!r}", "a number, None or a mapping")
        if is_nan(answer):
            raise _too_early(asked, int(session))
        answers.append(answer)
    return answers


def _is_unfit(answer: Any) -> bool:
    parts = answer.values() if isinstance(answer, Mapping) else (answer,)
    return not all(part is None or _is_number(part.value if isinstance(part, Score) else part) for part in parts)


def _is_number(value: Any) -> bool:
    """Any finite number, or NaN for too little past; a truth value or an infinity is no score."""
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, (int, float, np.number)):
        return False
    return not math.isinf(float(value))


def _as_mapping(asked: Asked, session: int, answer: Answer) -> Mapping[str, Any]:
    """One day's answer as name to score; a bare score belongs to the one sleeve that is tilted."""
    if isinstance(answer, Mapping):
        return {name: part for name, part in answer.items() if part is not None}
    if isinstance(asked.config.stance, Rank) and answer is not None:
        raise _nonsense(asked, session, f"one score, {answer!r}", "a mapping of scores, as `rule: rank` ranks")
    tilted = sorted(asked.config.tilt)
    if len(tilted) != 1:
        expected = f"a score for each of {', '.join(tilted)}"
        raise _nonsense(asked, session, f"one score, {answer!r}", expected)
    return {} if answer is None else {tilted[0]: answer}


def _nonsense(asked: Asked, session: int, found: str, expected: str) -> StrategyError:
    strategy, day = asked.strategy, asked.panel.sessions[session]
    return StrategyError(
        Fault(f"{strategy.path}", f"{strategy.answers} on {day}", found, expected, CURES[strategy.answers])
    )


def _too_early(asked: Asked, session: int) -> ConfigError:
    """NaN on a decision day: the fault that names the earliest day from which the strategy has an answer."""
    config, sessions = asked.config, asked.panel.sessions
    day = sessions[session]
    earliest = _first_served(asked, session + 1)
    if earliest is None:
        return ConfigError(
            config.fault(
                "strategy",
                f"no score from {asked.strategy.name} on {day}, nor on any session after it",
                "a score on every decision day",
                "give data that go on longer, or a shorter `lookback`",
            )
        )
    return ConfigError(
        config.fault(
            "from",
            f"a decision on {day}, for which the data before it are too few",
            f"at the earliest {sessions[earliest]}",
            f"say `from: {sessions[earliest]}`",
        )
    )


def _first_served(asked: Asked, low: int) -> int | None:
    """The first session at or after `low` with an answer, by bisection: past that is enough stays enough."""

    def served(session: int) -> bool:
        revealed = Revealed(asked.panel, asked.sleeves, asked.config)
        revealed.reveal(session)
        return not is_nan(ask(asked.strategy, asked.config, Past(revealed, session)))

    high = len(asked.panel.sessions) - 1
    if low > high or not served(high):
        return None
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if served(middle) else (middle + 1, high)
    return low
