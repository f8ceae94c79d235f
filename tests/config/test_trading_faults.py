"""Conventions that exclude each other are refused where they stand."""

from __future__ import annotations

import pytest

from engine.config import load
from engine.errors import ConfigError
from tests.config.conftest import Write

FAULTS = {
    "trade: {at: open, after: 0}\n": (
        "a.yaml:9:13: trade.at: found the open of the very session that was decided at its close; "
        "expected a later open, or the close; write `after: 1`, or `at: close`"
    ),
    "trade: {sizing: gross}\nrebalance: {band: 0.02}\n": (
        "a.yaml:9:17: trade.sizing: found `gross`, which follows vectorbt's from_orders and knows no band; "
        "expected `net_of_costs` with a band; write `sizing: net_of_costs`"
    ),
    "trade: {sizing: gross}\nallow_short: true\n": (
        "a.yaml:9:17: trade.sizing: found `gross`, which follows vectorbt's from_orders and knows no shorts; "
        "expected `net_of_costs` with `allow_short`; write `sizing: net_of_costs`"
    ),
}


@pytest.mark.parametrize("lines", FAULTS)
def test_conventions_that_exclude_each_other_are_refused(write: Write, good: str, lines: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load(write(good + lines))
    assert str(caught.value) == FAULTS[lines]
