"""Tests for few events that draw chance instead of assuming its shape: flipped signs, ordinary days."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations

import numpy as np

from engine.measure.track import FloatArray
from engine.study.events.abnormal import Abnormal, by_event
from engine.study.events.windows import IntArray, Windows

DRAWS = 9_999
EXACT_EVENTS = 12
"""Up to so many events all 2^E signs are tried."""
MARGIN = 1e-9
"""Draws this little below the observed size count as equal: sums of the same numbers in another order."""


@dataclass(frozen=True, slots=True)
class Randomised:
    """A p-value from draws. observed: the mean that was tested. exact: every draw there is was tried.

    smallest: the smallest p-value that so few events could have given; above 0.05 the test can never reject.
    """

    observed: float
    p_value: float
    draws: int
    exact: bool
    smallest: float


def event_values(abnormal: Abnormal, standardised: bool = True) -> FloatArray:
    """(E,) SCAR of each event's portfolio (by_event), or its CAR; NaN where no asset could be used."""
    portfolio = by_event(abnormal)
    return (portfolio.scar if standardised else portfolio.car)[:, 0]


def sign_flip(values: FloatArray, *, draws: int = DRAWS, seed: int = 0) -> Randomised | None:
    """Two-sided p-value of the mean of (E,) event values: how often it is as large when signs are drawn.

    Exact over all 2^E signs for E <= 12, else (1 + hits) / (1 + draws). By chance, the values are independent
    and symmetric around zero (Fisher 1935), their sizes may differ. NaN values are left out; None without
    one.
    """
    kept = values[np.isfinite(values)]
    if kept.size == 0:
        return None
    exact = kept.size <= EXACT_EVENTS
    if exact:
        bits = np.arange(2**kept.size)[:, None] >> np.arange(kept.size)
        signs = 1.0 - 2.0 * (bits & 1)
    else:
        signs = np.random.default_rng(seed).choice([-1.0, 1.0], size=(draws, kept.size))
    sums = np.abs(signs @ kept)
    hits = int(np.sum(sums >= abs(float(kept.sum())) * (1.0 - MARGIN)))
    p_value = hits / len(signs) if exact else (1 + hits) / (1 + draws)
    smallest = 2.0 / len(signs) if exact else 1.0 / (1 + draws)
    return Randomised(float(kept.mean()), p_value, len(signs), exact, smallest)


def ordinary_days(days: IntArray, n_sessions: int, windows: Windows) -> IntArray:
    """(D,) day zeros that can be measured and whose event window shares no session with an event's."""
    candidates = np.arange(-windows.start, n_sessions - max(windows.last, 0), dtype=np.int_)
    candidates = candidates[candidates >= 0]
    taken = np.zeros(n_sessions, dtype=np.bool_)
    for day in days:
        taken[max(day - windows.width + 1, 0) : day + windows.width] = True
    return candidates[~taken[candidates]]


def random_days(
    values: FloatArray, ordinary: FloatArray, *, apart: int = 1, draws: int = DRAWS, seed: int = 0
) -> Randomised | None:
    """Two-sided p-value of the mean of (E,) event values against means over as many ordinary days.

    ordinary: (D,) values on ordinary days of the same calendar, in order of time. Days are drawn without
    replacement, at least `apart` places from each other (the width of the window where overlapping events
    were dropped, else 1). Sizes are measured from the mean of the ordinary days, so what every day has is no
    effect. Give the values of all days, the events' own among them: only then is their mean one of the draws where
    nothing is; 30 events of ten years against days that no window touches reject 9% instead of 5%.

    All draws there are, if they are no more than `draws`, else that many; (1 + hits) / (1 + draws) either way (Phipson
    and Smyth 2010). NaN values are left out. None without an event, or where fewer days are left than the draw needs.
    """
    kept, pool = values[np.isfinite(values)], ordinary[np.isfinite(ordinary)]
    if apart < 1:
        raise ValueError(f"random_days: apart must be one session or more, found {apart}")
    room = pool.size - (kept.size - 1) * (apart - 1)
    if kept.size == 0 or room < kept.size:
        return None
    centre = float(pool.mean())
    observed = float(kept.mean())
    exact = math.comb(room, kept.size) <= draws
    spread_out = np.arange(kept.size) * (apart - 1)
    drawn = _all_choices(room, kept.size) if exact else _choices(room, kept.size, draws, seed)
    means = pool[drawn + spread_out].mean(axis=1)
    hits = int(np.sum(np.abs(means - centre) >= abs(observed - centre) * (1.0 - MARGIN)))
    count = means.size
    return Randomised(observed, (1 + hits) / (1 + count), count, exact, 1.0 / (1 + count))


def _all_choices(room: int, size: int) -> IntArray:
    return np.array(list(combinations(range(room), size)), dtype=np.int_)


@lru_cache(maxsize=8)
def _choices(room: int, size: int, draws: int, seed: int) -> IntArray:
    """(draws, size) places out of `room`, each row ascending; kept, for one study asks for the same many times."""
    random = np.random.default_rng(seed)
    return np.sort([random.choice(room, size, replace=False) for _ in range(draws)], axis=1)
