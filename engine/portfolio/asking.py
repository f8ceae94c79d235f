"""Asking: a strategy's answer on every decision day, each time with the past alone; what it may not answer is refused.

Every refusal names the strategy's file and line, the decision day, and the parameters that the config gave.
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, NoReturn

import numpy as np

from engine.config import Config
from engine.config.record import shortened
from engine.errors import ConfigError, Fault, StrategyError
from engine.market.panel import Panel
from engine.market.past import Past, Revealed, UnknownName
from engine.market.sleeves import SleeveSeries
from engine.market.table import Indices
from engine.portfolio.explaining import Said, explained
from engine.portfolio.tranches import sessions_before
from engine.signals import Score
from engine.strategy import Answer, Strategy, raised

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
class Heard:
    """What a strategy was asked in a run and what it answered, for an audit to ask it again.

    before: (D,) for each decision the one before it. answers: as they came, not copied: one that the strategy changes
    later is seen changed. memory: what `past.history` remembered of each signal.
    """

    asked: Asked
    before: Indices
    answers: list[Any]
    memory: Mapping[Any, list[float]]


_LISTENING: ContextVar[list[Heard] | None] = ContextVar("LISTENING", default=None)


@contextmanager
def listening() -> Iterator[list[Heard]]:
    """Keep what strategies are asked inside the block, and what they answer."""
    heard: list[Heard] = []
    token = _LISTENING.set(heard)
    try:
        yield heard
    finally:
        _LISTENING.reset(token)


def answers(
    asked: Asked, fits: Callable[[Any], bool], expected: str = "a number, None or a mapping"
) -> tuple[list[Any], Said]:
    """The answer on each decision day, and what the strategy has to say of the last one.

    Raises StrategyError where it raises, or where an answer does not fit, and ConfigError, with the earliest `from`,
    where the past is too short for one.
    """
    revealed = Revealed(asked.panel, asked.sleeves, asked.config)
    found: list[Any] = []
    said: Said = {}
    begun = False
    before = sessions_before(asked.config, asked.panel, asked.decisions, asked.tranche)
    for session, previous in zip(asked.decisions, before, strict=True):
        revealed.reveal(int(session))
        past = Past(revealed, int(session), int(previous))
        answer = ask(asked, past)
        if not fits(answer):
            refuse(asked, int(session), shown(answer), expected)
        if is_nan(answer):
            if begun:
                refuse(asked, int(session), f"{shown(answer)}, after answers before", "a number, or None")
            raise _too_early(asked, int(session))
        begun = begun or answer is not None
        found.append(answer)
        if len(found) == len(asked.decisions) and asked.strategy.explain is not None:
            said = explained(asked.strategy, asked.config, past)
    heard = _LISTENING.get()
    if heard is not None:
        heard.append(Heard(asked, before, found, revealed.memory))
    return found, said


def ask(asked: Asked, past: Past) -> Any:
    """What the strategy answers today. Raises StrategyError if it fails."""
    strategy, config = asked.strategy, asked.config
    try:
        return strategy.function(past, **strategy.given(config))
    except UnknownName as error:
        raise _misnamed(strategy, config, past, error) from None
    except (Exception, SystemExit, GeneratorExit) as error:
        doing = f"deciding on {past.today}"
        fault = raised(strategy.path, error, strategy.given_words(config), doing, strategy.line)
        raise StrategyError(fault) from None


def refuse(asked: Asked, session: int, found: str, expected: str) -> NoReturn:
    """Raise the StrategyError of an answer that makes no sense."""
    strategy, day = asked.strategy, asked.panel.sessions[session]
    key = f"{strategy.answers} on {day} with {strategy.given_words(asked.config)}"
    raise StrategyError(Fault(strategy.place, key, found, expected, CURES[strategy.answers]))


def is_opinion(answer: Any) -> bool:
    """Whether an answer is one score, one for each of several names, or None."""
    if isinstance(answer, Mapping):
        return all(isinstance(name, str) for name in answer) and all(map(_is_one, answer.values()))
    return _is_one(answer)


def _is_one(part: Any) -> bool:
    return part is None or is_number(part.value if isinstance(part, Score) else part)


def is_number(value: Any) -> bool:
    """Any finite number, or NaN for too little past; a truth value or an infinity is no answer."""
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, (int, float, np.integer, np.floating)):
        return False
    try:
        return not math.isinf(float(value))
    except OverflowError:
        return False


def is_nan(answer: Answer) -> bool:
    """Whether an answer has no value where it should: NaN, an empty mapping, or NaN for any of its names."""
    if isinstance(answer, Score):
        return math.isnan(answer.value)
    if isinstance(answer, Mapping):
        return not answer or any(is_nan(part) for part in answer.values())
    return answer is not None and math.isnan(answer)


def shown(answer: Any) -> str:
    """An answer as a message shows it: on one line, and not too long."""
    try:
        return shortened(repr(answer))
    except Exception:
        return f"a {type(answer).__name__}"


def _misnamed(strategy: Strategy, config: Config, past: Past, error: UnknownName) -> ConfigError:
    """The fault at the parameter that carries the unknown name; where none does, in the strategy file itself."""
    fault = error.faults[0]
    known = tuple(name.strip() for name in fault.expected.removeprefix("one of: ").split(","))
    close = difflib.get_close_matches(str(error.name), known, n=1)
    cure = f"did you mean `{close[0]}`?" if close else fault.cure
    for key, value in strategy.given(config).items():
        if _mentions(value, error.name):
            return ConfigError(config.fault(f"{strategy.block}with.{key}", fault.found, fault.expected, cure))
    own = raised(strategy.path, error, "", "", strategy.line)
    found = f"{fault.found} while deciding on {past.today} with {strategy.given_words(config)}"
    return StrategyError(Fault(own.place, "", found, fault.expected, cure))


def _mentions(value: Any, name: object) -> bool:
    if isinstance(value, Mapping):
        return any(_mentions(part, name) for pair in value.items() for part in pair)
    return any(_mentions(part, name) for part in value) if isinstance(value, (list, tuple)) else value == name


def _too_early(asked: Asked, session: int) -> ConfigError:
    """NaN on a decision day: the fault that names the earliest day from which the strategy has an answer."""
    strategy, config, sessions = asked.strategy, asked.config, asked.panel.sessions
    day = sessions[session]
    earliest = _first_served(asked, session + 1)
    if earliest is None:
        given = strategy.given_words(config)
        return ConfigError(
            config.fault(
                f"{strategy.block}strategy",
                f"no answer of {strategy.place} on {day} with {given}, nor on any session after it",
                "an answer on every decision day",
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
        return not is_nan(ask(asked, Past(revealed, session)))

    high = len(asked.panel.sessions) - 1
    if low > high or not served(high):
        return None
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if served(middle) else (middle + 1, high)
    return low
