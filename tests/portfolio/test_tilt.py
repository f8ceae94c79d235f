"""Points of a tilt, worked out by hand: three sleeves, five assets."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from engine.config import Config, Proportional, Rank
from engine.portfolio.stance import Stance
from engine.portfolio.tilt import Mix, targets_of, tilted_targets
from tests.portfolio.markets import Market, panel_of

#: hard = a00 a01, soft = a02 a03, rest = a04.
HOLD: dict[str, Any] = {"hard": ("a00", "a01"), "soft": ("a02", "a03"), "rest": ("a04",)}
POLICY = {"hard": 0.2, "soft": 0.6, "rest": 0.1, "cash": 0.1}


def targets(tilt: dict[str, Any], stances: dict[str, list[float]], *, missing: str = "", **changes: Any) -> np.ndarray:
    """(D, 5) targets on the days of the stances; `missing` has no price on any day but the first."""
    count = len(next(iter(stances.values())))
    prices = np.ones((count + 1, 5))
    if missing:
        prices[1:, int(missing[1:])] = np.nan
    nothing, one = np.zeros(5), np.ones(count + 1)
    panel = panel_of(Market(prices, np.full(5, count + 1), one, np.array([1]), np.ones((1, 5)), nothing, nothing))
    rule = changes.pop("stance", Proportional(full_at=1.0))
    written = {"strategy": "x", "hold": HOLD, "policy": POLICY, "stance": rule, "tilt": tilt, "data": {"x": SAMPLE}}
    config = Config.model_validate({**written, **changes}, by_alias=True)
    mix = Mix(tuple(HOLD), np.array([POLICY[name] for name in HOLD]), POLICY["cash"], parts(prices[1:]))
    names = tuple(sorted(stances))
    found = tilted_targets(config, panel, mix, Stance(names, np.column_stack([stances[name] for name in names])))
    np.testing.assert_allclose(targets_of(mix, mix.policy).sum(axis=1), 0.9 if not missing else found.sum(axis=1))
    return found


def parts(prices: np.ndarray) -> np.ndarray:
    """(3, D, 5) equal parts of the members that have a price."""
    made = np.zeros((3, *prices.shape))
    for h, members in enumerate(HOLD.values()):
        for d, row in enumerate(prices):
            trading = [int(label[1:]) for label in members if not np.isnan(row[int(label[1:])])]
            made[h, d, trading] = 1.0 / len(trading)
    return made


SAMPLE = {"source": "sample"}


def test_points_come_out_of_from_and_go_back_there() -> None:
    found = targets({"hard": {"over": 0.2, "under": 0.1, "from": "soft"}}, {"hard": [1.0, 0.5, 0.0, -0.5, -1.0]})
    expected = [
        [0.20, 0.20, 0.20, 0.20, 0.10],
        [0.15, 0.15, 0.25, 0.25, 0.10],
        [0.10, 0.10, 0.30, 0.30, 0.10],
        [0.075, 0.075, 0.325, 0.325, 0.10],
        [0.05, 0.05, 0.35, 0.35, 0.10],
    ]
    np.testing.assert_allclose(found, expected, atol=1e-15)


def test_under_is_by_default_the_smaller_of_over_and_the_policy_weight() -> None:
    found = targets({"hard": {"over": 0.5, "from": "soft"}}, {"hard": [-1.0]})
    np.testing.assert_allclose(found[0], [0.0, 0.0, 0.4, 0.4, 0.1], atol=1e-15)
    found = targets({"hard": {"over": 0.1, "from": "soft"}}, {"hard": [-1.0]})
    np.testing.assert_allclose(found[0], [0.05, 0.05, 0.35, 0.35, 0.1], atol=1e-15)


def test_pro_rata_takes_from_all_others_and_cash_in_proportion() -> None:
    """0.2 points from soft, rest and cash, 0.6 : 0.1 : 0.1."""
    found = targets({"hard": {"over": 0.2, "from": "pro_rata"}}, {"hard": [1.0]})
    np.testing.assert_allclose(found[0], [0.2, 0.2, 0.225, 0.225, 0.075], atol=1e-15)
    assert found[0].sum() == pytest.approx(0.925)


def test_cash_gives_points_without_any_sleeve_losing_them() -> None:
    found = targets({"hard": {"over": 0.1, "from": "cash"}}, {"hard": [1.0]})
    np.testing.assert_allclose(found[0], [0.15, 0.15, 0.3, 0.3, 0.1], atol=1e-15)


def test_tilts_of_several_sleeves_net_out() -> None:
    tilt = {"hard": {"over": 0.2, "from": "soft"}, "rest": {"over": 0.1, "from": "hard"}}
    found = targets(tilt, {"hard": [1.0], "rest": [0.5]})
    np.testing.assert_allclose(found[0], [0.175, 0.175, 0.2, 0.2, 0.15], atol=1e-15)


def test_a_member_without_a_price_leaves_its_part_to_the_others() -> None:
    found = targets({"hard": {"over": 0.2, "from": "soft"}}, {"hard": [1.0]}, missing="a03")
    np.testing.assert_allclose(found[0], [0.2, 0.2, 0.4, 0.0, 0.1], atol=1e-15)


def test_rank_splits_the_points_over_the_chosen_and_same_takes_them_from_the_others() -> None:
    """soft holds 0.3 and 0.3; a02 gets 0.2 out of a03."""
    tilt = {"soft": {"over": 0.2, "from": "same"}}
    stances = {"a02": [1.0, 0.0, 1.0], "a03": [0.0, 1.0, 1.0]}
    found = targets(tilt, stances, stance=Rank(top=1))
    assert found.sum(axis=1) == pytest.approx([0.9] * 3)
    np.testing.assert_allclose(found[:, 2:4], [[0.5, 0.1], [0.1, 0.5], [0.3, 0.3]], atol=1e-15)


def test_rank_from_another_sleeve() -> None:
    tilt = {"hard": {"over": 0.2, "from": "soft"}}
    found = targets(tilt, {"a00": [1.0, 1.0], "a01": [0.0, 1.0]}, stance=Rank(top=2))
    np.testing.assert_allclose(found[0], [0.3, 0.1, 0.2, 0.2, 0.1], atol=1e-15)
    np.testing.assert_allclose(found[1], [0.2, 0.2, 0.2, 0.2, 0.1], atol=1e-15)


def test_a_tilt_shrinks_where_an_asset_would_be_sold_short_unless_that_is_allowed() -> None:
    """`same` asks for 0.5 points out of a03, which holds 0.3: the whole tilt shrinks to three fifths."""
    tilt = {"soft": {"over": 0.5, "from": "same"}}
    stances = {"a02": [1.0], "a03": [0.0]}
    found = targets(tilt, stances, stance=Rank(top=1))
    np.testing.assert_allclose(found[0], [0.1, 0.1, 0.6, 0.0, 0.1], atol=1e-15)
    found = targets(tilt, stances, stance=Rank(top=1), allow_short=True)
    np.testing.assert_allclose(found[0], [0.1, 0.1, 0.8, -0.2, 0.1], atol=1e-15)


def test_the_smallest_shortfall_shrinks_a_tilt_too() -> None:
    """0.31 points out of a03, which holds 0.3: nothing of it is left, and nothing is sold short."""
    found = targets({"soft": {"over": 0.31, "from": "same"}}, {"a02": [1.0], "a03": [0.0]}, stance=Rank(top=1))
    np.testing.assert_allclose(found[0], [0.1, 0.1, 0.6, 0.0, 0.1], atol=1e-15)
