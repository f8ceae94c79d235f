"""A calendar of dated events: CSV, or YAML with a list of entries.

Columns: `date` and `sign` (-1, 0 or 1); where they are given also `known_from` (else the date), `label`, `on`,
`strength` (else 1), `chosen` (in_hindsight where it is not said), `confidence`, `source`.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from engine.config.yaml_text import read_yaml
from engine.errors import DataError
from engine.market.sources.fields import refuse_short_row
from engine.market.sources.frames import refuse

CHOSEN = ("in_hindsight", "rule", "real_time")
COLUMNS = ("date", "known_from", "label", "on", "sign", "strength", "chosen", "confidence", "source")
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, slots=True)
class CalendarEvent:
    """One dated event. sign: -1, 0, 1 by the thesis. known_from: seen after the close of that day.

    chosen: how the event came into the calendar; confidence: how well its date is founded ("" where unsaid).
    """

    date: np.datetime64
    known_from: np.datetime64
    label: str
    on: str
    sign: int
    strength: float
    chosen: str
    confidence: str
    source: str


def read_calendar(path: Path) -> list[CalendarEvent]:
    """Every event, by date. Raises DataError that names the file, the entry and what is wrong with it."""
    rows = _yaml_rows(path) if path.suffix.lower() in (".yaml", ".yml") else _csv_rows(path)
    if not rows:
        raise refuse(path, "a calendar without events", "at least one event", "add one: date, sign, label")
    events = [_event(path, f"entry {number}", row) for number, row in enumerate(rows, 1)]
    return sorted(events, key=lambda one: (one.date, one.known_from))


def _csv_rows(path: Path) -> list[Mapping[str, Any]]:
    try:
        with path.open(encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file)
            rows: list[Mapping[str, Any]] = list(reader)
            _refuse_columns(path, reader.fieldnames or ())
        refuse_short_row(path)
    except (OSError, csv.Error, UnicodeDecodeError) as error:
        raise refuse(path, f"a file that cannot be read ({error})", "a CSV of events", "export it again") from error
    return rows


def _yaml_rows(path: Path) -> list[Mapping[str, Any]]:
    try:
        node, findings = read_yaml(path.read_text(encoding="utf-8"), str(path))
    except (OSError, UnicodeDecodeError) as error:
        raise refuse(path, f"a file that cannot be read ({error})", "a YAML list of events", "save it again") from error
    rows: Any = node.plain() if node is not None and not findings else None
    if not isinstance(rows, tuple | list) or not all(isinstance(row, dict) for row in rows):
        found = str(findings[0].found) if findings else "something else"
        raise refuse(path, found, "a list of events", "write `- {date: 2003-03-20, sign: 1, label: ...}`")
    for row in rows:
        _refuse_columns(path, row)
    return list(rows)


def _refuse_columns(path: Path, given: Any) -> None:
    """A misspelt column would silently mean its default."""
    names = [str(name) for name in given]
    unknown = [name for name in names if name not in COLUMNS]
    missing = [name for name in ("date", "sign") if name not in names]
    if unknown or missing:
        found = f"the column `{unknown[0]}`" if unknown else f"no column `{missing[0]}`"
        raise refuse(path, found, "date, sign and some of " + ", ".join(COLUMNS), "rename or add the column")


def _event(path: Path, place: str, row: Mapping[str, Any]) -> CalendarEvent:
    def text(name: str, otherwise: str = "") -> str:
        value = row.get(name)
        return otherwise if value is None or str(value).strip() == "" else str(value).strip()

    day = _day(path, place, "date", text("date"))
    known = _day(path, place, "known_from", text("known_from", text("date")))
    if known < day:
        raise _wrong(path, place, "known_from", str(known), f"a day at or after its date {day}")
    chosen = text("chosen", "in_hindsight")
    if chosen not in CHOSEN:
        raise _wrong(path, place, "chosen", chosen, " or ".join(CHOSEN))
    sign, strength = text("sign"), text("strength", "1")
    if sign not in ("-1", "0", "1", "+1"):
        raise _wrong(path, place, "sign", sign or "nothing", "-1, 0 or 1")
    return CalendarEvent(
        day, known, text("label"), text("on"), int(sign), _strength(path, place, strength), chosen,
        text("confidence"), text("source"),
    )  # fmt: skip


def _day(path: Path, place: str, name: str, text: str) -> np.datetime64:
    try:
        if not DAY.fullmatch(text):
            raise ValueError(text)
        return np.datetime64(text, "D")
    except ValueError:
        raise _wrong(path, place, name, text or "nothing", "a date like 2003-03-20") from None


def _strength(path: Path, place: str, text: str) -> float:
    try:
        strength = float(text)
    except ValueError:
        strength = np.nan
    if not 0.0 < strength < np.inf:
        raise _wrong(path, place, "strength", text, "a number above 0")
    return strength


def _wrong(path: Path, place: str, name: str, found: str, expected: str) -> DataError:
    return refuse(path, f"`{found}` as `{name}` of {place}", expected, "correct the calendar")
