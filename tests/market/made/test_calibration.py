"""The constants are those of the sample, and made markets come as near to it as their docstring says."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pytest

from engine.market.made.calibration import CALM, SAMPLE
from engine.market.sources import sample
from tools.calibrate_made import (
    calibrate,
    calibrate_index,
    made_moments,
    rounded,
    sample_moments,
    sample_returns,
    student_ratio,
)

REFERENCE = Path(__file__).parents[4] / "shared" / "data" / "reference"


@cache
def compared() -> tuple[dict[str, float], dict[str, np.ndarray]]:
    return sample_moments(sample_returns()), made_moments(range(16))


def test_the_constants_are_what_the_script_computes() -> None:
    assert rounded(calibrate(sample_returns())) == SAMPLE


@pytest.mark.needs_reference
@pytest.mark.skipif(not REFERENCE.is_dir(), reason="the reference series are not here")
def test_the_constants_of_the_index_are_what_the_script_computes() -> None:
    assert rounded(calibrate_index(REFERENCE / "gpr_daily.csv")) == CALM


def test_the_sample_is_the_sessions_with_industries_and_metals() -> None:
    returns = sample_returns()
    assert set(returns) == set(sample.labels())
    assert len(returns["gold"]) == 8830


def test_a_normal_has_the_ratio_of_a_normal() -> None:
    assert student_ratio(1e6) == pytest.approx(np.pi / 2, rel=1e-5)
    drawn = np.random.default_rng(1).standard_t(6.0, 2_000_000)
    assert student_ratio(6.0) == pytest.approx((drawn**2).mean() / np.abs(drawn).mean() ** 2, rel=0.01)


# What is aimed at: the most by which the mean of made markets differs from the sample, by the moment's first word.
NEAR = {
    "deviation": 0.07,
    "correlation": 0.03,
    "autocorrelation of size": 0.06,
    "autocorrelation of square": 0.07,
}


@pytest.mark.parametrize("moment", NEAR)
def test_what_is_aimed_at_is_met(moment: str) -> None:
    genuine, made = compared()
    keys = [key for key in genuine if key.startswith(moment)]
    assert len(keys) >= 7
    off = {key: round(made[key].mean() - genuine[key], 3) for key in keys}
    assert max(map(abs, off.values())) < NEAR[moment], off


def test_tails_are_as_fat_as_in_the_sample_or_nearly() -> None:
    """The sample's fourth moments are one day's, 1987-10-19; without it they are among those of made markets."""
    genuine, made = compared()
    for group, most in {"metals": 1.5, "miners": 8.0, "market": 9.0, "equities": 7.0}.items():
        key = f"kurtosis of {group}"
        assert made[key].min() > 4.5
        assert abs(made[key].mean() - genuine[key]) < most


def test_what_is_not_aimed_at_is_absent() -> None:
    genuine, made = compared()
    assert genuine["skew of market"] < -0.5
    assert abs(made["skew of market"].mean()) < 0.3
    assert genuine["autocorrelation of return, market, lag 1"] > 0.04
    assert abs(made["autocorrelation of return, market, lag 1"].mean()) < 0.02
