"""Brakes keep a share of an overweight; what they let go is back where the tilt took it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from rich.console import Console

import engine
from engine.errors import ConfigError, StrategyError
from engine.results.summary import Summary
from engine.trials import Tried
from tests.desk import Desk, made_prices

HALF = "def score(past):\n    return 0.5\n"
THREE = "{one: [AAA], two: [BBB], three: [CCC]}"
ROUND = {"every": "month_end", "cash": "{rate: 0}"}


def weights(desk: Desk, source: str = HALF, **changes: object) -> list[float]:
    """Target weights of AAA, BBB and CCC at the last decision, with a brake of that source on sleeve `one`."""
    desk.text(source, "strategies/half.py")
    asked: dict[str, object] = {"hold": THREE, "policy": "{one: 0.5, two: 0.3, three: 0.2}"}
    asked |= {"brake": "{strategy: half, on: one}"}
    result = desk.run(**(asked | changes))
    assert np.abs(result.targets.sum(axis=1) - 1.0).max() < 1e-12
    found: list[float] = result.targets.iloc[-1].round(12).tolist()
    return found


BOTH = "{rule: proportional, full_at: 1}"
# what is asked, the weights of one, two and three by hand
BY_HAND = {
    "from a sleeve": ({}, [0.6, 0.2, 0.2]),
    "from cash": (
        {"tilt": "{one: {over: 0.2, from: cash}}", "policy": "{one: 0.3, two: 0.2, three: 0.2, cash: 0.3}"},
        None,
    ),
    "from all others": ({"tilt": "{one: {over: 0.2, from: pro_rata}}"}, [0.6, 0.24, 0.16]),
    "none is no opinion": ({"source": "def score(past):\n    return None\n"}, [0.7, 0.1, 0.2]),
    "nothing is kept": ({"source": "def score(past):\n    return 0\n"}, [0.5, 0.3, 0.2]),
    "two brakes multiply": (
        {"brake": "[{strategy: half, on: one}, {strategy: half, on: one}]"},
        [0.55, 0.25, 0.2],
    ),
    "an underweight is left alone": (
        {"strategy": "under", "stance": BOTH, "tilt": "{one: {over: 0.2, under: 0.2, from: two}}"},
        [0.3, 0.5, 0.2],
    ),
    # One gains 0.2 from two, and loses 0.1 to three: 0.1 over, of which half goes back to two.
    "what is left of several tilts": (
        {"strategy": "both", "tilt": "{one: {over: 0.2, from: two}, three: {over: 0.1, from: one}}"},
        [0.55, 0.15, 0.3],
    ),
    # Three takes all that one gains and more: one is underweight, whatever its own tilt says.
    "a sleeve that others leave underweight": (
        {"strategy": "both", "tilt": "{one: {over: 0.1, from: two}, three: {over: 0.15, from: one}}"},
        [0.45, 0.2, 0.35],
    ),
}


@pytest.mark.parametrize("name", BY_HAND)
def test_active_weights_by_hand(desk: Desk, name: str) -> None:
    desk.text("def score(past):\n    return -1.0\n", "strategies/under.py")
    desk.text('def score(past):\n    return {"one": 1.0, "three": 1.0}\n', "strategies/both.py")
    changes, expected = BY_HAND[name]
    if expected is None:
        desk.text(HALF, "strategies/half.py")
        targets = desk.run(hold=THREE, brake="{strategy: half, on: one}", **changes).targets
        assert targets.iloc[-1].round(12).tolist() == [0.4, 0.2, 0.2]
    else:
        assert weights(desk, **changes) == expected


RANKED = {
    "strategy": "ranked",
    "hold": "{one: [AAA, BBB, CCC, DDD], two: [EEE]}",
    "policy": "{one: 0.6, two: 0.4}",
    "every": "month_end",
}


@pytest.mark.parametrize(
    ("stance", "over", "giver", "expected"),
    [
        # 20 points to AAA out of EEE; half of them stay.
        ("{rule: rank, top: 1}", 0.2, "two", [0.25, 0.15, 0.15, 0.15, 0.3]),
        # 12 points to AAA, 4 out of each of the others; half of all that stays.
        ("{rule: rank, top: 1}", 0.12, "same", [0.21, 0.13, 0.13, 0.13, 0.4]),
        # Over: AAA 9, the others -3 each. Under: DDD -9, the others +3 each. AAA 12, DDD -12; half of both stays.
        ("{rule: rank, top: 1, bottom: 1}", 0.09, "same", [0.21, 0.15, 0.15, 0.09, 0.4]),
    ],
    ids=["from a sleeve", "from the same", "top and bottom"],
)
def test_opinions_on_assets_are_braked_asset_by_asset(
    desk: Desk, stance: str, over: float, giver: str, expected: list[float]
) -> None:
    desk.prices(made_prices(labels="AAA BBB CCC DDD EEE"))
    desk.text('def score(past):\n    return {"AAA": 4, "BBB": 3, "CCC": 2, "DDD": 1}\n', "strategies/ranked.py")
    desk.text(HALF, "strategies/half.py")
    tilt = f"{{one: {{over: {over}, from: {giver}}}}}"
    result = desk.run(**RANKED, stance=stance, tilt=tilt, brake="{strategy: half, on: one}")
    assert result.targets.iloc[-1].round(12).tolist() == expected
    assert result.opinions["braked"].eq(1).all()


def test_the_control_without_brake_is_the_config_without_brake(desk: Desk) -> None:
    heat = "{on: one, gain: 0.02, release: 0.0, over_sessions: 20}"
    brake = f"{{strategy: overheating_brake, on: one, with: {heat}}}"
    desk.text("def score(past):\n    return 1.0 if past.today.month % 2 else -1.0\n", "strategies/odd.py")
    shape = {"strategy": "odd", "stance": BOTH, "every": "week_end", "trade": "{slippage_bps: 5}"}
    free, braked = desk.run(**shape), desk.run(**shape, brake=brake)
    assert 0 < braked.opinions["braked"].mean() < 1
    np.testing.assert_array_equal(braked.portfolios["unbraked"].ledger.equity, free.own.ledger.equity)
    assert "unbraked" not in free.portfolios
    assert not np.array_equal(braked.own.ledger.equity, free.own.ledger.equity)
    # The same rule as a strategy of its own says which share is kept on each day.
    alone = desk.run(
        strategy="overheating_brake", with_=heat, every="week_end", stance="{rule: proportional, full_at: 1}"
    )
    keep = alone.opinions["score one"]
    pd.testing.assert_series_equal(braked.opinions["brake one"], keep, check_names=False)
    over = free.targets[["AAA", "BBB"]].sum(axis=1) - 0.5
    kept = 0.5 + over.where(over < 0, over * keep)
    np.testing.assert_allclose(braked.targets[["AAA", "BBB"]].sum(axis=1), kept, atol=1e-14)
    bites = (over > 0) & (keep < 1)
    assert braked.opinions["braked"].eq(bites).all()
    assert (
        f"the brake on one changed {bites.sum()} of {len(bites)} decisions, keeping 50% of its overweight at the "
        in (braked.judgement.caveats[0])
    )


def test_rivals_are_braked_as_the_strategy_is(desk: Desk) -> None:
    desk.text(HALF, "strategies/half.py")
    result = desk.run(brake="{strategy: half, on: one}", trade="{slippage_bps: 5}")
    own, over = (result.portfolios[name].ledger.equity for name in ("strategy", "always_over"))
    np.testing.assert_array_equal(own, over)


def test_tranches_are_braked_each_on_its_own_days(desk: Desk) -> None:
    desk.text("def score(past):\n    return 0.5 if past.today.day > 15 else None\n", "strategies/half.py")
    asked = {"every": "{sessions: 21}", "brake": "{strategy: half, on: one}", "tranches": 3}
    result = desk.run(**asked)
    late = result.opinions.index.day > 15
    assert result.opinions["brake one"].tolist() == np.where(late, 0.5, 1.0).tolist()
    np.testing.assert_allclose(result.targets["CCC"], np.where(late, 0.4, 0.3))


def test_a_brake_that_bites_is_a_change_of_opinion(desk: Desk) -> None:
    desk.text("def score(past):\n    return 0.5 if past.today.month in (9, 10) else 1.0\n", "strategies/half.py")
    result = desk.run(rebalance="on_change", brake="{strategy: half, on: one}", to="2020-12-31")
    decided = sorted({str(day.date()) for day in result.trades["decided"]})
    assert decided == ["2020-06-30", "2020-09-30", "2020-11-30"]


def test_a_brake_on_what_is_neutral_trades_nothing(desk: Desk) -> None:
    desk.text("def score(past):\n    return 0.5 if past.today.month in (9, 10) else 1.0\n", "strategies/half.py")
    desk.text("def score(past):\n    return None\n", "strategies/silent.py")
    result = desk.run(strategy="silent", rebalance="on_change", brake="{strategy: half, on: one}")
    assert result.trades["decided"].nunique() == 1
    assert result.opinions["braked"].eq(0).all()
    assert result.judgement.caveats[0] == f"the brake on one changed 0 of {len(result.opinions)} decisions"


def test_limits_come_after_the_brake(desk: Desk) -> None:
    desk.text(HALF, "strategies/half.py")
    limits = "{sleeve: {one: {max: 0.65}}}"
    assert desk.run(limits=limits).decided.limited is not None
    assert desk.run(limits=limits).opinions["limited"].eq(1).all()
    braked = desk.run(limits=limits, brake="{strategy: half, on: one}")
    assert braked.opinions["limited"].eq(0).all()
    np.testing.assert_allclose(braked.targets["CCC"], 0.4)
    np.testing.assert_allclose(braked.portfolios["unbraked"].targets[:, 2], 0.35)


def test_a_brake_is_part_of_the_question(desk: Desk) -> None:
    desk.text(HALF, "strategies/half.py")
    brake = "{strategy: half, on: one}"
    free, one, again = desk.run(), desk.run(brake=brake), desk.run(brake=f"[{brake}]")
    desk.text(HALF + "\n# the same, rewritten\n", "strategies/half.py")
    assert len({free.id, one.id, desk.run(brake=brake).id}) == 3
    assert one.id == again.id
    assert len(one.manifest["code"]["brakes"]) == 1
    assert one.config.resolved()["brake"] == [{"on": "one", "strategy": "half", "with": {}}]


def test_the_summary_says_what_the_brake_does(desk: Desk) -> None:
    desk.text(HALF, "strategies/half.py")
    result = desk.run(brake="{strategy: half, on: one}")
    with (console := Console(width=100)).capture() as captured:
        console.print(Summary(result, Tried(1, None)))
    said = " ".join(captured.get().split())
    with_it, without = (result.portfolios[name].figures["active_return"] for name in ("strategy", "unbraked"))
    assert with_it is not None
    assert without is not None
    assert f"brake {with_it:+.2%} a year against policy with it, {without:+.2%} without" in said
    assert "one fully over (+10.0 points, braked to 50%)" in said
    assert "unbraked" in said


REFUSED = {
    "def score(past):\n    return 1.5\n": (
        "strategies/half.py:1: score on 2020-06-30 with none: found 1.5; expected a share from 0 to 1, or None; "
        "mend the strategy file"
    ),
    "def score(past):\n    return -0.1\n": (
        "strategies/half.py:1: score on 2020-06-30 with none: found -0.1; expected a share from 0 to 1, or None; "
        "mend the strategy file"
    ),
    'def score(past):\n    return {"one": 0.5}\n': (
        "strategies/half.py:1: score on 2020-06-30 with none: found {'one': 0.5}; expected a share from 0 to 1, or "
        "None; mend the strategy file"
    ),
    "def score(past):\n    return 1 / 0\n": (
        "strategies/half.py:2: found ZeroDivisionError: division by zero while deciding on 2020-06-30 with none; "
        "expected an answer; mend the strategy file"
    ),
    'def score(past):\n    return float("nan")\n': (
        "a.yaml:9:19: brake.strategy: found no answer of strategies/half.py:1 on 2020-06-30 with none, nor on any "
        "session after it; expected an answer on every decision day; give data that go on longer, or a shorter "
        "`lookback`"
    ),
    "def weights(past):\n    return {}\n": (
        "a.yaml:9:19: brake.strategy: found `half`, which answers weights; expected a strategy that answers the share "
        "to keep, from 0 to 1; name one with `score`, for example overheating_brake"
    ),
}


@pytest.mark.parametrize("source", REFUSED)
def test_answers_that_are_no_share_are_refused(desk: Desk, source: str) -> None:
    desk.text(source, "strategies/half.py")
    with pytest.raises(ConfigError) as caught:
        desk.run(brake="{strategy: half, on: one}")
    assert str(caught.value).replace(f"{desk.folder}/", "") == REFUSED[source]
    assert isinstance(caught.value, StrategyError) == REFUSED[source].startswith("strategies")


GIVEN = {
    "{strategy: overheating_brake, on: one, with: {on: one, gian: 0.4}}": (
        "a.yaml:9:69: brake.with.gian: found unknown parameter `gian`; expected a parameter of overheating_brake: on, "
        "gain, release, over_sessions, keep, measure; did you mean `gain`?"
    ),
    "[{strategy: overheating_brake, on: one, with: {on: one}}, {strategy: overheating_brake, on: one}]": (
        "a.yaml:9:66: brake.1.with: found no `on`; expected every parameter overheating_brake requires; "
        "add `on:` under `with:`"
    ),
    "{strategy: overheating_brake, on: one, with: {on: one, keep: half}}": (
        "a.yaml:9:69: brake.with.keep: found `half`; expected a number; write a number"
    ),
    "{strategy: overheating_brake, on: one, with: {on: onne}}": (
        "a.yaml:9:58: brake.with.on: found no sleeve `onne`; expected one of: one, two; did you mean `one`?"
    ),
    "{strategy: overheating_break, on: one}": (
        "a.yaml:9:19: brake.strategy: found `overheating_break`; expected one of "
    ),
    "{strategy: overheating_brake, on: one, with: {on: one, over_sessions: 300}}": (
        "a.yaml:6:7: from: found a decision on 2020-06-30, for which the data before it are too few; expected at the "
        "earliest 2021-02-24; say `from: 2021-02-24`"
    ),
}


@pytest.mark.parametrize("brake", GIVEN)
def test_parameters_of_a_brake_are_checked_like_those_of_a_strategy(desk: Desk, brake: str) -> None:
    with pytest.raises(ConfigError) as caught:
        desk.run(brake=brake)
    assert str(caught.value).startswith(GIVEN[brake])


def test_an_option_changes_one_parameter_of_the_brake(desk: Desk) -> None:
    desk.text("def score(past, *, keep: float = 0.5):\n    return keep\n", "strategies/half.py")
    path = desk.config(brake="{strategy: half, on: one}")
    found = [engine.run(path, [f"brake.with.keep={keep}"]).targets["CCC"].iloc[-1] for keep in (0.0, 1.0)]
    assert found == pytest.approx([0.5, 0.3])
    listed = desk.config(brake="[{strategy: half, on: one}, {strategy: half, on: one}]")
    assert engine.run(listed, ["brake.1.with.keep=0"]).targets["CCC"].iloc[-1] == pytest.approx(0.5)


SWING = "def score(past):\n    return 1.0 if past.today.month % 2 else -1.0\n"
STOPS = "def score(past):\n    return 0.0 if past.today.month in (MONTHS) else 1.0\n"


@pytest.mark.parametrize(
    ("source", "taken"),
    [
        # Over in odd months from July 2020 to May 2021, under in the others: six episodes over, seven under.
        (STOPS.replace("MONTHS", "7, 9"), 11),
        (STOPS.replace("MONTHS", "6, 8"), 13),
        (STOPS.replace("MONTHS", "7,").replace("0.0", "0.01"), 13),
        (STOPS.replace("MONTHS", "7, 9").replace("0.0", "None"), 13),
    ],
)
def test_what_the_brakes_left_nothing_of_is_no_bet(desk: Desk, source: str, taken: int) -> None:
    desk.text(SWING, "strategies/swing.py")
    desk.text(source, "strategies/stops.py")
    asked = {"strategy": "swing", "stance": BOTH, "brake": "{strategy: stops, on: one}"}
    result = desk.run(tilt="{one: {over: 0.2, under: 0.2, from: two}}", **asked)
    assert (result.metrics["episodes"], result.judgement.bets) == (13, taken)
    said = [one for one in result.judgement.caveats if "left nothing" in one]
    told = f"the brakes left nothing of {13 - taken} of 13 episodes: the verdict counts {taken} bets"
    assert said == ([told] if taken < 13 else [])
    assert result.judgement.words == "too few bets to tell"
    console = Console(width=200)
    with console.capture() as shown:
        console.print(Summary(result, Tried(1, None)))
    assert f"too few bets to tell ({taken}; it takes 20)" in shown.get()


def test_an_episode_that_was_braked_for_a_while_stays_one_bet(desk: Desk) -> None:
    desk.text(STOPS.replace("MONTHS", "9, 10"), "strategies/stops.py")
    result = desk.run(brake="{strategy: stops, on: one}")
    assert (result.metrics["episodes"], result.judgement.bets) == (1, 1)


def test_an_underweight_that_the_brake_leaves_alone_is_a_bet(desk: Desk) -> None:
    """AAA is over and DDD under, both against the other sleeve: of AAA nothing is left, all of DDD is."""
    desk.prices(made_prices(labels="AAA BBB CCC DDD EEE"))
    desk.text('def score(past):\n    return {"AAA": 4, "BBB": 3, "CCC": 2, "DDD": 1}\n', "strategies/ranked.py")
    desk.text("def score(past):\n    return 0\n", "strategies/stops.py")
    asked = {"tilt": "{one: {over: 0.1, from: two}}", "brake": "{strategy: stops, on: one}"}
    both = desk.run(**RANKED, stance="{rule: rank, top: 1, bottom: 1}", **asked)
    assert both.targets.iloc[-1].round(12).tolist() == [0.15, 0.15, 0.15, 0.05, 0.5]
    assert (both.metrics["episodes"], both.judgement.bets) == (1, 1)
    over = desk.run(**RANKED, stance="{rule: rank, top: 1}", **asked)
    assert (over.metrics["episodes"], over.judgement.bets) == (1, 0)
