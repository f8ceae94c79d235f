"""The ledger of trials: every variant ever run for a question on a data set, counted once.

Statistics need to know how many variants were looked at before the one that is shown. Kept in SQLite, because
several runs may write at once; it carries no time, and deleting `results/` forgets it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from engine.errors import DataError, Fault
from engine.fingerprint import question_id, variant_id
from engine.result import Result

#: The ledger's file, in the results folder.
TRIALS = "trials.sqlite"
TABLE = """
create table if not exists trials (
    question text not null, data text not null, variant text not null, name text not null, sharpe real,
    primary key (question, data, variant)
) without rowid
"""


#: What SQLite complains of that is no damage, and what helps.
CURES = {
    "SQLITE_FULL": "free some space",
    "SQLITE_BUSY": "another run holds it: wait, then try again",
    "SQLITE_LOCKED": "another run holds it: wait, then try again",
    "SQLITE_READONLY": "allow to write to it, or give another folder: `--results FOLDER`",
    "SQLITE_IOERR": "allow to write to it, or give another folder: `--results FOLDER`",
}


def count_trial(path: Path, result: Result) -> None:
    """Add this run's variant, unless it is there. Raises DataError where the ledger is damaged."""
    row = (
        question_id(result.setting),
        result.panel.fingerprint,
        variant_id(result.setting),
        result.name,
        result.own.figures["sharpe"],
    )
    with _opened(path) as ledger, ledger:
        ledger.execute("insert or ignore into trials values (?, ?, ?, ?, ?)", row)


def trials_of(path: Path, result: Result) -> int:
    """How many variants of this question were run on this data set, this one among them. Raises DataError."""
    if not path.exists():
        return 0
    with _opened(path) as ledger:
        found = ledger.execute(
            "select count(*) from trials where question = ? and data = ?",
            (question_id(result.setting), result.panel.fingerprint),
        )
        return int(found.fetchone()[0])


def trials_recorded(path: Path, name: str) -> int:
    """The most variants of one question on one data set among which a run of this name is. Raises DataError."""
    if not path.exists():
        return 0
    with _opened(path) as ledger:
        found = ledger.execute(
            "select count(*) from trials where (question, data) in "
            "(select question, data from trials where name = ?) group by question, data order by 1 desc",
            (name,),
        ).fetchone()
        return int(found[0]) if found else 0


def check_trials(path: Path) -> None:
    """Raises DataError where there is a ledger that cannot be used: before a run, not after it."""
    if path.exists():
        with _opened(path) as ledger:
            ledger.execute("select question, data, variant, name, sharpe from trials limit 1").fetchall()


@contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    try:
        with closing(sqlite3.connect(path, timeout=30)) as ledger:
            ledger.execute(TABLE)
            yield ledger
    except sqlite3.Error as error:
        raise DataError(_unusable(path, error)) from None


def _unusable(path: Path, error: sqlite3.Error) -> Fault:
    code = getattr(error, "sqlite_errorname", "") or ""
    cures = [cure for kind, cure in CURES.items() if code.startswith(kind)]
    found = "a folder" if path.is_dir() else f"a file that cannot be used ({error})"
    away = "move it away: the next run begins a new one, which has forgotten the trials so far"
    return Fault(
        str(path), "", found, "the ledger of trials, as `overweight run` keeps it", cures[0] if cures else away
    )
