"""Two eras against scipy's Welch test and enumeration; a planted change is found and none is not."""

from __future__ import annotations

import numpy as np
import pytest

from engine.study.events.eras import Era, compare_eras, split_by_era

BEFORE = Era("1985 to 2021", last=np.datetime64("2021-12-31"))
AFTER = Era("2022 on", first=np.datetime64("2022-01-01"))


def test_split_includes_both_ends() -> None:
    dates = np.array(["1990-08-02", "2021-12-31", "2022-01-01", "2025-06-13", "NaT"], dtype="datetime64[D]")
    early, late = split_by_era(dates, (BEFORE, AFTER))
    assert early.tolist() == [True, True, False, False, False]
    assert late.tolist() == [False, False, True, True, False]
    assert split_by_era(dates, ()) == ()


def test_an_event_in_two_eras_is_refused() -> None:
    dates = np.array(["2022-02-24"], dtype="datetime64[D]")
    with pytest.raises(ValueError, match="eras all and 2022 on both hold 2022-02-24"):
        split_by_era(dates, (Era("all"), AFTER))
    with pytest.raises(ValueError, match="era x: ends on 2000-01-01, before it begins on 2001-01-01"):
        Era("x", np.datetime64("2001-01-01"), np.datetime64("2000-01-01"))


def test_welch_is_scipys_and_small_samples_are_dealt_exactly() -> None:
    scipy_stats = pytest.importorskip("scipy.stats")
    random = np.random.default_rng(1)
    one, two = random.normal(0, 1, 8), random.normal(1.0, 3.0, 5)
    found = compare_eras(np.append(one, np.nan), two)
    assert found is not None
    welch = scipy_stats.ttest_ind(two, one, equal_var=False)
    assert found.welch.value == pytest.approx(welch.statistic, rel=1e-12)
    assert found.welch.p_value == pytest.approx(welch.pvalue, rel=1e-9)
    assert found.welch.df == pytest.approx(welch.df, rel=1e-12)
    assert found.difference == pytest.approx(two.mean() - one.mean())

    def size(x: np.ndarray, y: np.ndarray) -> float:
        return abs(float(scipy_stats.ttest_ind(x, y, equal_var=False).statistic))

    dealt = scipy_stats.permutation_test((one, two), size, n_resamples=10_000, alternative="greater")
    assert found.exact
    assert found.permuted_p == pytest.approx(dealt.pvalue, rel=1e-12)


def test_many_events_are_dealt_at_random_and_agree_with_welch() -> None:
    random = np.random.default_rng(4)
    found = compare_eras(random.normal(0, 1, 50), random.normal(0.4, 1, 20), seed=3)
    assert found is not None
    assert not found.exact
    assert found.permuted_p == pytest.approx(found.welch.p_value, abs=0.02)


def test_too_few_or_still_values_cannot_be_compared() -> None:
    assert compare_eras(np.array([1.0]), np.array([1.0, 2.0])) is None
    assert compare_eras(np.ones(3), np.full(4, 2.0)) is None


def test_two_values_that_do_not_vary_are_as_far_as_can_be() -> None:
    found = compare_eras(np.array([0.0, 0.0]), np.array([1.0, 1.0, 1.0 + 1e-6]))
    assert found is not None
    assert found.permuted_p == pytest.approx(0.1)


def test_unequal_spread_is_no_difference_and_a_planted_one_is_found() -> None:
    hits = {0.0: 0, 2.5: 0}
    for effect in hits:
        for seed in range(400):
            random = np.random.default_rng(seed)
            found = compare_eras(random.normal(0, 1, 20), random.normal(effect, 2, 8), draws=199, seed=10_000 + seed)
            assert found is not None
            hits[effect] += found.permuted_p <= 0.05
    assert 0.02 <= hits[0.0] / 400 <= 0.09
    assert hits[2.5] / 400 > 0.7
