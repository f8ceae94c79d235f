"""The verdict on one config: a word, the cause that it stands on, and where to look.

ok                  as agreed; whatever changed underneath moved nothing
drift               moved, but within the tolerance that the baseline grants, or on a knife edge: a warning
regression          moved, by the strategy, by other libraries, or by nothing that is known of
config changed      moved, and the config asks something else
data changed        moved, and the series say something else
engine changed      moved, and the engine or the definition of a metric is another one
baseline missing    nothing was agreed on
expectation unmet   as agreed, but not what the config's own `expect:` demands
skipped             the data are not on this machine: neither good nor bad
error               the config could not be run
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from engine.config import Config
from engine.results.checks.baseline import Baseline, upgrades
from engine.results.checks.config_keys import changed_keys
from engine.results.checks.data_marks import Restated, restated, restated_up_to
from engine.results.checks.moved import MovedFigure, equity_differs
from engine.results.checks.parting import FirstParting
from engine.results.checks.stored_run import StoredRun

Word = Literal[
    "ok", "drift", "regression", "config changed", "data changed", "engine changed", "baseline missing",
    "expectation unmet", "skipped", "error", "written", "updated",
]  # fmt: skip
#: What lets CI go on. `skipped` is not among them: it fails where `--strict` asks for it.
GOOD: frozenset[Word] = frozenset({"ok", "drift", "written", "updated"})

#: What a result stands on, in the order in which it is blamed: who changes a config means to move the figures.
Part = Literal["config", "data", "strategy", "engine", "metrics", "libraries"]
WORDS: Mapping[Part, Word] = {
    "config": "config changed",
    "data": "data changed",
    "strategy": "regression",
    "engine": "engine changed",
    "metrics": "engine changed",
    "libraries": "regression",
}
#: Without any of them something is read that no baseline knows of.
UNKNOWN = (
    "nothing changed that a baseline knows of: does the strategy read files of its own, or draw at random? "
    "was the baseline edited by hand?"
)


@dataclass(frozen=True, slots=True)
class Changes:
    """What changed underneath since the baseline. parts: in the order of WORDS. keys: of the config, with their values.

    data: values that differ. extended: the last session of the data now, where they go on after the baseline's; ""
    where they do not. gone: the last session now and that of the baseline, where the data end earlier than they did.
    """

    parts: tuple[Part, ...] = ()
    keys: tuple[str, ...] = ()
    data: Restated | None = None
    extended: str = ""
    libraries: tuple[str, ...] = ()
    gone: tuple[str, str] | None = None

    @property
    def data_words(self) -> str:
        """What became of the data."""
        cut = "" if self.gone is None else f"sessions after {self.gone[0]} are gone, up to {self.gone[1]}"
        return "; ".join(filter(None, [cut, "" if self.data is None else str(self.data)]))

    @property
    def data_from(self) -> str:
        """The first time at which the data differ, "" where that is not known."""
        return self.data.first if self.data is not None else self.gone[0] if self.gone is not None else ""


@dataclass(frozen=True, slots=True)
class ConfigCheck:
    """The verdict on one config.

    cause: in words, "" where nothing moved. place: `file:line:column` where to look. unmet: expectations, in words.
    notes: what else to know, a line each.
    """

    name: str
    file: str
    word: Word
    cause: str = ""
    place: str = ""
    changes: Changes = Changes()
    differences: tuple[MovedFigure, ...] = ()
    partings: tuple[FirstParting, ...] = ()
    unmet: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    exit_code: int = 0

    @property
    def good(self) -> bool:
        """Whether CI may go on."""
        return self.word in GOOD

    @property
    def summary(self) -> str:
        """One line: the cause, or what is not met."""
        return self.cause or "; ".join(self.unmet)

    def details(self) -> Iterator[str]:
        """What there is to say besides, most important first."""
        yield from self.unmet if self.cause else ()
        yield from self.notes
        for parting in self.partings:
            yield from parting.lines()
        told = {parting.what for parting in self.partings}  # two hashes say less than where targets part
        yield from (str(one) for one in self.differences if one.figure not in told)

    @property
    def text(self) -> str:
        """All of it, a line each."""
        return "\n".join([*filter(None, [self.summary]), *self.details()])

    def as_json(self) -> dict[str, Any]:
        """The entry of `check --json`."""
        changes = self.changes
        said = {
            "name": self.name,
            "file": self.file,
            "verdict": self.word,
            "cause": self.cause or None,
            "place": self.place or None,
            "changed": list(changes.parts),
            "config": list(changes.keys),
            "data": _data_json(changes),
            "libraries": list(changes.libraries),
            "parts": [one.as_json() for one in self.partings],
            "differences": [
                {"figure": one.figure, "was": one.was, "now": one.now, "change": one.change, "within": one.within}
                for one in self.differences
            ],
            "unmet": list(self.unmet),
            "notes": list(self.notes),
        }
        return {**said, "error": self.cause} if self.word == "error" else said


def changes_between(was: Baseline, now: Baseline, config: Config, stored: StoredRun | None, extended: str) -> Changes:
    """What changed underneath. Where the config did, its data are others by that alone: only prices count then."""
    gone = (now.last, was.last) if now.last < was.last and was.config == now.config else None
    data = restated(was.data, now.data) if gone is None else restated_up_to(was.data, now.data, now.last)
    if was.config != now.config and data is not None:
        both = tuple(name for name in data.series if name in was.data.series and name in now.data.series)
        both = tuple(name for name in both if name != "cash" and _same_span(was, now, name))
        data = Restated(both, data.first, data.last) if both else None
    parts: dict[Part, bool] = {
        "config": was.config != now.config,
        "data": data is not None or gone is not None,
        "strategy": was.strategy != now.strategy,
        "engine": was.engine != now.engine,
        "metrics": was.definitions != now.definitions,
        "libraries": bool(upgrades(was, now)),
    }
    changed = tuple(part for part, differs in parts.items() if differs)
    keys = tuple(_changed_keys(was, now, config, stored)) if "config" in changed else ()
    return Changes(changed, keys, data, extended, tuple(upgrades(was, now)), gone)


def blamed(
    was: Baseline, now: Baseline, changes: Changes, moved: tuple[MovedFigure, ...], days: Sequence[str]
) -> Part | None:
    """What moved the figures: the first of what changed. Metrics alone, on the same money, are their definitions'.

    days: days, or years, on which the runs part: data that were restated only after one of them are not to blame.
    """
    exact = any(one.figure in ("targets", "trades", "first", "last") for one in moved)
    if "metrics" in changes.parts and not exact and not equity_differs(was, now):
        return "metrics"
    late = any(_later(changes.data_from, day) for day in days)
    parts = [part for part in changes.parts if not (late and part == "data")]
    return next(iter(parts), changes.parts[0] if changes.parts else None)


def _later(day: str, other: str) -> bool:
    """Whether one day, month or year lies wholly after another, as far as both are known."""
    known = min(len(day), len(other))
    return bool(known) and day[:known] > other[:known]


def cause_of(part: Part, changes: Changes, strategy: str, moved: tuple[MovedFigure, ...], *, alone: bool = True) -> str:
    """The cause in words. strategy: what became of it. alone: blamed, no change beside the cause."""
    match part:
        case "config":
            return "config: " + (", ".join(changes.keys) or "it asks something else")
        case "data":
            return f"data: {changes.data_words}"
        case "strategy":
            return f"strategy: {strategy}"
        case "engine":
            return "engine: its code is another one"
        case "metrics":
            # Beside another cause that moved the money nobody knows which of them moved by their definitions.
            return "metrics: defined " + (
                "anew: " + ", ".join(one.figure for one in moved) if alone else "by other code"
            )
        case "libraries":
            return "libraries: " + ", ".join(changes.libraries)


def _data_json(changes: Changes) -> dict[str, Any]:
    one = changes.data
    values = {} if one is None else {"series": list(one.series), "first": one.first or None, "last": one.last or None}
    if changes.gone is not None:
        return {"change": "shortened", "until": changes.gone[0], "was": changes.gone[1], **values}
    if one is not None:
        return {"change": one.change, **values}
    return {"change": "extended", "until": changes.extended} if changes.extended else {"change": "none"}


def _same_span(was: Baseline, now: Baseline, name: str) -> bool:
    """Whether a series covers the same years on both sides: another window is no restatement."""
    old, new = was.data.series[name].years, now.data.series[name].years
    return bool(old.width) and sorted(old.by_place(1)) == sorted(new.by_place(1))


def _changed_keys(was: Baseline, now: Baseline, config: Config, stored: StoredRun | None) -> Iterator[str]:
    """The keys that differ, with both values as far as they are known.

    With the run of the baseline at hand they are those of the resolved config: what is not written is a default there.
    """
    for key in sorted({*was.keys, *now.keys}):
        found = [*changed_keys(was.keys.get(key), now.keys.get(key), key)]
        if found and stored is not None:
            found = [*changed_keys(stored.config.get(key), config.resolved().get(key), key, "nothing")] or found
        yield from found
