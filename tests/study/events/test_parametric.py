"""Tests of means by hand and against scipy, and how often they reject where there is nothing."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from engine.study.events.abnormal import Abnormal, abnormal_returns, by_event
from engine.study.events.parametric import (
    adjusted_bmp,
    adjusted_patell,
    bmp,
    cross_sectional_t,
    forecast_standard_error,
    patell,
    standard_error,
)
from engine.study.events.ranks import corrado_rank, generalised_rank
from engine.study.events.statistic import Statistic
from engine.study.events.windows import Windows, place_events
from tests.study.events.made import correlated_returns

Test = Callable[[Abnormal], Statistic | None]
ROOT = np.sqrt(0.5)


def hand_made() -> Abnormal:
    """CARs of 5 and sqrt 2, SCARs of 2.5 and 0.5, residuals correlated by sqrt 0.5, df 3: see test_abnormal."""
    first = [1.0, -1.0, 1.0, -1.0, 2.0, 3.0]
    second = [2.0, 0.0, 0.0, -2.0, ROOT, ROOT]
    return abnormal_returns(np.column_stack([first, second]), np.array([4]), Windows(4, 0, 0, 1))


def value(statistic: Statistic | None) -> float:
    assert statistic is not None
    return statistic.value


def test_two_assets_by_hand() -> None:
    found = hand_made()
    assert value(patell(found)) == pytest.approx(3 / np.sqrt(2 * 3))
    assert value(adjusted_patell(found)) == pytest.approx(3 / np.sqrt(2 * 3) / np.sqrt(1 + ROOT))
    # Mean 1.5, standard deviation sqrt 2, over sqrt 2 observations.
    assert value(bmp(found)) == pytest.approx(1.5)
    assert value(adjusted_bmp(found)) == pytest.approx(1.5 * (np.sqrt(2) - 1))
    low, high = np.sqrt(2), 5.0
    assert value(cross_sectional_t(found)) == pytest.approx((low + high) / (high - low))
    assert standard_error(found) == pytest.approx((high - low) / 2 * (np.sqrt(2) + 1))
    assert forecast_standard_error(found) == pytest.approx(np.sqrt((4 + 8) * (1 + ROOT)) / 2)


def test_one_event_of_one_series_has_only_its_forecast_error() -> None:
    found = abnormal_returns(np.array([1.0, -1, 1, -1, 2, 3]), np.array([4]), Windows(4, 0, 0, 1))
    assert value(patell(found)) == value(adjusted_patell(found)) == pytest.approx(2.5 / np.sqrt(3))
    assert forecast_standard_error(found) == pytest.approx(2.0)
    assert (bmp(found), adjusted_bmp(found), cross_sectional_t(found), standard_error(found)) == (None,) * 4


def test_without_observations_there_is_no_test() -> None:
    found = abnormal_returns(np.full(20, np.nan), np.array([15]), Windows(10, 0, 0, 1))
    for test in (patell, adjusted_patell, bmp, adjusted_bmp, cross_sectional_t):
        assert test(found) is None
    assert forecast_standard_error(found) is None


def test_assets_that_are_one_asset_leave_no_adjusted_bmp() -> None:
    one = np.random.default_rng(2).standard_normal(80)
    found = abnormal_returns(np.column_stack([one, 2.0 * one]), np.array([75]), Windows(60, 0, 0, 0))
    assert adjusted_bmp(found) is None
    assert standard_error(found) is None
    alone = abnormal_returns(one, np.array([75]), Windows(60, 0, 0, 0))
    assert value(adjusted_patell(found)) == pytest.approx(value(patell(alone)))


def test_means_of_many_events_are_scipys_one_sample_tests() -> None:
    scipy_stats = pytest.importorskip("scipy.stats")
    returns = 0.01 * np.random.default_rng(8).standard_t(4, 2000)
    placed = place_events(np.arange(150, 1900, 117), 2000, Windows(100, 0, 0, 4))
    found = abnormal_returns(returns, placed.days, Windows(100, 0, 0, 4))
    for test, values in ((cross_sectional_t, found.car), (bmp, found.scar)):
        expected = scipy_stats.ttest_1samp(values[:, 0], 0.0)
        statistic = test(found)
        assert statistic is not None
        assert statistic.value == pytest.approx(expected.statistic, rel=1e-10)
        assert statistic.p_value == pytest.approx(expected.pvalue, rel=1e-9)


def test_mean_of_the_assets_as_their_market_leaves_no_portfolio() -> None:
    returns = correlated_returns(np.random.default_rng(4), 120, 5, 0.5)
    found = abnormal_returns(returns, np.array([110]), Windows(100, 0, 0, 0), returns.mean(axis=1))
    assert found.caar == pytest.approx(0.0, abs=1e-15)
    assert by_event(found).caar is None


def rejections(tests: dict[str, Test], draw: Callable[[int], Abnormal], draws: int) -> dict[str, float]:
    """Share of draws in which each test's p-value is below 5%."""
    hits = dict.fromkeys(tests, 0)
    for seed in range(draws):
        found = draw(seed)
        for name, test in tests.items():
            statistic = test(found)
            hits[name] += statistic is not None and statistic.p_value < 0.05
    return {name: count / draws for name, count in hits.items()}


def test_assets_that_share_the_day_as_kolari_and_pynnonen_found() -> None:
    """20 assets, correlation 0.3, one event day, 200 sessions, no effect: t and BMP reject half the time."""
    windows, day = Windows(200, 0, 0, 0), np.array([200])

    def draw(seed: int) -> Abnormal:
        return abnormal_returns(correlated_returns(np.random.default_rng(seed), 201, 20, 0.3), day, windows)

    tests: dict[str, Test] = {"t": cross_sectional_t, "patell": patell, "bmp": bmp}
    tests |= {"adjusted_bmp": adjusted_bmp, "adjusted_patell": adjusted_patell}
    found = rejections(tests, draw, 2000)
    assert 0.45 < found["t"] < 0.57
    assert 0.45 < found["bmp"] < 0.57
    assert 0.38 < found["patell"] < 0.57
    assert 0.03 < found["adjusted_bmp"] < 0.08
    assert 0.03 < found["adjusted_patell"] < 0.08
    # With the normal's critical value in place of Student's it is the 6.7% that the literature's table has.
    beyond = [abs(value(adjusted_bmp(draw(seed)))) > 1.959964 for seed in range(2000)]
    assert np.mean(beyond) == pytest.approx(0.067, abs=0.015)


@pytest.mark.parametrize("width", [1, 20])
def test_ranks_keep_their_size_where_assets_share_the_day(width: int) -> None:
    windows, day = Windows(200, 0, 0, width - 1), np.array([200])

    def draw(seed: int) -> Abnormal:
        returns = correlated_returns(np.random.default_rng(seed), 200 + width, 20, 0.3)
        return abnormal_returns(returns, day, windows)

    found = rejections({"corrado": corrado_rank, "grank": generalised_rank}, draw, 800)
    assert 0.02 < found["corrado"] < 0.08
    assert 0.02 < found["grank"] < 0.08


def test_event_induced_variance_fools_patell_and_not_bmp() -> None:
    days, windows = np.arange(110, 2000, 60), Windows(100, 0, 0, 0)

    def draw(seed: int) -> Abnormal:
        returns = np.random.default_rng(seed).standard_normal(2000)
        returns[days] *= 2.0
        return abnormal_returns(returns, days, windows)

    found = rejections({"patell": patell, "bmp": bmp, "adjusted_bmp": adjusted_bmp}, draw, 800)
    assert found["patell"] > 0.20
    assert 0.03 < found["bmp"] < 0.08
    assert 0.03 < found["adjusted_bmp"] < 0.08


@pytest.mark.parametrize("close", [True, False])
def test_overlapping_windows_of_one_series(close: bool) -> None:
    """Clusters of events 10 sessions apart with 40-session windows: unadjusted tests take 4 events for 4."""
    days = (np.arange(200, 3000, 350)[:, None] + (10 if close else 80) * np.arange(4)).ravel()
    windows = Windows(150, 0, 1, 40)

    def draw(seed: int) -> Abnormal:
        return abnormal_returns(np.random.default_rng(seed).standard_normal(3500), days, windows)

    found = rejections({"bmp": bmp, "adjusted_bmp": adjusted_bmp, "patell": adjusted_patell}, draw, 800)
    assert (found["bmp"] > 0.20) if close else (found["bmp"] < 0.03)
    assert 0.03 < found["adjusted_bmp"] < 0.08
    assert 0.03 < found["patell"] < 0.08


def test_many_events_that_each_hit_all_assets() -> None:
    days, windows = np.arange(150, 1200, 110), Windows(100, 0, 0, 4)

    def draw(seed: int) -> Abnormal:
        return abnormal_returns(correlated_returns(np.random.default_rng(seed), 1300, 8, 0.4), days, windows)

    found = rejections({"bmp": bmp, "pooled": adjusted_bmp}, draw, 600)
    events = rejections({"events": adjusted_bmp}, lambda seed: by_event(draw(seed)), 600)
    assert found["bmp"] > 0.20
    assert 0.03 < found["pooled"] < 0.08
    assert 0.03 < events["events"] < 0.08
