"""Attribution: where the return came from and where the active return against policy came from, year by year.

Two statements, each of which adds up exactly:

1. Contributions. Money gained or paid, divided by the equity at the start. Money is additive, so the parts of all
   lines and years sum to the total return with no linking at all: `price` (local), `currency`, `trading` (fills away
   from the close), `interest`, and each kind of cost, which is negative here. The policy's sum to its own return.
2. Effects. Every session is one Brinson-Fachler period, because weights are only constant between two closes, and
   trades at the close fall on its end: allocation, selection and interaction then leave no residual but what
   trading at other prices than the close and what costs took, and these stand beside them: `active_trading`,
   `active_costs`. Linked by Carino (see `brinson`) the five sum to the strategy's total return less the policy's.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.config import Config
from engine.market.panel import Panel
from engine.market.sleeves import SleeveSeries
from engine.market.table import Dates, Indices, Matrix, Vector
from engine.portfolio.brinson import Side, brinson_fachler, carino
from engine.portfolio.contribution import Contribution, contributions
from engine.portfolio.costs import KINDS
from engine.portfolio.ledger import Ledger
from engine.portfolio.lines import CASH, Lines, cash_weights, lines_of, neutral_parts

#: The last line: costs that no trade caused.
OVERHEAD = "overhead"
#: Parts of the strategy's total return, in the order of columns; and of its active return.
PARTS = ("price", "currency", "trading", "interest", *KINDS)
EFFECTS = ("allocation", "selection", "interaction", "active_trading", "active_costs")


@dataclass(frozen=True, slots=True)
class Attribution:
    """By calendar year (Y) and by line (C = A assets, cash, overhead); whole is the sum of years and lines.

    years: (Y,) the last session of each. sessions: (Y,) how many each has. sleeves, assets: (C,) names.
    weights, policy_weights: (Y, C) mean over the sessions' starts. parts: (Y, C) by PARTS, fractions of the equity at
    the start of all. policy: (Y, C) the policy's, all parts in one. effects: (Y, C) by EFFECTS, linked over all
    years; NaN where an equity fell to zero or below, which cannot be linked.
    """

    years: Dates
    sessions: Indices
    sleeves: tuple[str, ...]
    assets: tuple[str, ...]
    weights: Matrix
    policy_weights: Matrix
    parts: Mapping[str, Matrix]
    policy: Matrix
    effects: Mapping[str, Matrix]
    total_return: float
    policy_return: float

    @property
    def active_return(self) -> float:
        """Total return less the policy's, over the whole."""
        return self.total_return - self.policy_return

    @property
    def contribution(self) -> Matrix:
        """(Y, C) all parts of the strategy's return."""
        return np.asarray(sum(self.parts.values()))


def attribute(
    config: Config, panel: Panel, sleeves: Mapping[str, SleeveSeries], own: Ledger, policy: Ledger
) -> Attribution:
    """Attribute one ledger against the policy's, both of the same sessions. Raises ValueError where they are not."""
    if own.start != policy.start or len(own.sessions) != len(policy.sessions):
        raise ValueError(
            f"attribution: {len(own.sessions)} sessions from {own.sessions[0]}, "
            f"and policy has {len(policy.sessions)} from {policy.sessions[0]}"
        )
    lines = lines_of(config, panel, own, policy)
    gained = contributions(panel, own)
    books = _book(lines, own, gained), _book(lines, policy, contributions(panel, policy))
    starts, counts = _years(own.sessions[1:])
    linked = _effects(lines, panel, sleeves, own.start, books)
    return Attribution(
        years=own.sessions[1:][starts + counts - 1],
        sessions=counts,
        sleeves=(*lines.sleeve_of, CASH, OVERHEAD),
        assets=(*lines.assets, CASH, OVERHEAD),
        weights=_by_year(books[0].weights, starts) / counts[:, None],
        policy_weights=_by_year(books[1].weights, starts) / counts[:, None],
        parts=_parts(lines, own, gained, starts),
        policy=_by_year(books[1].money, starts) / policy.equity[0],
        effects={name: _by_year(values, starts) for name, values in linked.items()},
        total_return=float(own.equity[-1] / own.equity[0] - 1.0),
        policy_return=float(policy.equity[-1] / policy.equity[0] - 1.0),
    )


def attribution_columns(found: Attribution) -> dict[str, np.ndarray[Any, Any]]:
    """A row per year and line: its last session, sleeve, asset, mean weights, parts, policy's contribution, effects.

    The sum of any column over any group of rows is that group's part of the total, weights apart.
    """
    years, lines = found.contribution.shape
    columns: dict[str, np.ndarray[Any, Any]] = {
        "date": np.repeat(found.years.astype("datetime64[ms]"), lines),
        "sleeve": np.array(found.sleeves * years, dtype=object),
        "asset": np.array(found.assets * years, dtype=object),
        "sessions": np.repeat(found.sessions, lines).astype(np.float64),
        "weight": found.weights.ravel(),
        "policy_weight": found.policy_weights.ravel(),
    }
    columns |= {name: values.ravel() for name, values in found.parts.items()}
    columns |= {"contribution": found.contribution.ravel(), "policy_contribution": found.policy.ravel()}
    return columns | {name: values.ravel() for name, values in found.effects.items()}


def attribution_summary(found: Attribution, sessions_per_year: float) -> dict[str, Any]:
    """What `result.json` says: the whole by part, by effect a year, and by sleeve (cash and overhead among them).

    `parts` sum to `total_return`; `effects` of a year sum to the metric `active_return` where policy is the reference.
    """
    pace = a_year(found, sessions_per_year)
    shares = found.sessions / max(found.sessions.sum(), 1)
    sleeves = {}
    for name in dict.fromkeys(found.sleeves):
        own = np.array([sleeve == name for sleeve in found.sleeves])
        sleeves[name] = {
            "weight": float(shares @ found.weights[:, own].sum(axis=1)),
            "policy_weight": float(shares @ found.policy_weights[:, own].sum(axis=1)),
            "contribution": float(found.contribution[:, own].sum()),
            "policy_contribution": float(found.policy[:, own].sum()),
        } | {effect: float(values[:, own].sum() * pace) for effect, values in found.effects.items()}
    return {
        "total_return": found.total_return,
        "policy_return": found.policy_return,
        "parts": {name: float(values.sum()) for name, values in found.parts.items()},
        "effects": {name: float(values.sum() * pace) for name, values in found.effects.items()},
        "sleeves": sleeves,
    }


def a_year(found: Attribution, sessions_per_year: float) -> float:
    """The factor from linked effects to effects a year, which sum to the difference of both CAGRs.

    NaN after ruin, or where a CAGR overflows.
    """
    power = sessions_per_year / max(int(found.sessions.sum()), 1)
    own, policy = 1.0 + found.total_return, 1.0 + found.policy_return
    if own <= 0.0 or policy <= 0.0:
        return math.nan
    try:
        if abs(own - policy) <= 1e-12 * policy:
            return float(power * policy ** (power - 1.0))
        return float((own**power - policy**power) / (own - policy))
    except OverflowError:
        return math.nan


@dataclass(frozen=True, slots=True)
class _Book:
    """One portfolio over T = L - 1 sessions, by line (T, C): weights at the start, and money earned by what was held,
    gained by trading, and paid. equity: (L,)."""

    weights: Matrix
    held: Matrix
    trading: Matrix
    costs: Matrix
    equity: Vector

    @property
    def money(self) -> Matrix:
        """(T, C) all of it."""
        return self.held + self.trading - self.costs

    def fraction(self, money: Matrix) -> Matrix:
        """(T, C) of the equity at the session's start."""
        return money / self.equity[:-1, None]


def _book(lines: Lines, ledger: Ledger, gained: Contribution) -> _Book:
    nothing = np.zeros(len(ledger.equity))

    def laid_out(assets: Matrix, cash: Vector, overhead: Vector) -> Matrix:
        return np.column_stack([assets[:, lines.columns], cash, overhead])

    return _Book(
        weights=laid_out(ledger.weights, cash_weights(ledger), nothing)[:-1],
        held=laid_out(gained.held, gained.interest, nothing)[1:],
        trading=laid_out(gained.trading, nothing, nothing)[1:],
        costs=laid_out(gained.costs, nothing, gained.overhead.sum(axis=1))[1:],
        equity=ledger.equity,
    )


def _effects(
    lines: Lines, panel: Panel, sleeves: Mapping[str, SleeveSeries], start: int, books: tuple[_Book, _Book]
) -> dict[str, Matrix]:
    """By EFFECTS (T, C), linked."""
    own, policy = books
    if any((book.equity <= 0.0).any() for book in books):
        return {name: np.full(own.held.shape, np.nan) for name in EFFECTS}
    known = panel.known[start:, lines.columns]
    nothing = np.zeros((len(known) - 1, 1))
    priced = np.divide(known[1:], known[:-1], out=np.ones_like(known[1:]), where=known[:-1] != 0.0) - 1.0
    returns = np.column_stack([priced, panel.cash_rate[start + 1 :], nothing])
    parts = np.column_stack([neutral_parts(lines, sleeves, start, len(known) - 1), nothing + 1.0, nothing])
    groups = (*lines.members, np.array([len(lines.columns)]))
    sides = [Side(book.weights, book.fraction(book.held)) for book in books]
    found = brinson_fachler(sides[0], sides[1], returns, parts, groups)
    values = {
        "allocation": found.allocation,
        "selection": found.selection,
        "interaction": found.interaction,
        "active_trading": own.fraction(own.trading) - policy.fraction(policy.trading),
        "active_costs": policy.fraction(policy.costs) - own.fraction(own.costs),
    }
    factors = carino(*(np.diff(book.equity) / book.equity[:-1] for book in books))
    return {name: value * factors[:, None] for name, value in values.items()}


def _parts(lines: Lines, ledger: Ledger, gained: Contribution, starts: Indices) -> dict[str, Matrix]:
    """By PARTS (Y, C) fractions of the equity at the start."""
    A = len(lines.columns)
    parts = {name: np.zeros((len(starts), A + 2)) for name in PARTS}
    for name, money in (("price", gained.local), ("currency", gained.currency), ("trading", gained.trading)):
        parts[name][:, :A] = _by_year(money[1:, lines.columns], starts)
    parts["interest"][:, A] = _by_year(gained.interest[1:, None], starts)[:, 0]
    overhead, trades = _by_year(gained.overhead[1:], starts), ledger.trades
    line_of = np.zeros(ledger.units.shape[1], dtype=np.int64)
    line_of[lines.columns] = np.arange(A)
    year = np.searchsorted(starts, trades.session - ledger.start - 1, side="right") - 1
    for k, kind in enumerate(KINDS):
        np.add.at(parts[kind], (year, line_of[trades.asset]), -trades.costs[:, k])
        parts[kind][:, A + 1] -= overhead[:, k]
    return {name: money / ledger.equity[0] for name, money in parts.items()}


def _years(days: Dates) -> tuple[Indices, Indices]:
    """Position of each calendar year's first session, and its number of sessions (Y,)."""
    _, starts, counts = np.unique(days.astype("datetime64[Y]"), return_index=True, return_counts=True)
    return starts, counts


def _by_year(values: Matrix, starts: Indices) -> Matrix:
    """(Y, C) sums of (T, C) over each year."""
    return np.asarray(np.add.reduceat(values, starts, axis=0)) if len(starts) else values[:0]
