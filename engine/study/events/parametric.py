"""Tests of the mean abnormal return that read sizes: cross-sectional t, Patell, BMP, and both adjusted.

The adjusted ones allow for observations that move together: assets that share the event day, events whose
windows overlap. The others take observations as independent and reject far too often where they are not. None
below the observations a test needs and where nothing varies. p-values are two-sided.
"""

from __future__ import annotations

import math

import numpy as np

from engine.measure.track import FloatArray
from engine.study.events.abnormal import Abnormal, mean_correlation
from engine.study.events.statistic import Statistic, normal_statistic, student_statistic

NO_SPREAD = 1e-12


def cross_sectional_t(abnormal: Abnormal) -> Statistic | None:
    """CAAR / (sd(CAR) / sqrt(n)), Student t with n - 1. Brown and Warner (1980). Independent observations."""
    return _one_sample_t(abnormal.car[abnormal.used])


def patell(abnormal: Abnormal) -> Statistic | None:
    """sum SCAR / sqrt(n df / (df - 2)), normal. Patell (1976), J2 of Campbell, Lo and MacKinlay (1997).

    Needs one observation. Takes the variance of the event window to be that of the estimation window.
    """
    n = abnormal.observations
    if n == 0:
        return None
    total = float(abnormal.scar[abnormal.used].sum())
    return normal_statistic(total / math.sqrt(n * abnormal.df / (abnormal.df - 2)), n)


def adjusted_patell(abnormal: Abnormal) -> Statistic | None:
    """Patell / sqrt(1 + (n - 1) r), normal. Kolari and Pynnonen (2010); r: mean_correlation.

    With one observation, Patell itself.
    """
    plain, together = patell(abnormal), _together(abnormal)
    if plain is None or together is None:
        return None
    return normal_statistic(plain.value / math.sqrt(together[1]), plain.observations)


def bmp(abnormal: Abnormal) -> Statistic | None:
    """mean SCAR / (sd(SCAR) / sqrt(n)), Student t with n - 1. Boehmer, Musumeci and Poulsen (1991).

    The event may change the variance. Independent observations.
    """
    return _one_sample_t(abnormal.scar[abnormal.used])


def adjusted_bmp(abnormal: Abnormal) -> Statistic | None:
    """BMP sqrt((1 - r) / (1 + (n - 1) r)), Student t with n - 1. Kolari and Pynnonen (2010).

    r: mean_correlation. Observations that move together have a mean that scatters more, and a spread that
    shows less, than they would alone: with 20 assets at a correlation of 0.3, BMP is three times too large.
    """
    plain, together = bmp(abnormal), _together(abnormal)
    if plain is None or together is None or together[0] <= NO_SPREAD:
        return None
    value = plain.value * math.sqrt(together[0] / together[1])
    return student_statistic(value, plain.observations, plain.observations - 1)


def standard_error(abnormal: Abnormal) -> float | None:
    """Standard error of the CAAR from the spread of the CARs, sd(CAR) sqrt((1 + (n - 1) r) / (n (1 - r))).

    In the unit of the returns; r as in adjusted_bmp. None below two observations.
    """
    cars, together = abnormal.car[abnormal.used], _together(abnormal)
    if cars.size < 2 or together is None or together[0] <= NO_SPREAD:
        return None
    return float(np.std(cars, ddof=1)) * math.sqrt(together[1] / together[0] / cars.size)


def forecast_standard_error(abnormal: Abnormal) -> float | None:
    """Standard error of the CAAR if the event changes no variance, sqrt(sum car_sd^2 (1 + (n - 1) r)) / n.

    J1 of MacKinlay (1997) for r = 0. There is one from the first observation on; None without.
    """
    together = _together(abnormal)
    if together is None:
        return None
    variances = abnormal.car_sd[abnormal.used] ** 2
    return math.sqrt(float(variances.sum()) * together[1]) / variances.size


def _one_sample_t(values: FloatArray) -> Statistic | None:
    n = values.size
    spread = float(np.std(values, ddof=1)) if n > 1 else 0.0
    if spread <= NO_SPREAD * float(np.max(np.abs(values), initial=0.0)):
        return None
    return student_statistic(float(np.mean(values)) / (spread / math.sqrt(n)), n, n - 1)


def _together(abnormal: Abnormal) -> tuple[float, float] | None:
    """(1 - r, 1 + (n - 1) r); (1, 1) for one observation; None without one and where they cancel."""
    n = abnormal.observations
    r = 0.0 if n == 1 else mean_correlation(abnormal)
    if r is None or 1.0 + (n - 1) * r <= NO_SPREAD:
        return None
    return 1.0 - r, 1.0 + (n - 1) * r
