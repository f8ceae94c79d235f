"""Checks in other worlds in which the decisions must not change: other futures, other names, other units."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from engine.audit import worlds
from engine.audit.again import file_words
from engine.audit.labels import exchanged, relabelled
from engine.audit.moved import Both, Moved, moved
from engine.audit.record import Check, check
from engine.audit.redecided import spread
from engine.audit.worlds import Worlds
from engine.errors import OverweightError, StrategyError

#: On so many decision days the future is changed where the sources deliver it.
FUTURES = 4
#: And on so many of those on which a price is missing.
HOLES = 3
#: So many decisions are made again under other names and in other units.
DECISIONS = 400
#: What the levels of sleeves are multiplied by: a power of two, which moves no digit.
SLEEVES = 4.0
#: Sums in another order differ by this much at the most ...
ROUNDING = 1e-6
#: ... and where they decide a tie, seldom.
TIES = 0.01


def futures(base: Both, other: Worlds) -> Check:
    """Scrambled or cut off where the sources deliver it, the future moves no decision before."""
    findings: list[str] = []
    compared = 0
    for position, day in enumerate(_days(base)):
        ways: dict[str, dict[str, Any]] = {
            "scrambled": {"table": worlds.scrambled(day, position)},
            "cut off": {"panel": worlds.cut(day)},
        }
        for how, change in ways.items():
            try:
                found = moved(base, other.decided(**change, until=day), until=day)
            except StrategyError as error:
                findings.append(f"{file_of(base)}: with all after {day} {how} it fails: {error.faults[0].found}")
                continue
            except OverweightError:  # such as a part of a blend that has no opinion yet
                continue
            compared += len(found.days)
            findings += [f"{told}, with all after {day} {how}" for told in differing(base, found)]
            due = int((base[0].panel.sessions[base[0].decisions] <= day).sum())
            if len(found.days) != due:
                findings.append(
                    f"{due - len(found.days)} of {due} decisions fall on other days with all after {day} {how}"
                )
    return check("future", f"{compared} decisions made anew with the future scrambled or cut off: the same", findings)


def names(base: Both, other: Worlds) -> Check:
    """The members of a sleeve that are alike, under each other's names: scores and weights change names with them."""
    config = base[0].config
    shown = {} if config.blend else exchanged(config, other.homes())
    if not shown:
        why = "a blend: audit its parts" if config.blend else "no two members of a sleeve are alike in all else"
        return Check("labels", "none", why)
    given = relabelled(config, {own: label for label, own in shown.items()})
    words = f"{len(shown)} assets under each other's names: the decisions change names with them"

    def decided(until: np.datetime64) -> Both:
        return other.decided(table=worlds.renamed(shown), config=given, until=until)

    return _held("labels", words, base, decided, scores_only=True, names=shown)


def units(base: Both, other: Worlds) -> Check:
    """A total-return price is known up to a factor, and so is a sleeve's level: what is held in other units."""
    labels = sorted({label for sleeve in base[0].config.hold.values() for label in sleeve.members})
    factors = {label: 2.0 ** (1 + i % 5) for i, label in enumerate(labels)}
    words = "held assets and sleeves in other units: the same decisions"

    def decided(until: np.datetime64) -> Both:
        sleeves = worlds.in_sleeve_units(SLEEVES)
        return other.decided(table=worlds.in_units(factors), setting=sleeves, until=until)

    return _held("units", words, base, decided)


def _held(name: str, words: str, base: Both, decided: Callable[[np.datetime64], Both], **how: Any) -> Check:
    setting = base[0]
    until = setting.panel.sessions[setting.decisions[:DECISIONS][-1]]
    try:
        found = moved(base, decided(until), until=until, same=ROUNDING, **how)
    except OverweightError as error:
        return check(name, words, [f"{file_of(base)}: it fails there: {error.faults[0].found}"])
    return check(name, words, differing(base, found) if found.share > TIES else [])


def differing(base: Both, found: Moved) -> list[str]:
    """The finding of decisions that differ, if any does."""
    if not found.rows.any():
        return []
    return [f"{found.first(file_of(base))}; {found.rows.sum()} of {len(found.days)} decisions differ"]


def file_of(base: Both) -> str:
    """The strategy file of a run, as findings name it."""
    return file_words(base[0].strategy.path)


def _days(base: Both) -> list[np.datetime64]:
    """Decision days spread over the run, the last one left out, after which nothing could be changed; and some of those
    on which a price is missing, where it is most tempting to look at the next one.
    """
    setting = base[0]
    count = len(setting.decisions)
    rows = spread(count, FUTURES + 1)[: FUTURES if count > 1 else 1]
    prices = setting.panel.prices[:, setting.panel.held]
    begun = np.logical_or.accumulate(~np.isnan(prices), axis=0)
    goes_on = np.logical_or.accumulate(~np.isnan(prices)[::-1], axis=0)[::-1]
    holes = np.flatnonzero((np.isnan(prices) & begun & goes_on)[setting.decisions[: count - 1]].any(axis=1))
    if len(holes):
        rows = sorted({*rows, *(int(holes[i]) for i in spread(len(holes), HOLES))})
    return [setting.panel.sessions[setting.decisions[row]] for row in rows]
