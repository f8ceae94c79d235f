"""`overweight query`: SQL over all that is saved, by DuckDB on the parquet files of the results folder.

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
import sqlite3
from contextlib import closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from engine.errors import ConfigError, Fault
from engine.measure.metrics import METRICS
from engine.results import terminal
from engine.results.saved import read_outcome, saved_folders
from engine.store import FRAMES
from engine.trials import TRIALS

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

#: More rows than this are counted, not drawn; --csv and --json give all.
DRAWN = 60


def query(sql: str | None, *, as_json: bool, as_csv: bool, results: Path) -> int:
    """Answer a question in SQL; without one, say what can be asked. Raises ConfigError."""
    with closing(_opened(results)) as database:
        if sql is None:
            _show_tables(database, as_json)
            return 0
        names, rows = _answered(database, sql)
    if as_json:
        terminal.put_json([dict(zip(names, map(_plain, row), strict=True)) for row in rows])
    elif as_csv:
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerows([names, *(["" if cell is None else _plain(cell) for cell in row] for row in rows)])
        terminal.put(text.getvalue())
    else:
        _draw(names, rows)
    return 0


def _opened(results: Path) -> DuckDBPyConnection:
    """A database in memory whose views are the saved files."""
    try:
        import duckdb
    except ImportError:
        cure = 'install it: pip install "overweight[query]"'
        raise ConfigError(Fault("overweight query", "", "no DuckDB", "the extra `query`", cure)) from None
    database = duckdb.connect()
    database.register("runs", _runs(results))
    if (results / TRIALS).is_file():
        database.register("trials", _trials(results / TRIALS))
    for frame in FRAMES:
        _add_view(database, frame, results / "runs")
    studies = results / "studies"
    for table in sorted({path.stem for path in studies.rglob("*.parquet") if _is_whole(path)}):
        _add_view(database, table, studies)
    return database


def _is_whole(path: Path) -> bool:
    """Whether a file stands in a finished folder: drafts and parts begin with a dot."""
    return not any(part.startswith(".") for part in path.parts)


def _add_view(database: DuckDBPyConnection, name: str, below: Path) -> None:
    """All files of one name below a folder, each row with the name and the id that its folders say."""
    files = sorted(str(path) for path in below.rglob(f"{name}.parquet") if _is_whole(path.relative_to(below)))
    if not files:
        return
    quoted = ", ".join("'" + file.replace("'", "''") + "'" for file in files)
    head = len(str(below)) + 2
    database.execute(
        f'create view "{name}" as select '
        f"regexp_extract(substr(filename, {head}), '^(.*)/[^/]+/[^/]+$', 1) as name, "
        "regexp_extract(filename, '([^/]+)/[^/]+$', 1) as id, "
        f"* exclude (filename) from read_parquet([{quoted}], union_by_name = true, filename = true)"
    )


def _runs(results: Path) -> pa.Table:
    rows = []
    for folder in saved_folders(results):
        with suppress(Exception):  # a damaged run is told by `list`, and hides no other here
            one = read_outcome(folder)
            rows.append(
                {
                    "name": one.name,
                    "id": one.id,
                    "path": str(folder),
                    "from": one.window[0],
                    "to": one.window[1],
                    "reference": one.reference,
                    "verdict": one.verdict,
                    **one.metrics,
                }
            )
    texts = ("name", "id", "path", "from", "to", "reference", "verdict")
    columns = dict.fromkeys([*texts, *METRICS, *(key for row in rows for key in row)])
    return pa.table(
        {
            key: pa.array([row.get(key) for row in rows], pa.string() if key in texts else pa.float64())
            for key in columns
        }
    )


def _trials(path: Path) -> pa.Table:
    with closing(sqlite3.connect(path)) as ledger:
        found = ledger.execute("select question, data, variant, name, sharpe from trials")
        names = [column[0] for column in found.description]
        rows = found.fetchall()
    return pa.table({name: [row[i] for row in rows] for i, name in enumerate(names)})


def _answered(database: DuckDBPyConnection, sql: str) -> tuple[list[str], list[tuple[Any, ...]]]:
    import duckdb

    try:
        if len(duckdb.extract_statements(sql)) != 1:
            raise duckdb.InvalidInputException("one statement is asked for, and no more")
        found = database.execute(sql)
        rows = found.fetchall()
    except duckdb.Error as error:
        said = " ".join(line.strip() for line in str(error).partition("\nLINE ")[0].split("\n") if line.strip())
        known = ", ".join(name for name, _ in _tables(database))
        raise ConfigError(
            Fault("overweight query", "SQL", said, f"SQL over {known}", "`overweight query` alone lists the columns")
        ) from None
    return [column[0] for column in found.description or []], rows


def _tables(database: DuckDBPyConnection) -> list[tuple[str, list[str]]]:
    found = database.execute(
        "select table_name, list(column_name order by ordinal_position) from information_schema.columns "
        "group by table_name order by table_name = 'runs' desc, table_name"
    ).fetchall()
    return [(name, columns) for name, columns in found]


def _show_tables(database: DuckDBPyConnection, as_json: bool) -> None:
    tables = _tables(database)
    if as_json:
        terminal.put_json(dict(tables))
        return
    from rich.table import Table

    grid = Table.grid(padding=(0, 2, 0, 0))
    for name, columns in tables:
        shown = ", ".join(columns[:24]) + (f" and {len(columns) - 24} more" if len(columns) > 24 else "")
        grid.add_row(name, shown)
    terminal.put_drawn(grid, "", 'ask  overweight query "select name, sharpe from runs order by sharpe desc"')


def _draw(names: list[str], rows: list[tuple[Any, ...]]) -> None:
    from rich.table import Table

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for name, column in zip(names, zip(*rows, strict=True) if rows else [()] * len(names), strict=True):
        number = any(isinstance(cell, (int, float)) for cell in column)
        table.add_column(name, justify="right" if number else "left", no_wrap=number)
    for row in rows[:DRAWN]:
        table.add_row(*(_shown(cell) for cell in row))
    more = len(rows) - DRAWN
    below = [] if rows else ["no row"]
    terminal.put_drawn(table, *([f"and {more} more rows: --csv or --json gives all"] if more > 0 else below))


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
    return cell if isinstance(cell, (int, str, bool, type(None), list, dict)) else str(cell)
