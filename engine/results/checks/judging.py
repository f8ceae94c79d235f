"""From a run held against its baseline to the verdict: what moved, by what, since when, and where to look."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from engine.config import Config
from engine.errors import DataError
from engine.result import Result
from engine.results.checks.baseline import Baseline, baseline_of, file_of
from engine.results.checks.data_marks import Restated
from engine.results.checks.expectation import unmet
from engine.results.checks.knife_edge import Edge, beyond_the_edge
from engine.results.checks.moved import MovedFigure, differences, same_metrics
from engine.results.checks.parting import partings
from engine.results.checks.restated_prices import RestatedPrice, restated_prices, sharpened
from engine.results.checks.stored_run import StoredRun, read_stored
from engine.results.checks.verdict import UNKNOWN, WORDS, Changes, ConfigCheck, Part, blamed, cause_of, changes_between

#: Of the prices that were restated so many are told.
PRICES = 5
ALONE = "days are those of the baseline alone"


@dataclass(frozen=True, slots=True)
class JudgedRun:
    """A run held against its baseline.

    config: what is asked, where the result answers a shorter question. extended: where the data end now, if that is
    after the baseline's end.
    """

    config: Config
    file: str
    was: Baseline
    now: Baseline
    result: Result
    extended: str


def judged(found: JudgedRun, results: Path) -> ConfigCheck:
    """The verdict. results: where the run of the baseline may be kept."""
    was, config = found.was, found.config
    moved, edges = _moved(found)
    beyond = any(not one.within for one in moved)
    stored, warned = _stored(results, was, beyond)
    changes = changes_between(was, found.now, config, stored, found.extended)
    changes, prices = _to_the_day(changes, found, stored)
    broken = tuple(unmet(config, found.result.own.figures, found.result.audit))
    told = ConfigCheck(
        config.name,
        found.file,
        "ok",
        changes=changes,
        differences=moved,
        unmet=broken,
        notes=(*map(str, edges), *_notes(changes, was, moved), *warned, *map(str, prices[:PRICES])),
    )
    if beyond:
        return _blamed(found, told, stored)
    if broken:
        place = config.place(f"expect.{broken[0].split()[0]}")
        return replace(told, word="expectation unmet", place=place, exit_code=1)
    if moved or edges:
        cause = "decisions on a knife edge" if edges else ""
        return replace(told, word="drift", cause=cause, place=config.place())
    return told


def _to_the_day(
    changes: Changes, found: JudgedRun, stored: StoredRun | None
) -> tuple[Changes, tuple[RestatedPrice, ...]]:
    """What the kept run tells of prices: the days that marks cannot tell, also of what is left of data cut short."""
    data = changes.data
    if data is None and changes.gone is not None:
        data = Restated(tuple(found.now.data.series), "", changes.gone[0])
    if data is None or stored is None:
        return changes, ()
    prices = restated_prices(data, stored, found.result)
    if changes.data is not None:
        return replace(changes, data=sharpened(changes.data, prices)), prices
    if not prices:
        return changes, ()
    named = tuple(sorted({one.asset for one in prices}))
    return replace(changes, data=Restated(named, prices[0].day, data.last)), prices


def _blamed(found: JudgedRun, told: ConfigCheck, stored: StoredRun | None) -> ConfigCheck:
    """The verdict where something moved: by what, and where the two runs part."""
    parted = partings(found.was, found.now, found.result, stored)
    part = blamed(found.was, found.now, told.changes, told.differences, [one.day for one in parted])
    edited = _edited(found.result)
    said = {one: cause_of(one, told.changes, edited, told.differences, alone=one == part) for one in told.changes.parts}
    besides = [f"changed besides, {words}" for one, words in said.items() if one != part]
    return replace(
        told,
        word="regression" if part is None else WORDS[part],
        cause=UNKNOWN if part is None else said[part],
        place=_place(found.config, part, told.changes, found.result),
        partings=parted,
        notes=(*besides, *_sessions(stored, found.result), *told.notes),
        exit_code=1,
    )


def _sessions(stored: StoredRun | None, result: Result) -> tuple[str, ...]:
    """The sessions that only one side has, between the first and the last that both have."""
    if stored is None:
        return ()
    was, now = stored.ledger["date"], result.own.ledger.sessions
    both = np.intersect1d(was, now)
    if len(both) == 0:
        return ()
    sides = (("gone", np.setdiff1d(was, now)), ("new", np.setdiff1d(now, was)))
    inner = [(word, days[(days > both[0]) & (days < both[-1])]) for word, days in sides]
    return tuple(
        f"sessions that are {word}: {days[0]}" + (f" and {len(days) - 1} more" if len(days) > 1 else "")
        for word, days in inner
        if len(days)
    )


def _moved(found: JudgedRun) -> tuple[tuple[MovedFigure, ...], tuple[Edge, ...]]:
    """What moved; where a few scores on a knife edge explain the decisions, what moved besides, and those."""
    moved = differences(found.was, found.now)
    if all(one.figure != "targets" for one in moved):
        return moved, ()
    beyond = beyond_the_edge(found.result, found.was.targets)
    if beyond is None:
        return moved, ()
    return differences(found.was, baseline_of(beyond[0], found.was.reason, found.config)), beyond[1]


def _stored(results: Path, was: Baseline, wanted: bool) -> tuple[StoredRun | None, tuple[str, ...]]:
    """The run of the baseline where it is kept, and what there is to say where its folder is damaged."""
    if not wanted:
        return None, ()
    try:
        stored = read_stored(results, was.name, was.id)
    except DataError as error:
        fault = error.faults[0]
        return None, (f"{fault.place}: {fault.found}: {ALONE}",)
    if stored is not None and not same_metrics(was, stored.metrics):
        return None, (f"{stored.folder} came to other figures than the baseline: {ALONE}",)
    return stored, ()


def _notes(changes: Changes, was: Baseline, moved: tuple[MovedFigure, ...]) -> tuple[str, ...]:
    """What changed in the data without moving anything."""
    said = []
    if changes.extended:
        said.append(f"data extended to {changes.extended}, compared up to {was.last}")
    if not moved and changes.data is not None:
        said.append(f"{changes.data}: the figures are the same")
    return tuple(said)


def _place(config: Config, part: Part | None, changes: Changes, result: Result) -> str:
    """Where to look for the cause."""
    if part == "config" and changes.keys:
        return config.place(changes.keys[0].split()[0])
    if part == "strategy" and not config.blend:
        return f"{file_of(result.setting.strategy.path)}:1:1"
    return config.place("data" if part == "data" else "blend" if config.blend else "strategy")


def _edited(result: Result) -> str:
    """What became of the strategies, in words: a hash stands for all of them."""
    if result.config.blend:
        return "a part of the blend, or what it reads, is another one"
    files = dict.fromkeys(file_of(one.path) for one in (result.setting.strategy, *result.setting.brakes))
    return f"{' or '.join(files)} was edited"
