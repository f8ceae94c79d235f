"""Three checks of the decisions themselves: is the future needed for them, do they hang on the order of asking, and
does the file look at anything but what it is handed?
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from engine.audit.again import Again, ask_again, attempt, file_words, lines_seen, load_anew, undisturbed
from engine.audit.answers import Recall, by_signal, difference
from engine.audit.record import TOLD, Check, check
from engine.audit.text import files_of, told_by
from engine.audit.watch import Watch
from engine.market.past import Past, Revealed
from engine.portfolio.asking import Heard


def reask(heard: Heard, rows: Sequence[int], closely: Sequence[int], recall: bool) -> list[Check]:
    """The checks `future`, `state` and `inputs` of one strategy. recall: signals keep what they were in the run."""
    known = by_signal(heard.memory) if recall else {}
    again, watch = ask_again(heard.asked, heard.before, rows, closely, known)
    future, state = _compared(heard, again)
    asked = f"{len(rows)} decision{'s' * (len(rows) != 1)} asked again"
    return [
        check("future", f"{asked} in a market that ends on their day: the same answers", future),
        check("state", f"{asked}, in reverse, the file loaded anew: the same answers", state),
        check("inputs", "it looks at nothing but its past", inputs_seen(heard, watch)),
    ]


def audited(heard: Heard) -> bool:
    """Whether there is a file to load anew: a blend has none of its own, its parts are heard beside it."""
    return heard.asked.strategy.path.suffix == ".py"


def _compared(heard: Heard, again: list[Again]) -> tuple[list[str], list[str]]:
    """What differs because of the future, and what because of what was asked before."""
    future: list[str] = []
    state: list[str] = []
    needs_future = True
    for one in reversed(again):
        day, was = _day(heard, one.row), heard.answers[one.row]
        if one.twice and (told := difference(one.first, one.second)):
            state.append(f"{day}{told[0]} {told[1]} and, asked once more, {told[2]}")
        elif one.draws:
            state.append(f"{day} it draws from the global random numbers")
        elif told := difference(was, one.first):
            if len(future) + len(state) <= TOLD:  # what is only counted is taken for one of the same kind
                needs_future = difference(was, _alone(heard, one.row)) is None
            if needs_future:
                future.append(f"{day}{told[0]} {told[1]} in the run, {told[2]} without what came later")
            else:
                state.append(f"{day}{told[0]} {told[1]} in the run, {told[2]} when asked for this day alone")
    return future, state


def _alone(heard: Heard, row: int) -> object:
    """The answer of the file loaded anew, with the whole market of the run behind its past."""
    asked, session = heard.asked, int(heard.asked.decisions[row])
    with undisturbed():
        revealed = Revealed(asked.panel, asked.sleeves, asked.config)
        revealed.reveal(session)
        revealed.memory = Recall(by_signal(heard.memory), session)
        own = replace(asked, strategy=load_anew(asked.strategy))
        return attempt(own, Past(revealed, session, int(heard.before[row])))


def inputs_seen(heard: Heard, watch: Watch) -> list[str]:
    """What the file was seen doing beside computing, and what its text and that of files beside it tells of."""
    strategy = heard.asked.strategy
    lines = {*lines_seen(watch)}
    seen = {place for place, _ in watch.seen}
    for path, source in files_of(strategy.path, strategy.source).items():
        for line, told in told_by(source):
            if f"{path}:{line}" not in seen:
                lines.add(f"{file_words(path)}:{line}: it {told}")
    return sorted(lines, key=_by_line)


def _by_line(words: str) -> tuple[str, int]:
    file, line, _ = words.split(":", 2)
    return file, int(line)


def _day(heard: Heard, row: int) -> str:
    asked = heard.asked
    return f"{asked.panel.sessions[asked.decisions[row]]}, {file_words(asked.strategy.path)}:"


def spread(count: int, most: int) -> list[int]:
    """At most `most` of `count` rows, the first and the last among them."""
    return sorted({*np.linspace(0, count - 1, min(count, most)).round().astype(int).tolist()})
