"""The metrics of many variants from what lanes summed of them, where no track was kept: the formulas of `formulas`.

Sums go over n sessions. With x a return over cash, f cash, y the reference's x: a deviation comes of the sums of x and
x^2, that of returns with cash added back; what is summed of x - y gives the tracking error and, with the squares, beta.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from engine.measure.metrics import METRICS
from engine.measure.track import ZERO, FloatArray


@dataclass(frozen=True, slots=True)
class Shared:
    """What all variants share: money at the start, cash returns (n,), months and decisions counted, sessions a year."""

    capital: float
    cash: FloatArray
    months: int
    decisions: int
    sessions_per_year: int


def metrics_of(sums: Mapping[str, FloatArray], shared: Shared) -> FloatArray:
    """(V, M) every metric of METRICS, in its order; NaN where undefined.

    sums: (V,) each, by `lanes.table.COLUMNS`.
    """
    n, year = len(shared.cash), shared.sessions_per_year
    root = np.sqrt(year)
    with np.errstate(all="ignore"):
        growth = _cagr(sums["end"], shared)
        matched, policy, reference = (_cagr(sums[f"{name}_end"], shared) for name in ("matched", "policy", "reference"))
        spread, depth = _sd(sums["xx"], sums["x"], n), sums["depth"] - 1.0
        depth = np.where(depth < -ZERO, depth, 0.0)
        sharpe = np.where(spread > 0.0, sums["x"] / n / spread, np.nan)
        downside = np.sqrt(sums["down"] / n)
        active = growth - reference
        error = _sd(sums["active"], sums["x"] - sums["reference_x"], n) * root
        found = {
            "total_return": _finite(sums["end"] / shared.capital - 1.0),
            "cagr": growth,
            "volatility": _volatility(sums, shared.cash) * root,
            "sharpe": sharpe * root,
            "sharpe_se": np.sqrt((1.0 + 0.5 * sharpe * sharpe) / n) * root,
            "sortino": np.where(downside > ZERO, sums["x"] / n / downside * root, np.nan),
            "max_drawdown": depth,
            "calmar": np.where(depth < 0.0, growth / -depth, np.nan),
            "turnover": sums["turnover"] * year / n,
            "costs_bps_a_year": sums["spent"] * 1e4 * year / n,
            "active_return": active,
            "tracking_error": error,
            "information_ratio": np.where(error > 0.0, active / error, np.nan),
            "beta": _beta(sums, n),
            "hit_rate": sums["hits"] / shared.months,
            "episodes": sums["episodes"],
            "share_over": sums["over"] / shared.decisions,
            "share_under": sums["under"] / shared.decisions,
            "timing": growth - matched,
            "standing_tilt": matched - policy,
        }
    return np.column_stack([found[name] for name in METRICS])


def _cagr(end: FloatArray, shared: Shared) -> FloatArray:
    return _finite((end / shared.capital) ** (shared.sessions_per_year / len(shared.cash)) - 1.0)


def _finite(values: FloatArray) -> FloatArray:
    return np.where(np.isfinite(values), values, np.nan)


def _sd(squares: FloatArray, total: FloatArray, n: int) -> FloatArray:
    """Sample standard deviation from sums; exactly 0.0 up to 1e-12, NaN below two values."""
    if n < 2:
        return np.full_like(total, np.nan)
    return _positive(np.sqrt(np.maximum(squares - total * total / n, 0.0) / (n - 1)))


def _positive(deviation: FloatArray) -> FloatArray:
    return np.where(deviation > ZERO, deviation, 0.0)


def _volatility(sums: Mapping[str, FloatArray], cash: FloatArray) -> FloatArray:
    """Of returns, a session: the variance of x, of cash, and twice their covariance."""
    n = len(cash)
    if n < 2:
        return np.full_like(sums["x"], np.nan)
    own = sums["xx"] - sums["x"] * sums["x"] / n
    both = sums["xf"] - sums["x"] * float(np.mean(cash))
    around = cash - np.mean(cash)
    variance = own + 2.0 * both + float(np.sum(around * around))
    return _positive(np.sqrt(np.maximum(variance, 0.0) / (n - 1)))


def _beta(sums: Mapping[str, FloatArray], n: int) -> FloatArray:
    """2xy = x^2 + y^2 - (x - y)^2."""
    product = 0.5 * (sums["xx"] + sums["reference_xx"] - sums["active"])
    together = product - sums["x"] * sums["reference_x"] / n
    around = sums["reference_xx"] - sums["reference_x"] * sums["reference_x"] / n
    return np.where(_sd(sums["reference_xx"], sums["reference_x"], n) > 0.0, together / around, np.nan)
