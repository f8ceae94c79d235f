"""The geopolitical index of a made market: every calendar day, calm apart from planted shocks.

log(1 + index) is a level, a part of each weekday, a slow autoregression, noise, and what is left of past shocks.
Calm days are calibrated (`calibration.CALM`). Shocks are chosen, larger than the noise so that a rule can find them:
each adds 1.6 or more (1.8 on average, six times the index: as in March 2003 or March 2022), of which half is gone
after ten days. A rule on residuals (seven lags, weekdays) at 2.5 deviations finds 98% of them, and every year some
2.4 days more that are noise or the days after a shock; at 3.5 deviations 87%, and one false day in two years. The
genuine index has fewer such jumps and more small ones.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.market.made.calendar import days_of
from engine.market.made.calibration import CALM
from engine.market.made.draws import Vector, autoregression, stream
from engine.market.made.recipe import Recipe
from engine.market.weekdays import weekday_of

SMALLEST_SHOCK = 1.6
MEAN_EXCESS = 0.2
HALF_LIFE_DAYS = 10.0
DAYS_PER_YEAR = 365.25


@dataclass(frozen=True, slots=True)
class ShockIndex:
    """days: (K,) datetime64[D], every calendar day. values: (K,) the index. shocks: (S,) days of the planted shocks."""

    days: NDArray[np.datetime64]
    values: Vector
    shocks: NDArray[np.datetime64]


def make_index(recipe: Recipe) -> ShockIndex:
    """The index of a market; it is the same whatever the effects are."""
    days = days_of(recipe)
    length = len(days)
    slow = autoregression(stream(recipe.seed, "calm index").standard_normal((1, length)), CALM.persistence)[0]
    noise = stream(recipe.seed, "noise of index").standard_normal(length)
    logs = CALM.level + np.array(CALM.weekdays)[weekday_of(days)] + CALM.slow * slow + CALM.noise * noise
    chance = recipe.shocks_per_year / DAYS_PER_YEAR
    happened = np.flatnonzero(stream(recipe.seed, "shock days").random(length) < chance)
    # A size for each day, drawn whether or not there is a shock: another rate leaves the sizes of the rest alone.
    sizes = SMALLEST_SHOCK + MEAN_EXCESS * stream(recipe.seed, "shock sizes").standard_exponential(length)
    fading = 0.5 ** (np.arange(length) / HALF_LIFE_DAYS)
    logs += spread(happened, sizes[happened], fading, length)
    return ShockIndex(days, np.maximum(np.expm1(logs), 0.0), days[happened])


def spread(positions: NDArray[np.int64], sizes: Vector, shape: Vector, length: int) -> Vector:
    """(length,) the sum of `shape` begun at each position and scaled by its size; what runs over is cut off."""
    total = np.zeros(length)
    for position, size in zip(positions, sizes, strict=True):
        total[position:] += size * shape[: length - position]
    return total
