"""What each strategy answers on made prices, against the same sum worked out with pandas or by hand."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from engine.signals import catch_up_gap, error_correction, residual_momentum
from tests.desk import Desk, made_prices

STEPS = made_prices().pct_change()
ONE = (1 + STEPS[["AAA", "BBB"]].mean(axis=1).fillna(0)).cumprod()
TWO = (1 + STEPS["CCC"].fillna(0)).cumprod()
FILES = "prices: {source: files, path: prices.csv}"


def scores(desk: Desk, strategy: str, with_: str, **changes: object) -> pd.Series:
    """What a strategy answered for sleeve `one`, by decision day."""
    found = desk.run(strategy=strategy, with_=with_, **changes).opinions["score one"]
    assert len(found) >= 12
    return found


def agree(found: pd.Series, expected: pd.Series) -> None:
    np.testing.assert_allclose(found, expected.reindex(found.index), rtol=1e-8, atol=1e-11)


def test_ai_demand_is_the_lead_over_the_market(desk: Desk) -> None:
    found = scores(desk, "ai_demand", "{leaders: one, market: two, lookback: 63}")
    agree(found, ONE.pct_change(63) - TWO.pct_change(63))


def test_metal_over_miner_is_the_gap_the_other_way_round(desk: Desk) -> None:
    watch = "{metal: [BBB]}"
    found = scores(desk, "metal_over_miner", "{miners: one, metal: metal, market: two, lookback: 100}", watch=watch)
    metal = (1 + STEPS["BBB"].fillna(0)).cumprod()
    for day, value in found.items():
        cut = [one[:day].to_numpy() for one in (ONE, metal, TWO)]
        assert value == pytest.approx(-catch_up_gap(cut[0], cut[1:], lookback=100, gap_sessions=126), rel=1e-8)


def test_metal_over_miner_enters_only_a_rising_metal(desk: Desk) -> None:
    asked = {"stance": "{rule: threshold, enter: -9, exit: -10}"}
    roles = "{miners: one, metal: two, market: third, lookback: 50, gap_sessions: 20, rising: 30}"
    asked["watch"] = "{third: [AAA]}"
    desk.run(strategy="metal_over_miner", with_=roles, **asked)
    result = desk.run(strategy="metal_over_miner", with_=roles, every="daily", **asked)
    entered = result.opinions["stance one"].ne(0).idxmax()
    rises = (TWO.pct_change(30) > 0)["2020-06-30":]
    assert entered == rises.idxmax()


@pytest.mark.parametrize("condition", ["stay", "enter"])
def test_error_correction_needs_the_laggard_to_have_closed_gaps(desk: Desk, condition: str) -> None:
    roles = f"lagging: one, leading: two, versus: third, lookback: 100, lead: 20, slowest: 15, condition: {condition}"
    result = desk.run(strategy="error_correction", with_=f"{{{roles}}}", watch="{third: [AAA]}", every="week_end")
    third = (1 + STEPS["AAA"].fillna(0)).cumprod()
    seen = set()
    for day, value in result.opinions["score one"].items():
        cut = [one[:day].to_numpy() for one in (ONE, TWO, third)]
        one = error_correction(cut[0], cut[1:], lookback=100)
        allowed = (
            one.half_life <= 15 and one.laggard_share >= 0.5 and cut[1][-1] / cut[1][-21] > cut[2][-1] / cut[2][-21]
        )
        seen.add(bool(allowed))
        if allowed or condition == "enter":
            assert value == pytest.approx(one.gap, rel=1e-8)
        else:
            assert math.isnan(value)
    assert seen == {True, False}


def test_residual_momentum_reads_its_roles(desk: Desk) -> None:
    roles = "{lagging: one, leading: two, versus: third, lookback: 110, formation: 60, skip: 5}"
    found = scores(desk, "residual_momentum", roles, watch="{third: [AAA]}")
    third = (1 + STEPS["AAA"].fillna(0)).cumprod()
    cut = [one[: found.index[-1]].to_numpy() for one in (ONE, TWO, third)]
    expected = residual_momentum(cut[0], cut[1:], lookback=110, formation=60, skip=5)
    assert found.iloc[-1] == pytest.approx(expected, rel=1e-8)


def test_safe_haven_is_the_worse_of_fall_and_swing(desk: Desk) -> None:
    found = scores(
        desk,
        "safe_haven",
        "{market: two, fallen: 0.1, high_sessions: 60, wild: 0.9, swing_sessions: 10, window: 60}",
    )
    fall = -(TWO / TWO.rolling(61).max() - 1) / 0.1
    swings = np.log(TWO).diff().rolling(10).std()
    agree(found, np.maximum(fall, (swings.rolling(60).rank() - 0.5) / 60 / 0.9))


def test_the_brake_keeps_half_from_hot_to_cool(desk: Desk) -> None:
    found = scores(
        desk,
        "overheating_brake",
        "{on: one, gain: 0.05, release: 0.01, over_sessions: 20, keep: 0.5}",
        every="daily",
        stance="{rule: proportional, full_at: 1}",
    )
    expected, kept = {}, 1.0
    for day, rise in ONE.pct_change(20).items():
        kept = 0.5 if rise >= 0.05 else 1.0 if rise <= 0.01 else kept
        expected[day] = kept
    agree(found, pd.Series(expected))
    assert set(found) == {0.5, 1.0}


def test_the_brake_reads_a_trend_or_a_series(desk: Desk) -> None:
    full = {"every": "daily", "stance": "{rule: proportional, full_at: 1}"}
    trend = "{on: one, gain: 0.03, release: 0.0, over_sessions: 50, keep: 0.0, measure: trend}"
    found = scores(desk, "overheating_brake", trend, **full)
    above = ONE / ONE.rolling(50).mean() - 1
    assert (found[above.reindex(found.index) >= 0.03] == 0.0).all()
    assert (found[above.reindex(found.index) <= 0.0] == 1.0).all()
    desk.text("date,buys\n2020-05-01,75\n2020-08-03,59\n2020-11-02,65\n2021-02-01,71\n", "ratings.csv")
    found = scores(
        desk,
        "overheating_brake",
        "{on: buys, gain: 60, release: 70, keep: 0.25, measure: series}",
        watch="{buys: {series: ratings.buys}}",
        data=f"{{{FILES}, ratings: {{source: files, path: ratings.csv, kind: values}}}}",
        **full,
    )
    assert found[:"2020-08-03"].eq(1.0).all()
    assert found["2020-08-04":"2021-02-01"].eq(0.25).all()
    assert found["2021-02-02":].eq(1.0).all()


def test_rotation_with_equal_beta_sees_no_lead_in_beta_alone(desk: Desk) -> None:
    """One side is the other levered: plain relative momentum swings with the market, that at equal beta does not."""
    market = np.random.default_rng(1).normal(0.001, 0.01, 900)
    own = np.random.default_rng(2).normal(0, 0.0001, (900, 2))
    steps = np.column_stack([2 * market + own[:, 0], market + own[:, 1], market])
    days = pd.bdate_range("2020-01-01", periods=900, name="date")
    desk.prices(pd.DataFrame(100 * np.exp(steps.cumsum(axis=0)), days, ["AAA", "BBB", "CCC"]))
    asked = {
        "hold": "{one: [AAA], two: [BBB]}",
        "watch": "{market: [CCC]}",
        "from_": "2022-06-30",
        "to": "2023-05-31",
        "stance": "{rule: proportional, full_at: 2}",
        "every": "week_end",
    }
    plain = scores(desk, "hard_asset_rotation", "{hard: one, soft: two, lookback: 20, window: 200}", **asked)
    equal = "{hard: one, soft: two, equal_beta: market, beta_lookback: 100, lookback: 20, window: 200}"
    level = scores(desk, "hard_asset_rotation", equal, **asked)
    moves = pd.Series(market, days).rolling(20).sum().reindex(plain.index)
    assert plain.corr(moves) > 0.95
    assert abs(level.corr(moves)) < 0.4


def test_rotation_while_scared_has_no_opinion_in_calm(desk: Desk) -> None:
    asked = {"every": "week_end", "stance": "{rule: proportional, full_at: 2}"}
    plain = scores(desk, "hard_asset_rotation", "{hard: one, soft: two, lookback: 20, window: 60}", **asked)
    roles = "{hard: one, soft: two, lookback: 20, window: 60, scared: two, fallen: 0.05, high_sessions: 60}"
    found = scores(desk, "hard_asset_rotation", roles, **asked)
    scared = (TWO / TWO.rolling(61).max() - 1 <= -0.05).reindex(found.index)
    assert 0.1 < scared.mean() < 0.9
    agree(found, plain.where(scared))


def test_scarcity_ranks_a_series_or_how_often_it_speaks(desk: Desk) -> None:
    days = pd.bdate_range("2020-01-01", periods=400)
    stocks = pd.Series(np.random.default_rng(3).normal(size=400).cumsum(), days, name="tons")
    stocks.rename_axis("date").to_csv(desk.folder / "stocks.csv")
    asked = {
        "watch": "{stocks: {series: stocks.tons}}",
        "data": f"{{{FILES}, stocks: {{source: files, path: stocks.csv, kind: values}}}}",
    }
    rank = (stocks.shift(1).rolling(60).rank() - 0.5) / 60  # a value is seen after the close of its own day
    agree(scores(desk, "scarcity", "{series: stocks, window: 60}", **asked), 1 - rank)
    agree(scores(desk, "scarcity", "{series: stocks, window: 60, scarce: high}", **asked), rank)


def test_scarcity_counts_outages(desk: Desk) -> None:
    desk.text("date,sign\n2020-08-03,1\n2020-08-05,1\n2020-11-02,1\n", "outages.csv")
    found = scores(
        desk,
        "scarcity",
        "{series: outages, scarce: high, counting: 20, window: 60}",
        watch="{outages: {series: calendar.sign}}",
        data=f"{{{FILES}, calendar: {{source: events, path: outages.csv}}}}",
        every="daily",
    )
    days = pd.bdate_range("2020-01-01", periods=400)
    known = pd.Series(0.0, days)
    known[["2020-08-04", "2020-08-06", "2020-11-03"]] = 1.0
    counted = known.rolling(20).sum().rolling(60)
    agree(found, counted.apply(lambda last: ((last < last.iloc[-1]).sum() + 0.5 * (last == last.iloc[-1]).sum()) / 60))


def test_underowned_ranks_the_weight_and_enters_after_the_turn(desk: Desk) -> None:
    result = desk.run(
        strategy="underowned",
        with_="{sleeve: one, versus: two, window: 100, turned: 10}",
        every="daily",
        stance="{rule: threshold, enter: 0.8, exit: 0.3}",
    )
    weight = ONE / TWO
    found = result.opinions["score one"]
    agree(found, 1 - (weight.rolling(100).rank() - 0.5) / 100)
    stance = result.opinions["stance one"]
    risen, now, expected = ONE.pct_change(10)[found.index] > 0, 0.0, []
    for score, may in zip(found, risen, strict=True):
        now = 0.0 if score <= 0.3 else 1.0 if score >= 0.8 and may else now
        expected.append(now)
    assert stance.tolist() == expected
    assert 0 < stance.mean() < 1
    assert ((found >= 0.8) & (stance == 0)).any(), "low, and still falling"


def test_metal_leadership_with_given_exposures(desk: Desk) -> None:
    asked = {
        "watch": "{metals: [CCC]}",
        "stance": "{rule: rank, top: 1}",
        "tilt": "{one: {over: 0.2, from: same}}",
    }
    result = desk.run(
        strategy="metal_leadership",
        with_="{miners: one, metals: metals, lookback: 60, skip: 5, exposure: {AAA: {CCC: 1.5}}}",
        **asked,
    )
    prices = made_prices()
    rises = prices.shift(5) / prices.shift(60) - 1
    agree(result.opinions["score AAA"], 1.5 * rises["CCC"] - rises["AAA"])
    agree(result.opinions["score BBB"], -rises["BBB"])
    estimated = desk.run(
        strategy="metal_leadership",
        with_="{miners: one, metals: metals, market: two, lookback: 60, regress_over: 100}",
        **(asked | {"watch": "{metals: [BBB]}"}),
    )
    # BBB is its own metal: a beta of one, and nothing left.
    np.testing.assert_allclose(estimated.opinions["score BBB"], 0.0, atol=1e-9)


CALLS = "date,sign\n2020-07-15,1\n2020-08-14,1\n2020-09-15,1\n2020-12-15,-1\n"
HOUSES = f"{{{FILES}, houses: {{source: events, path: calls.csv}}}}"


def test_broker_views_add_up_in_steps_and_are_forgotten(desk: Desk) -> None:
    desk.text(CALLS, "calls.csv")
    found = scores(
        desk,
        "broker_views",
        "{calls: {one: calls}, step: 0.4, hold_sessions: 100}",
        watch="{calls: {series: houses.sign}}",
        data=HOUSES,
        stance="{rule: proportional, full_at: 1}",
    )
    # Three upgrades are 1.2, cut at 1; they are 100 sessions old in December, January and February.
    expected = [0, 0.4, 0.8, 1, 1, 1, 0.4, 0, -0.4, -0.4, -0.4, 0, 0]
    assert found.round(9).tolist() == expected


def test_a_brokers_call_counts_for_its_sessions_and_not_one_more(desk: Desk) -> None:
    desk.text("date,sign\n2020-08-13,1\n", "calls.csv")
    views = {"strategy": "broker_views", "with_": "{calls: {one: calls}, hold_sessions: 30}", "every": "daily"}
    found = desk.run(**views, watch="{calls: {series: houses.sign}}", data=HOUSES).opinions["score one"]
    assert str(found[found > 0].index[0].date()) == "2020-08-14"
    assert int((found > 0).sum()) == 30


def test_broker_views_by_black_and_litterman_are_the_formula(desk: Desk) -> None:
    pytest.importorskip("pypfopt")
    desk.text(CALLS, "calls.csv")
    found = scores(
        desk,
        "broker_views",
        "{calls: {one: calls}, method: black_litterman, step: 1.0, hold_sessions: 100, lookback: 100, edge: 0.05}",
        watch="{calls: {series: houses.sign}}",
        data=HOUSES,
        stance="{rule: proportional, full_at: 0.2}",
    )
    assert found.iloc[0] == 0.0
    day = found.index[2]
    returns = np.log(pd.DataFrame({"one": ONE, "two": TWO})[:day]).diff().iloc[-100:]
    sigma, weights, pick = 252 * returns.cov().to_numpy(), np.array([0.5, 0.5]), np.array([1.0, -1.0])
    prior = 2.5 * sigma @ weights
    omega = 0.05 * pick @ sigma @ pick
    precision = np.linalg.inv(0.05 * sigma) + np.outer(pick, pick) / omega
    view = pick @ prior + 0.05
    returns_after = np.linalg.solve(precision, np.linalg.inv(0.05 * sigma) @ prior + pick * view / omega)
    after = np.linalg.solve(2.5 * (sigma + np.linalg.inv(precision)), returns_after)
    assert found.iloc[2] == pytest.approx(after[0] - 0.5 / 1.05, rel=1e-6)
    assert found.iloc[2] > 0 > found.iloc[8]


STIMULUS = "date,known_from,sign,strength\n2020-09-01,2020-09-04,1,1\n2021-01-08,2021-01-08,-1,0.5\n"


def test_a_stimulus_counts_from_the_day_it_was_known_and_fades(desk: Desk) -> None:
    desk.text(STIMULUS, "policy.csv")
    asked = {
        "watch": "{events: {series: policy.shock}}",
        "data": f"{{{FILES}, policy: {{source: events, path: policy.csv}}}}",
        "stance": "{rule: impulse, hold_sessions: 20, half_life_sessions: 10}",
    }
    weekly = desk.run(strategy="policy_stimulus", with_="{events: events}", every="week_end", **asked)
    stance = weekly.opinions["stance one"]
    # Friday's news is seen on Monday, 7 September; on Friday it is four sessions old.
    assert stance["2020-09-11"] == pytest.approx(2 ** -(4 / 10))
    assert stance["2020-09-18"] == pytest.approx(2 ** -(9 / 10))
    assert stance["2020-10-02"] == pytest.approx(2 ** -(19 / 10))
    assert stance["2020-10-09"] == 0.0
    assert stance["2021-01-15"] == pytest.approx(-0.5 * 2 ** -(4 / 10))


def test_a_stimulus_waits_for_the_turn(desk: Desk) -> None:
    desk.text(STIMULUS, "policy.csv")
    days = pd.bdate_range("2020-01-01", periods=400, name="date")
    path = pd.Series(100.0, days)
    path["2020-08-03":] = 80.0
    path["2020-09-21":] = 85.0
    desk.prices(pd.DataFrame({"AAA": path, "BBB": path, "CCC": 100.0}))
    asked = {
        "watch": "{events: {series: policy.shock}}",
        "data": f"{{{FILES}, policy: {{source: events, path: policy.csv}}}}",
        "stance": "{rule: impulse, hold_sessions: 20}",
        "every": "daily",
    }
    shape = "{events: events, turning: one, fallen: 0.15, risen: 0.05, high_sessions: 100, wait: WAIT}"
    stance = desk.run(strategy="policy_stimulus", with_=shape.replace("WAIT", "30"), **asked).opinions["stance one"]
    held = stance[stance > 0].index
    assert (str(held[0].date()), len(held)) == ("2020-09-21", 20)
    late = desk.run(strategy="policy_stimulus", with_=shape.replace("WAIT", "9"), **asked).opinions["stance one"]
    assert not (late > 0).any(), "it turned ten sessions after the news was known"
    in_time = desk.run(strategy="policy_stimulus", with_=shape.replace("WAIT", "10"), **asked).opinions["stance one"]
    assert str(in_time[in_time > 0].index[0].date()) == "2020-09-21", "the last session on which it may turn"
    assert late["2021-01-11"] == -0.5, "a blow waits for nothing"
