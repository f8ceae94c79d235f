"""Pulling: ask publishers for series and keep what they say as snapshots; every failure is told by name.

1. A pull has a record in the store (`.pulls/<hash of what is wanted>.json`): what it has finished. A pull
   that was cut off or failed in part takes it up again within `RESUME_HOURS` and asks only for what is
   missing.
2. One after the other: fetch, read, compare with the last good snapshot, save. An error stops that one alone.
3. Content that is shorter than the last snapshot is refused unless accepted: a truncated file is still a
   valid CSV.
4. Where all went well the record is removed; a new pull then asks for everything anew.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from engine.errors import DataError, Fault, OverweightError
from engine.market.atomic import write_atomically
from engine.market.fetch import STAYS, Fetched, Manners, Request, fetch
from engine.market.snapshots import Origin, Snapshot, latest, save, series_folder
from engine.market.table import Table
from engine.market.wanted import Wanted
from engine.market.wire import Wire

RESUME_HOURS = 12.0
PULLS, PARTS = ".pulls", ".parts"
# A table that lost more than this share of the rows of its last snapshot is taken for half a file.
SHORTER = 0.02


@dataclass(frozen=True, slots=True)
class Pulled:
    """How one wanted file fared. error: "" where it is good. changed: the publisher said something new.

    skipped: an earlier, broken-off call of the same pull had finished it.
    """

    source: str
    name: str
    error: str = ""
    snapshots: tuple[Snapshot, ...] = ()
    changed: bool = False
    skipped: bool = False

    @property
    def ok(self) -> bool:
        return not self.error


# (finished, of, the outcome just reached)
Progress = Callable[[int, int, Pulled], None]


def pull(
    wanted: Sequence[Wanted],
    store: Path,
    *,
    progress: Progress | None = None,
    manners: Manners | None = None,
    wire: Wire | None = None,
    addresses: Mapping[str, str] | None = None,
    accept_shorter: bool = False,
) -> list[Pulled]:
    """One outcome per wanted file, in order. Failures are outcomes, never exceptions; the rest goes on."""
    wire = wire or Wire()
    record = _Record.open(store, wanted, wire.clock())
    outcomes = []
    for one in wanted:
        if record.has(one):
            outcome = Pulled(one.source, one.name, skipped=True)
        else:
            outcome = _pull_one(one, store, manners, wire, addresses, accept_shorter)
            if outcome.ok:
                record.add(one)
        outcomes.append(outcome)
        if progress is not None:
            progress(len(outcomes), len(wanted), outcome)
    if all(outcome.ok for outcome in outcomes):
        record.close()
    return outcomes


def _pull_one(
    one: Wanted,
    store: Path,
    manners: Manners | None,
    wire: Wire,
    addresses: Mapping[str, str] | None,
    accept_shorter: bool,
) -> Pulled:
    if one.opener is not None:
        wire = replace(wire, open=one.opener)

    def get(request: Request) -> Fetched:
        part = store / PARTS / f"{_short_hash(request.address)}.part"
        return fetch(request, manners=manners, wire=wire, addresses=addresses, part=part)

    try:
        request = one.request
        if one.page is not None:
            page = get(one.page.request)
            request = replace(request, address=one.page.find(page.content, page.address))
        fetched = get(request)
        tables = one.read(fetched.content, fetched.address)
        for key, table in tables.items():
            if not accept_shorter:
                refuse_shorter(table, one.request.address, one.source, key, store)
        facts = one.facts(fetched.content) if one.facts is not None else {}
        how = f"{one.read.__module__} over HTTP {fetched.status}"
        origin = Origin(fetched.address, fetched.when, how, fetched.headers, facts)
        kept = tuple(save(table, one.source, key, origin, store) for key, table in tables.items())
    except OverweightError as error:
        return Pulled(one.source, one.name, error=str(error))
    return Pulled(one.source, one.name, snapshots=kept, changed=any(one.is_new for one in kept))


def refuse_shorter(table: Table, place: str, source: str, key: str, store: Path) -> None:
    """Raise DataError for a table that lost rows since the last snapshot of its series, or ends before it."""
    if not any(series_folder(store, source, key).glob("*.json")):
        return
    last = latest(store, source, key)
    ends = str(np.datetime_as_string(table.dates[-1], unit="D")) if len(table.dates) else ""
    if ends >= last.last_date and len(table.dates) >= (1.0 - SHORTER) * last.rows:
        return
    raise DataError(
        Fault(
            place=place,
            key="",
            found=f"{len(table.dates):,} rows to {ends or 'nowhere'}",
            expected=f"at least the {last.rows:,} rows to {last.last_date} of the last snapshot",
            cure=f"look whether the file is cut; where it is meant so, pull with accept_shorter; {STAYS}",
        )
    )


def _short_hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class _Record:
    """What a pull has finished, on disk after each file."""

    path: Path
    started: float
    done: list[str]

    @classmethod
    def open(cls, store: Path, wanted: Sequence[Wanted], now: float) -> _Record:
        name = _short_hash("\n".join(sorted(_name(one) for one in wanted)))
        path = store / PULLS / f"{name}.json"
        with suppress(OSError, ValueError, KeyError, TypeError):
            said = json.loads(path.read_bytes())
            if 0.0 <= now - float(said["started"]) < RESUME_HOURS * 3600:
                return cls(path, float(said["started"]), [str(one) for one in said["done"]])
        return cls(path, now, [])

    def has(self, one: Wanted) -> bool:
        return _name(one) in self.done

    def add(self, one: Wanted) -> None:
        self.done.append(_name(one))
        when = datetime.fromtimestamp(self.started, UTC).isoformat()
        text = json.dumps({"started": self.started, "when": when, "done": self.done})
        write_atomically(self.path, text.encode())

    def close(self) -> None:
        self.path.unlink(missing_ok=True)


def _name(one: Wanted) -> str:
    return f"{one.source} {one.name} {one.request.address}"
