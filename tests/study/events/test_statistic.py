"""Distributions against scipy, and one test against hypothesis' odd numbers."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.study.events.statistic import (
    even_odds_two_sided,
    normal_statistic,
    student_quantile,
    student_statistic,
    student_two_sided,
)

scipy_stats = pytest.importorskip("scipy.stats")


@given(t=st.floats(-60, 60), df=st.floats(0.5, 2000))
def test_student_tail_is_scipys(t: float, df: float) -> None:
    assert student_two_sided(t, df) == pytest.approx(2 * scipy_stats.t.sf(abs(t), df), rel=1e-9, abs=1e-300)


@given(probability=st.floats(0.001, 0.999), df=st.floats(1, 500))
def test_student_quantile_is_scipys(probability: float, df: float) -> None:
    expected = scipy_stats.t.ppf(probability, df)
    assert student_quantile(probability, df) == pytest.approx(expected, rel=1e-8, abs=1e-8)


def test_quantile_of_the_normal() -> None:
    assert student_quantile(0.975, None) == pytest.approx(1.959963984540054, rel=1e-12)


@given(tosses=st.integers(1, 300), share=st.floats(0, 1))
def test_sign_probability_is_scipys(tosses: int, share: float) -> None:
    heads = round(share * tosses)
    assert even_odds_two_sided(heads, tosses) == pytest.approx(scipy_stats.binomtest(heads, tosses).pvalue, rel=1e-9)


def test_two_sided_p_values_at_the_edges() -> None:
    assert normal_statistic(0.0, 3).p_value == 1.0
    assert normal_statistic(-1.959963984540054, 3).p_value == pytest.approx(0.05, rel=1e-12)
    assert student_statistic(math.inf, 3, 2.0).p_value == 0.0
    assert math.isnan(student_statistic(math.nan, 3, 2.0).p_value)
    assert student_statistic(1.0, 2, 1.0).p_value == pytest.approx(0.5, rel=1e-12)


def test_impossible_questions_are_refused() -> None:
    with pytest.raises(ValueError, match="above zero, found 0"):
        student_two_sided(1.0, 0)
    with pytest.raises(ValueError, match="between 0 and 1, found 1"):
        student_quantile(1.0, 5)
