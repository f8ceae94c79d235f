"""A test statistic with its p-value, and the distributions that give it, without scipy."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from statistics import NormalDist
from typing import Final

NORMAL: Final = NormalDist()
TINY: Final = 1e-300


@dataclass(frozen=True, slots=True)
class Statistic:
    """A statistic, its two-sided p-value and observations; df: of its Student t, None where not Student."""

    value: float
    p_value: float
    observations: int
    df: float | None = None


def normal_statistic(value: float, observations: int) -> Statistic:
    """A statistic that is N(0, 1) by chance."""
    return Statistic(value, math.erfc(abs(value) / math.sqrt(2.0)), observations)


def student_statistic(value: float, observations: int, df: float) -> Statistic:
    """A statistic that is Student t by chance."""
    return Statistic(value, student_two_sided(value, df), observations, df)


def student_two_sided(t: float, df: float) -> float:
    """Probability that |Student t| is t or more: I_x(df/2, 1/2), x = df / (df + t^2).

    Abramowitz and Stegun 26.7.1. df need not be whole. NaN gives NaN; raises ValueError for df <= 0.
    """
    if not df > 0.0:
        raise ValueError(f"student_two_sided: degrees of freedom must be above zero, found {df}")
    if not math.isfinite(t):
        return math.nan if math.isnan(t) else 0.0
    return _incomplete_beta(df / (df + t * t), t * t / (df + t * t), df / 2.0, 0.5)


@lru_cache(maxsize=1024)
def student_quantile(probability: float, df: float | None) -> float:
    """The quantile of Student t by bisection; df None is normal. Raises ValueError outside (0, 1)."""
    if not 0.0 < probability < 1.0:
        raise ValueError(f"student_quantile: a probability lies between 0 and 1, found {probability}")
    if df is None:
        return NORMAL.inv_cdf(probability)
    outside = 2.0 * min(probability, 1.0 - probability)
    low, high = 0.0, 1.0
    while student_two_sided(high, df) > outside:
        low, high = high, high * 2.0
    for _ in range(100):
        middle = (low + high) / 2.0
        if middle in (low, high):
            break
        low, high = (middle, high) if student_two_sided(middle, df) > outside else (low, middle)
    return math.copysign(high, probability - 0.5)


def even_odds_two_sided(heads: int, tosses: int) -> float:
    """Probability that a fair coin is so far from even or farther: twice the smaller tail, at most 1."""
    tail = sum(math.comb(tosses, count) for count in range(min(heads, tosses - heads) + 1))
    return min(1.0, float(Fraction(2 * tail, 2**tosses)))


def _incomplete_beta(x: float, rest: float, a: float, b: float) -> float:
    """Regularised incomplete beta function at x = 1 - rest, by the continued fraction of DLMF 8.17.22."""
    if x == 0.0 or rest == 0.0:
        return 1.0 - rest
    if x > (a + 1.0) / (a + b + 2.0):
        return 1.0 - _incomplete_beta(rest, x, b, a)
    log_front = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log(rest)
    return math.exp(log_front) / (a * _continued_fraction(x, a, b))


def _continued_fraction(x: float, a: float, b: float) -> float:
    """1 + d1 / (1 + d2 / (1 + ...)) by the modified Lentz method."""
    fraction, numerator, denominator = 1.0, 1.0, 0.0
    for step in range(1, 10_000):
        m = step // 2
        if step % 2:
            term = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        else:
            term = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        denominator = 1.0 / _not_zero(1.0 + term * denominator)
        numerator = _not_zero(1.0 + term / numerator)
        change = numerator * denominator
        fraction *= change
        if abs(change - 1.0) < 1e-15:
            break
    return fraction


def _not_zero(value: float) -> float:
    return value if abs(value) > TINY else TINY
