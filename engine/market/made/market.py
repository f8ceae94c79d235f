"""A made market: metals, miners and equities whose truth is known, otherwise much like the sample.

1. Four groups (market, metals, miners, equities) have each a volatility of their own: exp of an autoregression, part
   of which is shared by all groups. It is scaled so that variances are those of the calibration.
2. The market F is Student's t times its volatility; so is what is common to metals, what is common to miners, and
   each asset's own part.
3. A metal is its beta to F, its loading on what metals have in common, and its own part.
4. A miner is its beta to F, its beta to M (the mean of the metals), what miners have in common, and its own part.
   Lead-lag: of M's move only `1 - strength` counts today, and `strength` comes `delay_sessions` later.
5. An equity is its beta to F and its own part.
6. Shocks: what a shock adds to every miner's return, spread over the sessions from its day on.
7. Every asset has the same drift; levels are the product of 1 + return, from 100 before the first.

Effects enter at 4 and 6 and nowhere else, as terms that vanish exactly at strength or move 0: the null market is the
same bit for bit. Sessions before the first are made too (`BEFORE`), so that late moves reach the first ones as well.

What is not like the sample: no skew, no leverage (falls do not raise volatility), no autocorrelation of returns
beside the planted one, no correlation between equities beyond the market, no holidays, nobody goes bankrupt.
Industrial metals are not in the sample, so made metals are gold-like and silver-like in turn. Assets behave like
industry portfolios or ETFs, not like single shares; beyond three miners, two that are like Mines are nearly one.
How near it comes in figures stands in `calibration`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.market.made.calendar import sessions_of
from engine.market.made.calibration import SAMPLE, Asset, Swings
from engine.market.made.draws import Matrix, Use, Vector, autoregression, stream, tailed
from engine.market.made.index import ShockIndex, make_index, spread
from engine.market.made.recipe import LeadLag, Recipe, ShockResponse
from engine.market.table import Dates

#: Sessions that are made before the first one; at least the longest delay.
BEFORE = 252
#: No day's return is beyond this; a price stays above zero. Symmetric, so that no drift comes of it.
MOST = 0.9


@dataclass(frozen=True, slots=True)
class MadeMarket:
    """sessions: (T,) datetime64[D]. labels: N names, metals, miners, equities in turn. returns: (T, N) simple.

    index: the geopolitical index and the days of the planted shocks.
    """

    sessions: Dates
    labels: tuple[str, ...]
    returns: Matrix
    index: ShockIndex

    def levels(self) -> Matrix:
        """(T, N) total-return levels, 100 before the first session."""
        levels: Matrix = 1.0 + self.returns
        np.cumprod(levels, axis=0, out=levels)
        levels *= 100.0
        return levels

    def group(self, kind: str) -> Matrix:
        """(T, n) returns of the `metal`, `miner` or `equity` assets."""
        return self.returns[:, [label.startswith(f"{kind}_") for label in self.labels]]


def labels_of(recipe: Recipe) -> tuple[str, ...]:
    """metal_1 ..., miner_1 ..., equity_1 ..."""
    groups = (("metal", recipe.metals), ("miner", recipe.miners), ("equity", recipe.equities))
    return tuple(f"{kind}_{place}" for kind, count in groups for place in range(1, count + 1))


def make_market(recipe: Recipe) -> MadeMarket:
    """The market that a recipe makes."""
    sessions, index = sessions_of(recipe), make_index(recipe)
    length = BEFORE + recipe.sessions
    market_swing, metal_swing, miner_swing, equity_swing = _volatilities(recipe.seed, length)
    market = _part(recipe, "market", 1, market_swing, SAMPLE.market_swings)
    market *= SAMPLE.market_sd
    excess = np.empty((recipe.metals + recipe.miners + recipe.equities, length))
    metals, miners, equities = np.split(excess, [recipe.metals, recipe.metals + recipe.miners])

    _fill(metals, recipe, "metals", SAMPLE.metals, metal_swing, SAMPLE.metal_swings)
    _add(metals, SAMPLE.metals, "market", market)
    _add(metals, SAMPLE.metals, "common", _part(recipe, "metals in common", 1, metal_swing, SAMPLE.metal_swings))

    _fill(miners, recipe, "miners", SAMPLE.miners, miner_swing, SAMPLE.miner_swings)
    _add(miners, SAMPLE.miners, "market", market)
    _add(miners, SAMPLE.miners, "common", _part(recipe, "miners in common", 1, miner_swing, SAMPLE.miner_swings))
    _add(miners, SAMPLE.miners, "metals", _arrived(metals.mean(axis=0), recipe.lead_lag))
    if recipe.response is not None:
        miners[:, BEFORE:] += _moves(sessions, index, recipe.response)

    _fill(equities, recipe, "equities", SAMPLE.equities, equity_swing, SAMPLE.equity_swings)
    _add(equities, SAMPLE.equities, "market", market)

    returns = np.ascontiguousarray(excess[:, BEFORE:].T)
    returns += SAMPLE.drift
    np.clip(returns, -MOST, MOST, out=returns)
    return MadeMarket(sessions, labels_of(recipe), returns, index)


def _volatilities(seed: int, length: int) -> Matrix:
    """(4, length) relative volatilities of market, metals, miners and equities; the mean of their squares is 1."""
    groups = (SAMPLE.market_swings, SAMPLE.metal_swings, SAMPLE.miner_swings, SAMPLE.equity_swings)
    steps = np.empty((1 + len(groups), length))
    steps[0] = stream(seed, "shared swings").standard_normal(length)
    for place in range(len(groups)):
        steps[1 + place] = stream(seed, "swings", place).standard_normal(length)
    swings = autoregression(steps, SAMPLE.persistence)
    shared = np.array([[group.shared] for group in groups])
    variance = np.array([[group.variance] for group in groups])
    own = np.sqrt(np.maximum(variance - shared**2, 0.0))
    # E exp(2h) is exp(2 var h) for a Gaussian h.
    volatilities: Matrix = np.exp(shared * swings[:1] + own * swings[1:] - variance)
    return volatilities


def _part(recipe: Recipe, use: Use, count: int, volatility: Vector, swings: Swings) -> Matrix:
    """(count, length) independent series of variance 1 with the group's volatility and tails."""
    drawn = tailed(recipe.seed, use, count, len(volatility), swings.tails)
    drawn *= volatility
    return drawn


def _fill(rows: Matrix, recipe: Recipe, use: Use, kinds: tuple[Asset, ...], volatility: Vector, swings: Swings) -> None:
    """Set rows to the assets' own parts."""
    rows[:] = _part(recipe, use, len(rows), volatility, swings)
    rows *= _column(kinds, "own", len(rows))


def _add(rows: Matrix, kinds: tuple[Asset, ...], loading: str, factor: Matrix) -> None:
    """Add a factor (length,) or (1, length), times each asset's loading on it."""
    rows += _column(kinds, loading, len(rows)) * factor


def _column(kinds: tuple[Asset, ...], loading: str, count: int) -> Matrix:
    """(count, 1) loadings; kinds take turns."""
    return np.array([[getattr(kinds[place % len(kinds)], loading)] for place in range(count)])


def _arrived(metal: Vector, lead_lag: LeadLag | None) -> Vector:
    """What of the metals' moves reaches miners on each session; in the first `delay_sessions` nothing late does."""
    if lead_lag is None:
        return metal
    late = np.zeros_like(metal)
    late[lead_lag.delay_sessions :] = metal[: -lead_lag.delay_sessions]
    arrived: Vector = (1.0 - lead_lag.strength) * metal + lead_lag.strength * late
    return arrived


def _moves(sessions: Dates, index: ShockIndex, response: ShockResponse) -> Vector:
    """(T,) what shocks add to miners' returns."""
    first = np.searchsorted(sessions, index.shocks)
    sign = np.ones(len(first))
    if response.flips_on is not None:
        sign[index.shocks >= np.datetime64(response.flips_on, "D")] = -1.0
    kept = 0.5 ** (1.0 / response.half_life_sessions)
    shape = (1.0 - kept) * kept ** np.arange(len(sessions))
    return spread(first, response.move * sign, shape, len(sessions))
