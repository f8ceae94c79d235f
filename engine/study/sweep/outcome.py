"""What a sweep came to: the best variant, how the others spread, whether those beside the best are as good."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.config.sweep import Span
from engine.config.written import plain_value, rerun_command, written
from engine.market.table import Indices, Matrix, Vector
from engine.measure.formulas import sharpe
from engine.measure.inference import deflated_sharpe, expected_max_sharpe, skewness_and_kurtosis
from engine.measure.metrics import METRICS
from engine.measure.track import excess_returns
from engine.study.sweep.block import WAYS
from engine.study.sweep.blocks import Found
from engine.study.sweep.plan import Plan
from engine.study.sweep.single import Ran
from engine.study.sweep.variants import Variants
from engine.tables import Columns

#: Where variants are drawn, so many are called neighbours.
NEAREST = 10
#: Kinds of failures that are told. What differs in numbers alone (`at the earliest 1979-07-19`) is of one kind.
TOLD, NUMBERS = 5, re.compile(r"\d+(\.\d+)?")


@dataclass(frozen=True, slots=True)
class SweepOutcome:
    """best: number of the best variant. beside: (B,) numbers of its neighbours that ran.

    near: how many of them have a Sharpe ratio within one standard error of the best one's, or above it.
    """

    plan: Plan
    found: Found
    choose_by: str
    best: int
    beside: Indices
    near: int

    @property
    def shape(self) -> str | None:
        """`plateau` where at least half of the neighbours are as good, `needle` where fewer are; None without any."""
        if len(self.beside) == 0:
            return None
        return "plateau" if 2 * self.near >= len(self.beside) else "needle"


def outcome_of(plan: Plan, found: Found, choose_by: str) -> SweepOutcome | None:
    """None where no variant has the metric."""
    best = best_of(found.metric(choose_by), choose_by)
    if best is None:
        return None
    sharpes = found.metric("sharpe")
    beside = neighbours(plan.variants, best)
    beside = beside[~np.isnan(sharpes[beside])]
    least = sharpes[best] - found.metric("sharpe_se")[best]
    return SweepOutcome(plan, found, choose_by, best, beside, int((sharpes[beside] >= least).sum()))


def best_of(values: Vector, metric: str) -> int | None:
    """The variant with the best value of a metric, the first of equals; None where none has one."""
    if np.isnan(values).all():
        return None
    return int(np.nanargmin(values) if METRICS[metric].direction == "lower" else np.nanargmax(values))


def neighbours(variants: Variants, row: int) -> Indices:
    """Of a grid those that differ in one key by one step; of drawn variants the nearest by rank on numeric axes."""
    places, sizes = _places(variants, np.array([row]))[0], [_size(variants, k) for k in range(len(variants.keys))]
    if variants.draws is not None:
        others = np.delete(np.arange(variants.count), row)
        apart = np.abs(_places(variants, others) / sizes - places / sizes)
        apart[:, [not _numeric(axis) for axis in variants.axes]] *= variants.count
        return np.sort(others[np.argsort(apart.max(axis=1), kind="stable")[:NEAREST]])
    found = []
    for k, axis in enumerate(variants.axes):
        if _numeric(axis):
            stride = int(np.prod(sizes[k + 1 :], dtype=np.int64))
            order = np.argsort(np.array(axis, np.float64), kind="stable")
            at = int(np.flatnonzero(order == places[k])[0])
            found += [
                row + (int(order[one]) - int(places[k])) * stride for one in (at - 1, at + 1) if 0 <= one < sizes[k]
            ]
    return np.sort(np.array(found, np.int64))


def _places(variants: Variants, rows: Indices) -> Matrix:
    columns = [
        variants.draws[rows, k] if isinstance(axis, Span) and variants.draws is not None else variants.column(k, rows)
        for k, axis in enumerate(variants.axes)
    ]
    return np.column_stack(columns).astype(np.float64)


def _size(variants: Variants, k: int) -> int:
    axis = variants.axes[k]
    return 1 if isinstance(axis, Span) else len(axis)


def _numeric(axis: Any) -> bool:
    return isinstance(axis, Span) or all(isinstance(v, (int, float)) and not isinstance(v, bool) for v in axis)


def figures_of(outcome: SweepOutcome, ran: Ran) -> dict[str, Any]:
    """Plain data, as `study.json` says it. ran: the best variant, as a run of its own."""
    plan, found, best = outcome.plan, outcome.found, outcome.best
    values = plan.variants.values(best)
    ways = np.bincount(found.way, minlength=len(WAYS))
    return {
        "variants": plan.variants.count,
        "ways": {name: int(count) for name, count in zip(WAYS, ways, strict=True)},
        "choose_by": outcome.choose_by,
        "keys": {key: _axis_words(axis) for key, axis in zip(plan.variants.keys, plan.variants.axes, strict=True)},
        "best": {
            "variant": best,
            "values": {key: plain_value(value) for key, value in values.items()},
            "figures": dict(ran.figures),
            "run": rerun_command(plan.config, values),
        },
        "spread": _spread(found, outcome.choose_by),
        "trials": _trials(outcome, ran),
        "neighbours": {"count": len(outcome.beside), "within_one_se": outcome.near, "shape": outcome.shape},
        "failures": _failures(found.reasons.values()),
    }


def _failures(reasons: Iterable[str]) -> list[dict[str, Any]]:
    """The commonest kinds of failures: how many variants, how many reasons that differ in numbers and days alone, and
    the commonest of those.
    """
    alike: dict[str, Counter[str]] = {}
    for reason, count in Counter(reasons).most_common():
        alike.setdefault(NUMBERS.sub("#", reason), Counter())[reason] = count
    kinds = sorted(alike.values(), key=lambda one: -one.total())[:TOLD]
    return [{"reason": next(iter(one)), "variants": one.total(), "reasons": len(one)} for one in kinds]


def _axis_words(axis: Any) -> dict[str, Any]:
    if isinstance(axis, Span):
        return {"from": axis.from_, "to": axis.to}
    return {"values": len(axis), "first": plain_value(axis[0]), "last": plain_value(axis[-1])}


def _spread(found: Found, metric: str) -> dict[str, float]:
    """Quantiles of the metric over all variants, and the share of variants that earned more than their reference."""
    values, active = found.metric(metric), found.metric("active_return")
    low, middle, high = np.nanquantile(values, [0.05, 0.5, 0.95])
    known = active[~np.isnan(active)]
    beat = {"share_above_reference": float((known > 0).mean())} if len(known) else {}
    return {"p05": float(low), "median": float(middle), "p95": float(high), **beat}


def _trials(outcome: SweepOutcome, ran: Ran) -> dict[str, float | None]:
    """How many were tried, and what luck alone brings the best of so many: Bailey and Lopez de Prado 2014."""
    sharpes = outcome.found.metric("sharpe")
    sharpes = sharpes[~np.isnan(sharpes)]
    count, per_year = len(sharpes), ran.setting.config.sessions_per_year
    variance = float(sharpes.var(ddof=1)) if count > 1 else 0.0
    luck = expected_max_sharpe(float(count)) * variance**0.5 if count else None
    excess, deflated = excess_returns(ran.tracks["strategy"]), None
    own = ran.figures["sharpe"]
    if own is not None and count > 1 and len(excess) > 3:
        skew, kurtosis = skewness_and_kurtosis(excess)
        deflated = deflated_sharpe(
            own / per_year**0.5, len(excess), trials=count, trial_variance=variance / per_year,
            skew=skew, kurtosis=kurtosis,
        )  # fmt: skip
    mean = float(sharpes.mean()) if count else None
    return {
        "count": count,
        "mean_sharpe": mean,
        "variance_of_sharpes": variance,
        "sharpe_by_luck": luck,
        "deflated_sharpe": deflated,
        "policy_sharpe": sharpe(excess_returns(ran.tracks["policy"]), per_year),
    }


def _kind(axis: Any) -> Any:
    return np.int64 if all(isinstance(value, int) for value in axis) else np.float64


def table_of(plan: Plan, found: Found) -> Columns:
    """A row for each variant: its number, each swept key, every metric, which way it went, why it failed."""
    rows = np.arange(plan.variants.count)
    columns: Columns = {"variant": rows}
    for k, (key, axis) in enumerate(zip(plan.variants.keys, plan.variants.axes, strict=True)):
        if isinstance(axis, Span):
            assert plan.variants.draws is not None
            columns[key] = np.array([axis.at(share) for share in plan.variants.draws[:, k].tolist()], np.float64)
        elif _numeric(axis):
            columns[key] = np.array(axis, _kind(axis))[plan.variants.column(k, rows)]
        else:
            columns[key] = np.array([written(value) for value in axis], object)[plan.variants.column(k, rows)]
    columns |= {name: found.figures[:, i] for i, name in enumerate(METRICS)}
    columns["way"] = np.array(WAYS, object)[found.way]
    columns["reason"] = np.array([""], object)[np.zeros(len(rows), np.int64)]
    for row, reason in found.reasons.items():
        columns["reason"][row] = reason
    return columns
