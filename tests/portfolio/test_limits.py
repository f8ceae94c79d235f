"""Limits worked out by hand: hard = a00 a01 a02, soft = a03 a04, rest = a05."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from engine.errors import ConfigError
from engine.portfolio.bounds import Bounds
from engine.portfolio.limited import limit_caveats
from engine.portfolio.limits import fitted_weights
from tests.portfolio.limited_markets import case_of

ASKED = [0.20, 0.10, 0.10, 0.20, 0.30, 0.10]


def limited(limits: dict[str, Any], asked: list[float] = ASKED, **how: Any) -> np.ndarray:
    return case_of(limits, asked, **how).limit()[0][0]


def test_a_target_that_keeps_every_limit_stays_as_it_is() -> None:
    limits = {"asset": {"max": 0.3}, "sleeve": {"hard": {"min": 0.1, "max": 0.4}}, "gross": 1.0, "net": {"min": 1.0}}
    found, log = case_of(limits, ASKED).limit()
    assert found[0].tolist() == ASKED
    assert log.names == ()
    assert not log.changed.any()
    assert limit_caveats(log) == ()


def test_rounding_breaks_no_limit() -> None:
    asked = [0.1 + 0.2, 0.0, 0.0, 0.7, 0.0, 0.0]
    assert limited({"asset": {"a00": {"max": 0.3}}}, asked).tolist() == asked


def test_what_an_asset_may_not_hold_goes_to_its_sleeve_in_proportion() -> None:
    """0.05 of a00 over a01 and a02, which weigh the same."""
    found = limited({"asset": {"a00": {"max": 0.15}}})
    np.testing.assert_allclose(found, [0.15, 0.125, 0.125, 0.2, 0.3, 0.1], atol=1e-15)


def test_a_cap_that_the_excess_of_another_meets_holds_too() -> None:
    """a00 gives 0.10: a01 (cap 0.12) takes 0.02, a02 the rest."""
    found = limited({"asset": {"a00": {"max": 0.10}, "a01": {"max": 0.12}}})
    np.testing.assert_allclose(found, [0.10, 0.12, 0.18, 0.2, 0.3, 0.1], atol=1e-15)


def test_members_that_were_not_chosen_take_only_what_the_chosen_cannot() -> None:
    """The sleeve keeps its 0.4; a02, at 0, takes what is left over the caps of a00 and a01."""
    found = limited({"asset": {"max": 0.15, "min": None}}, [0.3, 0.1, 0.0, 0.1, 0.1, 0.1])
    np.testing.assert_allclose(found, [0.15, 0.15, 0.10, 0.1, 0.1, 0.1], atol=1e-15)
    spare = limited({"asset": {"a00": {"max": 0.2}}}, [0.3, 0.1, 0.0, 0.1, 0.1, 0.1])
    np.testing.assert_allclose(spare, [0.2, 0.2, 0.0, 0.1, 0.1, 0.1], atol=1e-15)


def test_what_a_sleeve_may_not_hold_goes_to_the_other_sleeves_in_proportion() -> None:
    """0.1 of hard over soft and rest, 0.5 : 0.1; members keep their proportions."""
    found = limited({"sleeve": {"hard": {"max": 0.3}}})
    factor = 1 + 0.1 / 0.6
    np.testing.assert_allclose(found, [0.15, 0.075, 0.075, 0.2 * factor, 0.3 * factor, 0.1 * factor], atol=1e-15)


def test_the_floor_of_a_sleeve_is_paid_by_the_others_and_bought_in_its_parts() -> None:
    found = limited({"sleeve": {"hard": {"min": 0.06}}}, [0, 0, 0, 0.3, 0.5, 0.2])
    np.testing.assert_allclose(found, [0.02, 0.02, 0.02, 0.282, 0.47, 0.188], atol=1e-15)


def test_the_caps_of_all_members_are_a_cap_of_their_sleeve() -> None:
    """hard can hold 0.3; soft and rest take 0.1 in proportion 5 : 1."""
    found = limited({"asset": {"a00": {"max": 0.1}, "a01": {"max": 0.1}, "a02": {"max": 0.1}}})
    factor = 1 + 0.1 / 0.6
    np.testing.assert_allclose(found, [0.1, 0.1, 0.1, 0.2 * factor, 0.3 * factor, 0.1 * factor], atol=1e-15)


def test_caps_that_are_met_one_after_another_leave_the_others_in_proportion() -> None:
    """0.25 more is wanted. a meets 0.42 at once; b then meets 0.3; c and d share 0.28 as they weigh, 2 : 1.

    Each step but the last leaves a part of the sum to the next one.
    """
    asked, caps = np.array([[0.4, 0.2, 0.1, 0.05]]), np.array([[0.42, 0.3, np.inf, np.inf]])
    none, least = np.full((1, 4), np.inf), np.zeros((1, 4))
    bounds = Bounds(np.arange(4), np.ones((1, 4)), least, none, least, caps, 1.0, 1.0, np.inf)
    found, _ = fitted_weights(asked, bounds)
    np.testing.assert_allclose(found, [[0.42, 0.3, 0.28 * 2 / 3, 0.28 / 3]], atol=1e-14)


def test_what_nobody_may_hold_is_cash() -> None:
    found = limited({"sleeve": {"hard": {"max": 0.3}, "soft": {"max": 0.5}, "rest": {"max": 0.1}}})
    np.testing.assert_allclose(found, [0.15, 0.075, 0.075, 0.2, 0.3, 0.1], atol=1e-15)


@pytest.mark.parametrize("limits", [{"cash_floor": 0.02}, {"gross": 0.98}, {"net": {"max": 0.98}}])
def test_a_limit_of_the_whole_scales_everything_toward_cash(limits: dict[str, Any]) -> None:
    np.testing.assert_allclose(limited(limits), np.array(ASKED) * 0.98, atol=1e-15)


def test_a_floor_stands_while_the_rest_is_scaled_toward_cash() -> None:
    """0.2 to cash out of soft and rest, 0.5 : 0.1, as hard is at its floor of 0.4."""
    found = limited({"cash_floor": 0.2, "sleeve": {"hard": {"min": 0.4}}})
    factor = 0.4 / 0.6
    np.testing.assert_allclose(found, [0.2, 0.1, 0.1, 0.2 * factor, 0.3 * factor, 0.1 * factor], atol=1e-15)


def test_a_portfolio_with_too_much_cash_is_scaled_up() -> None:
    np.testing.assert_allclose(limited({"net": {"min": 0.9}}, [0.1, 0, 0, 0.2, 0, 0.15]), [0.2, 0, 0, 0.4, 0, 0.3])
    np.testing.assert_allclose(limited({"net": {"min": 0.9}}, [0.0] * 6), [0.1, 0.1, 0.1, 0.15, 0.15, 0.3])


def test_without_a_word_about_the_whole_nothing_is_borrowed() -> None:
    found = limited({"asset": {"max": 0.9}}, [0.3, 0.3, 0.0, 0.3, 0.3, 0.0], allow_short=True)
    np.testing.assert_allclose(found, [0.25, 0.25, 0, 0.25, 0.25, 0], atol=1e-15)


def test_gross_above_one_lets_borrow_as_much() -> None:
    asked = [0.4, 0.0, 0.0, 0.4, 0.4, 0.3]
    assert limited({"gross": 1.5}, asked).tolist() == asked
    np.testing.assert_allclose(limited({"gross": 1.2}, asked), np.array(asked) * 1.2 / 1.5, atol=1e-15)
    np.testing.assert_allclose(limited({"gross": 1.5, "net": {"max": 1.2}}, asked), np.array(asked) * 0.8, atol=1e-15)


def test_long_and_short_are_scaled_toward_cash_by_gross() -> None:
    asked = [0.8, 0.0, 0.0, 0.6, 0.0, -0.6]
    np.testing.assert_allclose(limited({"gross": 1.6}, asked, allow_short=True), np.array(asked) * 0.8, atol=1e-15)


def test_a_130_30_keeps_its_net_while_gross_is_cut() -> None:
    """Toward the smallest portfolio of net 1, which holds the longs in proportion (0.9, 0.4 over 1.3): half the way."""
    limits = {"net": {"min": 1.0, "max": 1.0}, "gross": 1.3}
    found = limited(limits, [0.9, 0.4, 0.0, 0.0, 0.0, -0.3], allow_short=True)
    long = np.array([0.9, 0.4]) * (1 + 1 / 1.3) / 2
    np.testing.assert_allclose(found, [*long, 0, 0, 0, -0.15], atol=1e-15)


def test_making_room_turns_no_holding_into_a_short() -> None:
    """hard must hold 0.6 more; soft gives all its 0.3, the rest is cash that net 0.6 allows."""
    found = limited({"sleeve": {"hard": {"min": 0.6}}}, [0, 0, 0, 0.2, 0.1, 0], allow_short=True)
    np.testing.assert_allclose(found, [0.2, 0.2, 0.2, 0, 0, 0], atol=1e-15)


def test_a_floor_of_what_does_not_trade_is_waived_and_told() -> None:
    limits = {"asset": {"a00": {"min": 0.05}, "a05": {"min": 0.10}}, "sleeve": {"rest": {"min": 0.10}}}
    asked = [[0.2, 0.1, 0.1, 0.2, 0.3, 0.1], [0, 0.2, 0.2, 0.6, 0, 0], [0, 0.4, 0, 0.5, 0, 0.1]]
    missing = np.zeros((3, 6), bool)
    missing[1, [0, 5]] = True
    found, log = case_of(limits, asked, missing=missing).limit()
    assert found[:2].tolist() == asked[:2]
    np.testing.assert_allclose(found[2], [0.05, 0.35, 0, 0.5, 0, 0.1], atol=1e-15)
    assert log.changed.tolist() == [False, False, True]
    assert log.names == ("asset.a00.min", "asset.a05.min", "sleeve.rest.min")
    assert limit_caveats(log) == (
        "limits changed 1 of 3 decisions, most often `asset.a00.min` (1 time, by up to 0.05)",
        "floors that could not be held, as nothing of them traded that day: `asset.a00.min` on 1 decision, "
        "`asset.a05.min` on 1 decision, `sleeve.rest.min` on 1 decision",
    )


def test_what_does_not_trade_takes_nothing() -> None:
    missing = np.array([[False, False, True, False, False, False]])
    found = limited({"asset": {"a00": {"max": 0.1}, "a01": {"max": 0.2}}}, [0.3, 0, 0, 0.6, 0, 0.1], missing=missing)
    np.testing.assert_allclose(found, [0.1, 0.2, 0, 0.6, 0, 0.1], atol=1e-15)


def test_the_log_says_which_limit_on_which_decision_by_how_much() -> None:
    limits = {"asset": {"default": {"max": 0.35}, "a05": {"max": 0.05}}, "sleeve": {"hard": {"max": 0.3}}}
    asked = [ASKED, [0.1, 0.1, 0.1, 0.35, 0.35, 0.0], [0.3, 0.2, 0, 0.25, 0.25, 0.0]]
    _, log = case_of(limits, asked).limit()
    assert log.asked.tolist() == asked
    decision, name, broken, left = log.rows()
    assert list(zip(decision.tolist(), name, strict=True)) == [
        (0, "asset.a05.max"), (0, "sleeve.hard.max"), (2, "sleeve.hard.max"),
    ]  # fmt: skip
    np.testing.assert_allclose(broken, [0.05, 0.1, 0.2], atol=1e-15)
    assert not left.any()
    assert limit_caveats(log) == (
        "limits changed 2 of 3 decisions, most often `sleeve.hard.max` (2 times, by up to 0.2)",
    )


@pytest.mark.parametrize(
    ("limits", "name"),
    [
        ({"cash_floor": 0.02, "gross": 1.0}, "cash_floor"),
        ({"gross": 0.9, "net": {"min": 0.5}}, "gross"),
        ({"gross": 0.95, "net": {"max": 0.9}}, "net.max"),
        ({"net": {"max": 0.9}, "cash_floor": 0.1}, "cash_floor"),
    ],
)
def test_the_limit_of_the_whole_that_binds_is_named(limits: dict[str, Any], name: str) -> None:
    assert case_of(limits, ASKED).limit()[1].names == (name,)


IMPOSSIBLE = [
    (
        {"asset": {"max": 0.2}, "sleeve": {"hard": {"min": 0.5}}},
        {"missing": [[False] * 6, [False, False, True, False, False, False]]},
        "config: limits.sleeve.hard.min: found on 2015-01-02 members that trade and may hold at most 0.4 together; "
        "expected room for the `min` of hard, 0.5",
    ),
    (
        {"asset": {"a03": {"min": 0.3}}, "sleeve": {"soft": {"max": 0.2}}},
        {},
        "config: limits.sleeve.soft.max: found on 2015-01-01 members that trade and may hold at least 0.3 together; "
        "expected room for the `max` of soft, 0.2",
    ),
    (
        {"asset": {"min": 0.2}},
        {},
        "config: limits: found on 2015-01-01 floors that add up to 1.2; expected at most 1 in all",
    ),
    (
        {"asset": {"max": 0.16}, "net": {"min": 0.9}},
        {"missing": [[False] * 6, [False, False, True, False, False, False]]},
        "config: limits.net.min: found on 2015-01-02 sleeves that may hold at most 0.8 together; "
        "expected room for 0.9 in all",
    ),
    (
        {"gross": 0.5, "asset": {"a00": {"min": 0.3}, "a05": {"max": -0.3}}},
        {"allow_short": True},
        "config: limits.gross: found on 2015-01-01 limits that need a gross of 0.6; expected at most `gross`, 0.5",
    ),
]


@pytest.mark.parametrize(("limits", "how", "message"), IMPOSSIBLE)
def test_limits_that_no_weights_keep_name_the_day(limits: dict[str, Any], how: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        case_of(limits, [ASKED, [0.2, 0.2, 0, 0.3, 0.2, 0.1]], **how).limit()
    cure = "loosen one of the limits, or start `from` a day on which they can be kept"
    assert str(caught.value) == f"{message}; {cure}"
