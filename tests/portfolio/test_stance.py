"""The four stance rules against tables made by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from engine.config import Impulse, Proportional, Rank, Threshold
from engine.portfolio.rules import rank
from engine.portfolio.scores import Scores, rounded
from engine.portfolio.stance import Rule, distance_to_change, held_on, take_stance

NAN = math.nan


def stance(
    rule: Rule, values: list[float], *, may_enter: list[bool] | None = None, ago: list[int] | None = None,
    sessions: list[int] | None = None,
) -> list[float]:  # fmt: skip
    count = len(values)
    scores = Scores(
        ("x",),
        np.array(values)[:, None],
        np.array(may_enter or [True] * count)[:, None],
        np.array(ago or [0] * count, dtype=np.int64)[:, None],
    )
    taken = take_stance(rule, scores, np.array(sessions or range(count), dtype=np.int64))
    assert taken.names == ("x",)
    return taken.values[:, 0].tolist()


@pytest.mark.parametrize(
    ("sides", "expected"),
    [
        #          0.9  1.0  0.5  0.0  0.5 -1.0 -0.5  0.0  2.0 -2.0  NaN  0.5
        ("over",  [0.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0]),
        ("under", [0.0, 0.0, 0.0, 0.0, 0.0, -1., -1., 0.0, 0.0, -1., 0.0, 0.0]),
        ("both",  [0.0, 1.0, 1.0, 0.0, 0.0, -1., -1., 0.0, 1.0, -1., 0.0, 0.0]),
    ],
)  # fmt: skip
def test_threshold_enters_at_enter_and_leaves_at_exit(sides: str, expected: list[float]) -> None:
    rule = Threshold(enter=1.0, exit=0.0, sides=sides)
    assert stance(rule, [0.9, 1.0, 0.5, 0.0, 0.5, -1.0, -0.5, 0.0, 2.0, -2.0, NAN, 0.5]) == expected


def test_threshold_may_be_forbidden_to_enter_but_not_to_keep() -> None:
    rule = Threshold(enter=1.0, exit=0.0, sides="both")
    allowed = [False, True, False, False, False, True]
    scores = [2.0, 2.0, 0.5, -2.0, -2.0, -2.0]
    assert stance(rule, scores, may_enter=allowed) == [0.0, 1.0, 1.0, 0.0, 0.0, -1.0]


def test_threshold_with_exit_at_enter_holds_at_the_line() -> None:
    assert stance(Threshold(enter=1.0, exit=1.0), [1.0, 1.0, 0.99, 1.0]) == [1.0, 1.0, 0.0, 1.0]


@pytest.mark.parametrize(
    ("sides", "expected"),
    [
        #          0.0   1.0   2.0  -1.0   -3.0  NaN
        ("both",  [0.0, 0.50, 0.80, -0.5, -0.80, 0.0]),
        ("over",  [0.0, 0.50, 0.80, 0.0, 0.0, 0.0]),
        ("under", [0.0, 0.0, 0.0, -0.5, -0.80, 0.0]),
    ],
)  # fmt: skip
def test_proportional_is_score_over_full_at_clipped_at_cap(sides: str, expected: list[float]) -> None:
    rule = Proportional(full_at=2.0, cap=0.8, sides=sides)
    assert stance(rule, [0.0, 1.0, 2.0, -1.0, -3.0, NAN]) == expected


def test_impulse_halves_and_ends_counted_from_the_session_on_which_it_was_known() -> None:
    rule = Impulse(hold_sessions=21, half_life_sessions=10)
    # The shock of decision 10 was known 5 sessions before it: its age is 5, 15, 20, and 21 is too old.
    found = stance(rule, [0.0, 1.0, NAN, 0.0, NAN], ago=[0, 5, 0, 0, 0], sessions=[0, 10, 20, 25, 26])
    assert found == pytest.approx([0.0, 0.5**0.5, 0.5**1.5, 0.25, 0.0], abs=1e-15)
    assert found[3] == 0.25


def test_the_latest_impulse_replaces_the_one_before_and_is_clipped_to_one() -> None:
    rule = Impulse(hold_sessions=5)
    assert stance(rule, [0.4, -3.0, NAN, 7.0], sessions=[0, 2, 4, 6]) == [0.4, -1.0, -1.0, 1.0]
    assert stance(Impulse(hold_sessions=5, sides="over"), [0.4, -3.0, NAN], sessions=[0, 2, 4]) == [0.4, 0.0, 0.0]


RANKS = [
    ([3.0, 1.0, 2.0, 0.0], 1, 1, [1, 0, 0, -1]),
    ([1.0, 1.0, 1.0, 0.0], 2, 0, [1, 1, 0, 0]),  # a tie: the earlier in the alphabet is the better
    ([0.0, 1.0, 1.0, 1.0], 1, 0, [0, 1, 0, 0]),
    ([1.0, 0.0, 0.0, 0.0], 0, 2, [0, 0, -1, -1]),  # and the later the worse
    ([NAN, 1.0, NAN, 2.0], 1, 1, [0, -1, 0, 1]),
    ([NAN, 1.0, NAN, NAN], 1, 1, [0, 1, 0, 0]),  # too few for both: the best first
    ([NAN, NAN, NAN, NAN], 1, 1, [0, 0, 0, 0]),
    ([1.0, 2.0, 3.0, 4.0], 3, 3, [-1, 1, 1, 1]),
    ([0.0, -0.0, -1.0, 1.0], 2, 0, [1, 0, 0, 1]),
]


@pytest.mark.parametrize(("scores", "top", "bottom", "expected"), RANKS)
def test_rank(scores: list[float], top: int, bottom: int, expected: list[float]) -> None:
    assert rank(np.array([scores]), top, bottom).tolist() == [expected]


def test_rank_through_the_rule_keeps_the_names() -> None:
    scores = Scores(("a", "b"), np.array([[1.0, 2.0]]), np.ones((1, 2), np.bool_), np.zeros((1, 2), np.int64))
    taken = take_stance(Rank(top=1), scores, np.array([0]))
    assert (taken.names, taken.values.tolist()) == (("a", "b"), [[0.0, 1.0]])


def test_a_last_bit_of_a_score_moves_no_decision() -> None:
    assert rounded(1.0 - 1e-16) == 1.0
    assert rounded(0.1 + 0.2) == 0.3
    assert rounded(123456.78901234) == 123456.789
    assert rounded(4e-13) == 0.0
    assert math.isnan(rounded(NAN))


def test_distance_is_how_far_the_score_is_from_the_line_that_matters() -> None:
    values = np.array([[0.4], [1.5], [-0.4], [-1.5]])
    scores = Scores(("x",), values, np.ones((4, 1), np.bool_), np.zeros((4, 1), np.int64))
    for sides, expected in {
        "over": [0.6, 1.5, 1.4, 2.5], "both": [0.6, 1.5, 0.6, 1.5], "under": [1.4, 2.5, 0.6, 1.5]
    }.items():  # fmt: skip
        rule = Threshold(enter=1.0, exit=0.0, sides=sides)  # type: ignore[arg-type]
        taken = take_stance(rule, scores, np.arange(4))
        found = distance_to_change(rule, scores, taken)[:, 0]
        assert found.tolist() == pytest.approx(expected), sides


def test_a_stance_is_held_for_its_sessions_and_neutral_may_be_left_at_once() -> None:
    taken = np.array([[0.0, 1.0], [1.0, 0.0], [0.0, 0.0], [0.0, 1.0], [-1.0, 1.0]])
    kept = held_on(taken, np.array([0, 5, 10, 15, 20]), 10)
    assert kept.T.tolist() == [[0, 1, 1, 0, -1], [1, 1, 0, 1, 1]]
