"""The effect of a set of events: its size, its error, every test of it, and what could have been seen."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from engine.measure.track import FloatArray
from engine.study.events.abnormal import Abnormal, abnormal_returns, mean_correlation
from engine.study.events.parametric import (
    adjusted_bmp,
    adjusted_patell,
    bmp,
    cross_sectional_t,
    forecast_standard_error,
    patell,
    standard_error,
)
from engine.study.events.power import smallest_visible_effect
from engine.study.events.ranks import corrado_rank, generalised_rank, generalised_sign, sign_test
from engine.study.events.statistic import Statistic
from engine.study.events.windows import IntArray, Windows

TESTS: Mapping[str, Callable[[Abnormal], Statistic | None]] = {
    "adjusted_bmp": adjusted_bmp,
    "adjusted_patell": adjusted_patell,
    "generalised_rank": generalised_rank,
    "corrado_rank": corrado_rank,
    "bmp": bmp,
    "patell": patell,
    "cross_sectional_t": cross_sectional_t,
    "sign": sign_test,
    "generalised_sign": generalised_sign,
}


@dataclass(frozen=True, slots=True)
class Effect:
    """What a set of events did. Sizes in the unit of the returns.

    caar: mean CAR. standard_error: from the spread of the CARs; forecast_error: from the estimation windows,
    there from the first observation on. smallest_visible: effect that would have been found four times in
    five at 5%, by the first of the two errors there is. correlation: mean_correlation. left_out: event-asset
    pairs with missing or flat returns. tests: by name, None where one cannot be had.
    """

    caar: float
    standard_error: float | None
    forecast_error: float | None
    smallest_visible: float | None
    correlation: float | None
    events: int
    observations: int
    left_out: int
    tests: Mapping[str, Statistic | None]


@dataclass(frozen=True, slots=True)
class CaarPath:
    """The CAAR from the first session of the event window up to each. sessions: (W,) from day zero.

    caar: (W,). standard_error: (W,), as in Effect, NaN where neither error is there.
    """

    sessions: IntArray
    caar: FloatArray
    standard_error: FloatArray


def measure_effect(abnormal: Abnormal) -> Effect | None:
    """Size, errors and tests of a set of events. None where no asset could be used in any event."""
    caar = abnormal.caar
    if caar is None:
        return None
    spread, forecast = standard_error(abnormal), forecast_standard_error(abnormal)
    return Effect(
        caar=caar,
        standard_error=spread,
        forecast_error=forecast,
        smallest_visible=_smallest_visible(spread, forecast, abnormal.observations),
        correlation=mean_correlation(abnormal),
        events=int(abnormal.used.any(axis=1).sum()),
        observations=abnormal.observations,
        left_out=int((~abnormal.used).sum()),
        tests={name: test(abnormal) for name, test in TESTS.items()},
    )


def _each(abnormal: Abnormal) -> Abnormal:
    """Every pair of event and asset is an observation."""
    return abnormal


def trace_caar(
    returns: FloatArray,
    days: IntArray,
    windows: Windows,
    factors: FloatArray | None = None,
    *,
    observe: Callable[[Abnormal], Abnormal] = _each,
) -> CaarPath | None:
    """The path of the CAAR through the event window, each session with its own error.

    Arguments as for abnormal_returns. observe: what is one observation; `by_event` makes it an event's portfolio.
    None where no asset could be used in any event. Every point uses the same observations, those of the whole window.
    """
    whole = abnormal_returns(returns, days, windows, factors)
    aar = observe(whole).aar
    if aar is None:
        return None
    errors = []
    for last in range(windows.first, windows.last + 1):
        part = abnormal_returns(returns, days, replace(windows, last=last), factors)
        errors.append(_error(observe(replace(part, used=whole.used))))
    sessions = np.arange(windows.first, windows.last + 1, dtype=np.int_)
    return CaarPath(sessions, np.cumsum(aar), np.array(errors))


def _error(abnormal: Abnormal) -> float:
    for error in (standard_error(abnormal), forecast_standard_error(abnormal)):
        if error is not None:
            return error
    return float("nan")


def _smallest_visible(spread: float | None, forecast: float | None, observations: int) -> float | None:
    if spread is not None:
        return smallest_visible_effect(spread, observations - 1)
    return None if forecast is None else smallest_visible_effect(forecast)
