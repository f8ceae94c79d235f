"""What `overweight query` can ask: runs, trials and every saved table, as a database that can read nothing else.

The tables are handed to the database as data. It has no access to files: no SQL reads another one, or writes any.
"""

from __future__ import annotations

import os
import sqlite3
import tempfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from engine.errors import ConfigError, DataError, Fault
from engine.folder import FRAMES, TRIALS
from engine.measure.metrics import METRICS
from engine.results.query_datasets import left_out, missing, opened, unreadable
from engine.results.saved import read_outcome, saved_folders

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection
    from pyarrow.dataset import Dataset

#: Columns of `runs` that are no metrics.
TEXTS = ("name", "id", "path", "from", "to", "currency", "reference", "verdict")
#: Tables that no form of saved runs was without.
ALWAYS = ("ledger", "targets", "weights", "trades", "decisions")
#: No file, no network, no extension, no variable of Python, and no way back.
WALLS = (
    "set python_enable_replacements = false",
    "set autoinstall_known_extensions = false",
    "set autoload_known_extensions = false",
    "set allow_persistent_secrets = false",
    "set enable_external_access = false",
    "set lock_configuration = true",
    "begin transaction read only",
)


@dataclass(frozen=True, slots=True)
class Askable:
    """files: of each table, those that hold its rows, and the folder below which they lie. results: that of all."""

    results: Path
    files: Mapping[str, tuple[Path, list[Path]]]

    @property
    def names(self) -> list[str]:
        """Of all tables, `runs` first."""
        trials = ["trials"] if (self.results / TRIALS).is_file() else []
        return ["runs", *sorted([*self.files, *trials])]

    def without(self, paths: Collection[Path]) -> Askable:
        """The same without these files."""
        files = {
            name: (home, [path for path in found if path not in paths]) for name, (home, found) in self.files.items()
        }
        return replace(self, files=files)

    def unreadable(self, names: Collection[str]) -> list[Path]:
        """Files of these tables whose columns can be read and whose rows cannot."""
        return unreadable(path for name in names if name in self.files for path in self.files[name][1])


@dataclass(frozen=True, slots=True)
class FilledDatabase:
    """A database with tables in it. damaged: what could not be read into it, in words, once each."""

    database: DuckDBPyConnection
    damaged: Sequence[str]


def askable(results: Path) -> Askable:
    """What is saved in a results folder; no file is opened."""
    files: dict[str, tuple[Path, list[Path]]] = {}
    for home, of_runs in ((results / "runs", True), (results / "studies", False)):
        for path in _tables_below(home):
            if path.stem in FRAMES if of_runs else path.stem not in (*FRAMES, "runs", "trials"):
                files.setdefault(path.stem, (home, []))[1].append(path)
    return Askable(results, files)


@contextmanager
def database_of(asked: Askable, names: Collection[str]) -> Iterator[FilledDatabase]:
    """A database in memory with the tables of these names, walled off. Raises ConfigError without DuckDB."""
    try:
        import duckdb
    except ImportError:
        cure = 'install it: pip install "overweight[query]"'
        raise ConfigError(Fault("overweight query", "", "no DuckDB", "the extra `query`", cure)) from None
    with closing(duckdb.connect()) as database, tempfile.TemporaryDirectory(prefix="overweight-") as spill:
        damaged = [words for name in names for words in _add(database, asked, name)]
        # What is larger than memory goes into an empty folder of its own: there the database may read and write.
        database.execute(f"set temp_directory = '{spill.replace(chr(39), chr(39) * 2)}'")
        for wall in WALLS:
            database.execute(wall)
        yield FilledDatabase(database, damaged)


def _add(database: DuckDBPyConnection, asked: Askable, name: str) -> list[str]:
    """Put a table into the database; what of it is damaged, in words."""
    if name == "runs":
        table, damaged = _runs(asked.results)
        database.register(name, table)
        return damaged
    if name not in asked.files:
        database.register(name, _trials(asked.results / TRIALS))
        return []
    files = opened(*asked.files[name])
    if len(files.parts) == 1:
        database.register(name, files.parts[0])
    else:
        _add_parts(database, name, files.parts, files.mixed)
    return [*map(left_out, files.damaged), *map(missing, _missing(asked.results, name))]


def _missing(results: Path, name: str) -> list[Path]:
    """A table that every run has, where a run has lost it."""
    if name not in ALWAYS:
        return []
    return [path for folder in saved_folders(results) if not (path := folder / f"{name}.parquet").exists()]


def _add_parts(database: DuckDBPyConnection, name: str, parts: Sequence[Dataset], mixed: Sequence[str]) -> None:
    # A column that is text in one part and a number in another is text in all of them.
    selects = []
    for i, part in enumerate(parts):
        database.register(f"{name} {i}", part)
        casts = ", ".join(f'"{column}"::varchar as "{column}"' for column in mixed if column in part.schema.names)
        selects.append(f'select *{f" replace ({casts})" if casts else ""} from "{name} {i}"')
    database.execute(f'create view "{name}" as {" union all by name ".join(selects)}')


def _tables_below(home: Path) -> list[Path]:
    """Every table of a finished folder: drafts and parts begin with a dot."""
    found = []
    for folder, below, files in os.walk(home):
        below[:] = [name for name in below if not name.startswith(".")]
        found += [Path(folder, name) for name in files if name.endswith(".parquet") and not name.startswith(".")]
    return sorted(found)


def _runs(results: Path) -> tuple[pa.Table, list[str]]:
    """A row for each saved run: what it is called, its window, its verdict and every metric; what is damaged."""
    rows, damaged = [], []
    for folder in saved_folders(results):
        try:
            one = read_outcome(folder)
        except DataError as error:
            damaged.append(str(error))
            continue
        about = {"name": one.name, "id": one.id, "path": str(folder), "from": one.window[0], "to": one.window[1]}
        about |= {"currency": one.currency}
        rows.append({**about, "reference": one.reference, "verdict": one.verdict, **one.metrics})
    columns = dict.fromkeys([*TEXTS, *METRICS, *(key for row in rows for key in row)])
    kinds = {key: pa.string() if key in TEXTS else pa.float64() for key in columns}
    return pa.table({key: pa.array([row.get(key) for row in rows], kind) for key, kind in kinds.items()}), damaged


def _trials(path: Path) -> pa.Table:
    try:
        with closing(sqlite3.connect(path)) as ledger:
            found = ledger.execute("select question, data, variant, name, sharpe from trials")
            names = [column[0] for column in found.description]
            rows = found.fetchall()
    except sqlite3.Error as error:
        cure = "remove it: trials are counted anew"
        raise DataError(Fault(str(path), "", f"a damaged file ({error})", "the ledger of trials", cure)) from None
    return pa.table({name: [row[i] for row in rows] for i, name in enumerate(names)})
