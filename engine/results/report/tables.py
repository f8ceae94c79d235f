"""The tables of a page: cells with a tone, and those that every run has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.results import figures
from engine.results.report import words
from engine.results.report.series import Curves, eras, monthly

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec", "year")
#: Effects of the attribution, in the order of its columns.
EFFECTS = ("allocation", "selection", "interaction", "active_costs", "active_trading")


@dataclass(frozen=True, slots=True)
class Cell:
    """Text of a cell, and its tone: `good`, `bad`, `none` (nothing to see), `words` (it may wrap), or neither."""

    text: str
    tone: str = ""


@dataclass(frozen=True, slots=True)
class PageTable:
    """A table of a page. folded: it stands in a fold that a click or a key opens."""

    id: str
    title: str
    head: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    note: str = ""
    folded: bool = False


def plain(rows: Sequence[Sequence[str]], tone: str = "") -> list[list[Cell]]:
    """Cells without a tone, or all but the first of a row with the same."""
    return [[Cell(text, tone if i else "") for i, text in enumerate(row)] for row in rows]


def signed(value: float | None, digits: int = 2, unit: str = "%") -> Cell:
    """A difference as a percentage, toned by its sign. unit: empty where the head of the table says it."""
    if value is None or not np.isfinite(value):
        return Cell("")
    shown = figures.signed_percent(float(value), digits).removesuffix("%")
    none = shown.strip("+-0.") == ""
    return Cell((f"{0.0:.{digits}f}" if none else shown) + unit, "none" if none else "good" if value > 0 else "bad")


def figures_table(document: Mapping[str, Any]) -> PageTable:
    """The strategy beside what it must beat."""
    head, rows = words.figure_table(document)
    return PageTable("figures", "Figures", ["", *head], plain(rows))


def attribution_table(document: Mapping[str, Any]) -> PageTable:
    """What each sleeve added, by effect; the cost of trading beside."""
    found = document["attribution"]
    rows = []
    for name, parts in found["sleeves"].items():
        values = [parts[effect] or 0.0 for effect in EFFECTS]
        if any(abs(value) > 5e-7 for value in values) or parts["weight"]:
            weights = [figures.percent(parts["weight"], 1), figures.percent(parts["policy_weight"], 1)]
            rows.append([Cell(name), *map(Cell, weights), *map(signed, [*values, sum(values)])])
    totals = [found["effects"][effect] or 0.0 for effect in EFFECTS]
    rows.append([Cell("all"), Cell(""), Cell(""), *map(signed, [*totals, sum(totals)])])
    head = ["", "mean weight", "in policy", "allocation", "selection", "interaction", "costs", "trading", "together"]
    note = "What each sleeve added to the return over policy, a year (Brinson and Fachler, linked over the years)."
    return PageTable("attribution", "Attribution", head, rows, note)


def months_table(paths: Curves) -> PageTable:
    """Active return by month and year."""
    years, table = monthly(paths)
    rows = [[Cell(str(year)), *(signed(value, 1, "") for value in row)] for year, row in zip(years, table, strict=True)]
    return PageTable("months", "Active return by month", ["", *MONTHS], rows, "Strategy less policy, in per cent.")


def eras_table(paths: Curves, per_year: int) -> PageTable:
    """Blocks of five calendar years."""
    rows = []
    for era in eras(paths, per_year):
        ratio = (era.strategy - era.policy) / era.tracking_error if era.tracking_error > 1e-12 else None
        grown = [Cell(figures.percent(era.strategy)), Cell(figures.percent(era.policy))]
        error = Cell(figures.percent(era.tracking_error))
        rows.append([Cell(era.name), *grown, signed(era.strategy - era.policy), error, Cell(figures.ratio(ratio))])
    head = ["", "strategy", "policy", "active", "tracking error", "information ratio"]
    return PageTable("eras", "By era", head, rows, "Returns a year, in blocks of five calendar years.")
