"""Metrics against empyrical-reloaded on real series, and laws that hold for any market."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from engine.measure.metrics import METRICS, measure
from engine.measure.track import Track

RETURNS = st.lists(st.floats(-0.5, 1.0), min_size=2, max_size=40).map(np.array)
PAIRS = st.integers(2, 30).flatmap(
    lambda n: st.tuples(*(st.lists(st.floats(-0.3, 0.5), min_size=n, max_size=n).map(np.array) for _ in range(3)))
)


@pytest.fixture(scope="module")
def empyrical() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return pytest.importorskip("empyrical", reason="empyrical-reloaded is not installed")


@pytest.mark.parametrize("name", ["Gold", "Mines"])
def test_empyrical_agrees_on_real_industries(
    name: str, empyrical: Any, industries: dict[str, NDArray[np.float64]], make_track: Any
) -> None:
    returns, factor, cash = industries[name], industries["Banks"], np.full(industries[name].size, 0.0001)
    track, reference = make_track(returns, cash=cash), make_track(factor, cash=cash)
    found = measure(track, reference, None, None, sessions_per_year=252)
    theirs = {
        "total_return": empyrical.cum_returns_final(returns),
        "cagr": empyrical.annual_return(returns),
        "volatility": empyrical.annual_volatility(returns),
        "sharpe": empyrical.sharpe_ratio(returns, risk_free=cash),
        "sortino": empyrical.sortino_ratio(returns, required_return=cash),
        "max_drawdown": empyrical.max_drawdown(returns),
        "calmar": empyrical.calmar_ratio(returns),
        "beta": empyrical.beta(returns, factor, risk_free=cash),
        "active_return": empyrical.annual_return(returns) - empyrical.annual_return(factor),
        "tracking_error": empyrical.annual_volatility(returns - factor),
    }
    for metric, value in theirs.items():
        assert found[metric] == pytest.approx(float(value), rel=1e-9), metric


@given(RETURNS, st.floats(1e-6, 1e6))
def test_the_size_of_the_account_changes_nothing(make_track: Any, returns: Any, scale: float) -> None:
    traded, costs = np.arange(returns.size + 1.0), np.full(returns.size + 1, 0.5)
    one = make_track(returns, traded=traded, costs=costs, first_purchase=1)
    other = Track(one.sessions, one.equity * scale, one.cash_rate, traded * scale, costs * scale, 1)
    found, scaled = (measure(t, None, None, None, sessions_per_year=12) for t in (one, other))
    for name, value in found.items():
        _same_up_to_rounding(value, scaled[name], name)


@given(RETURNS)
def test_a_power_of_two_is_exact(make_track: Any, returns: Any) -> None:
    one = make_track(returns, traded=np.arange(returns.size + 1.0))
    other = Track(one.sessions, one.equity * 1024, one.cash_rate, one.traded * 1024, one.costs, -1)
    assert measure(one, None, None, None, sessions_per_year=12) == measure(
        other, None, None, None, sessions_per_year=12
    )


@given(RETURNS, st.randoms(use_true_random=False))
def test_the_order_of_returns_moves_no_figure_that_has_none(make_track: Any, returns: Any, random: Any) -> None:
    order = list(range(returns.size))
    random.shuffle(order)
    found, shuffled = (
        measure(make_track(r), None, None, None, sessions_per_year=12) for r in (returns, returns[order])
    )
    for name in ("total_return", "cagr", "volatility", "sharpe", "sharpe_se", "sortino"):
        _same_up_to_rounding(found[name], shuffled[name], name)


@given(PAIRS)
def test_every_figure_is_a_finite_number_or_none(make_track: Any, three: Any) -> None:
    found = measure(*map(make_track, three), np.sign(three[0]), sessions_per_year=12)
    assert list(found) == list(METRICS)
    assert all(value is None or np.isfinite(value) for value in found.values())
    assert -1.0 <= (found["max_drawdown"] or 0.0) <= 0.0
    assert found["timing"] + found["standing_tilt"] == pytest.approx(found["active_return"], abs=1e-9, rel=1e-9)


@given(PAIRS)
def test_swapping_track_and_reference_turns_the_active_return_round(make_track: Any, three: Any) -> None:
    one, other = make_track(three[0]), make_track(three[1])
    there, back = (measure(a, b, None, None, sessions_per_year=12) for a, b in ((one, other), (other, one)))
    assert there["active_return"] == -back["active_return"]
    assert there["tracking_error"] == pytest.approx(back["tracking_error"], rel=1e-12)
    assert there["hit_rate"] + back["hit_rate"] <= 1.0


@settings(max_examples=50)
@given(RETURNS)
def test_against_itself_nothing_is_active(make_track: Any, returns: Any) -> None:
    track = make_track(returns)
    found = measure(track, track, track, None, sessions_per_year=12)
    zeros = ("active_return", "tracking_error", "hit_rate", "timing", "standing_tilt")
    assert [found[name] for name in zeros] == [0.0] * 5
    assert found["information_ratio"] is None
    assert found["beta"] is None or found["beta"] == pytest.approx(1.0, abs=1e-12)


def _same_up_to_rounding(one: float | None, other: float | None, name: str) -> None:
    if one is None or other is None:
        # A deviation beside 1e-12 may fall on either side of it.
        assert one is other or name in ("sharpe", "sharpe_se", "sortino", "calmar"), name
    else:
        assert one == pytest.approx(other, rel=1e-3 if abs(one) > 1e6 else 1e-6, abs=1e-9), name
