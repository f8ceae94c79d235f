"""How sure one can be of a run, in closed form: of its Sharpe ratio, of its active return, of its alpha."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from engine.measure.formulas import sharpe_per_session
from engine.measure.inference import (
    NORMAL,
    Interval,
    min_track_record_length,
    newey_west_variance,
    probabilistic_sharpe,
    sharpe_se,
    skewness_and_kurtosis,
)
from engine.measure.track import ZERO, FloatArray

#: The confidence at which a track record is called long enough.
LEVEL: Final = 0.95


@dataclass(frozen=True, slots=True)
class SharpeRecord:
    """What a record of returns says of its Sharpe ratio. Ratios and their errors are annual, lengths in years.

    se_lo: Lo 2002, of normal returns. se_mertens: Mertens 2002, with the returns' own skew and kurtosis (not in
    excess). psr: probability that the true ratio is above zero (Bailey and Lopez de Prado 2012); None where undefined.
    years: how long the record is. min_track_record_years: how long it would have to be for psr to reach LEVEL; None
    where the ratio is not above zero.
    """

    sharpe: float
    se_lo: float
    se_mertens: float
    skew: float
    kurtosis: float
    psr: float | None
    years: float
    min_track_record_years: float | None


@dataclass(frozen=True, slots=True)
class Tested:
    """An estimate with a HAC error: t against zero, p two-sided by the normal distribution."""

    estimate: float
    se: float
    t: float
    p: float


@dataclass(frozen=True, slots=True)
class Alpha:
    """What the returns of another portfolio do not explain. alpha: a year; beta: the slope."""

    alpha: Tested
    beta: float


@dataclass(frozen=True, slots=True)
class Sureness:
    """What every result carries; it costs next to nothing. None where it is not defined.

    sharpe: of returns over cash. active: of returns over the reference, so its ratio is an information ratio.
    active_return: the difference of CAGRs against zero.
    """

    sharpe: SharpeRecord | None
    active: SharpeRecord | None
    active_return: Tested | None


def sharpe_record(excess: FloatArray, sessions_per_year: float) -> SharpeRecord | None:
    """The record of (n,) returns over cash, or over a reference. None below two of them or where they do not move."""
    ratio = sharpe_per_session(excess)
    if ratio is None:
        return None
    n, year = excess.size, math.sqrt(sessions_per_year)
    skew, kurtosis = skewness_and_kurtosis(excess)
    needed = min_track_record_length(ratio, skew=skew, kurtosis=kurtosis, level=LEVEL)
    return SharpeRecord(
        ratio * year,
        sharpe_se(ratio, n) * year,
        sharpe_se(ratio, n, skew=skew, kurtosis=kurtosis) * year,
        skew,
        kurtosis,
        probabilistic_sharpe(ratio, n, skew=skew, kurtosis=kurtosis),
        n / sessions_per_year,
        None if needed is None else needed / sessions_per_year,
    )


def against_zero(estimate: float, se: float) -> Tested | None:
    """An estimate against zero. None without an error to divide by."""
    if not se > 0.0:
        return None
    return Tested(estimate, se, estimate / se, 2.0 * NORMAL.cdf(-abs(estimate) / se))


def interval_against_zero(interval: Interval | None) -> Tested | None:
    """The same of an interval that is symmetric around its estimate."""
    return None if interval is None else against_zero((interval.low + interval.high) / 2.0, interval.se)


def alpha_over(excess: FloatArray, market: FloatArray, sessions_per_year: float) -> Alpha | None:
    """Regression of (n,) returns over cash on those of another portfolio, with a HAC error of its constant.

    The sandwich with Bartlett weights and Newey and West's (1994) lags, not corrected for small n: as statsmodels'
    `cov_type="HAC"`. The constant's influence is its row of (X'X)^-1 X', so its variance is a long-run variance of one
    series. None below ten returns, where the market does not move or explains everything. Raises ValueError on NaN.
    """
    n = excess.size
    around = market - market.mean() if n else market
    squares = float(around @ around)
    if n < 10 or squares <= ZERO * ZERO * n:
        return None
    beta = float(around @ excess) / squares
    constant = float(excess.mean()) - beta * float(market.mean())
    left = excess - constant - beta * market
    if float(np.abs(left).max()) <= ZERO:
        return None
    influence = left * (1.0 - float(market.mean()) * n / squares * around)
    se = math.sqrt(newey_west_variance(influence) / n)
    found = against_zero(constant * sessions_per_year, se * sessions_per_year)
    return None if found is None else Alpha(found, beta)
