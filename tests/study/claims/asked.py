"""Claims asked in a test's own folder: a file of series, a block of claims, what came of it."""

from __future__ import annotations

import pandas as pd

from engine.config import Config, load
from engine.study.claims.evidence import gather
from engine.study.claims.kinds import measure, names_in
from engine.study.claims.parts import ClaimPart
from engine.study.claims.study import Judged, claims_of
from tests.desk import Desk

FILE = """\
hold: {everything: [AAA]}
data: {source: files, path: prices.csv, returns: price}
"""


def judged(desk: Desk, claim: str, rest: str = FILE) -> Judged:
    """One claim, its block given as YAML of one level, on the desk's files."""
    found, _ = claims_of(written(desk, claim, rest))
    return found[0]


def parts(desk: Desk, claim: str, rest: str = FILE) -> tuple[ClaimPart, ...]:
    """The parts of one claim; without the other ways of measuring, of which each takes as long."""
    config = written(desk, claim, rest)
    asked = config.claims["C1"]
    return measure(asked, gather(config, {*names_in(asked)}), "claims.C1")


def written(desk: Desk, claim: str, rest: str = FILE) -> Config:
    """A file of one claim."""
    block = "\n".join(f"    {line}" for line in claim.strip().splitlines())
    desk.text(f"claims:\n  C1:\n    claim: it is said\n{block}\n{rest}", "c.yaml")
    return load("c.yaml")


def series(values: dict[str, list[float]], start: str = "2020-01-01", freq: str = "B") -> pd.DataFrame:
    """Columns on business days (or another frequency) from a day on."""
    count = len(next(iter(values.values())))
    return pd.DataFrame(values, pd.date_range(start, periods=count, freq=freq, name="date"))
