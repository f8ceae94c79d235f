"""Controls change one thing and keep the rest: each figure against the same run asked for by hand."""

from __future__ import annotations

import json
from dataclasses import asdict
from itertools import groupby

import numpy as np
import pandas as pd
import pytest
from rich.console import Console

import engine
from engine.errors import ConfigError
from engine.result import Dollar, LeftOut, Result, Spread, Unmeasured
from engine.results.summary import Summary
from engine.study.random_sleeves import drawn_settings
from engine.trials import Tried
from tests.desk import Desk, made_prices

COST = "{slippage_bps: 5}"
BOTH = "{rule: proportional, full_at: 1.0}"
GIVEN = """\
\"\"\"Stances that were written down.\"\"\"


def score(past):
    return float(past.series("given.one")[-1])
"""
DATA = "given: {source: files, path: stance.csv, kind: values, known: {lag_sessions: 0}}"


@pytest.fixture
def given(desk: Desk) -> Desk:
    """A desk with a strategy that stands where `stance.csv` says on the month's last session."""
    desk.text(GIVEN, "strategies/given.py")
    desk.prices(made_prices(seed=2, labels="AAA BBB CCC DDD EEE FFF GGG"))
    return desk


def told(desk: Desk, stances: list[float], controls: str | None, **changes: object) -> Result:
    """A run with these stances, the first on 2020-06-30, one a month."""
    days = pd.bdate_range("2020-06-30", periods=len(stances), freq="BME")
    desk.prices(pd.DataFrame({"one": stances}, pd.Index(days, name="date")), "stance.csv")
    asked: dict[str, object] = {"strategy": "given", "stance": BOTH, "trade": COST, "controls": controls}
    asked["data"] = f"{{prices: {{source: files, path: prices.csv}}, {DATA}}}"
    return desk.run(**(asked | changes))


def over_policy(result: Result) -> float:
    """Active return over policy, by hand."""
    own, policy = (result.portfolios[name].figures["cagr"] for name in ("strategy", "policy"))
    assert own is not None
    assert policy is not None
    return own - policy


LEANS = [1.0, 0.0, -0.5, 0.5, 0.5, 0.0, 1.0, -1.0, 0.0, 0.0, 0.25, 1.0, 0.0]


def test_circular_shifts_are_the_same_stances_in_another_order(given: Desk) -> None:
    result = told(given, LEANS, "[circular_shifts]")
    by_hand = [over_policy(told(given, LEANS[-k:] + LEANS[:-k], None)) for k in range(1, len(LEANS))]
    found = result.controls["circular_shifts"]
    assert isinstance(found, Spread)
    assert found.runs == len(LEANS) - 1
    assert found.active_return == pytest.approx(over_policy(result), rel=1e-12)
    assert found.beaten == sum(one < over_policy(result) for one in by_hand)
    expected = (np.mean(by_hand), *np.percentile(by_hand, [5, 95]))
    assert (found.mean, found.low, found.high) == pytest.approx(expected, rel=1e-9)


def test_perfect_timing_beats_its_shifts_and_any_other_does_not(given: Desk) -> None:
    frame = pd.read_csv(given.folder / "prices.csv", index_col=0, parse_dates=True)
    month = frame.resample("BME").last().pct_change().shift(-1)["2020-06-30":"2021-06-30"]
    ahead = np.sign(month[["AAA", "BBB"]].mean(axis=1) - month["CCC"]).fillna(1.0).tolist()
    best = told(given, ahead, "circular_shifts").controls["circular_shifts"]
    assert isinstance(best, Spread)
    assert best.beaten == best.runs
    worst = told(given, [-one for one in ahead], "circular_shifts").controls["circular_shifts"]
    assert isinstance(worst, Spread)
    assert worst.beaten == 0


def test_of_many_decisions_a_hundred_shifts_are_taken(desk: Desk) -> None:
    desk.text("def score(past):\n    return float(past.session % 7 - 3) / 3\n", "strategies/mine.py")
    found = desk.run(strategy="mine", stance=BOTH, every="daily", controls="circular_shifts").controls
    assert isinstance(shifts := found["circular_shifts"], Spread)
    assert shifts.runs == 100


def test_tranches_are_shifted_each_along_its_own_decisions(desk: Desk) -> None:
    desk.text("def score(past):\n    return float(past.session // 15 % 5 - 2) / 2\n", "strategies/mine.py")
    shape: dict[str, object] = {"strategy": "mine", "stance": BOTH, "every": "{sessions: 15}", "tranches": 3}
    found = desk.run(**shape, controls="circular_shifts").controls["circular_shifts"]
    assert isinstance(found, Spread)
    decisions = desk.run(**shape).opinions["tranche"].value_counts()
    assert found.runs == decisions.min() - 1


def test_one_episode_left_out_is_the_run_without_it(given: Desk) -> None:
    result = told(given, LEANS, "[leave_one_out]")
    found = result.controls["leave_one_out"]
    assert isinstance(found, LeftOut)
    runs, at = [], 0
    for sign, group in groupby(LEANS, np.sign):
        size = len([*group])
        if sign:
            without = [0.0 if at <= i < at + size else lean for i, lean in enumerate(LEANS)]
            days = result.opinions.index[[at, at + size - 1]]
            runs.append((over_policy(told(given, without, None)), tuple(f"{day:%Y-%m-%d}" for day in days)))
        at += size
    assert found.episodes == len(runs) == result.metrics["episodes"]
    assert (found.lowest, found.highest) == pytest.approx((min(runs)[0], max(runs)[0]), rel=1e-9)
    assert (found.lowest_without, found.highest_without) == (min(runs)[1], max(runs)[1])


def test_random_sleeves_hold_other_assets_with_the_same_stances(given: Desk) -> None:
    result = told(given, LEANS, "[random_sleeves]")
    found = result.controls["random_sleeves"]
    assert isinstance(found, Spread)
    assert found.runs == 100
    assert asdict(found) == asdict(told(given, LEANS, "[random_sleeves]").controls["random_sleeves"])
    drawn = drawn_settings(result.setting, 100)
    assert isinstance(drawn, list)
    pairs = {one.config.hold["one"].members for one in drawn}
    assert {label for pair in pairs for label in pair} == {"DDD", "EEE", "FFF", "GGG"}
    assert len(pairs) == 6
    by_pair = {pair: over_policy(told(given, LEANS, None, hold=f"{{one: [{', '.join(pair)}], two: [CCC]}}"))
               for pair in pairs}  # fmt: skip
    by_hand = [by_pair[one.config.hold["one"].members] for one in drawn]
    assert (found.mean, found.low) == pytest.approx((np.mean(by_hand), np.percentile(by_hand, 5)), rel=1e-9)
    assert found.beaten == sum(one < over_policy(result) for one in by_hand)


def test_random_sleeves_come_from_what_has_prices_all_along(given: Desk) -> None:
    frame = pd.read_csv(given.folder / "prices.csv", index_col=0, parse_dates=True)
    frame.loc[:"2020-09-30", "DDD"] = np.nan
    frame.loc["2021-05-31":, "EEE"] = np.nan
    given.prices(frame.rename_axis("date"))
    drawn = drawn_settings(told(given, LEANS, None).setting, 20)
    assert isinstance(drawn, list)
    assert {one.config.hold["one"].members for one in drawn} == {("FFF", "GGG")}
    few = told(given, LEANS, "random_sleeves", hold="{one: [AAA, BBB, CCC], two: [GGG]}")
    assert few.controls["random_sleeves"] == Unmeasured("the data have 1 other assets, it takes 3")


def test_the_dollar_is_its_own_momentum_turned_round(given: Desk) -> None:
    frame = made_prices(seed=2, sessions=700, labels="AAA BBB CCC USD")
    given.prices(frame)
    window: dict[str, object] = {"from_": "2021-06-30", "to": "2022-06-30"}
    days = pd.bdate_range("2021-06-30", "2022-06-30", freq="BME")
    momentum = (frame["USD"].shift(21) / frame["USD"].shift(252) - 1).reindex(days)
    by_hand = told(given, [0.0] * 12 + np.where(momentum <= 0, 1.0, -1.0).tolist(), None, **window)
    leans = [0.0] * 12 + LEANS
    result = told(given, leans, "[{dollar: USD}]", **window)
    found = result.controls["dollar"]
    assert isinstance(found, Dollar)
    assert set(by_hand.opinions["stance one"]) == {1.0, -1.0}
    assert found.dollar == pytest.approx(over_policy(by_hand), rel=1e-9)
    assert found.agreeing == pytest.approx(np.mean(np.sign(LEANS) == by_hand.opinions["stance one"]))
    assert result.id == told(given, leans, None, **window).id
    assert "USD" not in result.panel.assets


def test_the_dollar_may_be_a_series(given: Desk) -> None:
    frame = made_prices(seed=2, sessions=700, labels="AAA BBB CCC USD")
    given.prices(frame[["USD"]], "index.csv")
    given.prices(frame)
    index = "index: {source: files, path: index.csv, kind: values, known: {lag_sessions: 0}}"
    asked: dict[str, object] = {"data": f"{{prices: {{source: files, path: prices.csv}}, {index}, {DATA}}}"}
    asked |= {"from_": "2021-06-30", "to": "2022-06-30"}
    one, other = (
        told(given, [0.0] * 12 + LEANS, f"[{{dollar: {name}}}]", **asked).controls for name in ("USD", "index")
    )
    assert one == other


def test_a_dollar_that_is_nowhere_is_told(given: Desk) -> None:
    with pytest.raises(ConfigError) as caught:
        told(given, LEANS, "{dollar: AAB}")
    assert str(caught.value).startswith("a.yaml:10:20: controls.dollar: found `AAB`, which no source has; expected a ")


NOT_MEASURED = {
    "it states weights, not a stance": {"strategy": "buy_and_hold", "stance": None, "tilt": None},
    "its stance never changes": {"controls": "circular_shifts"},
    "its stances are on assets, not on sleeves": {
        "strategy": "momentum_rotation", "with_": "{sleeve: one, lookback: 20, skip: 1}",
        "stance": "{rule: rank, top: 1}", "controls": "[random_sleeves, {dollar: CCC}]",
    },
    "it never left neutral": {"stance": "{rule: threshold, enter: 2, exit: 0}", "controls": "leave_one_out"},
    "opens and volumes are read of what the config holds alone": {
        "trade": "{at: open}", "controls": "random_sleeves",
        "data": "{source: files, path: long.csv, open: open}",
    },
}  # fmt: skip


@pytest.mark.parametrize("reason", NOT_MEASURED)
def test_what_cannot_be_measured_says_why(desk: Desk, reason: str) -> None:
    frame = made_prices(labels="AAA BBB CCC").melt(ignore_index=False, var_name="ticker", value_name="close")
    desk.prices(frame.assign(open=frame["close"]), "long.csv")
    asked: dict[str, object] = {"controls": "[circular_shifts, leave_one_out]"}
    controls = desk.run(**(asked | NOT_MEASURED[reason])).controls
    assert controls
    assert set(controls.values()) == {Unmeasured(reason)}


def test_controls_stand_in_result_and_summary_and_not_in_the_id(given: Desk) -> None:
    words = "[circular_shifts, random_sleeves, leave_one_out, {dollar: DDD}]"
    plain, result = told(given, LEANS, None), told(given, LEANS, words)
    assert plain.id == result.id
    assert [*plain.controls] == []
    assert [*result.controls] == ["circular_shifts", "random_sleeves", "leave_one_out", "dollar"]
    assert result.path is not None
    saved = json.loads((result.path / "result.json").read_text(encoding="utf-8"))
    assert saved["controls"]["circular_shifts"]["runs"] == len(LEANS) - 1
    assert saved["controls"]["leave_one_out"]["lowest_without"][0].startswith("202")
    with (console := Console(width=200)).capture() as captured:
        console.print(Summary(result, Tried(1, None)))
    lines = captured.get()
    assert "shifts         it earned more than " in lines
    assert "random sets    it earned more than " in lines
    assert "leave one out  " in lines
    assert "of stances agree with it" in lines


def test_brakes_and_limits_hold_for_controls_too(given: Desk) -> None:
    given.text("def score(past):\n    return 0.0\n", "strategies/stop.py")
    shape: dict[str, object] = {"brake": "{strategy: stop, on: one}", "tilt": "{one: {over: 0.2, under: 0, from: two}}"}
    found = told(given, LEANS, "[circular_shifts, {dollar: DDD}]", **shape).controls
    shifts, falling = found["circular_shifts"], found["dollar"]
    assert isinstance(shifts, Spread)
    assert isinstance(falling, Dollar)
    assert (shifts.mean, shifts.high, falling.dollar) == (0.0, 0.0, 0.0)


def test_on_change_each_control_trades_on_its_own_changes(given: Desk) -> None:
    result = told(given, LEANS, "circular_shifts", rebalance="on_change")
    policy = result.portfolios["policy"].figures["cagr"]
    shifted = [told(given, LEANS[-k:] + LEANS[:-k], None, rebalance="on_change") for k in range(1, len(LEANS))]
    found = result.controls["circular_shifts"]
    assert isinstance(found, Spread)
    assert found.mean == pytest.approx(np.mean([one.metrics["cagr"] - policy for one in shifted]), rel=1e-9)


def test_policy_held_is_bought_once_and_never_again(desk: Desk) -> None:
    result = desk.run(trade="{slippage_bps: 20}", cash="{rate: 0.0}")
    prices = made_prices().loc["2020-06-30":"2021-06-30"]
    held = result.portfolios["policy_held"]
    bought, cost = prices.iloc[1], 0.002
    invested = 1e6 / (1 + cost)
    by_hand = invested * (0.25 * prices["AAA"] / bought["AAA"] + 0.25 * prices["BBB"] / bought["BBB"]
                          + 0.5 * prices["CCC"] / bought["CCC"])  # fmt: skip
    np.testing.assert_allclose(held.ledger.equity[1:], by_hand[1:], rtol=1e-12)
    assert held.figures["turnover"] == 0.0
    policy = result.portfolios["policy"].figures["turnover"]
    assert policy is not None
    assert policy > 0


def test_in_tranches_each_part_buys_its_policy_on_its_own_first_day(desk: Desk) -> None:
    result = desk.run(tranches=3, every="{sessions: 21}")
    trades = result.portfolios["policy_held"].ledger.trades
    first = result.setting.decisions[:3] + 1
    assert sorted(set(trades.session.tolist())) == first.tolist()
    assert engine.run("a.yaml").id == result.id
