"""Surprises of an index and what they did: against statsmodels, scipy and closed forms."""

from __future__ import annotations

import datetime as dt
import math
from types import ModuleType

import numpy as np
import pandas as pd
import pytest

from engine.market.made.index import make_index
from engine.market.made.recipe import Recipe
from engine.signals import (
    changing_response,
    innovations,
    largest_shock,
    mean_response,
    shock_response,
    shocks_until_flip,
    spaced,
    weekly_change,
)
from tests.strategies.conftest import Levels

MADE = make_index(Recipe(seed=4, sessions=2000, start=dt.date(2000, 1, 3)))


def test_innovations_are_forecast_errors_of_an_autoregression_with_weekdays(sm: ModuleType) -> None:
    logs = pd.Series(np.log1p(MADE.values), pd.DatetimeIndex(MADE.days))
    columns = {f"lag {lag}": logs.shift(lag) for lag in range(1, 8)}
    columns |= {
        f"day {day}": pd.Series(pd.DatetimeIndex(MADE.days).day_of_week == day, logs.index, float) for day in range(7)
    }
    design = pd.DataFrame(columns)
    end, new = 2500, 5
    fitted = slice(end - new - 1095, end - new)
    fit = sm.OLS(logs.iloc[fitted], design.iloc[fitted]).fit()
    ahead = slice(end - new, end)
    expected = (logs.iloc[ahead] - fit.predict(design.iloc[ahead])) / math.sqrt(fit.mse_resid)
    found = innovations(MADE.values[:end], new)
    np.testing.assert_allclose(found, expected, rtol=1e-8)
    assert largest_shock(MADE.values[:end], new) == found.max()


def test_innovations_find_the_planted_shocks() -> None:
    days = [int(np.flatnonzero(MADE.days == day)[0]) for day in MADE.shocks]
    served = [day for day in days if day > 1102]
    found = [innovations(MADE.values[: day + 1], 1)[0] for day in served]
    assert len(served) > 5
    assert np.mean(np.array(found) > 2.5) > 0.9
    others = np.array([innovations(MADE.values[: day + 1], 1)[0] for day in range(1110, 1400) if day not in days])
    assert np.mean(others > 2.5) < 0.02


def test_innovations_of_too_little_or_a_still_index_are_unknown() -> None:
    assert np.isnan(innovations(MADE.values[:1102], 1)).all()
    assert np.isfinite(innovations(MADE.values[:1103], 1)).all()
    assert np.isnan(innovations(np.full(1200, 100.0), 7)).all()
    holed = MADE.values[:1200].copy()
    holed[600] = np.nan
    assert np.isnan(innovations(holed, 7)).all()
    assert math.isnan(largest_shock(MADE.values, 0))


def test_weekly_change_compares_two_weeks() -> None:
    logs = np.log1p(MADE.values[:300])
    assert weekly_change(MADE.values[:300]) == pytest.approx(logs[293:].mean() - logs[286:293].mean(), rel=1e-12)
    assert math.isnan(weekly_change(MADE.values[:13]))


def test_shocks_close_to_each_other_are_one() -> None:
    assert spaced(np.array([3, 10, 24, 25, 60]), 21).tolist() == [3, 24, 60]
    assert spaced(np.array([], dtype=np.int64), 21).tolist() == []


def test_a_response_begins_where_one_could_have_traded(frame: pd.DataFrame, levels: Levels, sm: ModuleType) -> None:
    logs = np.log(frame)
    returns = logs.diff()
    at = 1500
    before = returns.iloc[at - 251 : at + 1]
    betas = sm.OLS(before["Gold"], sm.add_constant(before[["gold", "Banks"]])).fit().params
    move = logs.iloc[at + 22] - logs.iloc[at + 1]
    expected = move["Gold"] - betas["gold"] * move["gold"] - betas["Banks"] * move["Banks"]
    drivers = (levels["gold"], levels["Banks"])
    assert shock_response(levels["Gold"], drivers, at, over_sessions=21) == pytest.approx(expected, rel=1e-9)
    until = [one[: at + 23] for one in (levels["Gold"], *drivers)]
    assert shock_response(until[0], until[1:], at, over_sessions=21) == pytest.approx(expected, rel=1e-9)
    short = [one[: at + 22] for one in (levels["Gold"], *drivers)]
    assert math.isnan(shock_response(short[0], short[1:], at, over_sessions=21)), "not over yet"
    assert math.isnan(shock_response(levels["Gold"], drivers, 251, over_sessions=21))


def test_the_mean_response_is_scipys_t() -> None:
    stats = pytest.importorskip("scipy.stats")
    values = np.random.default_rng(0).normal(0.01, 0.05, 12)
    assert mean_response(values).certainty == pytest.approx(stats.ttest_1samp(values, 0).statistic, rel=1e-12)
    assert math.isnan(mean_response(values[:1]).certainty)


def test_the_changing_response_is_weighted_least_squares_where_nothing_is_believed_beforehand(sm: ModuleType) -> None:
    rng = np.random.default_rng(1)
    changes, controls = rng.normal(size=300), rng.normal(size=(300, 2))
    own = 0.3 * changes + controls @ [1.0, -0.5] + rng.normal(0, 2.0, 300)
    flat = changing_response(own, changes, controls, half_life=100, prior=1e6)
    weights = 0.5 ** (np.arange(299, -1, -1) / 100)
    fit = sm.WLS(own, sm.add_constant(np.column_stack([changes, controls])), weights=weights).fit()
    assert flat.mean == pytest.approx(fit.params[1], rel=1e-6)
    # statsmodels counts observations, the signal the discounts they have left.
    scale = fit.scale * fit.df_resid / (weights.sum() - 4)
    assert flat.deviation == pytest.approx(math.sqrt(fit.normalized_cov_params[1, 1] * scale), rel=1e-6)


def test_the_changing_response_is_shrunk_as_by_one_more_observation(sm: ModuleType) -> None:
    """A normal prior is one more row: response / prior = 0, give or take one (Theil and Goldberger 1961)."""
    rng = np.random.default_rng(2)
    changes, controls = rng.normal(size=200), rng.normal(size=(200, 1))
    own = 0.2 * changes + rng.normal(0, 1.0, 200)
    found = changing_response(own, changes, controls, half_life=1e9, prior=0.05)
    design = np.column_stack([changes, np.ones(200), controls])
    scale = math.sqrt(sm.OLS(own, design).fit().scale)
    stacked = np.vstack([design / scale, [1 / 0.05, 0, 0]])
    answer, *_ = np.linalg.lstsq(stacked, np.append(own / scale, 0.0), rcond=None)
    assert found.mean == pytest.approx(answer[0], rel=1e-6)
    assert found.deviation == pytest.approx(math.sqrt(np.linalg.inv(stacked.T @ stacked)[0, 0]), rel=1e-6)
    assert abs(found.mean) < abs(np.linalg.lstsq(design, own, rcond=None)[0][0])


def test_the_changing_response_is_unknown_where_columns_are_too_many_or_the_same() -> None:
    ones = np.ones(50)
    assert math.isnan(changing_response(ones, ones, np.empty((50, 0)), half_life=50, prior=1.0).certainty)
    assert math.isnan(changing_response(ones[:2], np.arange(2.0), np.empty((2, 0)), half_life=50, prior=1.0).certainty)


def test_how_many_shocks_turn_a_mean() -> None:
    assert shocks_until_flip(np.full(12, -0.02)) == 7
    assert shocks_until_flip(np.full(8, 0.01)) == 5
    assert shocks_until_flip(np.array([0.10, -0.01, -0.01])) == 1
    assert shocks_until_flip(np.zeros(5)) == shocks_until_flip(np.empty(0)) == 0
