"""Lines: what a return is split over. Every asset by its sleeve, then cash, then what belongs to no line of these."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from engine.config import Config
from engine.market.panel import Panel
from engine.market.sleeves import SleeveSeries
from engine.market.table import Dates, Indices, Matrix, Vector
from engine.portfolio.ledger import Ledger

CASH = "cash"
#: The sleeve of an asset that is held and stands in none.
OUTSIDE = "outside"


@dataclass(frozen=True, slots=True)
class Lines:
    """A assets held, by sleeve, then by label; cash is the line after them.

    assets: labels. columns: (A,) their positions in the panel. sleeves: G names. members: for each the lines that are
    its own. An asset in several sleeves is in none of them here but in one called after all: `metals & miners`.
    """

    assets: tuple[str, ...]
    columns: Indices
    sleeves: tuple[str, ...]
    members: tuple[Indices, ...]

    @property
    def sleeve_of(self) -> tuple[str, ...]:
        """(A,) the sleeve of each asset."""
        return tuple(name for name, own in zip(self.sleeves, self.members, strict=True) for _ in own)

    def by_sleeve(self, values: Matrix) -> Matrix:
        """(T, G) sums of (T, A or more) values by line."""
        return np.column_stack([values[:, own].sum(axis=1) for own in self.members])


@dataclass(frozen=True, slots=True)
class ActiveWeights:
    """Over- and underweights against policy at each close: strategy less policy, fractions of equity.

    sessions: (L,). assets: (L, A), sleeves: (L, G) and cash: (L,) as in `lines`. Assets and cash sum to zero, and so
    do sleeves and cash.
    """

    lines: Lines
    sessions: Dates
    assets: Matrix
    sleeves: Matrix
    cash: Vector


def lines_of(config: Config, panel: Panel, *ledgers: Ledger) -> Lines:
    """Every asset that the config holds, and any other that one of the ledgers held."""
    held = panel.held.copy()
    for ledger in ledgers:
        held |= (ledger.units != 0.0).any(axis=0)
    homes: dict[tuple[str, ...], list[int]] = {}
    for column in np.flatnonzero(held).tolist():
        home = tuple(name for name, sleeve in config.hold.items() if panel.assets[column] in sleeve.members)
        homes.setdefault(home or (OUTSIDE,), []).append(column)
    names = sorted(homes)
    columns = np.array([column for name in names for column in homes[name]], dtype=np.int64)
    ends = np.cumsum([len(homes[name]) for name in names])
    members = np.split(np.arange(len(columns)), ends[:-1])
    assets = tuple(panel.assets[column] for column in columns)
    return Lines(assets, columns, tuple(" & ".join(name) for name in names), tuple(members))


def active_weights(lines: Lines, own: Ledger, policy: Ledger) -> ActiveWeights:
    """Strategy less policy on every session."""
    assets = own.weights[:, lines.columns] - policy.weights[:, lines.columns]
    cash = cash_weights(own) - cash_weights(policy)
    return ActiveWeights(lines, own.sessions, assets, lines.by_sleeve(assets), cash)


def cash_weights(ledger: Ledger) -> Vector:
    """(L,) cash as a fraction of equity at each close; 0 where equity is gone."""
    weights: Vector = np.divide(ledger.cash, ledger.equity, out=np.zeros_like(ledger.cash), where=ledger.equity != 0.0)
    return weights


def neutral_parts(lines: Lines, sleeves: Mapping[str, SleeveSeries], start: int, count: int) -> Matrix:
    """(count, A) how each sleeve is parted among its members at the closes from session `start` on."""
    parts = np.zeros((count, len(lines.columns)))
    for name, own in zip(lines.sleeves, lines.members, strict=True):
        for part in name.split(" & "):
            if part in sleeves:
                place = np.searchsorted(sleeves[part].columns, lines.columns[own])
                parts[:, own] += sleeves[part].parts[start : start + count, place]
    return parts
