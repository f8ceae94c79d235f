"""A regression finds what was planted within its standard error, and finds nothing in the null market."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest
import statsmodels.api as sm
from scipy import stats

from engine.market.made.calibration import SAMPLE
from engine.market.made.market import MadeMarket, make_market
from engine.market.made.recipe import LeadLag, Recipe, ShockResponse

FLIP = dt.date(1995, 1, 2)
BETA = float(np.mean([kind.metals for kind in SAMPLE.miners]))
LEAD_LAG = LeadLag(delay_sessions=5, strength=0.4)
RESPONSE = ShockResponse(move=-0.06, half_life_sessions=3, flips_on=FLIP)


def fitted(own: np.ndarray, *drivers: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Slopes and standard errors that hold under changing volatility (HC1)."""
    fit = sm.OLS(own, sm.add_constant(np.column_stack(drivers))).fit(cov_type="HC1")
    return fit.params[1:], fit.bse[1:]


def late_betas(market: MadeMarket, delays: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Of the miners' mean on today's metals, and on those of some sessions ago; the market is a control."""
    most = max(delays)
    miners, metals, equities = (market.group(kind).mean(axis=1) for kind in ("miner", "metal", "equity"))
    lagged = [metals[most - delay : len(metals) - delay] for delay in delays]
    return fitted(miners[most:], *lagged, equities[most:])


def shock_moves(market: MadeMarket) -> tuple[np.ndarray, np.ndarray]:
    """The whole move after a shock, before the flip and after it."""
    kept = 0.5 ** (1 / 3)
    regressors = np.zeros((2, len(market.sessions)))
    for day in market.index.shocks:
        first = int(np.searchsorted(market.sessions, day))
        shape = (1 - kept) * kept ** np.arange(len(market.sessions) - first)
        regressors[int(day >= np.datetime64(FLIP)), first:] += shape
    miners, metals, equities = (market.group(kind).mean(axis=1) for kind in ("miner", "metal", "equity"))
    return fitted(miners, *regressors, metals, equities)


def hold_scores(scores: np.ndarray) -> None:
    """Scores of many markets are those of a standard normal: no bias, and errors as large as they say."""
    assert abs(scores.mean()) < 3.3 / np.sqrt(len(scores))
    assert 0.7 < scores.std() < 1.3


def test_lead_lag_is_found_where_it_was_planted_and_nowhere_else() -> None:
    truth = np.array([0.6 * BETA, 0.0, 0.4 * BETA, 0.0])
    scores = []
    for seed in range(40):
        market = make_market(Recipe(seed, sessions=3000, equities=30, lead_lag=LEAD_LAG))
        betas, errors = late_betas(market, (0, 4, 5, 6))
        scores.append((betas[:4] - truth) / errors[:4])
    for column in np.array(scores).T:
        hold_scores(column)


def test_no_lead_lag_in_the_null() -> None:
    scores = []
    for seed in range(120):
        market = make_market(Recipe(seed, sessions=2000, lead_lag=LEAD_LAG).null())
        betas, errors = late_betas(market, (0, 5))
        scores.append(betas[1] / errors[1])
    hold_scores(np.array(scores))
    rejected = int((np.abs(scores) > 1.96).sum())
    assert stats.binomtest(rejected, 120, 0.05).pvalue > 0.001


def test_each_miner_follows_by_its_own_beta() -> None:
    market = make_market(Recipe(11, sessions=8820, equities=30, lead_lag=LeadLag(10, 1.0)))
    metals, equities = market.group("metal").mean(axis=1), market.group("equity").mean(axis=1)
    for miner, kind in zip(market.group("miner").T, SAMPLE.miners, strict=True):
        betas, errors = fitted(miner[10:], metals[10:], metals[:-10], equities[10:])
        assert betas[0] == pytest.approx(0.0, abs=3.3 * errors[0])
        assert betas[1] == pytest.approx(kind.metals, abs=3.3 * errors[1])


def test_shocks_are_found_with_their_sign_on_either_side_of_the_flip() -> None:
    scores = []
    for seed in range(40):
        recipe = Recipe(seed, sessions=5000, equities=30, shocks_per_year=4, response=RESPONSE)
        moves, errors = shock_moves(make_market(recipe))
        scores.append((moves[:2] - np.array([-0.06, 0.06])) / errors[:2])
        assert abs(moves[0] + 0.06) < 5 * errors[0]
    for column in np.array(scores).T:
        hold_scores(column)


def test_shocks_move_nothing_in_the_null() -> None:
    scores = []
    for seed in range(80):
        recipe = Recipe(seed, sessions=5000, equities=10, shocks_per_year=4, response=RESPONSE)
        moves, errors = shock_moves(make_market(recipe.null()))
        scores.append(moves[:2] / errors[:2])
    for column in np.array(scores).T:
        hold_scores(column)


def test_both_effects_at_once_are_each_found() -> None:
    recipe = Recipe(3, sessions=8820, equities=30, shocks_per_year=4, lead_lag=LEAD_LAG, response=RESPONSE)
    market = make_market(recipe)
    betas, errors = late_betas(market, (0, 5))
    assert betas[1] == pytest.approx(0.4 * BETA, abs=3.3 * errors[1])
    moves, errors = shock_moves(market)
    assert moves[0] == pytest.approx(-0.06, abs=3.3 * errors[0])
    assert moves[1] == pytest.approx(0.06, abs=3.3 * errors[1])


def test_no_return_foretells_the_next_in_the_null() -> None:
    """Ljung-Box with weights that hold under changing volatility: each market's lag-1 t statistic."""
    scores = []
    for seed in range(80):
        market = make_market(replace(Recipe(seed), sessions=2000))
        one = market.group("miner").mean(axis=1) - SAMPLE.drift
        scores.append((one[1:] * one[:-1]).sum() / np.sqrt(((one[1:] * one[:-1]) ** 2).sum()))
    hold_scores(np.array(scores))


def test_a_shock_on_the_very_day_of_the_flip_is_flipped() -> None:
    recipe = Recipe(3, sessions=2000, response=ShockResponse(move=0.06))
    first = make_market(recipe).index.shocks[0].item()
    flipped = replace(recipe, response=ShockResponse(move=0.06, flips_on=first))
    opposite = replace(recipe, response=ShockResponse(move=-0.06))
    np.testing.assert_array_equal(make_market(flipped).returns, make_market(opposite).returns)
