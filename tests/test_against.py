"""What a result may be held against: policy, an asset bought and held, another config."""

from __future__ import annotations

import pytest

from engine.errors import ConfigError
from tests.desk import Desk, made_prices


def test_an_asset_is_bought_on_the_first_day_and_held_without_cost(desk: Desk) -> None:
    result = desk.run(against="[AAA, policy]", trade="{commission_bps: 50}")
    closes = made_prices().loc[result.equity.index, "AAA"]
    own = result.portfolios["AAA"].track.equity
    assert own[-1] / own[1] == pytest.approx(closes.iloc[-1] / closes.iloc[1], rel=1e-12)
    assert result.portfolios["AAA"].figures["costs_bps_a_year"] == 0
    assert result.metrics["active_return"] == pytest.approx(
        result.metrics["cagr"] - result.portfolios["AAA"].figures["cagr"], abs=1e-15
    )


def test_another_config_is_run_on_its_own_market(desk: Desk) -> None:
    other = desk.config("other.yaml", strategy="buy_and_hold", stance=None, tilt=None, every="once")
    import engine

    alone = engine.run(other)
    result = desk.run(against="[other.yaml]")
    assert result.benchmark["cagr"] == pytest.approx(alone.metrics["cagr"], rel=1e-12)
    assert result.reference == "other.yaml"


def test_another_config_has_to_cover_every_session(desk: Desk) -> None:
    desk.config("other.yaml", from_="2020-12-31")
    with pytest.raises(ConfigError) as caught:
        desk.run(against="[other.yaml]")
    assert str(caught.value) == (
        "a.yaml:9:10: against: found `other.yaml`, which runs from 2020-12-31 to 2021-06-30; expected a config that "
        "covers every session from 2020-06-30 to 2021-06-30; give both the same `from`, `to` and market"
    )


def test_what_is_the_strategys_own_no_reference_has(desk: Desk) -> None:
    """Policy matched is made of the strategy's weights: nobody else's timing is held against it."""
    result = desk.run(against="[policy, AAA]")
    own = ("episodes", "share_over", "share_under", "timing", "standing_tilt")
    for name, one in result.portfolios.items():
        assert [one.figures[key] is None for key in own] == [name != "strategy"] * len(own), name
    assert [result.benchmark[key] for key in own] == [None] * len(own)


def test_a_reference_that_is_nothing_is_told_what_may_be(desk: Desk) -> None:
    with pytest.raises(ConfigError) as caught:
        desk.run(against="[policy_held]")
    assert str(caught.value) == (
        "a.yaml:9:10: against: found `policy_held`, which no source has; expected `policy`, `policy_matched`, another "
        "config (.yaml), or a label of prices (prices.csv); its labels: AAA, BBB, CCC"
    )
    with pytest.raises(ConfigError) as caught:
        desk.run(fx="{GBP: GBPUSD}")
    assert str(caught.value) == (
        "a.yaml:9:11: fx.GBP: found `GBPUSD`, which no source has; expected a label of prices (prices.csv); its "
        "labels: AAA, BBB, CCC"
    )
