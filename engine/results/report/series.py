"""What a report draws, computed from the tables of a saved run: paths, drawdowns, sleeves, months, eras."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.market.table import Dates, Matrix, Vector
from engine.market.weekdays import week_of
from engine.results.opened import Columns, Opened

#: A line of more points than this is drawn by its last value of each week; of more weeks than that, by each second one
#: up to the last ten years.
MOST_POINTS, MOST_WEEKS, LATE_WEEKS = 2000, 1500, 522
#: Sessions of a rolling figure: one year.
ROLLING = 252
#: Years of an era, counted from years that they divide.
ERA_YEARS = 5


@dataclass(frozen=True, slots=True)
class Curves:
    """dates: (T,) sessions. equity: each portfolio's (T,), from 1. rate: (T,) return of cash."""

    dates: Dates
    equity: Mapping[str, Vector]
    rate: Vector


@dataclass(frozen=True, slots=True)
class EraRow:
    """A row of the table by era: yearly growth of strategy and policy, and the tracking error between them."""

    name: str
    strategy: float
    policy: float
    tracking_error: float


def paths_of(run: Opened) -> Curves:
    """The equity of every portfolio of a run, each from 1."""
    table = run.table("portfolios")
    names = [name for name in table if name not in ("date", "cash_rate")]
    return Curves(table["date"], {name: table[name] / table[name][0] for name in names}, table["cash_rate"])


def kept(dates: Dates) -> NDArray[np.intp]:
    """Places of the sessions to draw: all, or of a long history the last one of each week or second week; both ends."""
    if len(dates) <= MOST_POINTS:
        return np.arange(len(dates))
    weeks = week_of(dates)
    last = np.flatnonzero(np.diff(weeks, append=weeks[-1] + 1))
    if len(last) > MOST_WEEKS:
        last = np.concatenate([last[:-LATE_WEEKS][::2], last[-LATE_WEEKS:]])
    return np.union1d(last, [0, len(dates) - 1])


def kept_decisions(dates: Dates, stances: Sequence[Vector]) -> NDArray[np.intp]:
    """Places of the decisions to draw: those of `kept`, and both sides of every change of a stance.

    Where stances move so often that these too were more than MOST_POINTS, those of `kept` alone. stances: (D,) each.
    """
    usual = kept(dates)
    moved = np.zeros(max(len(dates) - 1, 0), dtype=bool)
    for values in stances:
        moved |= ~((values[1:] == values[:-1]) | (np.isnan(values[1:]) & np.isnan(values[:-1])))
    before = np.flatnonzero(moved)
    every = np.union1d(usual, np.concatenate([before, before + 1]))
    return every if len(every) <= MOST_POINTS else usual


def drawdown(equity: Vector) -> Vector:
    """(T,) equity over its highest so far, less 1."""
    return equity / np.maximum.accumulate(equity) - 1.0


def rolling_active(paths: Curves, window: int = ROLLING) -> Vector:
    """(T,) growth of strategy less growth of policy over the last `window` sessions; NaN before there are so many."""
    active = np.full(len(paths.dates), np.nan)
    own, policy = paths.equity["strategy"], paths.equity["policy"]
    if len(own) > window:
        active[window:] = own[window:] / own[:-window] - policy[window:] / policy[:-window]
    return active


def sleeve_weights(run: Opened, name: str) -> dict[str, Vector]:
    """By sleeve the sum of its assets' columns in a table of weights; an asset in two sleeves counts in the first."""
    table = run.table(name)
    return {sleeve: total for sleeve, total in _summed(run, table).items() if len(total)}


def _summed(run: Opened, table: Columns) -> dict[str, Vector]:
    taken: set[str] = set()
    found = {}
    for sleeve, members in members_of(run.document["config"]).items():
        own = [label for label in members if label in table and label not in taken]
        taken |= set(own)
        found[sleeve] = np.sum([table[label] for label in own], axis=0) if own else np.zeros(len(table["date"]))
    return found


def members_of(config: Mapping[str, Any]) -> dict[str, list[str]]:
    """By held sleeve the labels in it, however the config writes them."""
    found = {}
    for name, sleeve in config["hold"].items():
        inner = sleeve.get("members", sleeve) if isinstance(sleeve, Mapping) else sleeve
        found[name] = [str(label) for label in inner]
    return found


def monthly(paths: Curves) -> tuple[list[int], Matrix]:
    """Years, and (Y, 13) strategy less policy by month, the last column of the year; NaN where there is no return."""
    months = paths.dates.astype("datetime64[M]")
    ends = np.append(np.flatnonzero(months[1:] != months[:-1]), len(months) - 1)
    years = np.unique(months[1:].astype("datetime64[Y]").astype(int) + 1970)
    table = np.full((len(years), 13), np.nan)
    own, policy = paths.equity["strategy"], paths.equity["policy"]
    before = 0
    for end in ends:
        if end == 0:
            continue
        month = int(months[end].astype(int))
        row = int(np.searchsorted(years, 1970 + month // 12))
        table[row, month % 12] = own[end] / own[before] - policy[end] / policy[before]
        before = int(end)
    for row, year in enumerate(years):
        inside = np.flatnonzero(paths.dates.astype("datetime64[Y]").astype(int) + 1970 == year)
        start = max(int(inside[0]) - 1, 0)
        table[row, 12] = own[inside[-1]] / own[start] - policy[inside[-1]] / policy[start]
    return [int(year) for year in years], table


def eras(paths: Curves, per_year: int) -> list[EraRow]:
    """Growth a year in blocks of five calendar years, such as 1980 to 1984."""
    years = paths.dates.astype("datetime64[Y]").astype(int) + 1970
    blocks = years // ERA_YEARS
    found = []
    for block in np.unique(blocks[1:]):
        inside = np.flatnonzero(blocks == block)
        start, end = max(int(inside[0]) - 1, 0), int(inside[-1])
        if end - start < 2:
            continue
        growth, gains = [], []
        for name in ("strategy", "policy"):
            equity = paths.equity[name][start : end + 1]
            growth.append(float((equity[-1] / equity[0]) ** (per_year / (end - start)) - 1.0))
            gains.append(equity[1:] / equity[:-1] - 1.0)
        error = float(np.std(gains[0] - gains[1], ddof=1) * np.sqrt(per_year))
        name = " to ".join(dict.fromkeys((str(years[inside[0]]), str(years[end]))))
        found.append(EraRow(name, growth[0], growth[1], error))
    return found


def costs_so_far(run: Opened, kinds: tuple[str, ...]) -> dict[str, Vector]:
    """By kind the (T,) sum of what was paid so far, in basis points of the equity of its day; only kinds ever paid."""
    ledger = run.table("ledger")
    paid = {kind: np.cumsum(ledger[kind] / ledger["equity"]) * 1e4 for kind in kinds if kind in ledger}
    return {kind: total for kind, total in paid.items() if total[-1] != 0.0}
