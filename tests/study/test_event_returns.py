"""What is measured: returns of sleeves and assets with holidays, late entries and ends; factors of every kind."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from engine.config import load
from engine.study.events.outcome import EventOutcome
from engine.study.events.study import event_study_of
from engine.study.events.words import caveats_of
from tests.desk import Desk, made_prices

STUDY = """\
event_study:
  of: [one, CCC]
  events: {dates: [2021-01-04, 2021-03-01, 2021-05-03]}
  estimation_sessions: 60
  gap_sessions: 0
  window_sessions: [0, 4]
  normal: {factors: [three, rates]}
hold: {one: {AAA: 0.25, BBB: 0.75}, two: [CCC]}
watch: {three: [DDD], rates: {series: changes}}
data:
  prices: {source: files, path: prices.csv}
  changes: {source: files, path: changes.csv, kind: values}
"""


@pytest.fixture
def prices(desk: Desk):
    frame = made_prices(labels="AAA BBB CCC DDD")
    changes = frame[["DDD"]].pct_change().rename(columns={"DDD": "value"}) * 0.1
    changes["value"] += np.random.default_rng(1).normal(0, 0.001, len(frame))
    desk.prices(frame)
    desk.prices(changes.iloc[1:], "changes.csv")
    return frame


def study(desk: Desk, *swaps: tuple[str, str]) -> EventOutcome:
    text = STUDY
    for old, new in swaps:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    desk.text(text, "s.yaml")
    return event_study_of(load("s.yaml"))


def test_sleeves_are_rebalanced_daily_and_factors_are_what_they_say(desk: Desk, prices) -> None:
    around = study(desk).around
    moves = prices.pct_change().to_numpy()
    assert around.names == ("one", "CCC")
    np.testing.assert_allclose(around.returns[1:, 0], 0.25 * moves[1:, 0] + 0.75 * moves[1:, 1], rtol=1e-10, atol=1e-15)
    np.testing.assert_allclose(around.returns[1:, 1], moves[1:, 2], rtol=1e-10, atol=1e-15)
    np.testing.assert_allclose(around.factors[1:, 0], moves[1:, 3], rtol=1e-10, atol=1e-15)
    assert np.isnan(around.returns[0]).all()


def test_a_value_of_a_day_without_a_session_is_no_factor_of_the_next_one(desk: Desk, prices) -> None:
    """Of 2021-03-08, a Monday, nothing is said; what is said of the Sunday before is not about it."""
    named = pd.read_csv("changes.csv", index_col="date", parse_dates=True)
    before = study(desk).around.factors[:, 1]
    row = int(np.flatnonzero(prices.index == "2021-03-08")[0])
    sunday = pd.DataFrame({"value": [9.0]}, pd.DatetimeIndex(["2021-03-07"], name="date"))
    desk.prices(pd.concat([named.drop(pd.Timestamp("2021-03-08")), sunday]).sort_index(), "changes.csv")
    found = study(desk).around.factors[:, 1]
    assert np.isnan(found[row])
    np.testing.assert_array_equal(np.delete(found, row), np.delete(before, row))


def test_a_watched_series_counts_on_the_day_it_describes_not_when_it_was_known(desk: Desk, prices) -> None:
    at_once = study(desk).around.factors[:, 1]
    late = study(desk, ("kind: values}", "kind: values, known: {lag_sessions: 9}}")).around.factors[:, 1]
    np.testing.assert_array_equal(at_once[:-9], late[:-9])
    assert np.isnan(at_once[0])
    # What the last session's value says is known after its close, when the data have ended.
    assert np.isfinite(at_once[1:-1]).all()


def test_each_asset_of_a_sleeve_once(desk: Desk, prices) -> None:
    outcome = study(desk, ("of: [one, CCC]", "of: [one, two, AAA]\n  each: asset"))
    assert outcome.around.names == ("AAA", "BBB", "CCC")
    assert outcome.unit == "pooled"


def test_a_holiday_is_a_return_of_zero_and_the_next_one_has_the_move(desk: Desk, prices) -> None:
    holed = prices.copy()
    holed.loc["2021-03-02", "CCC"] = np.nan
    desk.prices(holed)
    outcome = study(desk)
    row = int(np.flatnonzero(prices.index == "2021-03-02")[0])
    two_days = prices["CCC"].iloc[row + 1] / prices["CCC"].iloc[row - 1] - 1
    assert outcome.around.returns[row, 1] == 0.0
    assert outcome.around.returns[row + 1, 1] == pytest.approx(two_days, rel=1e-12)
    assert outcome.effect("CCC").events == 3
    assert "CCC has no price on 1 session: its return counts as zero there, and in full on the next" in caveats_of(
        outcome
    )


def test_what_was_not_there_yet_or_is_no_more_is_left_out_of_the_event(desk: Desk, prices) -> None:
    holed = prices.copy()
    holed.loc[:"2020-12-01", "CCC"] = np.nan
    holed.loc["2021-05-05":, "AAA"] = np.nan
    desk.prices(holed)
    outcome = study(desk, ("of: [one, CCC]", "of: [AAA, CCC]"))
    assert (outcome.effect("AAA").events, outcome.effect("CCC").events) == (2, 2)
    assert (outcome.effect().events, outcome.effect().pairs) == (3, 4)
    said = caveats_of(outcome)
    assert "AAA has no full window for 1 of 3 events" in said
    assert "CCC has no full window for 1 of 3 events" in said


def test_what_never_moves_is_told_as_that_and_not_as_missing(desk: Desk, prices) -> None:
    still = prices.copy()
    still["AAA"] = 100.0
    desk.prices(still)
    outcome = study(desk, ("of: [one, CCC]", "of: AAA"))
    assert outcome.effect().events == 0
    said = caveats_of(outcome)
    assert "AAA does not move at all in the estimation window of 3 of 3 events: nothing to hold it to" in said
    assert not any("no full window" in one for one in said)


def test_after_a_long_silence_there_is_no_return(desk: Desk, prices) -> None:
    holed = prices.copy()
    rows = slice(300, 320)
    holed.iloc[rows, 2] = np.nan
    desk.prices(holed)
    returns = study(desk).around.returns[:, 1]
    # Seven sessions may be a holiday; after that it does not trade, and what it did meanwhile is no session's return.
    assert returns[300:307].tolist() == [0.0] * 7
    assert np.isnan(returns[307:321]).all()
    assert np.isfinite(returns[321:]).all()


def test_a_sleeve_ends_with_the_last_of_its_members(desk: Desk, prices) -> None:
    holed = prices.copy()
    holed.loc["2021-05-05":, ["AAA", "BBB"]] = np.nan
    desk.prices(holed)
    outcome = study(desk)
    last = int(np.flatnonzero(prices.index == "2021-05-04")[0])
    assert np.isfinite(outcome.around.returns[last, 0])
    assert np.isnan(outcome.around.returns[last + 1 :, 0]).all()
    assert outcome.effect("one").events == 2


def test_a_unit_inside_its_own_factor_is_said(desk: Desk, prices) -> None:
    outcome = study(desk, ("[three, rates]", "[three]"), ("three: [DDD]", "three: [AAA, CCC, DDD]"))
    assert "AAA, CCC is part of the factor three: some of its own answer counts as normal" in caveats_of(outcome)


def test_a_study_over_a_base_uses_its_market(desk: Desk, prices) -> None:
    desk.config()
    desk.text("base: a.yaml\nevent_study: {of: one, events: {dates: [2021-05-03]}, normal: {market: two}}\n", "s.yaml")
    outcome = event_study_of(load("s.yaml"))
    assert (outcome.around.names, outcome.around.factors.shape[1]) == (("one",), 1)
    assert outcome.config.name == "s"


def test_what_is_worth_nothing_has_no_return_any_more(desk: Desk) -> None:
    """The fall to 0 is its last return; there is none after it, and no warning."""
    frame = made_prices()
    frame.iloc[200:, 0] = 0.0
    desk.prices(frame)
    text = "event_study: {of: AAA, events: {dates: [2020-06-01]}}\nhold: {one: [AAA], two: [CCC]}\n"
    desk.text(text + "data: {source: files, path: prices.csv}\n", "s.yaml")
    with np.errstate(all="raise"):
        own = event_study_of(load("s.yaml")).around.returns[:, 0]
    np.testing.assert_allclose(own[1:200], frame["AAA"].pct_change().iloc[1:200], rtol=1e-12)
    assert own[200] == -1.0
    assert np.isnan(own[201:]).all()
