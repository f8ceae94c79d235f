"""Closed-form inference against published figures, statsmodels, and simulated coverage."""

from __future__ import annotations

import math
import warnings
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.measure.formulas import cagr
from engine.measure.inference import (
    Interval,
    active_return_interval,
    deflated_sharpe,
    expected_max_sharpe,
    min_backtest_length,
    min_track_record_length,
    newey_west_variance,
    probabilistic_sharpe,
    sharpe_se,
    skewness_and_kurtosis,
    verdict,
)

MONTH, DAY = math.sqrt(12), math.sqrt(250)


def test_probabilistic_sharpe_bailey_lopez_de_prado_2012() -> None:
    assert probabilistic_sharpe(1.585 / MONTH, 24, skew=-2.448, kurtosis=10.164) == pytest.approx(
        0.91323430688486, abs=1e-14
    )
    # The paper's 0.9817 for normal returns is of its Sharpe ratio as printed, 0.458 a month.
    assert probabilistic_sharpe(0.458, 24) == pytest.approx(0.9817, abs=5e-5)
    two = {"sharpe": 2 / MONTH, "n": 59, "benchmark": 1 / MONTH, "skew": -0.72}
    assert probabilistic_sharpe(**two, kurtosis=5.78) == pytest.approx(0.9486925194794, abs=1e-13)
    assert probabilistic_sharpe(**two, kurtosis=3.0) == pytest.approx(0.9597, abs=5e-5)


@pytest.mark.parametrize(("per_year", "years"), [(250, 2.7311878), (52, 2.8288336), (12, 3.2398007)])
def test_minimum_track_record_length_iid(per_year: int, years: float) -> None:
    root = math.sqrt(per_year)
    found = min_track_record_length(2 / root, benchmark=1 / root)
    assert found is not None
    assert found / per_year == pytest.approx(years, abs=5e-8)


def test_minimum_track_record_length_with_skew_and_fat_tails() -> None:
    shape = {"skew": -0.72, "kurtosis": 5.78}
    one = min_track_record_length(2 / MONTH, benchmark=1 / MONTH, **shape)
    other = min_track_record_length(3 / MONTH, benchmark=2.5 / MONTH, **shape)
    assert (one or 0) / 12 == pytest.approx(4.9912582, abs=5e-8)
    assert (other or 0) / 12 == pytest.approx(27.35292019604, abs=5e-12)


def test_no_track_record_is_long_enough_below_the_benchmark() -> None:
    assert min_track_record_length(0.1, benchmark=0.1) is None
    assert min_track_record_length(0.05, benchmark=0.1) is None
    assert min_track_record_length(0.0, benchmark=-1e-200) is None


def test_an_even_chance_is_there_from_the_first_return() -> None:
    assert min_track_record_length(0.1, level=0.5) == 1.0
    assert min_track_record_length(0.1, level=0.2) == 1.0


@pytest.mark.parametrize(
    ("trials", "expected", "digits"),
    [(10, 1.5745983, 5e-8), (45, 2.2356402, 5e-8), (100, 2.5306028932016846, 1e-14), (1000, 3.2551215, 5e-8)],
)
def test_expected_maximum_of_normal_draws(trials: int, expected: float, digits: float) -> None:
    assert expected_max_sharpe(trials) == pytest.approx(expected, abs=digits)


def test_one_trial_has_no_luck_of_choice() -> None:
    assert expected_max_sharpe(1) == 0.0
    assert expected_max_sharpe(1.1) == 0.0
    assert deflated_sharpe(0.1, 500, trials=1, trial_variance=0.5) == probabilistic_sharpe(0.1, 500)


def test_minimum_backtest_length() -> None:
    assert min_backtest_length(45) == pytest.approx(4.9980870044, abs=5e-11)
    assert min_backtest_length(45, 2.0) == pytest.approx(4.9980870044 / 4, abs=5e-11)


def test_deflated_sharpe_bailey_lopez_de_prado_2014() -> None:
    known: dict[str, Any] = {"sharpe": 2.5 / DAY, "n": 1250, "trial_variance": 0.5 / 250}
    fat = {"skew": -3.0, "kurtosis": 10.0}
    assert math.sqrt(0.5 / 250) * expected_max_sharpe(100) == pytest.approx(0.1131720019, abs=5e-11)
    assert deflated_sharpe(**known, trials=100, **fat) == pytest.approx(0.9003968344493903, abs=1e-14)
    assert deflated_sharpe(**known, trials=46, **fat) == pytest.approx(0.9505017069, abs=5e-11)
    assert deflated_sharpe(**known, trials=88) == pytest.approx(0.9504908167, abs=5e-11)


@pytest.mark.parametrize(("sharpe", "n", "expected"), [(0.5, 60, 0.1369306), (1.5, 24, 0.2975595), (3, 12, 0.677)])
def test_standard_error_lo_2002(sharpe: float, n: int, expected: float) -> None:
    assert sharpe_se(sharpe, n) == pytest.approx(expected, abs=5e-4 if n == 12 else 5e-8)


def test_standard_error_mertens_is_that_of_simulated_skewed_returns() -> None:
    # Shifted exponential draws: skewness 2, kurtosis 9, true Sharpe ratio (1 + 0.5) / 1.
    draws = np.random.default_rng(11).exponential(size=(4000, 400)) - 0.5
    found = np.std(draws.mean(axis=1) / draws.std(axis=1, ddof=1))
    assert sharpe_se(0.5, 400, skew=2.0, kurtosis=9.0) == pytest.approx(found, rel=0.05)
    assert abs(sharpe_se(0.5, 400) / found - 1.0) > 0.15


def test_skewness_and_kurtosis_are_not_in_excess() -> None:
    assert skewness_and_kurtosis(np.array([1.0, -1.0])) == (0.0, 1.0)
    # A one among three zeros: mean 1/4, variance 3/16, third moment 3/32, fourth 21/256.
    skew, kurtosis = skewness_and_kurtosis(np.array([1.0, 0.0, 0.0, 0.0]))
    assert skew == pytest.approx((3 / 32) / (3 / 16) ** 1.5, rel=1e-12)
    assert kurtosis == pytest.approx((21 / 256) / (3 / 16) ** 2, rel=1e-12)
    assert skewness_and_kurtosis(np.full(9, 0.1)) == (0.0, 3.0)
    assert skewness_and_kurtosis(np.zeros(0)) == (0.0, 3.0)


@given(
    st.floats(-1.0, 1.0),
    st.floats(-1.0, 1.0),
    st.floats(0.05, 0.99),
    st.floats(-1.0, 1.0),
    st.floats(2.5, 20.0),
)
def test_track_record_length_is_where_the_probability_reaches_the_level(
    sharpe: float, benchmark: float, level: float, skew: float, kurtosis: float
) -> None:
    shape = {"benchmark": benchmark, "skew": skew, "kurtosis": kurtosis}
    length = min_track_record_length(sharpe, level=level, **shape)
    if length is None:
        assert sharpe <= benchmark or sharpe - benchmark < 1e-150
    elif length < 1e12:
        reached = probabilistic_sharpe(sharpe, max(math.ceil(length), 2), **shape)
        assert reached is not None
        assert reached >= level - 1e-9


@pytest.mark.parametrize("lags", [0, 1, 5, 20, None])
def test_newey_west_equals_statsmodels(lags: int | None) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        api = pytest.importorskip("statsmodels.api")
    noise = np.random.default_rng(5).normal(size=700)
    x = 0.3 + noise + 0.6 * np.append(0.0, noise[:-1])
    chosen = math.floor(4 * 7 ** (2 / 9)) if lags is None else lags
    fit = api.OLS(x, np.ones(700)).fit(cov_type="HAC", cov_kwds={"maxlags": chosen, "use_correction": False})
    assert newey_west_variance(x, lags) / 700 == pytest.approx(float(fit.cov_params()[0, 0]), rel=1e-10)


def test_newey_west_by_hand() -> None:
    # Around zero 1 -1 1 -1: g0 = 1, g1 = -3/4, weight 1/2.
    x = np.array([2.0, 0.0, 2.0, 0.0])
    assert newey_west_variance(x, 0) == 1.0
    assert newey_west_variance(x, 1) == pytest.approx(0.25)
    assert newey_west_variance(np.full(40, 0.1)) == pytest.approx(0.0, abs=1e-30)
    assert newey_west_variance(np.array([5.0]), 7) == 0.0


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: newey_west_variance(np.zeros(0)), "0 values, all must be finite and at least one given"),
        (lambda: newey_west_variance(np.array([1.0, np.nan])), "2 values, all must be finite"),
        (lambda: newey_west_variance(np.ones(3), -1), "lags must be zero or more, found -1"),
        (lambda: sharpe_se(1.0, 0), "needs at least one return, found 0"),
        (lambda: expected_max_sharpe(0.5), "needs at least one trial, found 0.5"),
        (lambda: expected_max_sharpe(math.nan), "needs at least one trial, found nan"),
        (lambda: min_backtest_length(10, 0.0), "the Sharpe ratio must be above zero, found 0.0"),
        (lambda: deflated_sharpe(1.0, 9, trials=2, trial_variance=-1), "trial_variance must be zero or more"),
        (
            lambda: min_track_record_length(1.0, level=1.0),
            "a confidence level lies between 0 and 1, found 1.0",
        ),
    ],
)
def test_impossible_questions_are_refused(call: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()


def test_too_few_returns_for_a_probability() -> None:
    assert probabilistic_sharpe(0.5, 1) is None


def test_interval_of_the_active_return_covers_the_truth_as_often_as_it_says(make_track: Any) -> None:
    rng = np.random.default_rng(20)
    covered = 0
    truth = math.expm1(252 * 0.0006) - math.expm1(252 * 0.0003)
    for _ in range(500):
        common = rng.normal(0.0003, 0.01, 1000)
        own = common + rng.normal(0.0003, 0.004, 1000)
        interval = active_return_interval(make_track(np.expm1(own)), make_track(np.expm1(common)), 252)
        assert interval is not None
        covered += interval.low <= truth <= interval.high
    # 99.9% of binomial(500, 0.95) lies in 458..490.
    assert 458 <= covered <= 490


def test_interval_by_hand_against_a_reference_that_never_moves(make_track: Any) -> None:
    growth = np.array([0.1, -0.05, 0.2, 0.0])
    interval = active_return_interval(make_track(growth), make_track(np.zeros(4)), 4, level=0.9)
    assert interval is not None
    grown = float(np.prod(1 + growth))
    # lags: floor(4 (4 / 100)^(2/9)) = 1
    se = 4 * grown * math.sqrt(newey_west_variance(np.log1p(growth), 1) / 4)
    assert interval.se == pytest.approx(se, rel=1e-12)
    assert (interval.low + interval.high) / 2 == pytest.approx(grown - 1.0, rel=1e-12)
    assert interval.high - interval.low == pytest.approx(2 * 1.6448536269514722 * se, rel=1e-12)
    assert interval.level == 0.9


def test_interval_of_the_reference_itself_is_a_point_at_zero(make_track: Any) -> None:
    track = make_track([0.1, -0.1, 0.05])
    same = replace(track, equity=np.append(track.equity[:-1], np.nextafter(track.equity[-1], 0.0)))
    assert cagr(track.equity, 252) != cagr(same.equity, 252)  # rounding is there to be seen
    assert active_return_interval(track, same, 252) == Interval(0.0, 0.0, 0.0, 0.95)


def test_interval_swaps_with_track_and_reference_and_widens_with_level(make_track: Any) -> None:
    rng = np.random.default_rng(2)
    one, other = make_track(rng.normal(0, 0.01, 300)), make_track(rng.normal(0, 0.01, 300))
    there, back = active_return_interval(one, other, 252), active_return_interval(other, one, 252)
    wide = active_return_interval(one, other, 252, level=0.99)
    assert there is not None
    assert back is not None
    assert wide is not None
    assert (there.low, there.high) == pytest.approx((-back.high, -back.low))
    assert wide.low < there.low < there.high < wide.high


def test_interval_needs_two_returns_and_the_same_sessions(make_track: Any) -> None:
    assert active_return_interval(make_track([0.1]), make_track([0.2]), 252) is None
    assert active_return_interval(make_track([99.0, 99.0]), make_track([0.0, 0.0]), 252) is None
    with pytest.raises(ValueError, match="the reference must cover the sessions of the track"):
        active_return_interval(make_track([0.1, 0.1]), make_track([0.1]), 252)


@pytest.mark.parametrize(
    ("episodes", "bounds", "words"),
    [
        (None, (0.1, 0.2), "no bets: a baseline"),
        (0, (0.1, 0.2), "too few bets to tell"),
        (19, (0.1, 0.2), "too few bets to tell"),
        (20, (0.1, 0.2), "ahead of policy beyond chance"),
        (20, (-0.2, -0.1), "behind policy beyond chance"),
        (20, (-0.1, 0.2), "cannot be told from chance"),
        (20, (0.0, 0.2), "cannot be told from chance"),
        (20, None, "cannot be told from chance"),
    ],
)
def test_verdict(episodes: int | None, bounds: tuple[float, float] | None, words: str) -> None:
    interval = None if bounds is None else Interval(*bounds, 0.1, 0.95)
    assert verdict(episodes, interval) == words
