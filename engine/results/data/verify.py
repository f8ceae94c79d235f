"""`overweight data verify`: the store re-hashed, and what looks wrong in the data of a config or a snapshot."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from engine.config import load
from engine.config.endings import ENDINGS
from engine.errors import ConfigError, DataError, Fault
from engine.fingerprint import held_prices
from engine.market.assemble import build_panel
from engine.market.exchange import exchange_sessions
from engine.market.labels import wanted_by
from engine.market.named_snapshots import find_snapshot, series_name
from engine.market.quality import Finding, findings, short
from engine.market.snapshots import read_snapshot, store_folder
from engine.market.sources import read_source
from engine.market.table import Table
from engine.market.verify import verify
from engine.results import terminal
from engine.results.aligned import aligned
from engine.results.failures import Failure, attempt, exit_code, tell


def verify_all(names: Sequence[str], *, store: Path | None, calendar: str | None, as_json: bool) -> int:
    """Without names the store; else each config's or snapshot's data. What is odd is told, what is broken fails."""
    if not names and calendar is not None:
        found, cure = "a calendar for the whole store", "name what trades by it: `overweight data verify yahoo/XME`"
        raise ConfigError(Fault("data verify --calendar", "", found, "configs or snapshots beside it", cure))
    if not names:
        return _verify_store(store_folder(store), as_json)
    reports: list[_Report | Failure] = []
    for name in names:
        answer = attempt(name, lambda name=name: _reports_of(name, store, calendar))  # type: ignore[misc]
        reports += [answer] if isinstance(answer, Failure) else answer
    tell(reports)
    if as_json:
        terminal.put_json([one.as_json() for one in reports])
    else:
        for one in reports:
            if isinstance(one, _Report):
                terminal.put_drawn(*one.lines())
    return exit_code(reports)


class _Report:
    """What was found in one table."""

    def __init__(self, name: str, table: Table, found: list[Finding]) -> None:
        self.name, self.table, self.found = name, table, found

    def as_json(self) -> dict[str, Any]:
        rows = [
            {
                "kind": one.kind, "label": one.label, "first": str(one.first), "count": one.count,
                "worst": None if math.isnan(one.worst) else one.worst, "words": one.words,
            }
            for one in self.found
        ]  # fmt: skip
        return {"name": self.name, "place": self.table.place, "counts": short(self.found), "findings": rows}

    def lines(self) -> list[str]:
        table = self.table
        ends = f"{table.dates[0]} to {table.dates[-1]}" if len(table.dates) else "empty"
        head = f"{self.name}: {len(table.columns)} labels, {len(table.dates):,} rows, {ends} ({table.place})"
        if not self.found:
            return [head, "  nothing looks wrong", ""]
        rows = [(f"  {one.kind}", one.label, str(one.first), one.words) for one in self.found]
        return [head, *aligned(rows), ""]


def _reports_of(name: str, store: Path | None, calendar: str | None) -> list[_Report]:
    if not name.endswith(ENDINGS):
        one = find_snapshot(store_folder(store), name)
        return [_report(f"{series_name(one)}@{one.id[:12]}", read_snapshot(one), calendar)]
    config = load(name)
    labels = wanted_by(config).all
    reports = [_report(f"{name} {key}", read_source(config, key, labels), calendar) for key in config.data]
    # What cannot be aligned is told after what was found in it.
    held = held_prices(build_panel(config))
    known = {(found.kind, found.label) for one in reports for found in one.found}
    more = [found for found in findings(held) if (found.kind, found.label) not in known]
    return [*reports, *([_Report(f"{name} held", held, more)] if more else [])]


def _report(name: str, table: Table, calendar: str | None) -> _Report:
    sessions = None
    if calendar is not None and table.kind == "prices" and len(table.dates):
        sessions = exchange_sessions(calendar, table.dates[0], table.dates[-1])
    return _Report(name, table, findings(table, sessions=sessions))


def _verify_store(store: Path, as_json: bool) -> int:
    found = verify(store)
    damaged = [one for one in found if one.state == "damaged"]
    for one in damaged:
        terminal.complain(one.text)
    if as_json:
        terminal.put_json([{"path": str(one.path), "state": one.state, "text": one.text} for one in found])
    else:
        good = sum(one.state == "good" for one in found)
        others = [f"{one.path}: {one.text}" for one in found if one.state not in ("good", "damaged")]
        terminal.put_drawn(*others, f"{store}: {good} snapshots as they were pulled, {len(damaged)} damaged")
    return DataError.exit_code if damaged else 0
