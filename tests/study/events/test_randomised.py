"""Drawn chance against scipy's enumeration, by hand, and where there is nothing or something to find."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from engine.study.events.abnormal import abnormal_returns
from engine.study.events.randomised import (
    event_values,
    ordinary_days,
    random_days,
    sign_flip,
)
from engine.study.events.windows import Windows, place_events


def test_sign_flip_by_hand() -> None:
    # Of the eight signs of 1, 2, 4 only all plus and all minus have a sum of 7; with -1, five have 5 or more.
    found = sign_flip(np.array([1.0, 2.0, 4.0]))
    assert found is not None
    assert (found.p_value, found.draws, found.exact, found.smallest) == (0.25, 8, True, 0.25)
    other = sign_flip(np.array([-1.0, 2.0, 4.0]))
    assert other is not None
    assert other.p_value == 0.5


@pytest.mark.parametrize("events", [5, 12])
def test_sign_flip_is_scipys(events: int) -> None:
    scipy_stats = pytest.importorskip("scipy.stats")
    values = np.random.default_rng(events).normal(0.5, 1.0, events)
    expected = scipy_stats.permutation_test((values,), np.mean, permutation_type="samples", n_resamples=2**events)
    found = sign_flip(values)
    assert found is not None
    assert found.exact
    assert found.p_value == pytest.approx(expected.pvalue, rel=1e-12)


def test_more_events_are_drawn_and_agree_with_the_t_test() -> None:
    scipy_stats = pytest.importorskip("scipy.stats")
    values = np.random.default_rng(2).normal(0.3, 1.0, 60)
    found = sign_flip(values, seed=1)
    assert found is not None
    assert not found.exact
    assert found.p_value == pytest.approx(scipy_stats.ttest_1samp(values, 0.0).pvalue, abs=0.01)
    assert found == sign_flip(values, seed=1)


@given(hnp.arrays(float, st.integers(1, 9), elements=st.floats(-10, 10)), st.floats(0.01, 100))
def test_sign_flip_knows_no_scale_sign_or_order(values: np.ndarray, scale: float) -> None:
    plain = sign_flip(values)
    assert plain is not None
    assert plain.p_value >= plain.smallest
    for other in (-values, values[::-1], np.append(values, np.nan)):
        again = sign_flip(other)
        assert again is not None
        assert again.p_value == plain.p_value


def test_without_values_there_is_no_draw() -> None:
    assert sign_flip(np.array([np.nan])) is None
    assert random_days(np.array([np.nan]), np.ones(5)) is None
    assert random_days(np.ones(3), np.ones(2)) is None
    assert random_days(np.ones(3), np.arange(6.0), apart=3) is None
    with pytest.raises(ValueError, match="apart must be one session or more, found 0"):
        random_days(np.ones(3), np.arange(6.0), apart=0)


def test_one_event_has_its_rank_among_ordinary_days() -> None:
    # Mean 4.5: a value of 9 is as far from it as 0 and 9 are.
    found = random_days(np.array([9.0]), np.arange(10.0))
    assert found is not None
    assert (found.p_value, found.draws, found.exact) == (3 / 11, 10, True)


def test_days_are_drawn_apart() -> None:
    pool = 2.0 ** np.arange(7)
    pairs = [(i, j) for i, j in combinations(range(7), 2) if j - i >= 3]
    means = [(pool[i] + pool[j]) / 2 for i, j in pairs]
    observed = np.array([38.0, 30.0])
    far = sum(abs(mean - pool.mean()) >= abs(34 - pool.mean()) for mean in means)
    assert far == 2
    found = random_days(observed, pool, apart=3)
    assert found is not None
    assert (found.draws, found.p_value) == (len(pairs), (1 + far) / (1 + len(pairs)))


def test_ordinary_days_share_no_session_with_an_event() -> None:
    windows = Windows(10, 1, -1, 2)
    days = np.array([30, 60])
    found = ordinary_days(days, 80, windows)
    fitting = place_events(np.arange(80), 80, windows).days
    expected = [day for day in fitting if all(abs(day - event) >= 4 for event in days)]
    assert found.tolist() == expected


def test_ordinary_days_of_a_window_before_day_zero() -> None:
    windows = Windows(10, 0, -8, -5)
    fitting = place_events(np.arange(40), 40, windows).days
    assert ordinary_days(np.array([], dtype=int), 40, windows).tolist() == fitting.tolist()
    ahead = Windows(10, 0, 15, 16)
    fitting = place_events(np.arange(40), 40, ahead).days
    assert ordinary_days(np.array([], dtype=int), 40, ahead).tolist() == fitting.tolist()


@pytest.mark.parametrize(("effect", "low", "high"), [(0.0, 0.02, 0.10), (0.03, 0.90, 1.0)])
def test_size_and_power_on_fat_tails_with_six_events(effect: float, low: float, high: float) -> None:
    windows, rejected = Windows(100, 0, 0, 1), []
    for seed in range(200):
        random = np.random.default_rng(seed)
        returns = 0.01 * random.standard_t(4, 600)
        days = np.sort(random.choice(np.arange(110, 590), 6, replace=False))
        returns[days] += effect
        placed = place_events(days, 600, windows, "drop_later")
        values = event_values(abnormal_returns(returns, placed.days, windows))
        ordinary = event_values(abnormal_returns(returns, ordinary_days(placed.days, 600, windows), windows))
        found = random_days(values, ordinary, apart=2, draws=499, seed=10_000 + seed)
        assert found is not None
        rejected.append(found.p_value <= 0.05)
    assert low <= np.mean(rejected) <= high
