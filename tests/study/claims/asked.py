"""Claims asked in a test's own folder: a file of series, a block of claims, what came of it."""

from __future__ import annotations

import pandas as pd

from engine.config import load
from engine.study.claims.parts import Part
from engine.study.claims.study import Judged, claims_of
from tests.desk import Desk

FILE = """\
hold: {everything: [AAA]}
data: {source: files, path: prices.csv, returns: price}
"""


def judged(desk: Desk, claim: str, rest: str = FILE) -> Judged:
    """One claim, its block given as YAML of one level, on the desk's files."""
    block = "\n".join(f"    {line}" for line in claim.strip().splitlines())
    desk.text(f"claims:\n  C1:\n    claim: it is said\n{block}\n{rest}", "c.yaml")
    found, _ = claims_of(load("c.yaml"))
    return found[0]


def parts(desk: Desk, claim: str, rest: str = FILE) -> tuple[Part, ...]:
    """The parts of one claim."""
    return judged(desk, claim, rest).parts


def series(values: dict[str, list[float]], start: str = "2020-01-01", freq: str = "B") -> pd.DataFrame:
    """Columns on business days (or another frequency) from a day on."""
    count = len(next(iter(values.values())))
    return pd.DataFrame(values, pd.date_range(start, periods=count, freq=freq, name="date"))
