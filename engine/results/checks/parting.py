"""Where two runs part: the first session on which their targets, their holdings and their equity differ."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np

from engine import tables
from engine.result import Result
from engine.results.checks.baseline import Baseline
from engine.results.checks.moved import SAME, equity_differs
from engine.results.checks.stored_run import StoredRun
from engine.results.checks.target_marks import DECIMALS, decision_days, first_change
from engine.tables import Columns

What = Literal["targets", "holdings", "equity"]
#: Weights apart by less are the same holdings: prices move them, and no decision does.
WEIGHT = 1e-9
#: Of the assets that differ most so many are named.
LARGEST = 5
#: What of a ledger's line is said in words even where both sides have it equal.
ALWAYS = ("equity", "cash", "traded")


@dataclass(frozen=True, slots=True)
class FirstParting:
    """day: `2008-10-01`, or the year alone where only the baseline speaks for the other side.

    largest: (asset, was, now), the largest difference first. was, now: the ledger's lines of that day.
    """

    what: What
    day: str
    largest: tuple[tuple[str, float, float], ...] = ()
    was: Mapping[str, float] | None = None
    now: Mapping[str, float] | None = None

    def lines(self) -> Iterator[str]:
        """In words."""
        weights = ", ".join(f"{name} {was:.6g} -> {now:.6g}" for name, was, now in self.largest)
        when = f"{'in' if len(self.day) == 4 else 'on'} {self.day}"
        yield f"{self.what} part {when}" + (f": {weights}" if weights else "")
        for side, row in (("was", self.was), ("now", self.now)):
            if row:
                yield f"  {side}  " + "  ".join(f"{key} {_money(row[key])}" for key in self._told() if key in row)

    def _told(self) -> list[str]:
        was, now = self.was or {}, self.now or {}
        return [key for key in {**was, **now} if key in ALWAYS or was.get(key) != now.get(key)]

    def as_json(self) -> dict[str, Any]:
        """The entry of `check --json`."""
        said = asdict(self)
        said["largest"] = [{"asset": name, "was": was, "now": now} for name, was, now in self.largest]
        return said


def partings(was: Baseline, now: Baseline, result: Result, stored: StoredRun | None) -> tuple[FirstParting, ...]:
    """In the order in which a difference spreads; what is the same throughout has no entry."""
    found = _from_marks(was, now, result) if stored is None else _from_tables(stored, result)
    # Where the data end earlier than they did, what comes after is gone, and parts from nothing.
    return tuple(one for one in found if now.last >= was.last or one.day <= now.last)


def _from_marks(was: Baseline, now: Baseline, result: Result) -> Iterator[FirstParting]:
    day = first_change(was.targets, now.targets, decision_days(result))
    if day:
        yield FirstParting("targets", day)
    year = equity_differs(was, now)
    if year:
        old, new = was.equity.get(year), now.equity.get(year)
        yield FirstParting("equity", year, (), *({} if one is None else {"equity": one} for one in (old, new)))


def _from_tables(stored: StoredRun, result: Result) -> Iterator[FirstParting]:
    targets = _first_row(stored.targets, tables.targets_columns(result), 0.5 * 10.0**-DECIMALS)
    if targets is not None:
        yield FirstParting("targets", *targets)
    holdings = _first_row(*_common(stored.weights, tables.weights_columns(result)), WEIGHT)
    if holdings is not None:
        yield FirstParting("holdings", *holdings)
    ledger = tables.ledger_columns(result.own.ledger)
    equity = _first_row(*_common(_only(stored.ledger, "equity"), _only(ledger, "equity")), 0.0, SAME)
    if equity is not None:
        yield FirstParting("equity", equity[0], (), _line(stored.ledger, equity[0]), _line(ledger, equity[0]))


def _first_row(
    was: Columns, now: Columns, apart: float, part: float = 0.0
) -> tuple[str, tuple[tuple[str, float, float], ...]] | None:
    """The day of the first row that differs and its largest differences; None where all rows are the same.

    apart, part: two values are the same within `apart`, or within `part` of the larger one. An asset that only one
    side has weighs 0 on the other.
    """
    names = sorted(({*was, *now}) - {"date"})
    old_days, new_days = (one["date"].astype("datetime64[D]") for one in (was, now))
    rows = min(len(old_days), len(new_days))
    old, new = (
        np.column_stack([one.get(name, np.zeros(len(one["date"])))[:rows] for name in names]) for one in (was, now)
    )
    far = np.abs(new - old) > np.maximum(apart, part * np.maximum(np.abs(new), np.abs(old)))
    differs = np.flatnonzero(far.any(axis=1) | (old_days[:rows] != new_days[:rows]))
    if len(differs) == 0:
        longer = old_days if len(old_days) > rows else new_days
        return (str(longer[rows]), ()) if len(longer) > rows else None
    row = int(differs[0])
    order = np.argsort(-np.abs(new[row] - old[row]), kind="stable")[:LARGEST]
    largest = tuple((names[i], float(old[row, i]), float(new[row, i])) for i in order if far[row, i])
    return str(min(old_days[row], new_days[row])), largest


def _common(was: Columns, now: Columns) -> tuple[Columns, Columns]:
    """The rows of days that both have: one ledger may begin a session before the other, with nothing but cash."""
    days = was["date"].astype("datetime64[D]"), now["date"].astype("datetime64[D]")
    _, old, new = np.intersect1d(days[0], days[1], return_indices=True)
    return {name: values[old] for name, values in was.items()}, {name: values[new] for name, values in now.items()}


def _only(columns: Columns, name: str) -> Columns:
    return {key: columns[key] for key in ("date", name)}


def _line(ledger: Columns, day: str) -> dict[str, float]:
    """The ledger's line of a day; {} where it has none."""
    rows = np.flatnonzero(ledger["date"].astype("datetime64[D]") == np.datetime64(day))
    return {name: float(values[rows[0]]) for name, values in ledger.items() if name != "date"} if len(rows) else {}


def _money(value: float) -> str:
    return f"{value:,.2f}" if abs(value) >= 1_000 else f"{value:.6g}"
