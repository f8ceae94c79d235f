"""Limits in a whole run: targets, rivals, caveat, borrowing, and the day on which they cannot be kept."""

from __future__ import annotations

import numpy as np
import pytest

from engine.errors import ConfigError, StrategyError
from tests.desk import Desk, made_prices

WEIGHTS = '''"""The same weights on every day."""

def weights(past, *, aaa: float = 0.5, bbb: float = 0.3, ccc: float = 0.2):
    return {"AAA": aaa, "BBB": bbb, "CCC": ccc}
'''
FIXED = {"strategy": "fixed", "stance": None, "tilt": None}


@pytest.fixture
def fixed(desk: Desk) -> Desk:
    """A desk with a strategy about weights."""
    desk.text(WEIGHTS, "strategies/fixed.py")
    return desk


def test_strategy_and_rivals_keep_the_limits_and_the_policy_stays_as_written(desk: Desk) -> None:
    """0.7 in one, capped at 0.6; two takes what it gives."""
    result = desk.run(limits="{sleeve: {one: {max: 0.6}}}")
    for name in ("strategy", "always_over"):
        np.testing.assert_allclose(result.portfolios[name].targets, [[0.3, 0.3, 0.4]] * 13, atol=1e-15)
    np.testing.assert_allclose(result.portfolios["policy"].targets, [[0.25, 0.25, 0.5]] * 13, atol=1e-15)
    momentum = result.portfolios["momentum"].targets
    assert momentum[:, :2].sum(axis=1).max() <= 0.6 + 1e-15
    limited = result.decided.limited
    assert limited is not None
    np.testing.assert_allclose(limited.asked, [[0.35, 0.35, 0.3]] * 13, atol=1e-15)
    said = "limits changed 13 of 13 decisions, most often `sleeve.one.max` (13 times, by up to 0.1)"
    assert said in result.judgement.caveats


def test_limits_that_change_nothing_leave_no_word_and_the_same_bits(desk: Desk) -> None:
    plain, limited = desk.run(), desk.run(limits="{asset: {max: 0.5}, sleeve: {one: {min: 0.1, max: 0.7}}}")
    assert plain.decided.limited is None
    assert limited.own.ledger.equity.tobytes() == plain.own.ledger.equity.tobytes()
    assert not any("limits" in caveat for caveat in limited.judgement.caveats)
    assert plain.id != limited.id


def test_weights_of_a_strategy_keep_the_limits_too(fixed: Desk) -> None:
    """Sleeves are scaled to 0.768 and 0.192; AAA meets its cap, and BBB fills the sleeve."""
    result = fixed.run(**FIXED, limits="{asset: {default: {max: 0.4}}, cash_floor: 0.04}")
    np.testing.assert_allclose(result.own.targets, [[0.4, 0.368, 0.192]] * 13, atol=1e-15)


def test_cash_stays_above_its_floor_after_costs_on_the_days_that_trade(fixed: Desk) -> None:
    result = fixed.run(**FIXED, limits="{cash_floor: 0.05}", trade="{commission_bps: 20}")
    ledger = result.own.ledger
    traded = np.unique(ledger.trades.session) - ledger.start
    share = ledger.cash[traded] / ledger.equity[traded]
    np.testing.assert_allclose(share, 0.05, atol=1e-12)


def test_weights_above_one_need_limits_that_lend(fixed: Desk) -> None:
    too_much = {**FIXED, "with_": "{ccc: 0.7}"}
    with pytest.raises(StrategyError, match=r"found weights that sum to 1\.5; expected a sum of at most 1"):
        fixed.run(**too_much)
    with pytest.raises(StrategyError, match=r"found weights that sum to 1\.5"):
        fixed.run(**too_much, limits="{asset: {max: 0.9}}")
    result = fixed.run(**too_much, limits="{gross: 1.25}")
    np.testing.assert_allclose(result.own.targets, [[0.5 / 1.2, 0.25, 0.7 / 1.2]] * 13, atol=1e-15)
    ledger = result.own.ledger
    traded = np.unique(ledger.trades.session) - ledger.start
    np.testing.assert_allclose(ledger.cash[traded] / ledger.equity[traded], -0.25, atol=1e-12)


def test_long_and_short_are_cut_to_gross(fixed: Desk) -> None:
    shorts = {**FIXED, "with_": "{aaa: 1.2, bbb: 0.3, ccc: -0.5}", "allow_short": True}
    result = fixed.run(**shorts, limits="{gross: 1.5, net: {max: 1}}")
    np.testing.assert_allclose(result.own.targets, np.array([[1.2, 0.3, -0.5]] * 13) * 0.75, atol=1e-15)


def test_the_day_on_which_limits_cannot_be_kept_is_named(desk: Desk) -> None:
    prices = made_prices()
    prices.loc["2020-12-01":, "BBB"] = np.nan
    desk.prices(prices)
    limits = "{asset: {max: 0.55}, sleeve: {one: {min: 0.6}}}"
    with pytest.raises(ConfigError) as caught:
        desk.run(policy="{one: 0.6, two: 0.4}", limits=limits)
    assert str(caught.value) == (
        "a.yaml:9:50: limits.sleeve.one.min: found on 2020-12-31 "
        "members that trade and may hold at most 0.55 together; expected room for the `min` of one, 0.6; "
        "loosen one of the limits, or start `from` a day on which they can be kept"
    )
