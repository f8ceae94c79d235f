"""Differences that need a test: of two Sharpe ratios, and of a mean before and after some day."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from engine.measure.inference import NORMAL, newey_west_variance
from engine.measure.track import ZERO, FloatArray

REPETITIONS: Final = 999
SEED: Final = 20080101


@dataclass(frozen=True, slots=True)
class SharpeDifference:
    """Of two series' Sharpe ratios, per session. p: HAC; bootstrap_p: studentised circular blocks; both two-sided."""

    difference: float
    se: float
    p: float
    bootstrap_p: float


def sharpe_difference(
    one: FloatArray, other: FloatArray, *, block: int | None = None, repetitions: int = REPETITIONS, seed: int = SEED
) -> SharpeDifference | None:
    """Whether two excess return series (n,), of the same sessions, have different Sharpe ratios.

    Ledoit and Wolf 2008: delta method over (mean, mean, second moment, second moment), long-run covariance with the
    Parzen kernel and Andrews's (1991) bandwidth, and a studentised circular block bootstrap. block: sessions, by
    default n^(1/3) rounded, at least 5. None below 20 sessions, or where a series does not move.
    Raises ValueError for NaN or other lengths.
    """
    if one.shape != other.shape or not (np.isfinite(one).all() and np.isfinite(other).all()):
        raise ValueError(f"sharpe_difference: needs two finite series of one length, found {one.shape}, {other.shape}")
    n = len(one)
    if n < 20 or min(one.std(), other.std()) <= ZERO:
        return None
    # A ratio has no scale; the bandwidth, which weighs the four moments alike, would.
    one, other = one / one.std(), other / other.std()
    moments = np.column_stack([one, other, one * one, other * other])
    means = moments.mean(axis=0)
    difference, slope = _difference(means), _slope(means)
    if np.abs(one - other).max() <= ZERO:
        return SharpeDifference(0.0, 0.0, 1.0, 1.0)
    around = moments - means
    se = math.sqrt(max(float(slope @ _parzen(around) @ slope), 0.0) / n)
    statistic = abs(difference) / se
    length = max(5, round(n ** (1.0 / 3.0))) if block is None else block
    drawn = _bootstrap(moments, difference, length, repetitions, seed)
    beyond = int((drawn >= statistic * (1.0 - 1e-12)).sum())
    return SharpeDifference(difference, se, 2.0 * NORMAL.cdf(-statistic), (beyond + 1.0) / (repetitions + 1.0))


def _difference(means: FloatArray) -> float:
    return float(_ratio(means[0], means[2]) - _ratio(means[1], means[3]))


def _ratio(mean: FloatArray, second: FloatArray) -> FloatArray:
    ratio: FloatArray = mean / np.sqrt(second - mean * mean)
    return ratio


def _slope(means: FloatArray) -> FloatArray:
    """(..., 4) gradient of the difference in the four moments."""
    spread = (means[..., 2:] - means[..., :2] ** 2) ** 1.5
    own = np.concatenate([means[..., 2:] / spread, -0.5 * means[..., :2] / spread], axis=-1)
    signed: FloatArray = own * np.array([1.0, -1.0, 1.0, -1.0])
    return signed


def _parzen(around: FloatArray) -> FloatArray:
    """(4, 4) long-run covariance of centred moments (n, 4), with n / (n - 4)."""
    n = len(around)
    width = _bandwidth(around)
    total = around.T @ around / n
    for lag in range(1, n):
        x = lag / width
        if x >= 1.0:
            break
        weight = 1.0 - 6.0 * x * x + 6.0 * x**3 if x <= 0.5 else 2.0 * (1.0 - x) ** 3
        covariance = around[lag:].T @ around[:-lag] / n
        total += weight * (covariance + covariance.T)
    covered: FloatArray = total * (n / (n - 4.0))
    return covered


def _bandwidth(around: FloatArray) -> float:
    """Andrews's automatic bandwidth of the Parzen kernel, from an AR(1) of each moment."""
    before, after = around[:-1], around[1:]
    rho = np.clip((before * after).sum(axis=0) / (before * before).sum(axis=0), -0.97, 0.97)
    noise = ((after - rho * before) ** 2).mean(axis=0) ** 2
    curve = float((4.0 * rho**2 * noise / (1.0 - rho) ** 8).sum() / (noise / (1.0 - rho) ** 4).sum())
    return max(float(2.6614 * (curve * len(around)) ** 0.2), 1.0)


def _bootstrap(moments: FloatArray, difference: float, block: int, repetitions: int, seed: int) -> FloatArray:
    """(repetitions,) studentised distances of the difference in resampled series from the one in the data."""
    n = len(moments)
    blocks = max(n // block, 1)
    wrapped = np.concatenate([moments, moments[: block - 1]])
    summed = np.concatenate([np.zeros((1, 4)), wrapped.cumsum(axis=0)])
    sums = summed[block:] - summed[:-block]  # (n, 4): of the block that starts at each session
    starts = np.random.default_rng(seed).integers(0, n, (repetitions, blocks))
    drawn = sums[starts]
    means = drawn.mean(axis=1) / block
    own = _ratio(means[:, 0], means[:, 2]) - _ratio(means[:, 1], means[:, 3])
    spread = (drawn - block * means[:, None, :]) / math.sqrt(block)
    projected = np.einsum("rbk,rk->rb", spread, _slope(means))
    se = np.sqrt((projected * projected).mean(axis=1) / (blocks * block))
    distance: FloatArray = np.divide(np.abs(own - difference), se, out=np.full(repetitions, np.inf), where=se > ZERO)
    return distance


@dataclass(frozen=True, slots=True)
class Break:
    """Where a mean changed most. index: first value of what came after. p: that no such change is there."""

    index: int
    statistic: float
    p: float
    before: float
    after: float


def break_in_mean(x: FloatArray) -> Break | None:
    """The largest CUSUM of a series (n,), over its long-run deviation: one change of the mean at an unknown place.

    max over k of |S_k - (k / n) S_n| / (sigma sqrt(n)), sigma by Newey and West; its limit is the supremum of a
    Brownian bridge, whose distribution is Kolmogorov's. Ploberger and Kraemer 1992. None below 20 values or where
    nothing moves. Raises ValueError on NaN.
    """
    n = len(x)
    if n < 20:
        return None
    deviation = math.sqrt(newey_west_variance(x))
    if deviation <= ZERO:
        return None
    path = np.abs(np.cumsum(x - x.mean()))[:-1] / (deviation * math.sqrt(n))
    at = int(path.argmax()) + 1
    statistic = float(path[at - 1])
    return Break(at, statistic, _kolmogorov(statistic), float(x[:at].mean()), float(x[at:].mean()))


def _kolmogorov(statistic: float) -> float:
    """P(sup of a Brownian bridge, without sign, > statistic)."""
    if statistic < 0.2:  # the series converges slowly where the probability is 1 to a dozen digits
        return 1.0
    terms = ((-1.0) ** (k - 1) * math.exp(-2.0 * k * k * statistic * statistic) for k in range(1, 101))
    return min(max(2.0 * math.fsum(terms), 0.0), 1.0)
