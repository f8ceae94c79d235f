"""The formulas of the metrics, each in its one place: return series in, one number out, None where undefined.

Shared conventions. `ppy` is sessions per year. Returns are simple, one a session, (n,), without NaN. sd has
ddof=1. A standard deviation, downside deviation or drawdown of 1e-12 or less counts as zero. Nothing returns
NaN or infinity.
"""

from __future__ import annotations

import math

import numpy as np

from engine.measure.track import ZERO, DateArray, FloatArray


def total_return(equity: FloatArray) -> float | None:
    """E_T / E_0 - 1. Fraction. None if it overflows."""
    return finite(float(equity[-1]) / float(equity[0]) - 1.0)


def cagr(equity: FloatArray, ppy: float) -> float | None:
    """(E_T / E_0) ^ (ppy / n) - 1, n = T - 1 returns. Fraction a year.

    None without a return, or if it overflows.
    """
    n = equity.size - 1
    if n < 1:
        return None
    try:
        return finite((float(equity[-1]) / float(equity[0])) ** (ppy / n) - 1.0)
    except OverflowError:
        return None


def volatility(returns: FloatArray, ppy: float) -> float | None:
    """sd(r) * sqrt(ppy). Fraction a year, 0.0 for constant returns. None below two returns."""
    deviation = _sd(returns)
    return None if deviation is None else deviation * math.sqrt(ppy)


def sharpe_per_session(excess: FloatArray) -> float | None:
    """mean(r - rf) / sd(r - rf), not annualised. None below two returns or at zero volatility."""
    deviation = _sd(excess)
    return None if not deviation else float(np.mean(excess)) / deviation


def sharpe(excess: FloatArray, ppy: float) -> float | None:
    """mean(r - rf) / sd(r - rf) * sqrt(ppy). None below two returns or at zero volatility. Sharpe 1994."""
    per_session = sharpe_per_session(excess)
    return None if per_session is None else per_session * math.sqrt(ppy)


def sortino(excess: FloatArray, ppy: float) -> float | None:
    """mean(r - rf) / sqrt(mean(min(r - rf, 0)^2)) * sqrt(ppy), the mean over all n. Sortino & Price 1994.

    The target is cash. None without a return or without a loss against cash.
    """
    if excess.size == 0:
        return None
    downside = math.sqrt(float(np.mean(np.minimum(excess, 0.0) ** 2)))
    return None if downside <= ZERO else float(np.mean(excess)) / downside * math.sqrt(ppy)


def max_drawdown(equity: FloatArray) -> float:
    """min over t of E_t / max(E_0 .. E_t) - 1. Zero or negative; the start value counts as a peak."""
    deepest = float(np.min(equity / np.maximum.accumulate(equity))) - 1.0
    return deepest if deepest < -ZERO else 0.0


def calmar(equity: FloatArray, ppy: float) -> float | None:
    """cagr / |max_drawdown|, over the whole track. None without a drawdown or without a cagr."""
    growth, drawdown = cagr(equity, ppy), max_drawdown(equity)
    return None if growth is None or drawdown == 0.0 else growth / -drawdown


def turnover(traded: FloatArray, equity: FloatArray, first_purchase: int, ppy: float) -> float | None:
    """sum over sessions 1 .. n of (traded_t / 2) / equity_t, without the first purchase, * ppy / n.

    One-way turnover a year, as a fraction of equity: 1.0 replaces the portfolio once a year. The session of
    the first purchase (an index, -1 for none) is left out; it still counts in n. None without a return.
    """
    n = equity.size - 1
    if n < 1:
        return None
    shares = traded[1:] / 2.0 / equity[1:]
    if first_purchase >= 1:
        shares[first_purchase - 1] = 0.0
    return float(np.sum(shares)) * ppy / n


def costs_bps_a_year(costs: FloatArray, equity: FloatArray, ppy: float) -> float | None:
    """sum over sessions 1 .. n of costs_t / (equity_t + costs_t) * 1e4 * ppy / n.

    Basis points of equity before costs, a year. The first purchase counts. None without a return.
    """
    n = equity.size - 1
    return None if n < 1 else float(np.sum(costs[1:] / (equity[1:] + costs[1:]))) * 1e4 * ppy / n


def information_ratio(active_return: float | None, tracking_error: float | None) -> float | None:
    """active_return / tracking_error, as R's PerformanceAnalytics has it.

    None where either is, or at zero tracking error.
    """
    return None if active_return is None or not tracking_error else active_return / tracking_error


def beta(excess: FloatArray, reference_excess: FloatArray) -> float | None:
    """cov(r - rf, r_ref - rf) / var(r_ref - rf).

    None below two returns or where the reference has zero volatility.
    """
    if not _sd(reference_excess):
        return None
    around = reference_excess - np.mean(reference_excess)
    return float(np.sum((excess - np.mean(excess)) * around) / np.sum(around * around))


def hit_rate(sessions: DateArray, equity: FloatArray, reference_equity: FloatArray) -> float | None:
    """Share of calendar months in which the compounded return was above the reference's by more than 1e-12.

    A month counts if at least one return falls into it, also a broken month at either end. The margin keeps
    rounding from counting where both held the same. None without a return.
    """
    if sessions.size < 2:
        return None
    months = sessions[1:].astype("datetime64[M]")
    ends = np.append(np.flatnonzero(months[1:] != months[:-1]) + 1, sessions.size - 1)
    starts = np.append(0, ends[:-1])
    active = equity[ends] / equity[starts] - reference_equity[ends] / reference_equity[starts]
    return float(np.mean(active > ZERO))


def difference(one: float | None, other: float | None) -> float | None:
    """one - other. None where either is."""
    return None if one is None or other is None else one - other


def finite(value: float) -> float | None:
    """The value, or None where it is NaN or infinite."""
    return value if math.isfinite(value) else None


def _sd(values: FloatArray) -> float | None:
    """Sample standard deviation, exactly 0.0 up to 1e-12; None below two values."""
    if values.size < 2:
        return None
    deviation = float(np.std(values, ddof=1))
    return deviation if deviation > ZERO else 0.0
