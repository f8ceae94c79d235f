"""`overweight query`: SQL over all that is saved, by DuckDB on the files of the results folder.

runs        a row for each saved run: name, id, path, window, verdict, each metric
ledger ...  the tables of all runs (ledger, targets, weights, trades, decisions, attribution), each row with name and id
trials      the ledger of trials
variants .. the tables of studies, by their names, each row with name and id
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import math
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.errors import ConfigError, DataError, Fault
from engine.results import terminal
from engine.results.query_datasets import left_out
from engine.results.query_drawn import drawn
from engine.results.query_tables import Askable, askable, database_of

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

#: What asks for tables without naming them.
CATALOGUE = re.compile(r"\b(show|information_schema|pg_\w+|duckdb_\w+|sqlite_master|query\w*)\b", re.I)
#: How DuckDB begins when a table that was handed to it cannot be read to its end.
BROKEN_OFF = "reading the stream registered as"
#: Columns of one table that are listed.
LISTED = 24


def query(sql: str | None, *, as_json: bool, as_csv: bool, results: Path) -> int:
    """Answer a question in SQL; without one, say what can be asked. Raises ConfigError.

    The exit code: 0, or that of bad data where something is damaged and its rows are missing; each is told.
    """
    asked = askable(results)
    if sql is None:
        if as_csv:
            cure = "add the question, or take --json for what can be asked"
            raise ConfigError(Fault("overweight query", "--csv", "no question", "SQL, whose rows are printed", cure))
        with database_of(asked, asked.names) as filled:
            _tell(filled.damaged)
            _show_tables(filled.database, as_json)
        return DataError.exit_code if filled.damaged else 0
    answer = _answered(sql, asked)
    _tell(answer.damaged)
    _put(answer.names, answer.rows, as_json=as_json, as_csv=as_csv)
    return DataError.exit_code if answer.damaged else 0


@dataclass(frozen=True, slots=True)
class Answer:
    """Columns and rows; damaged: what is not among them, in words."""

    names: list[str]
    rows: list[tuple[Any, ...]]
    damaged: Sequence[str]


class _Unreadable(Exception):
    """A table broke off while its rows were read."""


def _tell(damaged: Sequence[str]) -> None:
    for words in damaged:
        terminal.complain(words)


def _put(names: list[str], rows: list[tuple[Any, ...]], *, as_json: bool, as_csv: bool) -> None:
    if as_json:
        terminal.put_json([dict(zip(names, map(_plain, row), strict=True)) for row in rows])
    elif as_csv:
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerows([names, *(["" if cell is None else _plain(cell) for cell in row] for row in rows)])
        terminal.put(text.getvalue())
    else:
        terminal.put_drawn(*drawn(names, [[_shown(cell) for cell in row] for row in rows], _numbers(rows)))


def _named(sql: str, asked: Askable) -> list[str]:
    """The tables whose names occur in a question, so that no other is looked at; all where it asks which there are."""
    if CATALOGUE.search(sql):
        return asked.names
    words = {word.lower() for word in re.findall(r"\w+", sql)}
    return [name for name in asked.names if {*re.findall(r"\w+", name.lower())} <= words]


def _answered(sql: str, asked: Askable) -> Answer:
    """The answer of all that can be read: a file is opened by its end, and its rows may be found damaged later."""
    names = _named(sql, asked)
    try:
        return _asked_once(sql, asked, names)
    except _Unreadable as error:
        broken = asked.unreadable(names)
        if not broken:
            raise ConfigError(_fault(str(error), asked)) from None
        rest = _asked_once(sql, asked.without(broken), names)
        return replace(rest, damaged=[*rest.damaged, *map(left_out, broken)])


def _asked_once(sql: str, asked: Askable, names: Collection[str]) -> Answer:
    """Raises ConfigError where the question is wrong, _Unreadable where rows are damaged."""
    import duckdb

    with database_of(asked, names) as filled:
        _refuse_other_statements(sql, asked)
        try:
            found = filled.database.execute(sql)
            columns = _told_apart([column[0] for column in found.description or []])
            return Answer(columns, found.fetchall(), filled.damaged)
        except duckdb.Error as error:
            meant = _meant(error, asked)
            if isinstance(meant, ConfigError):
                _tell(filled.damaged)  # a column that is missing may be one of a damaged table
            raise meant from None


def _meant(error: Exception, asked: Askable) -> Exception:
    import duckdb

    if isinstance(error, duckdb.PermissionException):
        reason = "a question that reaches beyond the results (a file, a setting, an extension)"
        return ConfigError(_fault(reason, asked, _TAKE))
    if BROKEN_OFF in str(error):
        return _Unreadable(_in_words(error))
    return ConfigError(_fault(_in_words(error), asked))


_TAKE = "ask for the rows, and take them with --csv or --json"


def _refuse_other_statements(sql: str, asked: Askable) -> None:
    """Raises ConfigError for anything but one question: what writes, loads, attaches or sets is none."""
    import duckdb

    try:
        statements = duckdb.extract_statements(sql)
        kinds = [str(one.type).rpartition(".")[2] for one in statements]
    except duckdb.Error as error:
        raise ConfigError(_fault(_in_words(error), asked)) from None
    if len(kinds) != 1:
        raise ConfigError(_fault(f"{len(kinds)} statements" if kinds else "no statement", asked, "ask one at a time"))
    # A PIVOT is several statements in one.
    if kinds[0] not in ("SELECT", "MULTI"):
        found = f"the statement {kinds[0].replace('_', ' ')}"
        raise ConfigError(_fault(found, asked, f"results are read here and never changed: {_TAKE}"))


def _fault(found: str, asked: Askable, cure: str = "`overweight query` alone lists the columns") -> Fault:
    return Fault("overweight query", "SQL", found, f"one SELECT over {', '.join(asked.names)}", cure)


def _in_words(error: Exception) -> str:
    """DuckDB's message without the copy of the question under it."""
    said = str(error).partition("\nLINE ")[0]
    return " ".join(line.strip() for line in said.split("\n") if line.strip())


def _told_apart(names: list[str]) -> list[str]:
    """Columns of a join that have one name: `id`, `id_2`, so that none is lost in JSON."""
    seen: dict[str, int] = {}
    for name in names:
        seen[name] = seen.get(name, 0) + 1
    if len(seen) == len(names):
        return names
    count: dict[str, int] = {}
    found = []
    for name in names:
        count[name] = count.get(name, 0) + 1
        found.append(name if count[name] == 1 else f"{name}_{count[name]}")
    return found


def _show_tables(database: DuckDBPyConnection, as_json: bool) -> None:
    tables = dict(_tables(database))
    if as_json:
        terminal.put_json(tables)
        return
    from rich.table import Table

    grid = Table.grid(padding=(0, 2, 0, 0))
    for name, columns in tables.items():
        more = f" and {len(columns) - LISTED} more" if len(columns) > LISTED else ""
        grid.add_row(name, ", ".join(columns[:LISTED]) + more)
    terminal.put_drawn(grid, "", 'ask  overweight query "select name, sharpe from runs order by sharpe desc"')


def _tables(database: DuckDBPyConnection) -> Iterator[tuple[str, list[str]]]:
    """Columns by table, `runs` first."""
    found = database.execute(
        "select table_name, list(column_name order by ordinal_position) from information_schema.columns "
        "group by table_name order by table_name = 'runs' desc, table_name"
    ).fetchall()
    yield from ((name, columns) for name, columns in found)


def _numbers(rows: list[tuple[Any, ...]]) -> list[bool]:
    return [any(isinstance(cell, (int, float)) for cell in column) for column in zip(*rows, strict=True)]


def _shown(cell: Any) -> str:
    if cell is None:
        return "-"
    return f"{cell:.6g}" if isinstance(cell, float) else str(_plain(cell))


def _plain(cell: Any) -> Any:
    """A cell as JSON and CSV take it: days as text, no NaN."""
    if isinstance(cell, dt.datetime) and cell.time() == dt.time():
        return str(cell.date())
    if isinstance(cell, float):
        return cell if math.isfinite(cell) else None
    if isinstance(cell, (list, tuple)):
        return [_plain(one) for one in cell]
    if isinstance(cell, dict):
        return {str(key): _plain(value) for key, value in cell.items()}
    return cell if isinstance(cell, (int, str, bool, type(None))) else str(cell)
