"""The rules of verdicts, at their edges."""

from __future__ import annotations

import itertools
import math

import pytest

from engine.config.claimed import ends
from engine.study.claims.verdicts import (
    CANNOT_TELL,
    FAILS,
    FEWEST,
    HOLDS,
    IN_PART,
    NOT_MEASURABLE,
    VERDICTS,
    judge_estimate,
    judge_fact,
    judge_move,
    smallest_seen,
    together,
)

STATS = pytest.importorskip("scipy.stats")


def test_the_five_words_are_those_of_the_theses() -> None:
    assert VERDICTS == ("holds", "holds in part", "does not hold", "cannot tell", "not measurable on this data")


@pytest.mark.parametrize(
    ("figure", "tolerance", "found"),
    [
        (0.48, 0.03, (0.45, 0.51)),
        (-0.5, 0.0, (-0.5, -0.5)),
        ((0.2, 0.5), 0.9, (0.2, 0.5)),
        ("> 0", 0.9, (5e-324, math.inf)),
        (">= 1.5", 0.0, (1.5, math.inf)),
        ("<1", 0.0, (-math.inf, 0.9999999999999999)),
        ("<= -2e-1", 0.0, (-math.inf, -0.2)),
    ],
)
def test_what_fits_a_figure(figure: object, tolerance: float, found: tuple[float, float]) -> None:
    assert ends(figure, tolerance) == pytest.approx(found, rel=1e-12, abs=0)


@pytest.mark.parametrize(("value", "verdict"), [(0.2, HOLDS), (0.5, HOLDS), (0.1999, FAILS), (0.5001, FAILS)])
def test_a_fact_fits_or_not(value: float, verdict: str) -> None:
    assert judge_fact(value, (0.2, 0.5)) == verdict


@pytest.mark.parametrize(
    ("value", "claimed", "verdict"),
    [
        (0.50, (0.45, 0.51), HOLDS),
        (0.225, (0.45, 0.51), IN_PART),  # half of the lower end
        (0.2249, (0.45, 0.51), FAILS),
        (1.02, (0.45, 0.51), IN_PART),  # twice the upper end
        (1.0201, (0.45, 0.51), FAILS),
        (-0.5, (0.45, 0.51), FAILS),  # the other way
        (-0.27, (-0.25, -0.15), IN_PART),
        (-0.075, (-0.25, -0.15), IN_PART),
        (-0.5001, (-0.25, -0.15), FAILS),
        (0.2, (-0.25, -0.15), FAILS),
        (0.3, (-0.1, 0.2), FAILS),  # about nothing: no way was claimed
        (-0.01, (5e-324, math.inf), FAILS),  # on one side only: no size was claimed
        (0.0, (5e-324, math.inf), FAILS),
        (1e-9, (5e-324, math.inf), HOLDS),
    ],
)
def test_a_move_holds_in_part_by_half_to_twice(value: float, claimed: tuple[float, float], verdict: str) -> None:
    assert judge_move(value, claimed) == verdict


@pytest.mark.parametrize(
    ("low", "high", "observations", "verdict"),
    [
        (0.1, 0.9, 50, HOLDS),
        (0.1, 1.0, 50, CANNOT_TELL),
        (1.0, 1.2, 50, FAILS),
        (0.9, 1.2, 50, CANNOT_TELL),
        (0.1, 0.9, FEWEST, HOLDS),
        (0.1, 0.9, FEWEST - 0.01, CANNOT_TELL),
        (1.1, 1.2, FEWEST - 1, CANNOT_TELL),
        (math.nan, math.nan, 50, CANNOT_TELL),
        (-math.inf, math.inf, 50, CANNOT_TELL),
    ],
)
def test_an_estimate_speaks_with_its_whole_interval(low: float, high: float, observations: float, verdict: str) -> None:
    assert judge_estimate(low, high, ends("< 1"), observations) == verdict


@pytest.mark.parametrize(
    ("verdicts", "verdict"),
    [
        ((HOLDS,), HOLDS),
        ((HOLDS, HOLDS), HOLDS),
        ((HOLDS, FAILS), IN_PART),
        ((HOLDS, NOT_MEASURABLE), IN_PART),
        ((HOLDS, CANNOT_TELL), IN_PART),
        ((IN_PART, FAILS), IN_PART),
        ((FAILS, CANNOT_TELL), FAILS),
        ((FAILS, NOT_MEASURABLE), FAILS),
        ((CANNOT_TELL, NOT_MEASURABLE), CANNOT_TELL),
        ((NOT_MEASURABLE,), NOT_MEASURABLE),
        ((), NOT_MEASURABLE),
    ],
)
def test_a_claim_of_several_parts(verdicts: tuple[str, ...], verdict: str) -> None:
    assert together(verdicts) == verdict


def test_the_order_of_parts_changes_nothing() -> None:
    for three in itertools.product(VERDICTS, repeat=3):
        assert len({together(order) for order in itertools.permutations(three)}) == 1


def test_the_smallest_effect_is_that_of_the_t_test() -> None:
    wanted = (STATS.t.ppf(0.975, 9) + STATS.t.ppf(0.8, 9)) * 0.02
    assert smallest_seen(0.02, 9) == pytest.approx(wanted, rel=1e-7)
    assert smallest_seen(math.nan, 9) is None
    assert smallest_seen(0.02, 0.0) is None
