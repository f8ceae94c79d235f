"""Quality: what looks wrong in a table, as findings. Nothing is ever changed or deleted by it.

Silver fell 31% on 2026-01-30 and that is true: a large move is reported, and stays.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from engine.market.agreement import agreeing
from engine.market.finding import Finding, Tolerances
from engine.market.levels import carry
from engine.market.table import Dates, Matrix, Table

__all__ = ["Finding", "Tolerances", "findings", "short"]

#: Ratios of two prices that a split of 2, 3, 4, 5, 10 or 20 for 1, 3 for 2, or the reverse leaves unadjusted.
SPLITS = np.array([2.0, 3.0, 4.0, 5.0, 10.0, 20.0, 1.5])
SPLIT_TOLERANCE = 0.02
#: A session is calm for the others when half of them move by less than this.
CALM = 0.02
#: A label is alive if its last price is at most this many days older than the table's last.
ALIVE_DAYS = 10
#: Fewer labels than this say nothing about survivorship.
LEAST_LABELS = 5
#: A hole in the dates of a table is this many times the usual step.
HOLE = 5


def findings(table: Table, limits: Tolerances | None = None, sessions: Dates | None = None) -> list[Finding]:
    """Everything that looks wrong, kind by kind.

    sessions: the exchange's own days, where gaps are to be held against them; else the table's dates.
    Tables of values are looked at for gaps alone: an index may stand still, jump, and be zero.
    """
    limits = limits or Tolerances()
    found = gaps(table, sessions)
    if table.kind != "prices" or not table.columns:
        return found
    returns = session_returns(table.values)
    found += stale(table, limits.stale)
    found += not_positive(table)
    splits = unadjusted_splits(table, returns)
    found += moves(table, returns, limits.move) + splits
    found += agreeing(table, returns, limits.agree)
    return found + survivorship(table)


def short(found: Sequence[Finding]) -> dict[str, int]:
    """How many findings of each kind, by kind: what a result's manifest says."""
    return dict(sorted(Counter(one.kind for one in found).items()))


def session_returns(prices: Matrix) -> Matrix:
    """(R, C) simple return since the last price before; NaN without one. The first row is NaN."""
    before = _carried(prices)[:-1]
    returns = np.full(prices.shape, np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        np.divide(prices[1:], before, out=returns[1:])
        # What comes from a price at or below zero is no return.
        returns[~((returns > 0.0) & (returns < np.inf))] = np.nan
    returns -= 1.0
    return returns


def _carried(prices: Matrix) -> Matrix:
    """Prices, the last one carried over gaps; what lies before the first and after the last does not matter."""
    given = ~np.isnan(prices)
    life = len(prices) - given.argmax(axis=0) - given[::-1].argmax(axis=0)
    broken = np.flatnonzero(given.sum(axis=0) < life)
    if not len(broken):
        return prices
    whole = prices.copy(order="K")
    whole[:, broken] = carry(prices[:, broken])
    return whole


def gaps(table: Table, sessions: Dates | None = None) -> list[Finding]:
    """Days without a value between the first and the last of each label, and holes in the dates of the table."""
    if sessions is not None and len(table.dates):
        inside = (sessions >= table.dates[0]) & (sessions <= table.dates[-1])
        days = np.union1d(table.dates, sessions[inside])
        values = np.full((len(days), len(table.columns)), np.nan)
        values[np.searchsorted(days, table.dates)] = table.values
        missing, days = ~np.isin(days, table.dates), days
    else:
        days, values = table.dates, table.values
        missing = np.zeros(len(days), np.bool_)
    given = ~np.isnan(values)
    if not given.any() or (given.all() and not missing.any()):
        return holes(table)
    first = given.argmax(axis=0)
    last = len(days) - 1 - given[::-1].argmax(axis=0)
    alike: dict[tuple[np.datetime64, int, int], list[str]] = {}
    for i in np.flatnonzero(given.any(axis=0) & (given.sum(axis=0) < last - first + 1)):
        inside_life = ~given[first[i] : last[i] + 1, i]
        starts, lengths = runs(inside_life)
        trouble = (days[first[i] + starts[0]], int(inside_life.sum()), int(lengths.max()))
        alike.setdefault(trouble, []).append(table.columns[i])
    found = []
    for (day, count, worst), labels in alike.items():
        # Labels of one exchange miss the same days of another: that is one finding.
        label = labels[0] if len(labels) == 1 else f"{labels[0]} and {len(labels) - 1} more"
        words = f"{counted(count, 'session')} without a value, at most {worst} in a row"
        found.append(Finding("gap", label, day, count, float(worst), words))
    return found + holes(table)


def holes(table: Table) -> list[Finding]:
    """Stretches without any row at all, far longer than the table's usual step (five days at the least)."""
    steps = np.diff(table.dates).astype(np.int64)
    if len(steps) < 3:
        return []
    usual = max(float(np.median(steps)), 2.0)
    wide = np.flatnonzero(steps > HOLE * usual)
    if not len(wide):
        return []
    worst = int(steps[wide].max())
    words = f"no row at all for {worst} days, where {np.median(steps):.0f} is usual"
    return [Finding("hole", "all", table.dates[wide[0]] + 1, len(wide), float(worst), words)]


def stale(table: Table, least: int = 6) -> list[Finding]:
    """Stretches of `least` or more equal prices in a row."""
    values = _carried(table.values)
    same = (values[1:] == values[:-1]) & ~np.isnan(table.values[1:])
    # Only columns that stand still often enough are worth a closer look.
    found = []
    for i in np.flatnonzero(same.sum(axis=0) >= least - 1):
        starts, lengths = runs(same[:, i])
        long = lengths >= least - 1
        if long.any():
            worst = int(lengths[long].max()) + 1
            words = (
                f"{counted(int(long.sum()), 'stretch', 'es')} of {least} or more equal prices, the longest of {worst}"
            )
            day = table.dates[starts[long][0]]
            found.append(Finding("stale", table.columns[i], day, int(long.sum()), float(worst), words))
    return found


def counted(count: int, noun: str, ending: str = "s") -> str:
    """`1 move`, `2 moves`."""
    return f"{count:,} {noun}" + (ending if count != 1 else "")


def runs(flags: NDArray[np.bool_]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Start and length of every run of True in a vector."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], flags, [False])).astype(np.int8)))
    return edges[::2], edges[1::2] - edges[::2]


def not_positive(table: Table) -> list[Finding]:
    """Prices at or below zero."""
    bad = table.values <= 0.0
    found = []
    for i in np.flatnonzero(bad.any(axis=0)):
        rows = np.flatnonzero(bad[:, i])
        worst = float(table.values[rows, i].min())
        words = f"{counted(len(rows), 'price')} at or below zero, the lowest {worst:g}"
        found.append(Finding("not positive", table.columns[i], table.dates[rows[0]], len(rows), worst, words))
    return found


def moves(table: Table, returns: Matrix, bound: float = 0.25) -> list[Finding]:
    """Moves of a session beyond a bound, up or down. They are reported; most of them happened."""
    with np.errstate(invalid="ignore"):
        rows, columns = np.nonzero(np.abs(returns) > bound)
    found = []
    for i in np.unique(columns):
        at = rows[columns == i]
        worst = at[int(np.argmax(np.abs(returns[at, i])))]
        size = float(returns[worst, i])
        words = f"{counted(len(at), 'move')} beyond {bound:.0%}, the largest {size:+.1%} on {table.dates[worst]}"
        found.append(Finding("move", table.columns[i], table.dates[at[0]], len(at), size, words))
    return found


def unadjusted_splits(table: Table, returns: Matrix) -> list[Finding]:
    """Moves that look like a split the prices were not adjusted for, on sessions that were calm for the others."""
    with np.errstate(invalid="ignore"):
        rows, columns = np.nonzero((returns > 0.45) | (returns < -0.32))
    found = []
    for row, i in zip(rows, columns, strict=True):
        ratio = 1.0 + float(returns[row, i])
        near = np.abs(max(ratio, 1.0 / ratio) / SPLITS - 1.0)
        others = np.abs(np.delete(returns[row], i))
        others = others[~np.isnan(others)]
        if near.min() <= SPLIT_TOLERANCE and (not len(others) or np.median(others) < CALM):
            split = SPLITS[int(near.argmin())]
            form = f"{split:g} for 1" if ratio < 1.0 else f"1 for {split:g}"
            words = f"{ratio - 1.0:+.1%} on {table.dates[row]}, like an unadjusted split of {form}"
            found.append(Finding("split", table.columns[i], table.dates[row], 1, ratio - 1.0, words))
    return found


def survivorship(table: Table) -> list[Finding]:
    """Whether every label lives to the last day: then whoever chose them knew who would survive."""
    given = ~np.isnan(table.values)
    if len(table.columns) < LEAST_LABELS or not given.any(axis=0).all():
        return []
    last = table.dates[len(table.dates) - 1 - given[::-1].argmax(axis=0)]
    if ((table.dates[-1] - last).astype(np.int64) > ALIVE_DAYS).any():
        return []
    words = f"all {len(table.columns)} labels live to {table.dates[-1]}: the dead were left out, or nobody died"
    return [Finding("survivors", "all", table.dates[-1], len(table.columns), float("nan"), words)]
