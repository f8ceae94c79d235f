"""Power against MacKinlay's table and simulated tests."""

from __future__ import annotations

import numpy as np
import pytest

from engine.study.events.power import power, smallest_visible_effect


@pytest.mark.parametrize(
    ("effect", "events", "expected"),
    [
        (0.01, 5, 0.20),
        (0.01, 10, 0.35),
        (0.01, 20, 0.61),
        (0.01, 30, 0.78),
        (0.01, 50, 0.94),
        (0.005, 50, 0.42),
        (0.02, 5, 0.61),
    ],
)
def test_mackinlay_1997(effect: float, events: int, expected: float) -> None:
    assert power(effect, 0.02, events) == pytest.approx(expected, abs=0.005)
    assert power(-effect, 0.02, events) == power(effect, 0.02, events)


def test_nothing_is_found_as_often_as_the_test_is_wrong() -> None:
    assert power(0.0, 0.02, 30) == pytest.approx(0.05, rel=1e-12)


@pytest.mark.parametrize("events", [5, 50])
def test_the_smallest_visible_effect_has_a_power_of_four_fifths(events: int) -> None:
    effect = smallest_visible_effect(0.02 / np.sqrt(events))
    assert effect == pytest.approx(2.801585 * 0.02 / np.sqrt(events), rel=1e-6)
    assert power(effect, 0.02, events) == pytest.approx(0.80, abs=1e-5)


def test_few_events_need_more_and_a_simulated_t_test_agrees() -> None:
    effect = smallest_visible_effect(1.0 / np.sqrt(6), 5)
    assert effect == pytest.approx((2.570582 + 0.919544) / np.sqrt(6), rel=1e-6)
    draws = np.random.default_rng(7).normal(effect, 1.0, (20_000, 6))
    t = draws.mean(axis=1) / (draws.std(axis=1, ddof=1) / np.sqrt(6))
    assert np.mean(np.abs(t) > 2.570582) == pytest.approx(0.80, abs=0.03)


def test_a_spread_and_an_observation_are_needed() -> None:
    with pytest.raises(ValueError, match=r"sd 0.0, 5 observations"):
        power(0.01, 0.0, 5)
