"""An asset in two sleeves: its weight is the sum of both, it is attributed by itself, and a caveat says so."""

from __future__ import annotations

import numpy as np
import pytest

from tests.desk import Desk, made_prices

SHARED = {"hold": "{one: [AAA, BBB], two: [BBB, CCC]}"}


def test_its_sleeves_weights_add_up_and_tilts_between_them_net_out(desk: Desk) -> None:
    """Each sleeve has 0.5 and two members; 0.2 points move from two to one: AAA +0.1, CCC -0.1, BBB +0.1 - 0.1."""
    result = desk.run(**SHARED)
    np.testing.assert_allclose(result.portfolios["policy"].targets[-1], [0.25, 0.5, 0.25])
    np.testing.assert_allclose(result.own.targets[-1], [0.35, 0.5, 0.15])


def test_the_caveats_name_it_once(desk: Desk) -> None:
    said = [one for one in desk.run(**SHARED).judgement.caveats if "several sleeves" in one]
    assert said == ["in several sleeves, whose weights add up: BBB (one and two)"]
    assert not any("several sleeves" in one for one in desk.run().judgement.caveats)


def test_many_are_counted(desk: Desk) -> None:
    labels = "AAA BBB CCC DDD EEE FFF GGG"
    desk.prices(made_prices(labels=labels))
    every = ", ".join(labels.split())
    said = desk.run(hold=f"{{one: [{every}], two: [{every}]}}").judgement.caveats
    names = ", ".join(f"{label} (one and two)" for label in labels.split()[:5])
    assert f"in several sleeves, whose weights add up: {names}, 2 more" in said


def test_attribution_has_a_line_of_its_own_for_it(desk: Desk) -> None:
    lines = desk.run(**SHARED).contributions.groupby("sleeve")["asset"].unique().map(list).to_dict()
    assert {name: lines[name] for name in ("one", "two", "one & two")} == {
        "one": ["AAA"], "two": ["CCC"], "one & two": ["BBB"]
    }  # fmt: skip


@pytest.mark.parametrize(
    ("cost", "bps"),
    [
        ("{one: 10, two: 30}", 30.0),
        ("{one: 10, two: 30, BBB: 5}", 5.0),
        ("{one: 10}", 10.0),
        ("{CCC: 1, default: 2}", 2.0),
    ],
)
def test_a_cost_by_sleeve_is_that_of_the_last_by_name_that_has_one(desk: Desk, cost: str, bps: float) -> None:
    trades = desk.run(**SHARED, trade=f"{{commission_bps: {cost}}}").trades
    own = trades[trades["asset"] == "BBB"]
    np.testing.assert_allclose(own["commission"], own["value"].abs() * bps / 1e4)
