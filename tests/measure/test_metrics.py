"""Metrics against tables worked out by hand and against published figures."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from engine.measure import metrics
from engine.measure.metrics import METRICS, measure
from engine.measure.track import Track

NAMES = [
    "total_return", "cagr", "volatility", "sharpe", "sharpe_se", "sortino", "max_drawdown", "calmar",
    "turnover", "costs_bps_a_year", "active_return", "tracking_error", "information_ratio", "beta",
    "hit_rate", "episodes", "share_over", "share_under", "timing", "standing_tilt",
]  # fmt: skip

# R, PerformanceAnalytics, portfolio_bacon: 24 months, portfolio and benchmark, percent.
BACON = [
    0.3, 2.6, 1.1, -1.0, 1.5, 2.5, 1.6, 6.7, -1.4, 4.0, -0.5, 8.1,
    4.0, -3.7, -6.1, 1.7, -4.9, -2.2, 7.0, 5.8, -6.5, 2.4, -0.5, -0.9,
]  # fmt: skip
BACON_BENCHMARK = [
    0.2, 2.5, 1.8, -1.1, 1.4, 1.8, 1.4, 6.5, -1.5, 4.2, -0.6, 8.3,
    3.9, -3.8, -6.2, 1.5, -4.8, 2.1, 6.0, 5.6, -6.7, 1.9, -0.3, 0.0,
]  # fmt: skip


def alone(track: Track, per_year: int = 252) -> dict[str, Any]:
    return measure(track, None, None, None, sessions_per_year=per_year)


def against(track: Track, reference: Track, per_year: int = 252) -> dict[str, Any]:
    return measure(track, reference, None, None, sessions_per_year=per_year)


def test_every_promised_metric_is_there_in_order_with_formula_unit_and_direction(make_track: Any) -> None:
    assert list(METRICS) == NAMES
    assert list(alone(make_track([0.1, -0.1, 0.2]))) == NAMES
    for metric in METRICS.values():
        assert metric.formula
        assert metric.unit in metrics.Unit.__args__  # type: ignore[attr-defined]
        assert metric.direction in ("higher", "lower", "none")


def test_a_drawdown_is_better_the_higher_it_is_because_it_is_negative() -> None:
    assert METRICS["max_drawdown"].direction == "higher"


def test_performance_analytics_bacon_portfolio(make_track: Any) -> None:
    months = np.arange("2000-01", "2002-02", dtype="datetime64[M]").astype("datetime64[D]")
    portfolio = make_track(np.array(BACON) / 100, cash=0.005, sessions=months)
    benchmark = make_track(np.array(BACON_BENCHMARK) / 100, sessions=months)
    found = against(portfolio, benchmark, 12)
    assert found["total_return"] == pytest.approx(0.218105767, abs=1e-9)
    assert found["cagr"] == pytest.approx(0.1036782897, abs=1e-10)
    assert found["max_drawdown"] == pytest.approx(-0.1446729557, abs=1e-10)
    assert found["calmar"] == pytest.approx(0.1036782897 / 0.1446729557, abs=1e-8)
    excess = np.mean(BACON) / 100 - 0.005
    assert found["sortino"] == pytest.approx(excess / 0.0255367382 * math.sqrt(12), rel=1e-8)
    assert found["beta"] == pytest.approx(0.9988502086, abs=1e-10)


def test_empyrical_mixed_returns_where_the_definitions_agree(make_track: Any) -> None:
    found = alone(make_track(np.array([1.0, 10, -4, 2, 3, 2, 1, -10]) / 100))
    assert found["volatility"] == pytest.approx(0.9136465399704637, rel=1e-12)
    assert found["sharpe"] == pytest.approx(1.7238613961706866, rel=1e-12)
    assert found["sortino"] == pytest.approx(2.605531251673693, rel=1e-12)
    assert found["max_drawdown"] == pytest.approx(-0.10, abs=1e-15)


@pytest.mark.parametrize(("sharpe", "n", "expected"), [(0.5, 60, 0.1369306), (1.5, 24, 0.2975595), (3, 12, 0.677)])
def test_standard_error_of_sharpe_is_lo_2002(make_track: Any, sharpe: float, n: int, expected: float) -> None:
    shape = np.resize([1.0, -1.0], n)
    returns = 0.01 * (shape / np.std(shape, ddof=1) + sharpe)
    found = alone(make_track(returns), 1)
    assert found["sharpe"] == pytest.approx(sharpe, rel=1e-9)
    assert found["sharpe_se"] == pytest.approx(expected, abs=5e-4 if n == 12 else 5e-8)
    yearly = alone(make_track(returns), 4)
    assert yearly["sharpe_se"] == pytest.approx(2 * found["sharpe_se"], rel=1e-12)


def test_sharpe_and_sortino_are_over_a_cash_rate_that_may_move(make_track: Any) -> None:
    returns, cash = np.array([0.02, -0.01, 0.03, 0.0]), np.array([0.001, 0.002, 0.0, 0.003])
    shifted = alone(make_track(returns - cash))
    found = alone(make_track(returns, cash=cash))
    for name in ("sharpe", "sharpe_se", "sortino"):
        assert found[name] == pytest.approx(shifted[name], rel=1e-12)
    assert found["volatility"] != pytest.approx(shifted["volatility"], rel=1e-3)


def test_drawdown_counts_the_start_as_a_peak(make_track: Any) -> None:
    assert alone(make_track([-0.2, 0.1, 0.05]))["max_drawdown"] == pytest.approx(-0.2, abs=1e-15)


def test_turnover_is_one_way_a_year_without_the_first_purchase(make_track: Any) -> None:
    track = make_track([0.0, 0.0, 1.0, 0.0], traded=[7.0, 100.0, 20.0, 40.0, 0.0], first_purchase=1, start_value=100.0)
    # 20 / 2 / 100 + 40 / 2 / 200 = 0.2 in four sessions, without the first purchase (100) and index 0 (7).
    assert alone(track, 8)["turnover"] == pytest.approx(0.4, abs=1e-15)


def test_turnover_counts_everything_where_the_first_purchase_lies_before(make_track: Any) -> None:
    traded = [100.0, 20.0, 0.0]
    for first in (-1, 0):
        track = make_track([0.0, 0.0], traded=traded, first_purchase=first)
        assert alone(track, 2)["turnover"] == pytest.approx(0.1, abs=1e-15)


def test_costs_are_bps_of_equity_before_costs_and_include_the_first_purchase(make_track: Any) -> None:
    # 70k/30k to 60/40 at 10 bp (FIELD.md E7): equity 99,979.995999..., cost 20.004001 of 100,000.
    cost = 20.00400080
    track = make_track([-cost / 1e5, 0.0], start_value=1e5, costs=[5.0, cost, 0.0], first_purchase=1)
    assert alone(track, 2)["costs_bps_a_year"] == pytest.approx(cost / 1e5 * 1e4, abs=1e-9)


def test_active_figures_by_hand(make_track: Any) -> None:
    track, reference = make_track([0.2, -0.1]), make_track([0.1, 0.0])
    found = against(track, reference, 2)
    assert found["active_return"] == pytest.approx(1.2 * 0.9 - 1.1, abs=1e-15)
    # Differences 0.1 and -0.1: sd 0.1 sqrt 2, times sqrt 2.
    assert found["tracking_error"] == pytest.approx(0.2, abs=1e-15)
    assert found["information_ratio"] == pytest.approx(-0.02 / 0.2, abs=1e-13)
    # Around their means 0.05 and 0.05: 0.15 and -0.15 on 0.05 and -0.05.
    assert found["beta"] == pytest.approx(3.0, abs=1e-12)


def test_beta_is_of_returns_over_the_cash_rate_of_the_track(make_track: Any) -> None:
    cash = np.array([0.03, -0.02, 0.01])
    track = make_track(2 * np.array([0.01, 0.02, -0.03]) + cash, cash=cash)
    reference = make_track(np.array([0.01, 0.02, -0.03]) + cash, cash=0.5)
    assert against(track, reference)["beta"] == pytest.approx(2.0, abs=1e-12)


def test_hit_rate_compounds_within_the_calendar_month(make_track: Any) -> None:
    dates = ["2024-01-30", "2024-01-31", "2024-02-01", "2024-02-29", "2024-03-28", "2024-04-01"]
    days = np.array(dates, dtype="datetime64[D]")
    # January ahead; February +10% -10% = -1% behind flat although its sum is 0; March equal; April ahead.
    track = make_track([0.01, 0.1, -0.1, 0.02, 0.03], sessions=days)
    reference = make_track([0.0, 0.0, 0.0, 0.02, 0.0], sessions=days)
    assert against(track, reference)["hit_rate"] == 0.5


def test_timing_and_standing_tilt_split_the_active_return(make_track: Any) -> None:
    track, matched, reference = make_track([0.1, 0.3]), make_track([0.1, 0.2]), make_track([0.1, 0.1])
    found = measure(track, reference, matched, None, sessions_per_year=2)
    assert found["timing"] == pytest.approx(1.1 * 0.1, abs=1e-12)
    assert found["standing_tilt"] == pytest.approx(1.1 * 0.1, abs=1e-12)
    assert found["active_return"] == pytest.approx(1.1 * 0.2, abs=1e-12)


def test_stance_figures_count_decisions(make_track: Any) -> None:
    stance = np.array([0.0, 1.0, 0.5, 0.0, 1.0, -1.0, -0.2, 0.0])
    found = measure(make_track([0.1]), None, None, stance, sessions_per_year=252)
    assert (found["episodes"], found["share_over"], found["share_under"]) == (3, 3 / 8, 2 / 8)


def test_without_reference_matched_or_stance_their_figures_are_none(make_track: Any) -> None:
    found = alone(make_track([0.1, -0.1, 0.2]))
    missing = {name for name, value in found.items() if value is None}
    assert missing == set(NAMES[NAMES.index("active_return") :])


def test_a_portfolio_that_never_moves_has_no_ratios(make_track: Any) -> None:
    found = alone(make_track(np.zeros(50), start_value=0.1 + 0.2))
    assert found["volatility"] == 0.0
    assert found["max_drawdown"] == 0.0
    assert [found[name] for name in ("sharpe", "sharpe_se", "sortino", "calmar")] == [None] * 4


def test_constant_returns_count_as_zero_volatility_in_spite_of_rounding(make_track: Any) -> None:
    track = make_track(np.full(500, 0.0001))
    assert np.std(track.equity[1:] / track.equity[:-1] - 1) > 0.0  # rounding is there to be seen
    found = against(track, make_track(np.full(500, 0.0001), start_value=7.7))
    assert (found["volatility"], found["tracking_error"]) == (0.0, 0.0)
    assert [found[name] for name in ("sharpe", "sortino", "calmar", "information_ratio", "beta")] == [None] * 5
    assert found["hit_rate"] == 0.0


def test_a_drawdown_of_rounding_alone_is_none(make_track: Any) -> None:
    days = make_track([0.1, 0.1])
    track = Track(days.sessions, np.array([1.0, 2.0, 2.0 - 4e-16]), *(np.zeros(3),) * 3)
    assert track.equity[2] < track.equity[1]
    assert (alone(track)["max_drawdown"], alone(track)["calmar"]) == (0.0, None)


def test_a_track_of_one_session_has_returned_nothing_yet(make_track: Any) -> None:
    empty = make_track([])
    found = measure(empty, empty, empty, np.zeros(0), sessions_per_year=252)
    known = {name: value for name, value in found.items() if value is not None}
    assert known == {"total_return": 0.0, "max_drawdown": 0.0, "episodes": 0}


def test_growth_too_fast_for_a_number_is_none(make_track: Any) -> None:
    assert alone(make_track([99.0]))["cagr"] is None
    assert alone(make_track([99.0]))["total_return"] == pytest.approx(99.0)


def test_other_sessions_are_refused(make_track: Any) -> None:
    message = "the reference must cover the sessions of the track, found 3 from 2020-01-01 to 2020-01-03 against 2 "
    with pytest.raises(ValueError, match=message):
        against(make_track([0.1, 0.2]), make_track([0.1]))
    with pytest.raises(ValueError, match="policy matched must cover the sessions of the track"):
        measure(make_track([0.1, 0.2]), None, make_track([0.1]), None, sessions_per_year=252)


def test_inputs_are_not_changed(make_track: Any) -> None:
    rng = np.random.default_rng(3)
    tracks = [
        make_track(rng.normal(0, 0.01, 90), traded=rng.random(91), costs=rng.random(91), first_purchase=2)
        for _ in range(3)
    ]
    stance = np.sign(rng.normal(size=9))
    arrays = [
        stance,
        *(getattr(t, f) for t in tracks for f in ("sessions", "equity", "cash_rate", "traded", "costs")),
    ]
    before = [array.copy() for array in arrays]
    for array in arrays:
        array.setflags(write=False)
    measure(*tracks, stance, sessions_per_year=252)
    for array, copy in zip(arrays, before, strict=True):
        np.testing.assert_array_equal(array, copy)
