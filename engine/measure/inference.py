"""How sure one can be, in closed form: long-run variance, active return, Sharpe ratio, verdict in words."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import Final

import numpy as np

from engine.measure.formulas import cagr, finite
from engine.measure.track import ZERO, FloatArray, Track, check_same_sessions, log_returns

NORMAL: Final = NormalDist()
EULER_MASCHERONI: Final = 0.5772156649015329
#: With fewer bets than this no figure is believed.
FEWEST_EPISODES: Final = 20


@dataclass(frozen=True, slots=True)
class Interval:
    """A two-sided interval from low to high at confidence `level`; se: standard error of the estimate."""

    low: float
    high: float
    se: float
    level: float


def newey_west_variance(x: FloatArray, lags: int | None = None) -> float:
    """Long-run variance of a series (n,): Bartlett kernel, autocovariances over n, not corrected for small n.

    g_0 + 2 sum_{l=1}^{L} (1 - l / (L + 1)) g_l, L = floor(4 (n / 100)^(2/9)) unless given, at most n - 1.
    The variance of the mean is this over n. Newey & West 1987, 1994. Raises ValueError on an empty series,
    NaN or lags < 0.
    """
    n = x.size
    if n == 0 or not np.isfinite(x).all():
        raise ValueError(f"newey_west_variance: {n} values, all must be finite and at least one given")
    chosen = math.floor(4.0 * (n / 100.0) ** (2.0 / 9.0)) if lags is None else lags
    if chosen < 0:
        raise ValueError(f"newey_west_variance: lags must be zero or more, found {chosen}")
    chosen = min(chosen, n - 1)
    around = x - np.mean(x)
    total = float(np.sum(around * around))
    for lag in range(1, chosen + 1):
        total += 2.0 * (1.0 - lag / (chosen + 1.0)) * float(np.sum(around[lag:] * around[:-lag]))
    return max(total / n, 0.0)


def active_return_interval(
    track: Track, reference: Track, sessions_per_year: float, level: float = 0.95
) -> Interval | None:
    """Interval of the difference of CAGRs, by the delta method with a Newey-West variance; fractions a year.

    CAGR is exp(ppy * mean(log(1 + r))) - 1, so with
        e_t = (1 + cagr_s) log(1 + r_s,t) - (1 + cagr_b) log(1 + r_b,t)
    the standard error is ppy * sqrt(newey_west_variance(e) / n); the interval is normal around the
    difference.
    None below two returns or where a CAGR overflows. Raises ValueError on other sessions or a level outside
    (0, 1).
    """
    check_same_sessions(track, reference, "the reference")
    growth, against = cagr(track.equity, sessions_per_year), cagr(reference.equity, sessions_per_year)
    if track.equity.size < 3 or growth is None or against is None:
        return None
    influence = (1.0 + growth) * log_returns(track) - (1.0 + against) * log_returns(reference)
    deviation = math.sqrt(newey_west_variance(influence))
    se = sessions_per_year * (deviation if deviation > ZERO else 0.0) / math.sqrt(influence.size)
    active = growth - against if abs(growth - against) > ZERO else 0.0
    reach = _quantile(0.5 + level / 2.0, level) * se
    return Interval(active - reach, active + reach, se, level)


def verdict(episodes: int | None, interval: Interval | None) -> str:
    """What may be said in words. episodes: number of bets, None where there is no stance.

    Too few bets outranks the interval; without an interval nothing can be told from chance.
    """
    if episodes is None:
        return "no bets: a baseline"
    if episodes < FEWEST_EPISODES:
        return "too few bets to tell"
    if interval is None or interval.low <= 0.0 <= interval.high:
        return "cannot be told from chance"
    return "ahead of policy beyond chance" if interval.low > 0.0 else "behind policy beyond chance"


def skewness_and_kurtosis(x: FloatArray) -> tuple[float, float]:
    """Third and fourth standardised moment (n,), over n, kurtosis not in excess: (0, 3) is normal.

    (0, 3) also for an empty or constant series, of which nothing better is known.
    """
    around = x - np.mean(x) if x.size else x
    deviation = math.sqrt(float(np.mean(around**2))) if x.size else 0.0
    if deviation <= ZERO:
        return 0.0, 3.0
    scaled = around / deviation
    return float(np.mean(scaled**3)), float(np.mean(scaled**4))


def sharpe_se(sharpe: float, n: int, *, skew: float = 0.0, kurtosis: float = 3.0) -> float:
    """Standard error of a Sharpe ratio of one session from n returns; times sqrt(ppy) annualises it.

    sqrt((1 - skew s + (kurtosis - 1) / 4 s^2) / n): Mertens 2002; with the defaults sqrt((1 + s^2 / 2) / n),
    Lo 2002 for iid normal returns. Kurtosis is not in excess. Raises ValueError below one return.
    """
    if n < 1:
        raise ValueError(f"sharpe_se: needs at least one return, found {n}")
    return math.sqrt(_sharpe_variance(sharpe, skew, kurtosis) / n)


def probabilistic_sharpe(
    sharpe: float, n: int, *, benchmark: float = 0.0, skew: float = 0.0, kurtosis: float = 3.0
) -> float | None:
    """Probability that the true Sharpe ratio is above the benchmark's; all per session, from n returns.

    Phi((s - s*) sqrt(n - 1) / sqrt(1 - skew s + (kurtosis - 1) / 4 s^2)): Bailey & Lopez de Prado 2012.
    None below two returns or where that variance is zero.
    """
    spread = math.sqrt(_sharpe_variance(sharpe, skew, kurtosis))
    if n < 2 or spread == 0.0:
        return None
    return NORMAL.cdf((sharpe - benchmark) * math.sqrt(n - 1) / spread)


def min_track_record_length(
    sharpe: float, *, benchmark: float = 0.0, skew: float = 0.0, kurtosis: float = 3.0, level: float = 0.95
) -> float | None:
    """Returns needed until probabilistic_sharpe reaches `level`; divide by sessions per year for years.

    1 + (1 - skew s + (kurtosis - 1) / 4 s^2) (z_level / (s - s*))^2: Bailey & Lopez de Prado 2012.
    1.0 for a level of one half or less. None where the Sharpe ratio is not above the benchmark, or by so
    little that no length would do.
    """
    if sharpe <= benchmark:
        return None
    distance = max(_quantile(level, level), 0.0) / (sharpe - benchmark)
    return finite(1.0 + _sharpe_variance(sharpe, skew, kurtosis) * distance * distance)


def expected_max_sharpe(trials: float) -> float:
    """Expected largest of that many independent N(0, 1) draws: what luck brings, in standard deviations.

    (1 - g) z(1 - 1/N) + g z(1 - 1/(N e)), g Euler-Mascheroni: Bailey & Lopez de Prado 2014. The approximation
    fails near one trial, where 0.0 is exact, so it is never below that. `trials` may be an effective number.
    Raises ValueError below one.
    """
    if not trials >= 1.0:
        raise ValueError(f"expected_max_sharpe: needs at least one trial, found {trials}")
    if trials == 1.0:
        return 0.0
    first = (1.0 - EULER_MASCHERONI) * NORMAL.inv_cdf(1.0 - 1.0 / trials)
    return max(first + EULER_MASCHERONI * NORMAL.inv_cdf(1.0 - 1.0 / (trials * math.e)), 0.0)


def min_backtest_length(trials: float, sharpe: float = 1.0) -> float:
    """Years below which the best of that many skill-less trials is expected to show this annual Sharpe ratio.

    (expected_max_sharpe / sharpe)^2: Bailey, Borwein, Lopez de Prado & Zhu 2014. Raises ValueError for
    sharpe <= 0.
    """
    if not sharpe > 0.0:
        raise ValueError(f"min_backtest_length: the Sharpe ratio must be above zero, found {sharpe}")
    return (expected_max_sharpe(trials) / sharpe) ** 2


def deflated_sharpe(
    sharpe: float, n: int, *, trials: float, trial_variance: float, skew: float = 0.0, kurtosis: float = 3.0
) -> float | None:
    """probabilistic_sharpe with the luck of the best trial, sqrt(trial_variance) * E[max], as benchmark.

    trial_variance: variance of the trials' Sharpe ratios, per session like `sharpe` (annual variance / ppy).
    Bailey & Lopez de Prado 2014. None and errors as for the two it is made of; ValueError for a variance
    below zero.
    """
    if not trial_variance >= 0.0:
        raise ValueError(f"deflated_sharpe: trial_variance must be zero or more, found {trial_variance}")
    luck = math.sqrt(trial_variance) * expected_max_sharpe(trials)
    return probabilistic_sharpe(sharpe, n, benchmark=luck, skew=skew, kurtosis=kurtosis)


def _sharpe_variance(sharpe: float, skew: float, kurtosis: float) -> float:
    """n times the variance of a Sharpe ratio: zero or more for moments a sample can have, up to rounding."""
    return max(1.0 - skew * sharpe + (kurtosis - 1.0) / 4.0 * sharpe * sharpe, 0.0)


def _quantile(probability: float, level: float) -> float:
    if not 0.0 < level < 1.0:
        raise ValueError(f"a confidence level lies between 0 and 1, found {level}")
    return NORMAL.inv_cdf(probability)
