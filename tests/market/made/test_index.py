"""The geopolitical index: calm as the genuine one is calm, with shocks that a rule finds."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from engine.market.made.calibration import CALM
from engine.market.made.index import make_index, spread
from engine.market.made.recipe import Recipe

CALM_RECIPE = Recipe(5, sessions=13_000, shocks_per_year=0.0)


def weekdays(days: np.ndarray) -> np.ndarray:
    return np.array([day.weekday() for day in days.astype(object)])


def shock_scores(logs: np.ndarray, weekday: np.ndarray) -> np.ndarray:
    """Residuals, over their deviation, of seven lags and dummies of weekdays; the first seven are NaN."""
    lags = [logs[7 - lag : len(logs) - lag] for lag in range(1, 8)]
    design = np.column_stack([*lags, np.eye(7)[weekday[7:]]])
    betas, *_ = np.linalg.lstsq(design, logs[7:], rcond=None)
    rest = logs[7:] - design @ betas
    return np.concatenate([np.full(7, np.nan), rest / rest.std()])


def test_calm_days_have_the_level_weekdays_and_persistence_of_the_calibration() -> None:
    index = make_index(CALM_RECIPE)
    logs, weekday = np.log1p(index.values), weekdays(index.days)
    means = np.array([logs[weekday == day].mean() for day in range(7)])
    assert means.mean() == pytest.approx(CALM.level, abs=0.15)
    assert means - means.mean() == pytest.approx(CALM.weekdays, abs=0.04)
    rest = logs - means[weekday]
    variance = CALM.slow**2 + CALM.noise**2
    assert rest.var() == pytest.approx(variance, rel=0.15)
    for lag in (1, 5, 60):
        expected = CALM.slow**2 * CALM.persistence**lag / variance
        assert np.corrcoef(rest[lag:], rest[:-lag])[0, 1] == pytest.approx(expected, abs=0.08)
    assert len(index.shocks) == 0
    assert 60 < np.median(index.values) < 140


def test_shocks_come_at_their_rate_and_leave_other_days_alone() -> None:
    calm, rare, often = (make_index(replace(CALM_RECIPE, shocks_per_year=rate)) for rate in (0, 2, 6))
    years = len(calm.days) / 365.25
    assert len(often.shocks) == pytest.approx(6 * years, abs=3.3 * np.sqrt(6 * years))
    assert set(rare.shocks) <= set(often.shocks)
    first = int(np.flatnonzero(calm.days == rare.shocks[0])[0])
    assert np.array_equal(calm.values[:first], rare.values[:first])
    lifted = np.log1p(rare.values) - np.log1p(calm.values)
    assert lifted[first] >= 1.6 - 1e-12
    assert lifted[first + 10] >= lifted[first] / 2 - 1e-9
    sizes = np.diff(lifted, prepend=0.0)[np.isin(rare.days, rare.shocks)]
    assert sizes.mean() == pytest.approx(1.8, abs=0.1)


def test_a_rule_on_residuals_finds_planted_shocks_and_little_else() -> None:
    index = make_index(replace(CALM_RECIPE, shocks_per_year=2.0))
    scores = shock_scores(np.log1p(index.values), weekdays(index.days))
    planted = np.isin(index.days, index.shocks)
    strict, lax = scores > 3.5, scores > 2.5
    assert (strict & planted).sum() > 0.75 * planted.sum()
    assert (strict & planted).sum() > 0.65 * strict.sum()
    assert (lax & planted).sum() > 0.93 * planted.sum()
    years = len(index.days) / 365.25
    assert 1.0 < (lax & ~planted).sum() / years < 4.0


def test_spread_sums_overlapping_shapes_and_cuts_them_at_the_end() -> None:
    total = spread(np.array([1, 3]), np.array([1.0, 10.0]), np.array([4.0, 2.0, 1.0, 0.0, 0.0]), 5)
    assert total.tolist() == [0.0, 4.0, 2.0, 41.0, 20.0]


def test_index_of_a_two_session_market() -> None:
    index = make_index(Recipe(0, sessions=2))
    assert len(index.values) == 2
    assert (index.values > 0).all()
