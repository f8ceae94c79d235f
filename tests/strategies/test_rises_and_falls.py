"""Momentum beside drivers, beta taken out, drawdowns, turns, heat: against pandas and statsmodels on real series."""

from __future__ import annotations

import math
from types import ModuleType

import numpy as np
import pandas as pd
import pytest

from engine.signals import (
    above_trend,
    drawdown,
    gains,
    has_turned_up,
    hedged,
    is_engaged,
    momentum,
    percentile,
    residual_momentum,
    volatilities,
)
from tests.strategies.conftest import Levels


@pytest.mark.parametrize(("formation", "skip"), [(252, 21), (126, 0)])
def test_residual_momentum_is_the_standardised_sum_of_residuals(
    frame: pd.DataFrame, levels: Levels, sm: ModuleType, formation: int, skip: int
) -> None:
    returns = np.log(frame).diff().iloc[-756:]
    fit = sm.OLS(returns["Mines"], sm.add_constant(returns[["Gold", "Oil"]])).fit()
    formed = fit.resid.iloc[-formation : len(fit.resid) - skip]
    expected = formed.sum() / (formed.std() * math.sqrt(len(formed)))
    found = residual_momentum(
        levels["Mines"], (levels["Gold"], levels["Oil"]), lookback=756, formation=formation, skip=skip
    )
    assert found == pytest.approx(expected, rel=1e-9)


def test_residual_momentum_needs_a_past_and_something_unexplained(levels: Levels) -> None:
    gold, oil = levels["Gold"], levels["Oil"]
    assert math.isnan(residual_momentum(gold[:756], (oil[:756],), lookback=756, formation=252))
    assert math.isnan(residual_momentum(gold, (oil,), lookback=100, formation=252))
    late = np.where(np.arange(len(oil)) < len(oil) - 700, np.nan, oil)
    assert math.isnan(residual_momentum(gold, (late,), lookback=756, formation=252))


def test_hedged_is_the_path_of_returns_less_yesterdays_beta(frame: pd.DataFrame, levels: Levels) -> None:
    returns = np.log(frame[["Gold", "Banks"]]).diff().iloc[1:]
    beta = returns["Gold"].rolling(252).cov(returns["Banks"]) / returns["Banks"].rolling(252).var()
    left = (returns["Gold"] - beta.shift(1) * returns["Banks"]).dropna()
    expected = np.exp(left.cumsum())
    found = hedged(levels["Gold"], levels["Banks"], 252)
    assert found[0] == 1.0
    np.testing.assert_allclose(found[1:], expected, rtol=1e-9)


def test_hedged_begins_after_both_have_begun_and_knows_no_more_than_yesterday(levels: Levels) -> None:
    gold, banks = levels["Gold"], levels["Banks"]
    late = np.where(np.arange(len(banks)) < 100, np.nan, banks)
    np.testing.assert_allclose(hedged(gold, late, 252), hedged(gold[100:], banks[100:], 252), rtol=1e-12)
    assert len(hedged(gold[:250], banks[:250], 252)) == 0
    assert len(hedged(gold, np.full(len(gold), np.nan), 252)) == 0
    np.testing.assert_array_equal(hedged(gold[:-50], banks[:-50], 252), hedged(gold, banks, 252)[:-50])


def test_drawdown_and_turn_by_hand(frame: pd.DataFrame, levels: Levels) -> None:
    path = np.array([90.0, 100.0, 80.0, 84.0])
    assert drawdown(path, 3) == pytest.approx(-0.16)
    assert math.isnan(drawdown(path, 4))
    assert math.isnan(drawdown(np.array([np.nan, 1.0, 2.0]), 2))
    assert has_turned_up(path, lookback=3, fallen=0.2, risen=0.05)
    assert not has_turned_up(path, lookback=3, fallen=0.21, risen=0.05)
    assert not has_turned_up(path, lookback=3, fallen=0.2, risen=0.051)
    assert not has_turned_up(path, lookback=4, fallen=0.2, risen=0.05)
    # The rise counts from the low after the high, not from one before it.
    assert not has_turned_up(np.array([70.0, 100.0, 80.0, 80.0]), lookback=3, fallen=0.2, risen=0.05)
    gold = frame["Gold"]
    expected = gold.iloc[-1] / gold.rolling(253).max().iloc[-1] - 1
    assert drawdown(levels["Gold"], 252) == pytest.approx(expected, rel=1e-12)


def test_gains_trends_and_swings_are_those_of_pandas(frame: pd.DataFrame, levels: Levels) -> None:
    gold = frame["Gold"]
    np.testing.assert_allclose(gains(levels["Gold"], 126), gold.pct_change(126).dropna(), rtol=1e-12)
    assert gains(levels["Gold"], 126)[-1] == momentum(levels["Gold"], 126)
    trend = (gold / gold.rolling(200).mean() - 1).dropna()
    np.testing.assert_allclose(above_trend(levels["Gold"], 200), trend, atol=1e-12)
    swings = np.log(gold).diff().rolling(21).std().dropna()
    np.testing.assert_allclose(volatilities(levels["Gold"], 21), swings, rtol=1e-9)
    assert len(gains(levels["Gold"][:126], 126)) == len(above_trend(levels["Gold"][:199], 200)) == 0
    assert len(volatilities(levels["Gold"][:21], 21)) == 0


def test_trend_of_what_begins_late_is_unknown_until_it_has_begun(levels: Levels) -> None:
    late = np.where(np.arange(500) < 100, np.nan, levels["Gold"][:500])
    found = above_trend(late, 200)
    assert np.isnan(found[:100]).all()
    np.testing.assert_allclose(found[100:], above_trend(levels["Gold"][100:500], 200), rtol=1e-12)


def test_percentile_is_scipys_mean_percentile(levels: Levels) -> None:
    stats = pytest.importorskip("scipy.stats")
    moves = np.round(np.diff(np.log(levels["Gold"])), 3)  # rounded: with ties
    for end in range(300, 400):
        last = moves[end - 252 : end]
        expected = stats.percentileofscore(last, last[-1], kind="mean") / 100
        assert percentile(moves[:end], 252) == pytest.approx(expected, abs=1e-12)
    assert math.isnan(percentile(moves[:251], 252))
    assert math.isnan(percentile(np.array([1.0, np.nan, 2.0]), 3))
    assert percentile(np.zeros(5), 5) == 0.5


SWITCHES = {
    "hot": ([0.1, 0.4], 0.4, 0.2, True),
    "still hot": ([0.5, 0.3, 0.21], 0.4, 0.2, True),
    "cooled": ([0.5, 0.2, 0.3], 0.4, 0.2, False),
    "hot again": ([0.5, 0.1, 0.41, 0.3], 0.4, 0.2, True),
    "never": ([0.3, 0.39], 0.4, 0.2, False),
    "nothing known": ([math.nan, math.nan], 0.4, 0.2, False),
    "a gap moves nothing": ([0.5, math.nan], 0.4, 0.2, True),
    "on the way down": ([70, 65, 59], 60, 70, True),
    "recovered": ([59, 70, 65], 60, 70, False),
}


@pytest.mark.parametrize("name", SWITCHES)
def test_a_switch_goes_on_and_off_at_two_levels(name: str) -> None:
    values, on, off, expected = SWITCHES[name]
    assert is_engaged(np.array(values, dtype=float), on, off) is expected


def test_the_switch_is_that_of_a_loop_through_the_days(levels: Levels) -> None:
    heat = gains(levels["Gold"], 63)
    state, states = False, []
    for value in heat:
        state = True if value >= 0.2 else False if value <= 0.05 else state
        states.append(state)
    assert [is_engaged(heat[: day + 1], 0.2, 0.05) for day in range(len(heat))] == states
    assert 0.05 < np.mean(states) < 0.95
