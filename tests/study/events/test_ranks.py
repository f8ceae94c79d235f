"""Ranks and signs by hand and against scipy."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.study.events.abnormal import Abnormal, abnormal_returns, mean_correlation
from engine.study.events.ranks import corrado_rank, generalised_rank, generalised_sign, sign_test
from engine.study.events.windows import Windows
from tests.study.events.made import correlated_returns


def test_corrado_by_hand() -> None:
    # -1 -1 1 1 2 3 have ranks 1.5 1.5 3.5 3.5 5 6 of 6: less one half 0, -2/7, 0, -2/7 and 3/14, 5/14.
    found = abnormal_returns(np.array([1.0, -1, 1, -1, 2, 3]), np.array([4]), Windows(4, 0, 0, 1))
    statistic = corrado_rank(found)
    assert statistic is not None
    spread = np.sqrt((4 / 49 + 4 / 49 + 9 / 196 + 25 / 196) / 6)
    assert statistic.value == pytest.approx(np.sqrt(2) * (2 / 7) / spread / np.sqrt(4 / 5))


def some_events(seed: int = 0, effect: float = 0.0) -> Abnormal:
    days = np.arange(80, 600, 90)
    returns = correlated_returns(np.random.default_rng(seed), 620, 3, 0.3)
    returns[days] += effect
    return abnormal_returns(returns, days, Windows(60, 2, 0, 4))


def test_ranks_are_scipys() -> None:
    scipy_stats = pytest.importorskip("scipy.stats")
    found = some_events()
    pairs = [(event, asset) for event in range(6) for asset in range(3)]
    joined = [np.append(found.residuals[e, :, a], found.ar[e, a]) for e, a in pairs]
    mean = np.mean([scipy_stats.rankdata(line) / 66 - 0.5 for line in joined], axis=0)
    expected = mean[60:].mean() / np.sqrt(np.mean(mean**2)) * np.sqrt(5 / (60 / 64))
    statistic = corrado_rank(found)
    assert statistic is not None
    assert statistic.value == pytest.approx(expected, rel=1e-10)
    spread = found.scar.std(ddof=1) / np.sqrt(1 - (mean_correlation(found) or 0.0))
    lines = [np.append(found.residuals[e, :, a] / found.sd[e, a], found.scar[e, a] / spread) for e, a in pairs]
    mean = np.mean([scipy_stats.rankdata(line) / 62 - 0.5 for line in lines], axis=0)
    z = mean[60] / np.sqrt(np.mean(mean**2))
    grank = generalised_rank(found)
    assert grank is not None
    assert grank.value == pytest.approx(z * np.sqrt(59 / (60 - z * z)), rel=1e-10)
    assert grank.df == 59


def test_signs_by_hand() -> None:
    found = some_events(effect=0.2)
    statistic = sign_test(found)
    assert statistic is not None
    assert (statistic.value, statistic.observations) == (pytest.approx(np.sqrt(18)), 18)
    assert statistic.p_value == pytest.approx(2 / 2**18)
    share = np.mean(found.residuals > 0)
    general = generalised_sign(found)
    assert general is not None
    assert general.value == pytest.approx((18 - 18 * share) / np.sqrt(18 * share * (1 - share)))


def test_no_observation_no_test() -> None:
    found = abnormal_returns(np.full(20, np.nan), np.array([15]), Windows(10, 0, 0, 1))
    for test in (corrado_rank, generalised_rank, sign_test, generalised_sign):
        assert test(found) is None


def test_a_mean_that_is_hit_exactly_has_no_sign() -> None:
    found = abnormal_returns(np.array([1.0, -1, 1, -1, 0]), np.array([4]), Windows(4, 0, 0, 0))
    assert sign_test(found) is None


@settings(max_examples=30)
@given(seed=st.integers(0, 1000), wild=st.floats(1, 1e6))
def test_an_outlier_counts_as_the_largest_and_no_more(seed: int, wild: float) -> None:
    returns = np.random.default_rng(seed).standard_normal(120)
    values = []
    for size in (1e3, 1e3 * wild):
        returns[110] = size
        statistic = corrado_rank(abnormal_returns(returns, np.array([110]), Windows(100, 0, 0, 0)))
        assert statistic is not None
        values.append(statistic.value)
    assert values[0] == values[1]


@settings(max_examples=30)
@given(seed=st.integers(0, 1000))
def test_turning_returns_around_turns_statistics_around(seed: int) -> None:
    returns = correlated_returns(np.random.default_rng(seed), 200, 3, 0.3)
    days, windows = np.array([120, 170]), Windows(60, 0, 0, 2)
    up, down = (abnormal_returns(table, days, windows) for table in (returns, -returns))
    for test in (corrado_rank, generalised_rank, sign_test, generalised_sign):
        one, other = test(up), test(down)
        assert one is not None
        assert other is not None
        assert one.value == pytest.approx(-other.value, rel=1e-9, abs=1e-9)
        assert one.p_value == pytest.approx(other.p_value, rel=1e-9)
