"""`overweight data pull`: publishers are asked, snapshots kept, and every failure is told by its name."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from engine.config import Config, load
from engine.errors import ConfigError, DataError
from engine.market.catalogue import needed_by, wanted_of
from engine.market.keep import keep, kept_by
from engine.market.pull import Outcome, Progress, pull
from engine.market.snapshots import store_folder
from engine.market.wanted import Wanted
from engine.results import terminal
from engine.results.aligned import aligned

#: Digits of a snapshot's id that are shown; every command takes them.
SHOWN = 12


def pull_series(source: str, keys: Sequence[str], *, store: Path | None, accept_shorter: bool, as_json: bool) -> int:
    """Pull and print one line per file; the exit code, 3 where any failed."""
    config = load(source) if source.endswith((".yaml", ".yml")) else None
    wanted = wanted_of(source, keys) if config is None else _wanted(config, keys)
    with _bar(len(wanted)) as progress:
        outcomes = pull(wanted, store_folder(store), progress=progress, accept_shorter=accept_shorter)
    if config is not None:
        outcomes += [keep(config, name, store_folder(store), accept_shorter=accept_shorter) for name in kept_by(config)]
    for one in outcomes:
        if not one.ok:
            terminal.complain(f"{one.source} {one.name}: {one.error}")
    if as_json:
        terminal.put_json([_as_json(one) for one in outcomes])
    else:
        terminal.put_drawn(*_lines(outcomes), *_last_words(source, outcomes))
    return 0 if all(one.ok for one in outcomes) else DataError.exit_code


def _wanted(config: Config, keys: Sequence[str]) -> list[Wanted]:
    """What a config reads of publishers; ConfigError where there is nothing to pull, be it a file to be kept."""
    wanted = needed_by(config)
    if keys or not (wanted or kept_by(config)):
        found = f"the key `{keys[0]}` beside a config" if keys else "a config that reads no published series"
        cure = "leave the keys away" if keys else "name a publisher: overweight data pull gpr"
        expected = "a config that reads yahoo, french, gpr, ..., or files with a `snapshot`"
        raise ConfigError(config.fault("data", found, expected, cure))
    return wanted


@contextmanager
def _bar(count: int) -> Iterator[Progress | None]:
    """A progress bar on stderr for a person; nothing where stderr is no terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("pulling", total=count)

        def progress(done: int, of: int, outcome: Outcome) -> None:
            bar.update(task, completed=done, description=f"{outcome.source} {outcome.name}")

        yield progress


def _state(one: Outcome) -> str:
    if not one.ok:
        return "failed"
    return "pulled before" if one.skipped else "new" if one.changed else "unchanged"


def _lines(outcomes: Sequence[Outcome]) -> list[str]:
    rows = [("series", "", "from", "to", "rows", "id")]
    for one in outcomes:
        if not one.snapshots:
            rows.append((f"{one.source}/{one.name}", _state(one), "", "", "", ""))
        for kept in one.snapshots:
            ends = (kept.first_date, kept.last_date, f"{kept.rows:,}", kept.id[:SHOWN])
            rows.append((f"{one.source}/{kept.key}", _state(one), *ends))
    return aligned(rows, right=(4,))


def _last_words(source: str, outcomes: Sequence[Outcome]) -> list[str]:
    failed = sum(not one.ok for one in outcomes)
    if not failed:
        return []
    again = "the same command asks again for these alone"
    return ["", f"{failed} of {len(outcomes)} failed ({source}); {again}"]


def _as_json(one: Outcome) -> dict[str, Any]:
    kept = [
        {"key": s.key, "id": s.id, "rows": s.rows, "first": s.first_date, "last": s.last_date, "path": str(s.path)}
        for s in one.snapshots
    ]
    return {"source": one.source, "name": one.name, "state": _state(one), "error": one.error, "snapshots": kept}
