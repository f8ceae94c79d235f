"""The ledger of trials: every variant ever run for a question on a data set, counted once.

Statistics need to know how many variants were looked at before the one that is shown. Kept in SQLite, because
several runs may write at once; it carries no time, and deleting `results/` forgets it.
"""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import astuple, dataclass
from pathlib import Path

from engine.errors import DataError, Fault
from engine.fingerprint import question_id, variant_id
from engine.folder import TRIALS as TRIALS
from engine.result import Result

TABLE = """
create table if not exists trials (
    question text not null, data text not null, variant text not null, name text not null, sharpe real,
    primary key (question, data, variant)
) without rowid
"""
#: A sweep's variants, too many for a row each: how many had figures, mean and variance of their Sharpe ratios.
SWEEPS = """
create table if not exists sweeps (
    question text not null, data text not null, sweep text not null, name text not null, variants integer not null,
    mean_sharpe real, variance_of_sharpes real, primary key (question, data, sweep)
) without rowid
"""


@dataclass(frozen=True, slots=True)
class SweptTrials:
    """A row of SWEEPS. sweep: a hash of what was swept on which data. variance: of the population, over n."""

    question: str
    data: str
    sweep: str
    name: str
    variants: int
    mean_sharpe: float | None
    variance_of_sharpes: float | None


#: What SQLite complains of that is no damage, and what helps.
CURES = {
    "SQLITE_FULL": "free some space",
    "SQLITE_BUSY": "another run holds it: wait, then try again",
    "SQLITE_LOCKED": "another run holds it: wait, then try again",
    "SQLITE_READONLY": "allow to write to it, or give another folder: `--results FOLDER`",
    "SQLITE_IOERR": "allow to write to it, or give another folder: `--results FOLDER`",
}


@dataclass(frozen=True, slots=True)
class Tried:
    """Variants of one question on one data set. variance: of their annual Sharpe ratios, None for fewer than two."""

    count: int
    variance: float | None


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


def count_swept(path: Path, rows: Sequence[SweptTrials]) -> None:
    """Add the variants of a sweep, unless it is there. Raises DataError where the ledger is damaged."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with _opened(path) as ledger, ledger:
        ledger.executemany("insert or ignore into sweeps values (?, ?, ?, ?, ?, ?, ?)", [astuple(row) for row in rows])


def trials_of(path: Path, result: Result) -> int:
    """How many variants of this question were run on this data set, this one and those of sweeps among them.

    Raises DataError.
    """
    return _tried(*_recorded(path, question_id(result.setting), result.panel.fingerprint)).count


def tried_with(path: Path | None, result: Result) -> Tried:
    """The variants of this question on these data, this one among them whether it is counted yet or not.

    path: None, or of no file, where no ledger is kept. Raises DataError.
    """
    sharpes, sweeps = _recorded(path, question_id(result.setting), result.panel.fingerprint)
    sharpes.setdefault(variant_id(result.setting), result.own.figures["sharpe"])
    return _tried(sharpes, sweeps)


def _recorded(
    path: Path | None, question: str, data: str
) -> tuple[dict[str, float | None], list[tuple[int, float | None, float | None]]]:
    """The Sharpe ratios of single runs by variant; and of each sweep how many variants, their mean and variance."""
    if path is None or not path.exists():
        return {}, []
    where = "where question = ? and data = ?"
    with _opened(path) as ledger:
        runs = ledger.execute(f"select variant, sharpe from trials {where}", (question, data)).fetchall()
        columns = "variants, mean_sharpe, variance_of_sharpes"
        sweeps = ledger.execute(f"select {columns} from sweeps {where}", (question, data)).fetchall()
    return dict(runs), sweeps


def _tried(sharpes: Mapping[str, float | None], sweeps: Sequence[tuple[int, float | None, float | None]] = ()) -> Tried:
    """All of them together: groups of so many with a mean and a variance of their own; a run is a group of one."""
    count = len(sharpes) + sum(size for size, _, _ in sweeps)
    groups = [(1, one, 0.0) for one in sharpes.values() if one is not None]
    groups += [(size, mean, spread or 0.0) for size, mean, spread in sweeps if mean is not None]
    n = sum(size for size, _, _ in groups)
    if n < 2:
        return Tried(count, None)
    middle = math.fsum(size * mean for size, mean, _ in groups) / n
    squares = math.fsum(size * (spread + (mean - middle) ** 2) for size, mean, spread in groups)
    return Tried(count, squares / (n - 1))


def trials_recorded(path: Path, name: str) -> int:
    """The most variants of one question on one data set among which a run of this name is. Raises DataError."""
    if not path.exists():
        return 0
    with _opened(path) as ledger:
        asked = ledger.execute("select distinct question, data from trials where name = ?", (name,)).fetchall()
    return max((_tried(*_recorded(path, *pair)).count for pair in asked), default=0)


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
            ledger.execute(SWEEPS)
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
