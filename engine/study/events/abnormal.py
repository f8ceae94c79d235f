"""Abnormal returns: what each asset did in each event window beyond its normal return."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.measure.track import FloatArray
from engine.study.events.normal import Regressors, design_matrix, fit_regressors
from engine.study.events.windows import IntArray, Windows

BoolArray = NDArray[np.bool_]

ALL = slice(None)
NO_SPREAD = 1e-10
"""A residual this small beside the returns is rounding: the asset does not vary, or is a factor."""


@dataclass(frozen=True, slots=True)
class Abnormal:
    """Abnormal returns of E events on N assets over W sessions, with L sessions of residuals before each.

    N assets sharing the day of one event are (1, N); one series with many events is (E, 1); the tests read
    both and everything between. An asset with a missing return in either window of an event, or without
    residual spread, is left out of that event: NaN in every array, False in `used`.

    days: (E,) day zeros. ar: (E, N, W), in the unit of the returns. residuals: (E, L, N). df: L - k, k
    regressors with the intercept. weights: (E, span), the CAR of an event is weights @ returns of its span:
    ones in the event window, minus the forecast's weights before. used, missing, flat: (E, N); `missing`
    also where a factor is missing or collinear, `flat` where nothing varies.
    """

    days: IntArray
    windows: Windows
    ar: FloatArray
    residuals: FloatArray
    df: int
    weights: FloatArray
    used: BoolArray
    missing: BoolArray
    flat: BoolArray

    @property
    def sd(self) -> FloatArray:
        """(E, N) standard deviation of the residuals, sqrt(sum of squares / df)."""
        spread: FloatArray = np.sqrt(np.sum(self.residuals**2, axis=1) / self.df)
        return spread

    @property
    def car(self) -> FloatArray:
        """(E, N) cumulative abnormal return: the sum over the event window. MacKinlay (1997)."""
        cumulative: FloatArray = self.ar.sum(axis=2)
        return cumulative

    @property
    def car_sd(self) -> FloatArray:
        """(E, N) forecast-error standard deviation of the CAR, sd sqrt(W + 1'X*(X'X)^-1 X*'1).

        Campbell, Lo and MacKinlay (1997), 4.4: sessions share the error of the estimated normal return, so
        summing the sessions' own variances would be too little.
        """
        spread: FloatArray = self.sd * np.linalg.norm(self.weights, axis=1)[:, None]
        return spread

    @property
    def scar(self) -> FloatArray:
        """(E, N) standardised CAR, car / car_sd: Student t with df degrees of freedom for normal returns."""
        return self.car / self.car_sd

    @property
    def observations(self) -> int:
        """Event-asset pairs that are used."""
        return int(self.used.sum())

    @property
    def aar(self) -> FloatArray | None:
        """(W,) average abnormal return of each session over the pairs used. None without one."""
        return self.ar[self.used].mean(axis=0) if self.used.any() else None

    @property
    def caar(self) -> float | None:
        """Cumulative average abnormal return over the pairs used. None without one."""
        return float(self.car[self.used].mean()) if self.used.any() else None


def abnormal_returns(
    returns: FloatArray, days: IntArray, windows: Windows, factors: FloatArray | None = None
) -> Abnormal:
    """Abnormal returns around each day zero.

    returns: (T, N) or (T,), simple or logarithmic as given (sums of simple returns are no holding return over
    long windows); row t is earned from session t-1 to t. factors: None, (T,) or (T, K): constant mean, market
    or multi-factor model. days: (E,) from place_events. NaN or infinite counts as missing, see Abnormal.
    Raises ValueError where fewer than three degrees of freedom are left or a window leaves the sessions.
    """
    table = returns.reshape(len(returns), -1)
    design = design_matrix(factors, len(table))
    df = windows.estimation - design.shape[1]
    if df < 3:
        found = f"{windows.estimation} sessions for {design.shape[1]} coefficients"
        raise ValueError(f"abnormal returns: the estimation window is too short, {found}; give three more at least")
    if days.size and (days.min() + windows.start < 0 or days.max() + windows.last >= len(table)):
        raise ValueError("abnormal returns: a window leaves the sessions; let place_events choose the events")
    regressors = fit_regressors(design, days, windows)
    before = table[days[:, None] + windows.start + np.arange(windows.estimation)]
    during = table[days[:, None] + np.arange(windows.first, windows.last + 1)]
    return _measured(before, during, days, windows, regressors, df)


def _measured(
    before: FloatArray, during: FloatArray, days: IntArray, windows: Windows, regressors: Regressors, df: int
) -> Abnormal:
    """before: (E, L, N) and during: (E, W, N) returns."""
    missing = ~(np.isfinite(before).all(axis=1) & np.isfinite(during).all(axis=1))
    missing |= ~regressors.usable[:, None]
    before, during = (np.where(missing[:, None, :], 0.0, part) for part in (before, during))
    loadings = np.swapaxes(regressors.estimation, 1, 2) @ before
    residuals = before - regressors.estimation @ loadings
    ar = during - regressors.event @ loadings
    flat = ~missing & (np.linalg.norm(residuals, axis=1) <= NO_SPREAD * np.linalg.norm(before, axis=1))
    used = ~missing & ~flat
    return Abnormal(
        days=days,
        windows=windows,
        ar=np.where(used[:, :, None], np.swapaxes(ar, 1, 2), np.nan),
        residuals=np.where(used[:, None, :], residuals, np.nan),
        df=df,
        weights=_weights(regressors, windows),
        used=used,
        missing=missing,
        flat=flat,
    )


def _weights(regressors: Regressors, windows: Windows) -> FloatArray:
    forecast = regressors.estimation @ regressors.event.sum(axis=1)[:, :, None]
    weights = np.zeros((len(forecast), windows.span))
    weights[:, : windows.estimation] = -forecast[:, :, 0]
    weights[:, windows.estimation + windows.gap :] = 1.0
    return weights


def part_of(abnormal: Abnormal, events: BoolArray | slice = ALL, assets: IntArray | slice = ALL) -> Abnormal:
    """Some of the events, some of the assets; all of them where nothing is said."""
    return Abnormal(
        days=abnormal.days[events],
        windows=abnormal.windows,
        ar=abnormal.ar[events][:, assets],
        residuals=abnormal.residuals[events][:, :, assets],
        df=abnormal.df,
        weights=abnormal.weights[events],
        used=abnormal.used[events][:, assets],
        missing=abnormal.missing[events][:, assets],
        flat=abnormal.flat[events][:, assets],
    )


def by_event(abnormal: Abnormal) -> Abnormal:
    """One observation an event, (E, 1): the equally weighted portfolio of the assets used in it.

    Assets that share a day are one draw of luck; their average carries its own residual spread, so their
    correlation needs no estimate, whatever the event does to it. The portfolio is not used where no asset is,
    or where the residuals of its members cancel.
    """
    some: BoolArray = np.any(abnormal.used, axis=1)
    count = np.maximum(abnormal.used.sum(axis=1), 1)[:, None]
    ar = np.where(abnormal.used[:, :, None], abnormal.ar, 0.0).sum(axis=1) / count
    members = np.where(abnormal.used[:, None, :], abnormal.residuals, 0.0)
    residuals = members.sum(axis=2) / count
    size = np.linalg.norm(members, axis=1).max(axis=1, initial=0.0)
    flat: BoolArray = some & (np.linalg.norm(residuals, axis=1) <= NO_SPREAD * size)
    used = (some & ~flat)[:, None]
    return Abnormal(
        days=abnormal.days,
        windows=abnormal.windows,
        ar=np.where(used[:, :, None], ar[:, None, :], np.nan),
        residuals=np.where(used[:, :, None], residuals[:, :, None], np.nan),
        df=abnormal.df,
        weights=abnormal.weights,
        used=used,
        missing=~some[:, None],
        flat=flat[:, None],
    )


def mean_correlation(abnormal: Abnormal) -> float | None:
    """Mean correlation of the CARs over all pairs of observations, as the estimation windows tell it.

    Assets of one event: the correlation of their residuals, which is the r-bar of Kolari and Pynnonen (2010).
    Observations of two events: what their spans share, weights_e . weights_f over the sessions of the
    calendar both read (event sessions, and sessions that taught both the normal return) / (|weights_e|
    |weights_f|), times the residual correlation of their assets, sqrt(G_e G_f) with G the sum of all
    correlations within an event; this is the idea of Kolari, Pape and Pynnonen (2018) for partly overlapping
    windows, with the forecast's share in it. None below two observations.
    """
    n = abnormal.observations
    if n < 2:
        return None
    within = _sum_of_correlations(abnormal)
    pairs = float(within.sum()) - n
    if len(within) > 1:
        pairs += 2.0 * _shared_between_events(abnormal, np.sqrt(within))
    return pairs / (n * (n - 1))


def correlation_within_events(abnormal: Abnormal) -> float | None:
    """Mean residual correlation of the pairs of assets that share an event; None where none do."""
    counts = abnormal.used.sum(axis=1)
    pairs = float(np.sum(counts * (counts - 1)))
    return float(np.sum(_sum_of_correlations(abnormal) - counts)) / pairs if pairs else None


def _sum_of_correlations(abnormal: Abnormal) -> FloatArray:
    """(E,) sum of the residual correlations of all pairs of assets used, each with itself included."""
    residuals = np.where(abnormal.used[:, None, :], abnormal.residuals, 0.0)
    sizes = np.linalg.norm(residuals, axis=1)[:, None, :]
    units = residuals / np.where(sizes > 0.0, sizes, 1.0)
    summed: FloatArray = np.sum(units.sum(axis=2) ** 2, axis=1)
    return summed


def _shared_between_events(abnormal: Abnormal, sizes: FloatArray) -> float:
    days, span = abnormal.days, abnormal.windows.span
    units = abnormal.weights / np.linalg.norm(abnormal.weights, axis=1)[:, None]
    order = np.argsort(days, kind="stable")
    total = 0.0
    for place, one in enumerate(order):
        for other in order[place + 1 :]:
            lag = int(days[other] - days[one])
            if lag >= span:
                break
            shared = float(units[one, lag:] @ units[other, : span - lag])
            total += shared * float(sizes[one] * sizes[other])
    return total
