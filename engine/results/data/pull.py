"""`overweight data pull`: publishers are asked, snapshots kept, and every failure is told by its name."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from engine.config import Config, FilesSource, load, part_file
from engine.config.endings import ENDINGS
from engine.errors import ConfigError, DataError, Fault
from engine.market.catalogue import needed_by, wanted_of
from engine.market.keep import keep, kept_by
from engine.market.pull import Progress, Pulled, pull
from engine.market.snapshots import store_folder
from engine.market.wanted import Wanted
from engine.results import terminal
from engine.results.aligned import aligned

#: Digits of a snapshot's id that are shown; every command takes them.
SHOWN = 12


def pull_series(
    source: str,
    keys: Sequence[str],
    overrides: Sequence[str] = (),
    *,
    store: Path | None,
    accept_shorter: bool,
    as_json: bool,
) -> int:
    """Pull and print one line per file; the exit code, 3 where any failed. overrides: of a config, as `--set`."""
    configs = [*_with_others(load(source, overrides))] if source.endswith(ENDINGS) else []
    if overrides and not configs:
        found, expected = f"`{source}`", "a config (.yaml), whose keys it overrides"
        raise ConfigError(Fault("data pull --set", "", found, expected, "leave it out, or name a config"))
    wanted = _wanted(configs, keys) if configs else wanted_of(source, keys)
    with _bar(len(wanted)) as progress:
        outcomes = pull(wanted, store_folder(store), progress=progress, accept_shorter=accept_shorter)
    for one, name in _kept(configs):
        outcomes.append(keep(one, name, store_folder(store), accept_shorter=accept_shorter))
    for outcome in outcomes:
        if not outcome.ok:
            terminal.complain(f"{outcome.source} {outcome.name}: {outcome.error}")
    if as_json:
        terminal.put_json([_as_json(one) for one in outcomes])
    else:
        terminal.put_drawn(*_lines(outcomes), *_last_words(source, outcomes))
    return 0 if all(one.ok for one in outcomes) else DataError.exit_code


def _with_others(config: Config, seen: frozenset[Path] = frozenset()) -> Iterator[Config]:
    """A config, then the parts of its blend and the configs that it is `against`, and what these name in turn."""
    yield config
    seen = seen | {config.path.resolve()}
    named = [part_file(config, name) for name in config.blend or ()]
    named += [config.file_at("against", name) for name in config.against if name.endswith(ENDINGS)]
    for path in named:
        if path.resolve() not in seen:
            yield from _with_others(load(path), seen)


def _wanted(configs: Sequence[Config], keys: Sequence[str]) -> list[Wanted]:
    """What configs read of publishers; ConfigError where there is nothing to pull, be it a file to be kept."""
    wanted = {(one.source, one.name): one for config in configs for one in needed_by(config)}
    if keys or not (wanted or any(True for _ in _kept(configs))):
        found = f"the key `{keys[0]}` beside a config" if keys else "a config that reads no published series"
        cure = "leave the keys away" if keys else "name a publisher: overweight data pull gpr"
        expected = "a config that reads yahoo, french, gpr, ..., or files with a `snapshot`"
        raise ConfigError(configs[0].fault("data", found, expected, cure))
    return [*wanted.values()]


def _kept(configs: Sequence[Config]) -> Iterator[tuple[Config, str]]:
    """The entries whose files are kept, one that several configs have alike once."""
    found: dict[str, tuple[Config, str]] = {}
    for config in configs:
        for name in kept_by(config):
            entry = config.data[name]
            assert isinstance(entry, FilesSource)
            found.setdefault(entry.model_dump_json(), (config, name))
    yield from found.values()


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

        def progress(done: int, of: int, outcome: Pulled) -> None:
            bar.update(task, completed=done, description=f"{outcome.source} {outcome.name}")

        yield progress


def _state(one: Pulled) -> str:
    if not one.ok:
        return "failed"
    return "pulled before" if one.skipped else "new" if one.changed else "unchanged"


def _lines(outcomes: Sequence[Pulled]) -> list[str]:
    rows = [("series", "", "from", "to", "rows", "id")]
    for one in outcomes:
        if not one.snapshots:
            rows.append((f"{one.source}/{one.name}", _state(one), "", "", "", ""))
        for kept in one.snapshots:
            ends = (kept.first_date, kept.last_date, f"{kept.rows:,}", kept.id[:SHOWN])
            rows.append((f"{one.source}/{kept.key}", _state(one), *ends))
    return aligned(rows, right=(4,))


def _last_words(source: str, outcomes: Sequence[Pulled]) -> list[str]:
    failed = sum(not one.ok for one in outcomes)
    if not failed:
        return []
    again = "the same command asks again for these alone"
    return ["", f"{failed} of {len(outcomes)} failed ({source}); {again}"]


def _as_json(one: Pulled) -> dict[str, Any]:
    kept = [
        {"key": s.key, "id": s.id, "rows": s.rows, "first": s.first_date, "last": s.last_date, "path": str(s.path)}
        for s in one.snapshots
    ]
    return {"source": one.source, "name": one.name, "state": _state(one), "error": one.error, "snapshots": kept}
