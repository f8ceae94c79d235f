"""Which days are events: calendars, shocks and dates, the three day zeros, and what is left out."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from engine.config import load
from engine.config.event_study import EventShocks
from engine.errors import ConfigError
from engine.market.panel import Series
from engine.market.past import Past, Revealed
from engine.market.sleeves import sleeve_series
from engine.signals import innovations, spaced
from engine.strategy import load_strategy
from engine.study.events.days import find_shocks
from engine.study.events.outcome import EventOutcome
from engine.study.events.study import event_study_of
from tests.desk import Desk

#: Business days from 2020-01-01; 2021-03-06 is a Saturday.
STUDY = """\
event_study:
  of: one
  events: {calendar: diary}
  estimation_sessions: 60
  gap_sessions: 2
  window_sessions: [0, 4]
hold: {one: [AAA, BBB]}
watch: {two: [CCC], calls: {series: diary.shock}}
data:
  prices: {source: files, path: prices.csv}
  diary: {source: events, path: diary.csv}
"""
DIARY = """\
date,known_from,label,sign,strength,chosen
2021-03-06,2021-03-06,Saturday,1,1,rule
2021-03-17,2021-03-19,late news,-1,2,in_hindsight
2021-05-03,2021-05-03,first of two,1,1,real_time
2021-05-03,2021-05-05,second of two,1,1,rule
"""


def study(desk: Desk, text: str = STUDY, *swaps: tuple[str, str]) -> EventOutcome:
    for old, new in swaps:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    desk.text(text, "s.yaml")
    return event_study_of(load("s.yaml"))


def day_zeros(outcome: EventOutcome) -> list[str]:
    return outcome.panel.sessions[outcome.around.placed.days].astype(str).tolist()


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        # A weekend's event counts on Monday, both of one day when the last of them was known.
        ("happened", ["2021-03-08", "2021-03-17", "2021-05-03"]),
        ("published", ["2021-03-08", "2021-03-19", "2021-05-05"]),
        # Known after the close of that day, decided on the next, executed the session after it.
        ("tradable", ["2021-03-09", "2021-03-23", "2021-05-07"]),
    ],
)
def test_day_zero_is_the_day_that_was_asked_for(desk: Desk, rule: str, expected: list[str]) -> None:
    desk.text(DIARY, "diary.csv")
    assert day_zeros(study(desk, STUDY, ("  gap", f"  day_zero: {rule}\n  gap"))) == expected


def test_tradable_is_the_session_on_which_a_run_trades(desk: Desk) -> None:
    """The same calendar through a strategy that leans on it: its trades are the study's day zeros."""
    desk.text(DIARY, "diary.csv")
    for after in (1, 3):
        zeros = day_zeros(study(desk, STUDY + f"trade: {{after: {after}}}\n", ("  gap", "  day_zero: tradable\n  gap")))
        run = desk.run(
            strategy="event_lean", with_="{events: calls}", watch="{calls: {series: diary.shock}}", every="daily",
            stance="{rule: impulse, hold_sessions: 5}", tilt="{one: {over: 0.2, from: two}}", rebalance="on_change",
            data="{prices: {source: files, path: prices.csv}, diary: {source: events, path: diary.csv}}",
            trade=f"{{after: {after}}}",
        )  # fmt: skip
        traded = set(run.trades["date"].astype(str))
        assert set(zeros) <= traded


def test_events_carry_their_words(desk: Desk) -> None:
    desk.text(DIARY, "diary.csv")
    outcome = study(desk)
    assert outcome.events.labels == ("Saturday", "late news", "first of two; second of two")
    assert outcome.events.chosen == ("rule", "in_hindsight", "rule")
    assert outcome.events.values.tolist() == [1.0, -2.0, 2.0]
    assert outcome.events.called == "diary"


def test_a_calendar_may_be_named_by_what_is_watched_of_it_and_known_by_a_rule_of_its_own(desk: Desk) -> None:
    desk.text(DIARY, "diary.csv")
    watched = study(desk, STUDY, ("calendar: diary", "calendar: calls"))
    assert day_zeros(watched) == ["2021-03-08", "2021-03-19", "2021-05-05"]
    ruled = study(desk, STUDY, ("path: diary.csv", "path: diary.csv, known: {lag_days: 9}"))
    assert day_zeros(ruled) == ["2021-03-15", "2021-03-26", "2021-05-12"]
    sessions = study(desk, STUDY, ("path: diary.csv", "path: diary.csv, known: {lag_sessions: 0}"))
    assert day_zeros(sessions) == ["2021-03-08", "2021-03-17", "2021-05-03"]


def test_dates_written_in_the_config(desk: Desk) -> None:
    dates = ("{calendar: diary}", "{dates: [2021-03-06, 2021-05-03], chosen: rule}")
    desk.text(DIARY, "diary.csv")
    outcome = study(desk, STUDY, dates)
    assert day_zeros(outcome) == ["2021-03-08", "2021-05-03"]
    assert outcome.events.chosen == ("rule", "rule")
    tradable = study(desk, STUDY, dates, ("  gap", "  day_zero: tradable\n  gap"))
    assert day_zeros(tradable) == ["2021-03-09", "2021-05-05"]


def test_every_event_that_is_left_out_has_its_reason(desk: Desk) -> None:
    days = "2019-12-02, 2020-02-03, 2020-12-07, 2021-03-01, 2021-03-03, 2021-05-01, 2021-05-03, 2021-07-12"
    dates = ("{calendar: diary}", f"{{dates: [{days}]}}")
    desk.text(DIARY, "diary.csv")
    outcome = study(desk, STUDY + "from: 2021-01-04\n", dates)
    assert day_zeros(outcome) == ["2021-03-01", "2021-05-03"]
    why = {one.event: one.kind for one in outcome.left_out}
    assert why == {0: "no session", 1: "before from", 2: "before from", 4: "overlaps", 6: "same day", 7: "not over"}
    early = study(desk, STUDY, dates)
    assert {one.event: one.kind for one in early.left_out} == {
        0: "no session", 1: "too little before", 4: "overlaps", 6: "same day", 7: "not over",
    }  # fmt: skip
    # A chain: each follows the kept one, not the one that was left out.
    apart = ("  gap", "  separation_sessions: 40\n  overlap: keep\n  gap")
    separated = study(desk, STUDY, dates, apart)
    kinds = {one.event: one.kind for one in separated.left_out}
    assert [event for event, kind in kinds.items() if kind == "separation"] == [4, 6]
    assert separated.around.placed.overlaps == ()
    kept = study(desk, STUDY, dates, ("  gap", "  overlap: keep\n  gap"))
    assert [(one.earlier, one.later, one.sessions) for one in kept.around.placed.overlaps] == [(3, 4, 3)]


def index_of(jumps: dict[int, float], days: int = 900, seed: int = 3) -> np.ndarray:
    """A positive index with a weekly pattern and noise, and jumps on given days."""
    noise = np.random.default_rng(seed).normal(0.0, 0.05, days)
    logs = 4.0 + 0.2 * np.sin(np.arange(days) % 7) + noise
    for day, size in jumps.items():
        logs[day] += size
    return np.exp(logs)


def test_shocks_are_the_surprises_of_each_batch() -> None:
    values = index_of({700: 0.5, 701: 0.9, 800: 0.6})
    dates = np.datetime64("2010-01-01") + np.arange(900)
    # Known in batches of five days, on sessions 1, 2, ...: those of session 0 were there before the data begin.
    series = Series(values, dates, np.arange(900) // 5)
    rows, sizes = find_shocks(series, EventShocks.model_validate({"shocks": "x", "above_sd": 4.0, "window_days": 365}))
    assert rows.tolist() == [701, 800]
    for row, size in zip(rows.tolist(), sizes.tolist(), strict=True):
        until = (row // 5 + 1) * 5
        assert size == innovations(values[:until], 5, window=365).max()
    level = EventShocks.model_validate({"shocks": "x", "at_least": values[800]})
    assert find_shocks(series, level)[0].tolist() == [701, 800]
    # What was known before the data begin is no event, however large.
    early = Series(np.array([9.0, 1.0, 9.0, 1.0]), dates[:4], np.array([0, 0, 1, 2]))
    assert find_shocks(early, EventShocks.model_validate({"shocks": "x", "at_least": 5}))[0].tolist() == [2]
    above = EventShocks.model_validate({"shocks": "x", "at_least": values[701] + 1})
    assert find_shocks(series, above)[0].tolist() == []


def test_what_comes_later_changes_no_shock() -> None:
    values, dates = index_of({700: 0.5, 800: 0.6}), np.datetime64("2010-01-01") + np.arange(900)
    rule = EventShocks.model_validate({"shocks": "x", "above_sd": 3.0, "window_days": 365})
    rows, sizes = find_shocks(Series(values, dates, np.arange(900) // 5), rule)
    changed = values.copy()
    changed[750:] *= np.random.default_rng(0).uniform(0.5, 2.0, 150)
    again, sizes_again = find_shocks(Series(changed, dates, np.arange(900) // 5), rule)
    before = rows < 750
    assert before.any()
    assert again[again < 750].tolist() == rows[before].tolist()
    assert sizes_again[again < 750].tolist() == sizes[before].tolist()


SHOCKS = """\
event_study:
  of: miners
  events: {shocks: threats, above_sd: 2.5}
  separation_sessions: 21
hold: {miners: [miner_1]}
watch: {threats: {series: gpr}}
data:
  prices: {source: made, seed: 4, sessions: 2600}
  gpr: {source: made, shocks_of: prices, known: {weekday: monday, after_days: 1}}
"""


def test_shocks_are_those_of_the_strategy(desk: Desk) -> None:
    """Session by session the strategy's own `surprise`, spaced as it spaces them."""
    outcome = study(desk, SHOCKS)
    panel, config = outcome.panel, outcome.config
    revealed = Revealed(panel, sleeve_series(config, panel), config)
    surprises = np.full(len(panel.sessions), np.nan)
    source = load_strategy(load(desk.config(strategy="geopolitical_shock", with_="{series: x, respond: x, market: x}")))
    surprise = source.function.__globals__["surprise"]
    for session in range(len(panel.sessions)):
        revealed.reveal(session)
        surprises[session] = surprise(Past(revealed, session, session - 1), "threats", "innovation")
    known = spaced(np.flatnonzero(surprises >= 2.5), 21)
    seen = outcome.events.seen[[*outcome.around.placed.events, *(one.event for one in outcome.left_out
                                                                 if one.kind != "separation")]]  # fmt: skip
    assert sorted(seen.tolist()) == known.tolist()
    assert outcome.events.values[np.argsort(outcome.events.seen)].tolist() == pytest.approx(
        surprises[surprises >= 2.5].tolist()
    )


def test_shocks_published_on_mondays(desk: Desk) -> None:
    outcome = study(desk, SHOCKS)
    panel, events = outcome.panel, outcome.events
    published = pd.DatetimeIndex(panel.sessions[events.published])
    assert set(published.day_name()) == {"Monday"}
    assert (events.seen == events.published + 1).all()
    waited = (panel.sessions[events.published] - events.happened).astype(int)
    assert waited.min() >= 1
    assert waited.max() <= 7
    happened = study(desk, SHOCKS, ("  separation", "  day_zero: happened\n  separation"))
    earlier = happened.panel.sessions[happened.around.placed.days]
    assert set(earlier.tolist()) - set(panel.sessions[outcome.around.placed.days].tolist())


@pytest.mark.parametrize(
    ("swap", "message"),
    [
        (("shocks: threats", "shocks: gpr.GPRT"),
         "s.yaml:3:20: event_study.events.shocks: found `gpr.GPRT`, which is no series; expected one of: gpr.GPRD; "
         "name one of these, or watch one"),
        (("above_sd: 2.5", "above_sd: 99"),
         "s.yaml:3:11: event_study.events: found no shock of threats (99 deviations above what its past foresaw): its "
         "3632 known values hold none; expected at least one; lower the bound, shorten `window_days`, or give the "
         "series more history"),
        (("above_sd: 2.5", "at_least: 9999999"),
         "s.yaml:3:11: event_study.events: found no shock of threats (9999999 or more): its 3632 known values hold "
         "none; expected at least one; lower the bound, shorten `window_days`, or give the series more history"),
    ],
)  # fmt: skip
def test_no_shock_is_a_fault_in_words(desk: Desk, swap: tuple[str, str], message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        study(desk, SHOCKS, swap)
    assert str(caught.value) == message
