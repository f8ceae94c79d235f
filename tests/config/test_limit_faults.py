"""Limits that contradict each other, or what stands beside them, are named with file and line."""

from __future__ import annotations

import pytest
import yaml

from engine.config import Limits, load
from engine.errors import ConfigError
from tests.config.conftest import Write

# what is added to the good file (line 9 on), the fault
FAULTS = {
    "limits: {sleeve: {miners: {min: 0.3, max: 0.2}}}": (
        "9:33: limits.sleeve.miners.min: found the number 0.3; expected at most the `max` 0.2; "
        "lower it, or change the other"
    ),
    "limits: {asset: {default: {max: 0.05}, XME: {min: 0.1}}}": (
        "9:51: limits.asset.XME.min: found the number 0.1; expected at most the `max` 0.05; "
        "lower it, or change the other"
    ),
    "limits: {asset: {default: {min: 0.1}, XME: {max: 0.05}}}": (
        "9:50: limits.asset.XME.max: found the number 0.05; expected at least the `min` 0.1; "
        "raise it, or change the other"
    ),
    "limits: {sleeve: {miners: {min: -0.1}}}": (
        "9:33: limits.sleeve.miners.min: found the number -0.1; expected no short weight; "
        "make it 0 or more, or write `allow_short: true`"
    ),
    "limits: {asset: {max: 0.1}, sleeve: {miners: {min: 0.2}}}": (
        "9:52: limits.sleeve.miners.min: found the number 0.2; "
        "expected at most 0.1, what the `max` of its members add up to; lower it, or raise those"
    ),
    "limits: {asset: {XME: {min: 0.2}}, sleeve: {miners: {max: 0.1}}}": (
        "9:59: limits.sleeve.miners.max: found the number 0.1; "
        "expected at least 0.2, what the `min` of its members add up to; raise it, or lower those"
    ),
    "limits: {sleeve: {miners: {min: 0.1}, equities: {min: 0.9}}, cash_floor: 0.02}": (
        "9:9: limits: found floors that add up to 1; expected at most 0.98 in all; "
        "lower a `min`, or leave more room to the total"
    ),
    "limits: {sleeve: {miners: {max: 0.1}, equities: {max: 0.9}}, net: {min: 1.1}, gross: 1.2}": (
        "9:73: limits.net.min: found the number 1.1; "
        "expected at most 1, what the `max` of the sleeves add up to; lower it, or raise those"
    ),
    "limits: {net: {max: 1.3}, gross: 1}": (
        "9:21: limits.net.max: found the number 1.3; expected at most `gross` (1); lower it, or raise `gross`"
    ),
    "limits: {net: {max: 1.3}, cash_floor: 0.02}": (
        "9:21: limits.net.max: found the number 1.3; expected at most 0.98, which `cash_floor` leaves; "
        "lower it, or remove `cash_floor`"
    ),
    "limits: {gross: 1.3, cash_floor: 0.02}": (
        "9:17: limits.gross: found the number 1.3; expected at most 0.98, which `cash_floor` leaves; "
        "lower it, or remove `cash_floor`"
    ),
    "limits: {net: {min: 0.99}, cash_floor: 0.02}": (
        "9:21: limits.net.min: found the number 0.99; expected at most 0.98, which `cash_floor` leaves; "
        "lower it, or remove `cash_floor`"
    ),
    "limits: {gross: 0.4, asset: {SPY: {max: -0.3}, XME: {min: 0.2}}}\nallow_short: true": (
        "9:17: limits.gross: found the number 0.4; expected at least 0.5, which the other limits ask for; "
        "raise it, or loosen those"
    ),
    "limits: {sleeve: {miners: {min: 0.15, max: 0.3}}}": (
        "5:33: policy.miners: found the neutral weight 0.1; expected from 0.15 to 0.3, by the `limits` of miners; "
        "change the policy or the limits"
    ),
    "limits: {asset: {XME: {max: 0.05}}}": (
        "5:33: policy.miners: found the neutral weight 0.1; expected at most 0.05, by the `limits` of miners; "
        "change the policy or the limits"
    ),
    "trade: {sizing: gross}\nlimits: {gross: 1.5}": (
        "9:17: trade.sizing: found `gross`, which follows vectorbt's from_orders and knows no borrowing; "
        "expected `net_of_costs` with `limits` above 1; write `sizing: net_of_costs`, or keep `limits` to a sum of 1"
    ),
    "limits: {asset: {XME: 0.05}}": (
        "9:23: limits.asset.XME: found the number 0.05; expected a block of `min` and `max`; "
        "write for example {max: 0.05}"
    ),
    "limits: {asset: {XME: {mx: 0.05}}}": (
        "9:28: limits.asset.XME.mx: found an unknown key; expected `min` or `max`; did you mean `max`?"
    ),
    "limits: {asset: {miners: {max: 0.5}}}": (
        "9:18: limits.asset.miners: found the name `miners`; expected a held asset or `default`; "
        "what a whole sleeve may hold stands under `limits.sleeve`; use one of those names"
    ),
    "limits: {sleeve: {miner: {max: 0.3}}}": (
        "9:19: limits.sleeve.miner: found the name `miner`; expected a held sleeve (`equities` or `miners`); "
        "did you mean `miners`?"
    ),
    "limits: {cash_floor: 1}": (
        "9:22: limits.cash_floor: found the number 1; expected a number below 1; change the number"
    ),
    "limits: {gross: 0}": "9:17: limits.gross: found the number 0; expected a number above 0; change the number",
}  # fmt: skip


@pytest.mark.parametrize("lines", FAULTS)
def test_a_contradiction_is_told_with_place_and_cure(write: Write, good: str, lines: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load(write(good + lines + "\n"))
    assert str(caught.value) == f"a.yaml:{FAULTS[lines]}"


def test_an_asset_in_two_sleeves_has_no_sleeve_to_give_to(write: Write, good: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load(write(good.replace("[SPY]", "[SPY, XME]") + "limits: {asset: {max: 0.5}}\n"))
    assert "a.yaml:3:11: hold.miners: found `XME` in equities and in miners; expected each asset in one sleeve" in str(
        caught.value
    )
    load(write(good.replace("[SPY]", "[SPY, XME]") + "limits: {cash_floor: 0.02}\n"))


def test_limits_say_what_may_be_borrowed(write: Write, good: str) -> None:
    """Policy and tilt may then use it."""
    borrowed = good.replace("{equities: 0.9, miners: 0.1}", "{equities: 1.1, miners: 0.1, cash: -0.2}")
    assert load(write(borrowed + "limits: {gross: 1.2}\n")).policy["cash"] == -0.2
    with pytest.raises(ConfigError) as caught:
        load(write(borrowed + "limits: {gross: 1.1}\n"))
    assert str(caught.value) == (
        "a.yaml:5:44: policy.cash: found the weight -0.2; expected at least -0.1, which `limits` let borrow; "
        "make it -0.1 or more, or let `limits` borrow more"
    )
    from_cash = good.replace("from: equities", "from: cash")
    assert load(write(from_cash + "limits: {gross: 1.2}\n")).tilt["miners"].over == 0.2
    with pytest.raises(ConfigError) as caught:
        load(write(from_cash + "limits: {gross: 1.1}\n"))
    assert str(caught.value) == (
        "a.yaml:7:23: tilt.miners.over: found the number 0.2; "
        "expected at most 0.1 (the policy weight 0 of cash and 0.1 that `limits` let borrow); "
        "write 0.1 or less, or `allow_short: true`"
    )


@pytest.mark.parametrize(
    ("written", "least"),
    [
        ({}, 0.0),
        ({"cash_floor": 0.02}, 0.02),
        ({"gross": 1.5}, -0.5),
        ({"gross": 1.6, "net": {"max": 1.0}}, 0.0),
        ({"gross": 1.6, "cash_floor": 0.0}, 0.0),
        ({"gross": 0.75}, 0.25),
        ({"net": {"max": 1.25}}, -0.25),
        ({"net": {"min": 0.9}}, 0.0),
    ],
)
def test_the_least_cash(written: dict[str, object], least: float) -> None:
    assert Limits.model_validate(written).least_cash == pytest.approx(least, abs=1e-15)


def test_an_asset_without_an_end_of_its_own_has_the_default(write: Write, good: str) -> None:
    limits = load(write(good + "limits: {asset: {default: {min: 0.01, max: 0.9}, XME: {max: 0.3}}}\n")).limits
    assert limits is not None
    assert limits.of_asset("XME") == (0.01, 0.3)
    assert limits.of_asset("SPY") == (0.01, 0.9)


@pytest.mark.parametrize(
    "lines",
    [
        "limits: {}",
        "limits: {asset: {max: 0.95}}",
        "limits: {asset: {default: {max: 0.95}, XME: {min: 0.05}}, sleeve: {miners: {max: 0.3}}, cash_floor: 0.02}",
        "limits: {net: {min: 1, max: 1}, gross: 1.6}\nallow_short: true",
    ],
)
def test_resolved_limits_load_to_themselves(write: Write, good: str, lines: str) -> None:
    resolved = load(write(good + lines + "\n")).resolved()
    assert load(write(yaml.safe_dump(resolved), "b.yaml")).resolved() == resolved
