"""Two runs side by side: where their questions differ, what that did, and whether it could be chance."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from engine.measure.difference import SharpeDifference, sharpe_difference
from engine.portfolio.costs import KINDS
from engine.results.opened import Columns, Opened
from engine.results.outcome import currency_of

#: What stands for a key that one of the configs does not have.
ABSENT = "-"


@dataclass(frozen=True, slots=True)
class Versus:
    """One run against the first. sessions: that both have; the rest is measured on them, None where there are too few.
    Of runs in different currencies nothing is measured but weights: their equity is not counted in the same money.

    growth: its equity over the first's, both from 1 at their first common session. correlation: of daily returns.
    apart: the part of the portfolio that differs, half the sum of absolute differences of weights, mean over sessions.
    sharpe: the difference of Sharpe ratios per session, this less the first, with its tests.
    """

    sessions: int
    growth: float | None = None
    correlation: float | None = None
    apart: float | None = None
    sharpe: SharpeDifference | None = None

    def as_json(self) -> dict[str, Any]:
        """Plain data."""
        return asdict(self)


def versus(one: Opened, first: Opened) -> Versus:
    """Measure one run against another. Raises DataError where a table of either is missing."""
    own, other = one.table("portfolios"), first.table("portfolios")
    common, mine, theirs = np.intersect1d(own["date"], other["date"], return_indices=True)
    if len(common) < 3:
        return Versus(len(common))
    apart = _apart(one.table("weights"), first.table("weights"))
    if currency_of(one.document) != currency_of(first.document):
        return Versus(len(common), apart=apart)
    a, b = own["strategy"][mine], other["strategy"][theirs]
    gain, gained = a[1:] / a[:-1] - 1.0, b[1:] / b[:-1] - 1.0
    moves = min(gain.std(), gained.std()) > 1e-12
    return Versus(
        len(common),
        float((a[-1] / a[0]) / (b[-1] / b[0])),
        float(np.corrcoef(gain, gained)[0, 1]) if moves else None,
        apart,
        # One rate for both: two assumptions about cash would differ in skill by themselves.
        sharpe_difference(gain - other["cash_rate"][theirs][1:], gained - other["cash_rate"][theirs][1:]),
    )


def _apart(own: Columns, other: Columns) -> float | None:
    common, mine, theirs = np.intersect1d(own["date"], other["date"], return_indices=True)
    if not len(common):
        return None
    labels = sorted({*own, *other} - {"date"})
    none = np.zeros(len(common))
    total = np.zeros(len(common))
    for label in labels:
        a = own[label][mine] if label in own else none
        b = other[label][theirs] if label in other else none
        total += np.abs(a - b)
    return float(total.mean() / 2.0)


def config_differences(configs: Sequence[Mapping[str, Any]]) -> dict[str, list[str]]:
    """Dotted key to each config's value in words, for the keys that are not the same in all."""
    flat = [dict(_flat(config, "")) for config in configs]
    keys = dict.fromkeys(key for one in flat for key in one)
    rows = {key: [one.get(key, ABSENT) for one in flat] for key in sorted(keys)}
    return {key: values for key, values in rows.items() if len(set(values)) > 1}


def _flat(value: Any, at: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping) and value:
        for key, below in value.items():
            yield from _flat(below, f"{at}.{key}" if at else str(key))
    elif isinstance(value, list):
        yield at, "[" + ", ".join(_words(one) for one in value) + "]"
    else:
        yield at, _words(value)


def _words(value: Any) -> str:
    if value is None or value == {}:
        return ABSENT
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {_words(below)}" for key, below in value.items()) + "}"
    return f"{value:g}" if isinstance(value, float) else str(value)


def costs_by_kind(opened: Opened) -> dict[str, float]:
    """Each kind of cost that was paid, in basis points of mean equity a year."""
    ledger = opened.table("ledger")
    years = max(len(ledger["date"]) - 1, 1) / float(opened.document["config"]["sessions_per_year"])
    scale = 1e4 / years / float(np.mean(ledger["equity"]))
    paid = {kind: float(ledger[kind].sum()) * scale for kind in KINDS if kind in ledger}
    return {kind: value for kind, value in paid.items() if value != 0.0}


def attribution_by_sleeve(opened: Opened) -> dict[str, float]:
    """What each sleeve added to the return over policy, fractions a year: Brinson and Fachler's lines summed.

    Every held sleeve is there; cash and overhead where they added anything.
    """
    sleeves = opened.document["attribution"]["sleeves"]
    effects = ("allocation", "selection", "interaction", "active_costs", "active_trading")
    found = {name: sum(float(parts[effect] or 0.0) for effect in effects) for name, parts in sleeves.items()}
    held = opened.document["config"]["hold"]
    return {name: value for name, value in found.items() if value != 0.0 or name in held}
