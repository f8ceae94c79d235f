"""Abnormal returns against statsmodels, by hand, and with planted effects and missing data."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.measure.track import FloatArray
from engine.study.events.abnormal import Abnormal, abnormal_returns, by_event, mean_correlation
from engine.study.events.windows import Windows
from tests.study.events.made import correlated_returns

WINDOWS = Windows(estimation=60, gap=3, first=-2, last=4)
DAYS = np.array([80, 155, 230])


@pytest.fixture
def market() -> tuple[FloatArray, FloatArray]:
    random = np.random.default_rng(3)
    factors = 0.01 * random.standard_normal((250, 2))
    own = correlated_returns(random, 250, 4, 0.2)
    return own + factors @ np.array([[1.2, 0.5, 0.9, -0.3], [0.4, 0.0, 0.7, 1.0]]), factors


@pytest.mark.parametrize("n_factors", [0, 1, 2])
def test_statsmodels_predicts_the_same(market: tuple[FloatArray, FloatArray], n_factors: int) -> None:
    sm: Any = pytest.importorskip("statsmodels.api")
    returns, factors = market
    chosen = factors[:, :n_factors] if n_factors else None
    found = abnormal_returns(returns, DAYS, WINDOWS, chosen)
    design = np.column_stack([np.ones(250), factors[:, :n_factors]])
    for event, day in enumerate(DAYS):
        learn, answer = slice(day - 65, day - 5), slice(day - 2, day + 5)
        for asset in range(4):
            fit = sm.OLS(returns[learn, asset], design[learn]).fit()
            predicted = fit.get_prediction(design[answer])
            np.testing.assert_allclose(found.ar[event, asset], returns[answer, asset] - predicted.predicted_mean)
            np.testing.assert_allclose(found.residuals[event, :, asset], fit.resid, atol=1e-15)
            summed = design[answer].sum(axis=0)
            variance = 7 * fit.scale + summed @ fit.cov_params() @ summed
            assert found.car_sd[event, asset] == pytest.approx(np.sqrt(variance), rel=1e-10)
            assert found.df == fit.df_resid


def test_weights_give_the_car_from_the_returns_themselves(market: tuple[FloatArray, FloatArray]) -> None:
    returns, factors = market
    found = abnormal_returns(returns, DAYS, WINDOWS, factors)
    for event, day in enumerate(DAYS):
        span = returns[day + WINDOWS.start : day + WINDOWS.last + 1]
        np.testing.assert_allclose(found.weights[event] @ span, found.car[event], atol=1e-14)


def hand_made() -> Abnormal:
    """Two assets in per cent, means of 0 and 1 learnt from four sessions; see test_parametric for the tests."""
    first = [1.0, -1.0, 1.0, -1.0, 2.0, 3.0]
    second = [1 + value for value in (2.0, 0.0, 0.0, -2.0, np.sqrt(0.5), np.sqrt(0.5))]
    return abnormal_returns(np.column_stack([first, second]), np.array([4]), Windows(4, 0, 0, 1))


def test_two_assets_by_hand() -> None:
    found = hand_made()
    np.testing.assert_allclose(found.ar[0], [[2, 3], [np.sqrt(0.5)] * 2])
    np.testing.assert_allclose(found.car[0], [5, np.sqrt(2)])
    np.testing.assert_allclose(found.sd[0], [np.sqrt(4 / 3), np.sqrt(8 / 3)])
    # Variance of the sum of two forecast errors from a mean of four: 2 + 2 * 2 / 4.
    np.testing.assert_allclose(found.car_sd[0], [np.sqrt(4 / 3 * 3), np.sqrt(8 / 3 * 3)])
    np.testing.assert_allclose(found.scar[0], [2.5, 0.5])
    assert found.caar == pytest.approx((5 + np.sqrt(2)) / 2)
    assert found.aar == pytest.approx([(2 + np.sqrt(0.5)) / 2, (3 + np.sqrt(0.5)) / 2])
    assert mean_correlation(found) == pytest.approx(np.sqrt(0.5))


def test_portfolio_of_an_event_is_the_mean_return(market: tuple[FloatArray, FloatArray]) -> None:
    returns, factors = market
    found = by_event(abnormal_returns(returns, DAYS, WINDOWS, factors))
    expected = abnormal_returns(returns.mean(axis=1), DAYS, WINDOWS, factors)
    for name in ("ar", "residuals", "sd", "car_sd", "scar", "used", "flat", "missing"):
        np.testing.assert_allclose(getattr(found, name), getattr(expected, name), atol=1e-14)


def test_correlation_of_assets_that_share_a_day_is_that_of_their_residuals() -> None:
    returns = correlated_returns(np.random.default_rng(1), 70, 6, 0.4)
    found = abnormal_returns(returns, np.array([64]), Windows(60, 0, 0, 3))
    matrix = np.corrcoef(returns[4:64].T)
    assert mean_correlation(found) == pytest.approx((matrix.sum() - 6) / 30, rel=1e-12)


@pytest.mark.parametrize("lag", [1, 4, 30, 66, 200])
def test_correlation_of_two_events_of_one_series_is_that_of_simulated_cars(lag: int) -> None:
    random = np.random.default_rng(lag)
    windows = Windows(60, 2, 0, 9)
    series = random.standard_normal((400, 20_000))
    found = abnormal_returns(series, np.array([80, 80 + lag]), windows)
    expected = np.corrcoef(found.car)[0, 1]
    one = abnormal_returns(series[:, 0], np.array([80, 80 + lag]), windows)
    assert mean_correlation(one) == pytest.approx(expected, abs=0.02)


def test_planted_effect_is_found_within_its_error(market: tuple[FloatArray, FloatArray]) -> None:
    returns, factors = market
    planted = returns.copy()
    planted[DAYS] += 0.05
    plain = abnormal_returns(returns, DAYS, WINDOWS, factors)
    found = abnormal_returns(planted, DAYS, WINDOWS, factors)
    np.testing.assert_allclose(found.car - plain.car, 0.05, atol=1e-14)
    np.testing.assert_allclose(found.sd, plain.sd)
    assert found.aar is not None
    assert plain.aar is not None
    np.testing.assert_allclose(found.aar - plain.aar, [0, 0, 0.05, 0, 0, 0, 0], atol=1e-14)


def test_market_model_takes_the_markets_move_out() -> None:
    random = np.random.default_rng(5)
    market = 0.01 * random.standard_normal(300)
    market[250] = 0.10
    returns = 1.5 * market + 0.001 * random.standard_normal(300)
    windows = Windows(200, 0, 0, 0)
    days = np.array([250])
    assert abnormal_returns(returns, days, windows).car[0, 0] > 0.12
    assert abs(abnormal_returns(returns, days, windows, market).car[0, 0]) < 0.005


@pytest.mark.parametrize("row", [70, 82])
def test_asset_with_a_missing_return_is_left_out_of_that_event(market: tuple[FloatArray, FloatArray], row: int) -> None:
    returns, factors = market
    holed = returns.copy()
    holed[row, 2] = np.nan
    found, whole = (abnormal_returns(table, DAYS, WINDOWS, factors) for table in (holed, returns))
    assert found.missing.tolist() == [[False, False, True, False], [False] * 4, [False] * 4]
    assert np.isnan(found.ar[0, 2]).all()
    assert np.isnan(found.scar[0, 2])
    np.testing.assert_allclose(found.scar[found.used], whole.scar[found.used])
    assert found.observations == 11


def test_missing_in_the_gap_or_outside_does_no_harm(market: tuple[FloatArray, FloatArray]) -> None:
    returns, factors = market
    holed = returns.copy()
    holed[[0, 75, 76, 77, 205]] = np.nan
    assert abnormal_returns(holed, DAYS[:1], WINDOWS, factors).used.all()


def test_assets_and_factors_without_variation_are_left_out(market: tuple[FloatArray, FloatArray]) -> None:
    returns, factors = market
    still = returns.copy()
    still[:, 1], still[:, 3] = 0.001, factors[:, 0]
    found = abnormal_returns(still, DAYS, WINDOWS, factors)
    assert found.flat.tolist() == [[False, True, False, True]] * 3
    twice = np.column_stack([factors, factors.sum(axis=1)])
    assert abnormal_returns(returns, DAYS, WINDOWS, twice).missing.all()
    assert abnormal_returns(returns, DAYS, WINDOWS, np.zeros(250)).missing.all()
    holed = factors.copy()
    holed[156] = np.nan
    assert abnormal_returns(returns, DAYS, WINDOWS, holed).missing.all(axis=1).tolist() == [False, True, False]


def test_without_events_or_assets_there_is_no_average(market: tuple[FloatArray, FloatArray]) -> None:
    returns, _ = market
    for found in (
        abnormal_returns(returns, DAYS[:0], WINDOWS),
        abnormal_returns(returns * np.nan, DAYS, WINDOWS),
    ):
        assert (found.caar, found.aar, mean_correlation(found)) == (None, None, None)
        assert by_event(found).caar is None


def test_a_hedge_that_cancels_is_no_portfolio() -> None:
    returns = np.random.default_rng(0).standard_normal(80)
    found = by_event(abnormal_returns(np.column_stack([returns, -returns]), np.array([75]), Windows(60, 0, 0, 0)))
    assert found.flat.tolist() == [[True]]
    assert found.caar is None


def test_too_short_an_estimation_window_is_refused(market: tuple[FloatArray, FloatArray]) -> None:
    returns, factors = market
    with pytest.raises(ValueError, match="5 sessions for 3 coefficients; give three more at least"):
        abnormal_returns(returns, DAYS, Windows(5, 0, 0, 0), factors)
    with pytest.raises(ValueError, match="let place_events choose the events"):
        abnormal_returns(returns, np.array([30]), WINDOWS)
    with pytest.raises(ValueError, match="factors cover 100 sessions, returns 250"):
        abnormal_returns(returns, DAYS, WINDOWS, factors[:100])


@settings(max_examples=30)
@given(seed=st.integers(0, 10_000), scale=st.floats(1e-6, 1e6), order=st.permutations(range(4)))
def test_scale_and_order_of_assets_change_nothing(seed: int, scale: float, order: list[int]) -> None:
    random = np.random.default_rng(seed)
    returns, market = correlated_returns(random, 250, 4, 0.3), 0.01 * random.standard_normal(250)
    before = returns.copy()
    plain = abnormal_returns(returns, DAYS, WINDOWS, market)
    scaled = abnormal_returns(scale * returns, DAYS, WINDOWS, 7.0 * market)
    np.testing.assert_allclose(scaled.scar, plain.scar, rtol=1e-8, atol=1e-9)
    np.testing.assert_allclose(scaled.car, scale * plain.car, rtol=1e-8, atol=scale * 1e-12)
    permuted = abnormal_returns(returns[:, order], DAYS, WINDOWS, market)
    np.testing.assert_allclose(permuted.scar, plain.scar[:, order], rtol=1e-12, atol=1e-12)
    assert mean_correlation(permuted) == pytest.approx(mean_correlation(plain), rel=1e-10, abs=1e-12)
    np.testing.assert_array_equal(returns, before)
