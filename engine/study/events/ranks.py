"""Tests of the mean abnormal return that read ranks and signs, so that fat tails and outliers do not matter.

None below the observations a test needs and where nothing varies. p-values are two-sided.
"""

from __future__ import annotations

import math

import numpy as np

from engine.measure.track import FloatArray
from engine.study.events.abnormal import Abnormal, mean_correlation
from engine.study.events.statistic import (
    Statistic,
    even_odds_two_sided,
    normal_statistic,
    student_statistic,
)


def corrado_rank(abnormal: Abnormal) -> Statistic | None:
    """sqrt(W) mean_w(K_w) / sqrt(mean_t(K_t^2)) / sqrt((M - W) / (M - 1)), M = L + W, normal.

    Corrado (1989); for W sessions Cowan (1992), with the last factor of Luoma and Pynnonen (2010): ranks are
    drawn without replacement, without it long windows hardly ever reject. Each observation's L residuals and
    W abnormal returns are ranked together, u = rank / (M + 1) - 1/2, ties sharing their rank (Corrado and
    Zivney 1992); K_t is the mean of u over observations, w runs over the event window, t over both. Assets
    that share a day may move together: K_t carries it. Needs one observation.
    """
    if not abnormal.used.any():
        return None
    before = np.swapaxes(abnormal.residuals, 1, 2)[abnormal.used]
    mean_ranks = _centred_ranks(np.hstack([before, abnormal.ar[abnormal.used]])).mean(axis=0)
    width = abnormal.windows.width
    spread = math.sqrt(float(np.mean(mean_ranks**2)))
    if spread == 0.0:
        return None
    event = float(mean_ranks[-width:].mean()) / spread
    length = mean_ranks.size
    finite = (length - width) / (length - 1)
    return normal_statistic(event * math.sqrt(width / finite), abnormal.observations)


def generalised_rank(abnormal: Abnormal) -> Statistic | None:
    """GRANK-T: Z sqrt((T - 2) / (T - 1 - Z^2)), Student t with T - 2, T = L + 1. Kolari and Pynnonen (2011).

    Each observation's SCAR over s = sd(SCAR) / sqrt(1 - r), r: mean_correlation, is ranked among its L
    standardised residuals as one more session; u = rank / (T + 1) - 1/2, K_t the mean of u over observations,
    Z = K_0 / sqrt(mean_t(K_t^2)). The paper's s has no r; where assets share a day their spread shows too
    little, and without it 20 of them at a correlation of 0.4 reject 9% instead of 5%. Robust to event
    variance, and does not fade with the length of the window. Needs two observations.
    """
    scars = abnormal.scar[abnormal.used]
    r = mean_correlation(abnormal)
    if r is None or r >= 1.0 or np.ptp(scars) == 0.0:
        return None
    spread = float(np.std(scars, ddof=1)) / math.sqrt(1.0 - r)
    before = np.swapaxes(abnormal.residuals, 1, 2)[abnormal.used] / abnormal.sd[abnormal.used][:, None]
    mean_ranks = _centred_ranks(np.column_stack([before, scars / spread])).mean(axis=0)
    length = mean_ranks.size
    size = math.sqrt(float(np.mean(mean_ranks**2)))
    z = float(mean_ranks[-1]) / size if size > 0.0 else math.inf
    if length - 1 - z * z <= 0.0:
        return None
    value = z * math.sqrt((length - 2) / (length - 1 - z * z))
    return student_statistic(value, abnormal.observations, length - 2)


def sign_test(abnormal: Abnormal) -> Statistic | None:
    """Share of CARs above zero against one half: (2 heads - n) / sqrt(n), with the exact binomial p-value.

    CARs of exactly zero are left out. Independent observations: where assets share a day, test by_event. None
    without a CAR that is not zero.
    """
    cars = abnormal.car[abnormal.used]
    heads, tosses = int(np.sum(cars > 0.0)), int(np.sum(cars != 0.0))
    if tosses == 0:
        return None
    value = (2 * heads - tosses) / math.sqrt(tosses)
    return Statistic(value, even_odds_two_sided(heads, tosses), tosses)


def generalised_sign(abnormal: Abnormal) -> Statistic | None:
    """(heads - n p) / sqrt(n p (1 - p)), normal; p: share of residuals above zero. Cowan (1992).

    Skewed returns are more often below their mean than above. Independent observations.
    """
    n = abnormal.observations
    if n == 0:
        return None
    heads = int(np.sum(abnormal.car[abnormal.used] > 0.0))
    share = float(np.mean(np.swapaxes(abnormal.residuals, 1, 2)[abnormal.used] > 0.0))
    variance = n * share * (1.0 - share)
    return normal_statistic((heads - n * share) / math.sqrt(variance), n) if variance > 0.0 else None


def _centred_ranks(values: FloatArray) -> FloatArray:
    """(n, M) rank of each value in its row over M + 1, less one half; ties share their mean rank."""
    ranks = np.empty_like(values)
    for row, line in enumerate(values):
        ordered = np.sort(line)
        ranks[row] = np.searchsorted(ordered, line, side="left") + np.searchsorted(ordered, line, side="right")
    centred: FloatArray = (ranks + 1.0) / 2.0 / (values.shape[1] + 1.0) - 0.5
    return centred
