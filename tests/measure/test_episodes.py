"""Episodes by hand: where a bet begins, where it ends, and what it earned."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.measure.episodes import (
    Episode,
    active_log_returns,
    best_episode_share,
    count_episodes,
    list_episodes,
)

POWERS = 2.0 ** np.arange(10)  # any sum of these says which sessions it holds
POWERS[0] = np.nan  # index 0 is not read


@pytest.mark.parametrize(
    ("stance", "count"),
    [
        ([], 0), ([0.0, 0.0], 0), ([1.0], 1), ([0.3, 1.0, 0.1], 1), ([1.0, 0.0, 1.0], 2),
        ([1.0, -1.0, 1.0], 3), ([0.0, -0.5, -1.0, 0.0, 0.0, 0.2], 2), ([-0.0, 1.0], 1),
    ],
)  # fmt: skip
def test_zeros_and_the_other_sign_end_a_run(stance: list[float], count: int) -> None:
    assert count_episodes(np.array(stance)) == count


def test_a_stance_that_is_nan_is_refused_by_its_place() -> None:
    with pytest.raises(ValueError, match="episodes: the stance of decision 1 is NaN"):
        count_episodes(np.array([0.0, np.nan]))


def test_an_episode_is_held_from_execution_to_execution() -> None:
    stance, decisions = np.array([1.0, 1.0, 0.0, -1.0]), np.array([0, 2, 4, 6])
    found = list_episodes(stance, decisions, POWERS, after=1)
    # Over: bought at the close of 1, sold at that of 5: returns 2..5. Under: from the close of 7 to the end.
    assert found == (Episode(1, 0, 1, 4.0 + 8 + 16 + 32), Episode(-1, 3, 3, 256.0 + 512))


def test_without_lag_the_return_after_the_decision_counts_first() -> None:
    found = list_episodes(np.array([1.0, -1.0]), np.array([0, 3]), POWERS, after=0)
    assert [episode.active_log_return for episode in found] == [2.0 + 4 + 8, sum(POWERS[4:])]


def test_a_decision_before_the_first_session_is_held_from_the_start() -> None:
    assert list_episodes(np.array([1.0]), np.array([-1]), POWERS, after=1)[0].active_log_return == sum(POWERS[1:])


def test_an_episode_still_to_be_executed_has_earned_nothing() -> None:
    found = list_episodes(np.array([0.0, 1.0]), np.array([0, 9]), POWERS, after=1)
    assert found == (Episode(1, 1, 1, 0.0),)


def test_stance_and_decisions_of_different_length_are_refused() -> None:
    with pytest.raises(ValueError, match=r"stance has shape \(1,\), decisions have \(2,\)"):
        list_episodes(np.ones(1), np.array([0, 1]), POWERS, after=1)


@given(st.lists(st.sampled_from([-1.0, 0.0, 0.5, 1.0]), max_size=30), st.integers(0, 3))
def test_episodes_share_out_each_held_session_once(stance: list[float], after: int) -> None:
    held = np.array(stance)
    sessions = 4 * held.size + 5
    returns = np.random.default_rng(0).normal(size=sessions)
    returns[0] = np.nan
    found = list_episodes(held, 4 * np.arange(held.size), returns, after=after)
    assert len(found) == count_episodes(held)
    # Session by session: which decision was in force when this return was earned?
    total = sum(
        returns[t]
        for t in range(1, sessions)
        if (t - 1 - after) // 4 >= 0 and held.size and held[min((t - 1 - after) // 4, held.size - 1)] != 0.0
    )
    assert sum(episode.active_log_return for episode in found) == pytest.approx(total, abs=1e-9)


def test_active_log_returns_are_the_log_of_the_ratio_of_equities(make_track: Any) -> None:
    track, reference = make_track([0.1, -0.2, 0.3]), make_track([0.0, 0.1, 0.1], start_value=7.0)
    found = active_log_returns(track, reference)
    assert found[0] == 0.0
    np.testing.assert_allclose(np.cumsum(found), np.log(track.equity / 100.0 / (reference.equity / 7.0)), atol=1e-15)
    with pytest.raises(ValueError, match="the reference must cover the sessions of the track"):
        active_log_returns(track, make_track([0.1]))


def test_best_share_is_of_all_that_was_earned_over_the_reference() -> None:
    episodes = (Episode(1, 0, 0, 0.3), Episode(-1, 2, 2, -0.1))
    assert best_episode_share(episodes, np.array([np.nan, 0.3, -0.1, 0.0])) == pytest.approx(1.5)


@pytest.mark.parametrize(
    ("episodes", "total"), [((), 0.2), ((Episode(1, 0, 0, 0.3),), 0.0), ((Episode(1, 0, 0, 0.3),), -0.1)]
)
def test_best_share_of_nothing_is_none(episodes: tuple[Episode, ...], total: float) -> None:
    assert best_episode_share(episodes, np.array([0.0, total])) is None
