"""The difference of two Sharpe ratios, and a break in a mean: invariants, simulated sizes, other libraries."""

from __future__ import annotations

import math

import numpy as np
import pytest

from engine.measure.difference import _bandwidth, break_in_mean, sharpe_difference
from engine.measure.inference import newey_west_variance


def pair(seed: int, n: int = 500, gap: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    drawn = np.random.default_rng(seed).multivariate_normal([0.0, 0.0], [[1.0, 0.5], [0.5, 1.0]], n) * 0.01
    return drawn[:, 0] + gap * 0.01, drawn[:, 1]


def test_a_series_differs_not_from_itself() -> None:
    one, _ = pair(1)
    found = sharpe_difference(one, one)
    assert found is not None
    assert (found.difference, found.p, found.bootstrap_p) == (0.0, 1.0, 1.0)


def test_scale_says_nothing_and_a_swap_turns_the_sign() -> None:
    one, other = pair(2, gap=0.05)
    found, scaled, swapped = (sharpe_difference(*two) for two in ((one, other), (3 * one, other / 7), (other, one)))
    assert found is not None
    assert scaled is not None
    assert swapped is not None
    assert (scaled.difference, scaled.p) == pytest.approx((found.difference, found.p))
    assert scaled.bootstrap_p == found.bootstrap_p == swapped.bootstrap_p
    assert (-swapped.difference, swapped.p) == pytest.approx((found.difference, found.p))


def test_standard_error_is_that_of_jobson_korkie_memmel_for_independent_normal_sessions() -> None:
    """Memmel 2003: the variance of the difference is (2 - 2 rho + (s1^2 + s2^2 - 2 s1 s2 rho^2) / 2) / n."""
    one, other = pair(3, n=40_000)
    found = sharpe_difference(one, other, repetitions=1)
    assert found is not None
    s1, s2, rho = one.mean() / one.std(), other.mean() / other.std(), np.corrcoef(one, other)[0, 1]
    memmel = math.sqrt((2 - 2 * rho + (s1**2 + s2**2 - 2 * s1 * s2 * rho**2) / 2) / len(one))
    assert found.difference == pytest.approx(s1 - s2)
    assert found.se == pytest.approx(memmel, rel=0.03)


def test_standard_error_of_few_sessions_is_that_of_archs_kernel_estimate() -> None:
    """Parzen's kernel by arch, which divides by n - 4; the gradient in the four moments by finite differences."""
    kernel = pytest.importorskip("arch.covariance.kernel")
    one, other = (each / each.std() for each in pair(8, n=40))
    found = sharpe_difference(one, other, repetitions=1)
    assert found is not None
    moments = np.column_stack([one, other, one**2, other**2])
    means = moments.mean(axis=0)

    def difference(m: np.ndarray) -> float:
        return float(m[0] / math.sqrt(m[2] - m[0] ** 2) - m[1] / math.sqrt(m[3] - m[1] ** 2))

    slope = [(difference(means + step) - difference(means - step)) / 2e-6 for step in 1e-6 * np.eye(4)]
    # arch leaves out the last lag, of next to no weight, where ours is no whole number.
    width = _bandwidth(moments - means)
    covariance = kernel.Parzen(moments, bandwidth=width - 1.0, df_adjust=4, force_int=False).cov.long_run
    assert found.se == pytest.approx(math.sqrt(slope @ covariance @ slope / len(one)), rel=0.01)


def test_equal_skill_is_rejected_as_often_as_it_should_be_and_a_gap_is_seen() -> None:
    """400 pairs at 5%: within the 99.9% binomial interval; power against a gap of 0.2 a session is near one."""
    equal = [sharpe_difference(*pair(seed, n=200), repetitions=199) for seed in range(400)]
    rejected = np.mean([one.bootstrap_p <= 0.05 for one in equal if one is not None])
    assert 0.015 <= rejected <= 0.095
    gaps = [sharpe_difference(*pair(seed, n=400, gap=0.2), repetitions=199) for seed in range(40)]
    assert np.mean([one.bootstrap_p <= 0.05 for one in gaps if one is not None]) >= 0.9


def test_what_does_not_move_or_is_too_short_has_no_answer() -> None:
    one, other = pair(4)
    assert sharpe_difference(one, np.full(500, 0.01)) is None
    assert sharpe_difference(one[:19], other[:19]) is None
    with pytest.raises(ValueError, match="sharpe_difference: needs two finite series"):
        sharpe_difference(one, other[1:])


def test_a_planted_break_is_found_where_it_is() -> None:
    x = np.random.default_rng(5).normal(0.0, 1.0, 1000)
    x[600:] += 0.6
    found = break_in_mean(x)
    assert found is not None
    assert abs(found.index - 600) <= 20
    assert found.p < 0.001
    assert found.before == pytest.approx(x[: found.index].mean())
    assert found.after == pytest.approx(x[found.index :].mean())


def test_a_clean_break_is_found_to_the_session() -> None:
    """30 values around 0, then 50 around 1: the CUSUM is furthest off at 30, by 30 x 50 / 80 of the step."""
    wiggle = np.tile([0.1, -0.1], 40)
    x = wiggle + np.repeat([0.0, 1.0], [30, 50])
    found = break_in_mean(x)
    assert found is not None
    assert found.index == 30
    assert (found.before, found.after) == pytest.approx((0.0, 1.0))
    deviation = math.sqrt(newey_west_variance(x))
    assert found.statistic == pytest.approx(30 * 50 / 80 / (deviation * math.sqrt(80)))


def test_break_statistic_equals_statsmodels_without_lags() -> None:
    """statsmodels divides by the residuals' plain deviation: with no lag in the long-run variance that is ours."""
    diagnostic = pytest.importorskip("statsmodels.stats.diagnostic")
    x = np.random.default_rng(6).normal(0.0, 1.0, 15_000)
    statistic, p, _ = diagnostic.breaks_cusumolsresid(x - x.mean(), ddof=0)
    found = break_in_mean(x)
    assert found is not None
    assert found.statistic == pytest.approx(statistic, rel=0.05)
    assert found.p == pytest.approx(p, abs=0.05)


def test_no_break_is_seen_as_seldom_as_it_should_be() -> None:
    drawn = np.random.default_rng(7).normal(0.0, 1.0, (600, 400))
    found = [break_in_mean(one) for one in drawn]
    assert 0.01 <= np.mean([one.p <= 0.05 for one in found if one is not None]) <= 0.08


def test_a_break_needs_values_that_move() -> None:
    assert break_in_mean(np.zeros(100)) is None
    assert break_in_mean(np.arange(19.0)) is None
