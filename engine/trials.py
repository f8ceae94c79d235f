"""The ledger of trials: every variant ever run for a question on a data set, counted once.

Statistics need to know how many variants were looked at before the one that is shown. Kept in SQLite, because
several runs may write at once; it carries no time, and deleting `results/` forgets it.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from engine.fingerprint import question_id, variant_id
from engine.result import Result

TABLE = """
create table if not exists trials (
    question text not null, data text not null, variant text not null, name text not null, sharpe real,
    primary key (question, data, variant)
) without rowid
"""


def count_trial(path: Path, result: Result) -> None:
    """Add this run's variant, unless it is there."""
    row = (
        question_id(result.setting),
        result.panel.fingerprint,
        variant_id(result.setting),
        result.name,
        result.own.figures["sharpe"],
    )
    with closing(sqlite3.connect(path, timeout=30)) as ledger, ledger:
        ledger.execute(TABLE)
        ledger.execute("insert or ignore into trials values (?, ?, ?, ?, ?)", row)


def trials_of(path: Path, result: Result) -> int:
    """How many variants of this question were run on this data set, this one among them."""
    if not path.exists():
        return 0
    with closing(sqlite3.connect(path, timeout=30)) as ledger:
        ledger.execute(TABLE)
        found = ledger.execute(
            "select count(*) from trials where question = ? and data = ?",
            (question_id(result.setting), result.panel.fingerprint),
        )
        return int(found.fetchone()[0])
