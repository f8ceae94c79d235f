"""Asking again: a strategy file loaded anew is asked some of its decisions, the last one first, in a market that ends.

Whatever comes after a decision day is gone by then; whatever the file remembered in the run is forgotten. What it does
beside computing is watched.
"""

from __future__ import annotations

import os
import random
import sys
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np

from engine.audit.answers import Failed, Recall, by_signal
from engine.audit.twin import twin_of
from engine.audit.watch import Watch
from engine.audit.words import compiled
from engine.errors import OverweightError
from engine.market.past import Past, Revealed
from engine.market.table import Indices
from engine.portfolio.asking import Asked, ask
from engine.strategy import Strategy, read_strategy

#: Seeds for the global generators: an answer that follows them is drawn, not decided.
SEEDS = (1, 2)


@dataclass(frozen=True, slots=True)
class Again:
    """What one decision came to when asked again. second: asked once more at once; None where it was not.

    draws: whether global random numbers were drawn meanwhile.
    """

    row: int
    first: Any
    second: Any = None
    twice: bool = False
    draws: bool = False


def ask_again(
    asked: Asked, before: Indices, rows: Sequence[int], closely: Sequence[int], known: Mapping[Any, list[float]]
) -> tuple[list[Again], Watch]:
    """Ask the decisions of some rows again, the last one first; those of `closely` twice, and with a profile function.

    before: (D,) for each decision the one before it. known: what the run remembered of each signal, by signal; without
    it every signal is measured on all its past anew.
    """
    watch = Watch(asked.strategy.path)
    found: list[Again] = []
    remembered = dict(known)
    with undisturbed():
        own = replace(asked, strategy=load_anew(asked.strategy, watch))
        # In two markets, the earlier of which ends in the middle: what hangs on where the data end is seen too.
        for chunk in np.array_split(np.sort(np.array(rows))[::-1], 2):
            if not len(chunk):
                continue
            until = int(asked.decisions[chunk[0]])
            twin = twin_of(asked.config, asked.panel, asked.sleeves, until)
            here = replace(own, panel=twin.panel, sleeves=twin.sleeves)
            for row in map(int, chunk):
                session = int(asked.decisions[row])
                twin.conceal(session)
                found.append(_one(here, twin.revealed, row, int(before[row]), row in closely, remembered, watch))
    return found, watch


def _one(
    asked: Asked, revealed: Revealed, row: int, before: int, closely: bool, known: dict[Any, list[float]], watch: Watch
) -> Again:
    session = int(asked.decisions[row])
    past = Past(revealed, session, before)
    answers: list[Any] = []
    drawn: list[tuple[float, float]] = []
    for seed in SEEDS if closely else SEEDS[:1]:
        revealed.memory = Recall(known, session)
        random.seed(seed)
        np.random.seed(seed)
        with watch.looking(closely and not answers):
            answers.append(attempt(asked, past))
        drawn.append(_next_numbers())
    for key, values in by_signal(revealed.memory).items():
        if len(values) > len(known.get(key, ())):
            known[key] = values
    if not closely:
        return Again(row, answers[0])
    # A strategy that seeds a generator itself ends both times at the same number, and decides nothing by chance.
    draws = any(one not in (first, two) for first, one, two in zip(_first_numbers(), *drawn, strict=True))
    return Again(row, answers[0], answers[1], True, draws)


def attempt(asked: Asked, past: Past) -> Any:
    """What a strategy answers, or how it failed."""
    try:
        return ask(asked, past)
    except OverweightError as error:
        return Failed(error.faults[0].found)


def load_anew(strategy: Strategy, watch: Watch | None = None) -> Strategy:
    """The file of a strategy read again, and what it imports from its own folder too."""
    watch = watch or Watch(strategy.path)
    folder = f"{strategy.path.parent}{os.sep}"
    loaded = {name: module for name, module in sys.modules.items() if _lies_in(module, folder)}
    for name in loaded:
        del sys.modules[name]
    try:
        with watch.looking():
            own_code = partial(compiled, watch.clock)
            return replace(read_strategy(strategy.path, own_code), brake=strategy.brake)
    finally:
        sys.modules.update(loaded)


def _lies_in(module: Any, folder: str) -> bool:
    file = getattr(module, "__file__", None)
    return isinstance(file, str) and file.startswith(folder)


@contextmanager
def undisturbed() -> Iterator[None]:
    """What strategies print and warn of has been said in the run; global random numbers stay where they are."""
    python, numpy = random.getstate(), np.random.get_state()
    with open(os.devnull, "w", encoding="utf-8") as nowhere, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with redirect_stdout(nowhere), redirect_stderr(nowhere):
            try:
                yield
            finally:
                random.setstate(python)
                np.random.set_state(numpy)


def _next_numbers() -> tuple[float, float]:
    """What the global generators would give next."""
    return random.random(), float(np.random.random_sample())


@cache
def _first_numbers() -> tuple[float, float]:
    """What they give next where nobody has drawn from them since the first of SEEDS."""
    random.seed(SEEDS[0])
    np.random.seed(SEEDS[0])
    return _next_numbers()


def file_words(path: str | Path) -> str:
    """A strategy file as findings name it, the same on every machine: its folder and its name."""
    return "/".join(Path(path).parts[-2:])


def lines_seen(watch: Watch) -> list[str]:
    """What a strategy was seen doing, each with the line on which it did."""
    return [f"{file_words(place)}: it {doing} ({about})" for (place, doing), about in watch.seen.items()]
