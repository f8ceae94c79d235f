"""What is left of the best of many variants: the probability of overfitting, and the haircut of a Sharpe ratio."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from engine.measure.inference import NORMAL
from engine.measure.track import ZERO, FloatArray

#: Combinations looked at in one go: memory is this many times the number of variants.
CHUNK: Final = 1024


@dataclass(frozen=True, slots=True)
class Overfitting:
    """CSCV's answer. Bailey, Borwein, Lopez de Prado and Zhu 2017.

    pbo: share of splits in which the variant that was best in one half ranks in the lower half of the other.
    splits: how many ways the blocks were halved. logits: (splits,) log odds of that rank. degradation: slope of the
    out-of-sample performance on the in-sample performance of the chosen variants; None where it is undefined.
    loss: share of splits in which the chosen variant lost out of sample.
    """

    pbo: float
    splits: int
    logits: FloatArray
    degradation: float | None
    loss: float


def probability_of_overfitting(
    returns: FloatArray, blocks: int = 16, performance: Literal["sharpe", "mean"] = "sharpe"
) -> Overfitting:
    """Combinatorially symmetric cross-validation of the (T, V) returns of V variants tried on the same sessions.

    The T sessions are cut into `blocks` equal parts (the first T mod blocks are left out); every way of taking half
    of them is one split: the best variant there is ranked by its performance on the other half. The rank is
    (r - 1/2) / V, r from 1 for the worst (ties count half), so its log odds are finite and symmetric.
    Raises ValueError for NaN, fewer than two variants, an odd number of blocks or fewer than two sessions a block.
    """
    if returns.ndim != 2 or returns.shape[1] < 2 or not np.isfinite(returns).all():
        raise ValueError(f"probability_of_overfitting: needs (T, V >= 2) finite returns, found {returns.shape}")
    if blocks < 2 or blocks % 2 or len(returns) < 2 * blocks:
        raise ValueError(f"probability_of_overfitting: {blocks} blocks of {len(returns)} sessions; even, two each")
    size = len(returns) // blocks
    parts = returns[len(returns) - size * blocks :].reshape(blocks, size, -1)
    sums, squares = parts.sum(axis=1), (parts * parts).sum(axis=1)
    halves = np.array(list(itertools.combinations(range(blocks), blocks // 2)))
    chosen = np.zeros((len(halves), blocks))
    np.put_along_axis(chosen, halves, 1.0, axis=1)
    n = size * blocks // 2
    inside, outside, ranks = np.empty(len(halves)), np.empty(len(halves)), np.empty(len(halves))
    for start in range(0, len(halves), CHUNK):
        rows = slice(start, start + CHUNK)
        here = _performance(chosen[rows] @ sums, chosen[rows] @ squares, n, performance)
        there = _performance((1.0 - chosen[rows]) @ sums, (1.0 - chosen[rows]) @ squares, n, performance)
        best = here.argmax(axis=1)
        own = np.take_along_axis(there, best[:, None], axis=1)
        inside[rows], outside[rows] = np.take_along_axis(here, best[:, None], axis=1)[:, 0], own[:, 0]
        ranks[rows] = (there < own).sum(axis=1) + 0.5 * (there == own).sum(axis=1)
    share = ranks / returns.shape[1]
    logits = np.log(share / (1.0 - share))
    spread = inside - inside.mean()
    slope = float(spread @ outside / (spread @ spread)) if float(spread @ spread) > ZERO else None
    return Overfitting(float(np.mean(logits <= 0.0)), len(halves), logits, slope, float(np.mean(outside < 0.0)))


def _performance(sums: FloatArray, squares: FloatArray, n: int, kind: Literal["sharpe", "mean"]) -> FloatArray:
    mean = sums / n
    if kind == "mean":
        return mean
    variance = np.maximum(squares / n - mean * mean, 0.0) * (n / (n - 1.0))
    deviation = np.sqrt(variance)
    ratio: FloatArray = np.divide(mean, deviation, out=np.zeros_like(mean), where=deviation > ZERO)
    return ratio


@dataclass(frozen=True, slots=True)
class Haircut:
    """A Sharpe ratio after the number of tries is paid for. Harvey and Liu 2015.

    p, adjusted_p: two-sided, before and after. sharpe: the annual ratio that has the adjusted p-value.
    haircut: the share of the ratio that is gone, 0 to 1; 0 for a ratio of 0.
    """

    p: float
    adjusted_p: float
    sharpe: float
    haircut: float


def harvey_liu(sharpe: float, years: float, trials: int, others: FloatArray | None = None) -> Haircut:
    """The annual Sharpe ratio of the best of `trials`, cut until its p-value is what the best of so many deserves.

    t = sharpe * sqrt(years), p = 2 (1 - Phi(|t|)). Without `others` Bonferroni: min(trials * p, 1). With the (V,)
    annual Sharpe ratios of all trials (this one among them) Benjamini, Hochberg and Yekutieli's: step up by
    V c(V) / rank, c(V) = 1 + 1/2 + ... + 1/V. Raises ValueError for years or trials that are not above zero.
    """
    if not years > 0.0 or trials < 1:
        raise ValueError(f"harvey_liu: needs years and trials above zero, found {years} and {trials}")
    p = _two_sided(sharpe, years)
    if others is None:
        adjusted = min(trials * p, 1.0)
    else:
        every = np.sort([_two_sided(float(one), years) for one in others])
        scale = sum(1.0 / rank for rank in range(1, len(every) + 1)) * len(every) / np.arange(1.0, len(every) + 1.0)
        stepped = np.minimum.accumulate((every * scale)[::-1])[::-1]
        adjusted = min(float(stepped[int(np.searchsorted(every, p))]), 1.0)
    cut = -NORMAL.inv_cdf(adjusted / 2.0) / math.sqrt(years) if 0.0 < adjusted < 1.0 else 0.0
    if adjusted == 0.0:  # so far out that no double tells the two apart
        cut = abs(sharpe)
    return Haircut(p, adjusted, math.copysign(cut, sharpe), 1.0 - cut / abs(sharpe) if sharpe else 0.0)


def _two_sided(sharpe: float, years: float) -> float:
    return 2.0 * NORMAL.cdf(-abs(sharpe) * math.sqrt(years))
