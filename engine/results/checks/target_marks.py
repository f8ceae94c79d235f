"""What was decided, in a few lines: a hash of all targets, a mark for each year, and one for each decision."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from engine.market.table import Dates
from engine.result import Result
from engine.results.checks.marks import Marks, changed_places, marks_of

#: Decimals of a target weight that count: what lies beyond is rounding.
DECIMALS = 10


@dataclass(frozen=True, slots=True)
class TargetMarks:
    """own: a hash of all. years: a mark for the decisions of each year.

    decisions: a mark for each, over its year up to it: once a decision differs, the rest of its year does too.
    """

    own: str
    years: Marks
    decisions: Marks


def mark_targets(result: Result) -> TargetMarks:
    """The marks of a result's own targets."""
    days, rows = decision_days(result), list(_rows(result))
    whole, year, years = hashlib.sha256(), hashlib.sha256(), days.astype("datetime64[Y]").astype(int) + 1970
    first, each = int(years[0]), np.zeros(len(rows), np.uint64)
    by_year = np.zeros(int(years[-1]) - first + 1, np.uint64)
    for d, row in enumerate(rows):
        if d and years[d] != years[d - 1]:
            year = hashlib.sha256()
        whole.update(row)
        year.update(row)
        each[d] = by_year[years[d] - first] = int.from_bytes(year.digest()[:8], "big")
    return TargetMarks(whole.hexdigest()[:16], marks_of(first, by_year), marks_of(0, each))


def decision_days(result: Result) -> Dates:
    """(D,) the day of each decision."""
    return result.panel.sessions[result.setting.decisions]


def first_change(was: TargetMarks, now: TargetMarks, days: Dates) -> str:
    """The day of the first decision that differs, or its year; "" where nothing does, or nothing is known of it.

    Decisions that are no longer made, at the end, differ from none.

    days: (D,) of the decisions now.
    """
    if was.own == now.own:
        return ""
    years = changed_places(was.years, now.years)
    if _is_beginning(now.decisions, was.decisions):
        return ""
    found = changed_places(was.decisions, now.decisions)
    if found and found[0] < len(days) and years and str(days[found[0]])[:4] == str(years[0]):
        return str(days[found[0]])
    return str(years[0]) if years else ""


def _is_beginning(short: Marks, whole: Marks) -> bool:
    """Whether there are fewer decisions now, all of them as they were."""
    width = min(short.width, whole.width)
    few, many = short.by_place(width), whole.by_place(width)
    return 0 < len(few) < len(many) and all(many[place] == mark for place, mark in few.items())


def _rows(result: Result) -> Iterator[bytes]:
    """A line for each decision: the day, then each asset held with its weight in units of 1e-10."""
    held = np.flatnonzero(result.panel.held)
    labels = [result.panel.assets[i] for i in held]
    units = np.rint(result.own.targets[:, held] * 10**DECIMALS).astype(np.int64)
    for day, row in zip(decision_days(result), units.tolist(), strict=True):
        yield (
            ",".join([str(day), *(f"{name}={unit}" for name, unit in zip(labels, row, strict=True))]) + "\n"
        ).encode()
