"""The effect of a set of events, put together: a planted one is recovered, none is not found."""

from __future__ import annotations

import numpy as np
import pytest

from engine.measure.track import FloatArray
from engine.study.events.abnormal import abnormal_returns
from engine.study.events.effect import TESTS, measure_effect, trace_caar
from engine.study.events.parametric import standard_error
from engine.study.events.power import smallest_visible_effect
from engine.study.events.windows import Windows, place_events
from tests.study.events.made import correlated_returns

WINDOWS = Windows(120, 5, 0, 9)
DAYS = np.arange(150, 2900, 138)
"""Far enough apart that no event teaches another's normal return."""


def miners(seed: int, effect: float) -> tuple[FloatArray, FloatArray]:
    """(T, 6) returns with a market beta of 1.3 and a drift after each event, and the market's."""
    random = np.random.default_rng(seed)
    market = 0.01 * random.standard_normal(3000)
    returns = 1.3 * market[:, None] + correlated_returns(random, 3000, 6, 0.3, 0.01)
    returns[DAYS[:, None] + np.arange(10)] += effect / 10
    return returns, market


def test_a_planted_effect_is_recovered_within_its_error() -> None:
    distances = []
    for seed in range(40):
        returns, market = miners(seed, 0.02)
        found = measure_effect(abnormal_returns(returns, DAYS, WINDOWS, market))
        assert found is not None
        assert found.standard_error is not None
        distances.append((found.caar - 0.02) / found.standard_error)
    assert abs(np.mean(distances)) < 0.4
    assert 0.7 < np.std(distances) < 1.3


def test_every_test_sees_a_large_effect_and_says_what_it_stood_on() -> None:
    returns, market = miners(0, 0.05)
    found = measure_effect(abnormal_returns(returns, DAYS, WINDOWS, market))
    assert found is not None
    assert (found.events, found.observations, found.left_out) == (20, 120, 0)
    assert set(found.tests) == set(TESTS)
    for statistic in found.tests.values():
        assert statistic is not None
        assert statistic.value > 0
        assert statistic.p_value < 0.01
    assert found.standard_error is not None
    assert found.smallest_visible == smallest_visible_effect(found.standard_error, 119)
    assert found.smallest_visible < found.caar
    assert found.standard_error == pytest.approx(found.forecast_error, rel=0.3)


def test_one_event_of_one_series_still_says_what_could_have_been_seen() -> None:
    returns, market = miners(1, 0.0)
    found = measure_effect(abnormal_returns(returns[:, 0], DAYS[:1], WINDOWS, market))
    assert found is not None
    assert found.standard_error is None
    assert found.correlation is None
    assert found.forecast_error is not None
    # Ten sessions of one per cent, and the error of what was learnt: 2.80 standard errors.
    assert found.smallest_visible == pytest.approx(2.8016 * found.forecast_error, rel=1e-4)
    assert found.forecast_error == pytest.approx(0.01 * np.sqrt(10), rel=0.3)
    assert {name for name, statistic in found.tests.items() if statistic is not None} == {
        "adjusted_patell", "corrado_rank", "patell", "sign", "generalised_sign",
    }  # fmt: skip


def test_what_is_left_out_is_counted() -> None:
    returns, market = miners(2, 0.0)
    returns[:1000, 4] = np.nan
    found = measure_effect(abnormal_returns(returns, DAYS, WINDOWS, market))
    assert found is not None
    gone = int(np.sum(DAYS - 125 < 1000))
    assert (found.left_out, found.observations) == (gone, 120 - gone)
    assert measure_effect(abnormal_returns(returns * np.nan, DAYS, WINDOWS)) is None


def test_the_path_ends_in_the_effect() -> None:
    returns, market = miners(3, 0.02)
    returns[DAYS[0] + 5, 1] = np.nan
    whole = measure_effect(abnormal_returns(returns, DAYS, WINDOWS, market))
    path = trace_caar(returns, DAYS, WINDOWS, market)
    assert whole is not None
    assert path is not None
    assert path.sessions.tolist() == list(range(10))
    assert path.caar[-1] == pytest.approx(whole.caar, rel=1e-12)
    assert path.standard_error[-1] == pytest.approx(whole.standard_error, rel=1e-12)
    # The first point, too, stands on the pairs that have the whole window.
    holed = returns.copy()
    holed[DAYS[0], 1] = np.nan
    first = abnormal_returns(holed, DAYS, Windows(120, 5, 0, 0), market)
    assert path.standard_error[0] == pytest.approx(standard_error(first), rel=1e-12)
    short = abnormal_returns(returns[:, [0, 2, 3, 4, 5]], DAYS, Windows(120, 5, 0, 3), market)
    partial = trace_caar(returns[:, [0, 2, 3, 4, 5]], DAYS, WINDOWS, market)
    assert partial is not None
    assert partial.caar[3] == pytest.approx(short.caar, rel=1e-10)
    assert trace_caar(returns * np.nan, DAYS, WINDOWS) is None


def test_placed_events_go_straight_into_the_measurement() -> None:
    returns, market = miners(4, 0.03)
    placed = place_events(np.append(DAYS, [5, 2999, 151]), 3000, WINDOWS, "drop_later")
    found = measure_effect(abnormal_returns(returns, placed.days, WINDOWS, market))
    assert found is not None
    assert (found.events, len(placed.left_out)) == (20, 3)
    assert found.caar == pytest.approx(0.03, abs=0.015)
