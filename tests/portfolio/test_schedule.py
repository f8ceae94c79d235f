"""Decision days against pandas' own calendar arithmetic, and at the edges of the data."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.config import EveryArrival, EveryDate, EverySessions, EveryWeekday, load
from engine.errors import ConfigError
from engine.market.assemble import build_panel
from engine.market.panel import Panel, Series
from engine.portfolio.schedule import decision_sessions, session_before
from tests.portfolio.markets import Market, config_of, panel_of

METALS_LEAD = Path(__file__).parents[2] / "configs" / "metals_lead.yaml"


@pytest.fixture(scope="module")
def sample() -> Panel:
    return build_panel(load(METALS_LEAD))


def days(panel: Panel, **changes: object) -> list[str]:
    config = config_of(1, **changes)
    return [str(day) for day in panel.sessions[decision_sessions(config, panel)]]


def panel_on(dates: list[str], following: str) -> Panel:
    count = len(dates)
    nothing = np.zeros(1)
    market = Market(
        np.ones((count, 1)), np.array([count]), np.ones(count), np.array([0]), np.ones((1, 1)), nothing, nothing
    )
    return replace(panel_of(market), sessions=np.array(dates, "datetime64[D]"), following=np.datetime64(following, "D"))


@pytest.mark.parametrize(("every", "period"), [("week_end", "W-SUN"), ("month_end", "M"), ("quarter_end", "Q")])
def test_the_last_session_of_each_period_as_pandas_counts_them(sample: Panel, every: str, period: str) -> None:
    index = pd.DatetimeIndex(sample.sessions)
    last = pd.Series(index, index).groupby(index.to_period(period)).max()
    # The sample goes on after `to`, but its last session here, 2012-12-31, ends month and quarter, not its week.
    expected = [str(day.date()) for day in last]
    expected = expected[:-1] if every == "week_end" else expected
    assert days(sample, every=every) == expected


def test_the_last_session_closes_its_period_only_if_the_next_day_is_in_another() -> None:
    dates = ["2024-01-30", "2024-01-31", "2024-02-01", "2024-02-28"]
    assert days(panel_on(dates, "2024-02-29"), every="month_end") == ["2024-01-31"]
    assert days(panel_on(dates, "2024-03-01"), every="month_end") == ["2024-01-31", "2024-02-28"]


def test_a_week_runs_from_monday_to_sunday() -> None:
    dates = ["2023-12-29", "2023-12-31", "2024-01-02", "2024-01-05", "2024-01-08"]
    assert days(panel_on(dates, "2024-01-09"), every="week_end") == ["2023-12-31", "2024-01-05"]


def test_a_period_without_sessions_is_no_period() -> None:
    dates = ["2024-01-31", "2024-03-01"]
    assert days(panel_on(dates, "2024-03-04"), every="month_end") == ["2024-01-31"]


def test_from_is_the_first_day_that_may_decide(sample: Panel) -> None:
    assert days(sample, every="month_end", from_=dt.date(2012, 10, 31))[0] == "2012-10-31"
    assert days(sample, every="month_end", from_=dt.date(2012, 11, 1))[0] == "2012-11-30"
    assert days(sample, every="once", from_=dt.date(2012, 11, 3)) == ["2012-11-05"]
    assert days(sample, every="daily", from_=dt.date(2012, 12, 27))[:2] == ["2012-12-27", "2012-12-28"]


def test_every_n_sessions_counts_from_the_first_decision_so_that_more_history_moves_none() -> None:
    dates = [str(day) for day in np.arange("2024-01-01", "2024-01-20", dtype="datetime64[D]")]
    start = dt.date(2024, 1, 8)
    every = EverySessions(sessions=5)
    expected = ["2024-01-08", "2024-01-13", "2024-01-18"]
    assert days(panel_on(dates, "2024-01-20"), every=every, from_=start) == expected
    assert days(panel_on(dates[3:], "2024-01-20"), every=every, from_=start) == expected


def test_from_after_the_last_decision_day_names_the_days_there_are() -> None:
    dates = ["2024-01-30", "2024-01-31", "2024-02-01", "2024-02-28"]
    with pytest.raises(ConfigError) as caught:
        days(panel_on(dates, "2024-02-29"), every="month_end", from_=dt.date(2024, 2, 2))
    assert str(caught.value).endswith(
        "found 2024-02-02, after the last decision day; expected a day from 2024-01-30 to 2024-01-31; "
        "give an earlier `from`, or data that go on"
    )


@pytest.mark.parametrize(
    ("nth", "offset"),
    [
        (1, pd.offsets.WeekOfMonth(week=0, weekday=4)),
        (3, pd.offsets.WeekOfMonth(week=2, weekday=4)),
        ("last", pd.offsets.LastWeekOfMonth(weekday=4)),
    ],
)
def test_the_nth_weekday_of_a_month_as_pandas_counts_them(sample: Panel, nth: int | str, offset: pd.DateOffset) -> None:
    index = pd.DatetimeIndex(sample.sessions)
    fridays = pd.date_range(index[0], index[-1], freq=offset)
    # Where the Friday is no session: the last session before it.
    moved = index[index.searchsorted(fridays, side="right") - 1]
    assert days(sample, every=EveryWeekday(weekday="friday", nth=nth)) == [str(day.date()) for day in moved]


def test_the_third_friday_moves_to_thursday_where_it_is_good_friday(sample: Panel) -> None:
    decided = days(sample, every=EveryWeekday(weekday="friday", nth=3))
    assert [day for day in decided if day.startswith(("2000-04", "2008-03"))] == ["2000-04-20", "2008-03-20"]


def test_a_weekday_is_its_session_or_the_last_before_it_in_the_week_or_the_first_after(sample: Panel) -> None:
    mondays = days(sample, every=EveryWeekday(weekday="monday"))
    fridays = days(sample, every=EveryWeekday(weekday="friday"))
    # 2012-01-02 was the holiday of New Year, a Monday; 2012-04-06 was Good Friday.
    assert [day for day in mondays if day.startswith("2012-01")] == [
        "2012-01-03", "2012-01-09", "2012-01-17", "2012-01-23", "2012-01-30",
    ]  # fmt: skip
    assert [day for day in fridays if day.startswith("2012-04")] == [
        "2012-04-05", "2012-04-13", "2012-04-20", "2012-04-27",
    ]  # fmt: skip
    # A week is closed by its last session, whichever day that is.
    assert days(sample, every=EveryWeekday(weekday="sunday")) == days(sample, every="week_end")


def test_a_weekday_before_the_data_begin_or_after_they_end_is_not_made_up() -> None:
    dates = ["2024-01-03", "2024-01-04", "2024-01-08", "2024-01-09", "2024-01-10"]
    panel = panel_on(dates, "2024-01-11")
    # The first Monday, 2024-01-01, lies before the data, and the last Friday, 2024-01-12, is still to come.
    assert days(panel, every=EveryWeekday(weekday="monday")) == ["2024-01-08"]
    assert days(panel, every=EveryWeekday(weekday="friday")) == ["2024-01-04"]
    # That the 12th is no session is known once the next session is the Monday after it.
    assert days(panel_on(dates, "2024-01-15"), every=EveryWeekday(weekday="friday")) == ["2024-01-04", "2024-01-10"]


def test_given_dates_decide_on_their_session_or_on_the_next_one() -> None:
    dates = ["2024-01-03", "2024-01-04", "2024-01-08", "2024-01-09"]
    given = ("2023-12-29", "2024-01-03", "2024-01-05", "2024-01-06", "2024-01-10")
    every = EveryDate(dates=tuple(dt.date.fromisoformat(day) for day in given))
    assert days(panel_on(dates, "2024-01-10"), every=every) == ["2024-01-03", "2024-01-08"]
    assert days(panel_on(dates, "2024-01-10"), every=every, from_=dt.date(2024, 1, 4)) == ["2024-01-08"]


def arriving(*visible: int, values: list[float] | None = None) -> Panel:
    dates = [f"2024-01-{day:02}" for day in range(1, 11)]
    numbers = np.ones(len(visible)) if values is None else np.array(values)
    known = np.array(visible, dtype=np.int64)
    series = {"gpr.threat": Series(numbers, np.array(dates[: len(visible)], "datetime64[D]"), known)}
    return replace(panel_on(dates, "2024-01-11"), series=series)


def test_arrivals_decide_on_the_session_on_which_a_value_became_known() -> None:
    panel = arriving(0, 0, 3, 5, 5, 8)
    # What was known before the data begin is no news, and several values on one session are one decision.
    assert days(panel, every=EveryArrival(on="gpr")) == ["2024-01-04", "2024-01-06", "2024-01-09"]
    assert days(panel, every=EveryArrival(on="gpr.threat"), offset=1)[:1] == ["2024-01-05"]
    watch = {"threats": {"series": "gpr.threat"}}
    assert days(panel, every=EveryArrival(on="threats"), watch=watch) == days(panel, every=EveryArrival(on="gpr"))
    empty = arriving(2, 3, values=[np.nan, 1.0])
    assert days(empty, every=EveryArrival(on="gpr")) == ["2024-01-04"]


def test_arrivals_of_an_unknown_series_name_those_there_are() -> None:
    with pytest.raises(ConfigError) as caught:
        days(arriving(1), every=EveryArrival(on="gpr.act"))
    assert str(caught.value).endswith(
        "found `gpr.act`, which is no series; expected one of: gpr.threat; "
        "name one of them, or add its source under `data:` with `kind: values`"
    )


def test_an_offset_moves_every_decision_and_none_of_those_from_from_on_is_left_out(sample: Panel) -> None:
    plain = days(sample, every="month_end", from_=dt.date(2012, 1, 31))
    moved = days(sample, every="month_end", from_=dt.date(2012, 1, 31), offset=2)
    sessions = [str(day) for day in sample.sessions]
    # The last one, of 2012-12-31, would fall behind the data.
    assert moved == [sessions[sessions.index(day) + 2] for day in plain[:-1]]


@pytest.mark.parametrize(
    ("every", "first", "offset", "expected"),
    [
        # Month ends are sessions 1, 3 and 4: what the second decides of as new came after the first one.
        ("month_end", 3, 0, 1),
        ("month_end", 4, 0, 3),
        # Each a session later: 2, 4, ...
        ("month_end", 4, 1, 2),
        # Before the first one there is the session before, and before session 0 nothing.
        ("month_end", 1, 0, 0),
        ("daily", 0, 0, -1),
        ("once", 3, 0, 2),
    ],
)
def test_the_decision_before_the_first_one_is_an_earlier_one(
    every: str, first: int, offset: int, expected: int
) -> None:
    panel = panel_on(["2024-01-30", "2024-01-31", "2024-02-28", "2024-02-29", "2024-03-29"], "2024-04-01")
    assert session_before(config_of(1, every=every), panel, first, offset) == expected


def test_an_offset_beyond_the_data_says_how_far_it_may_go() -> None:
    with pytest.raises(ConfigError) as caught:
        days(panel_on(["2024-01-30", "2024-01-31", "2024-02-01"], "2024-02-02"), every="month_end", offset=2)
    assert str(caught.value).endswith(
        "found 2 sessions after 2024-01-31, where the data have 1; expected at most 1; "
        "lower `offset`, or give data that go on"
    )


def test_a_schedule_without_a_decision_in_the_data_is_told() -> None:
    with pytest.raises(ConfigError) as caught:
        days(panel_on(["2024-01-30", "2024-01-31"], "2024-01-31"), every="quarter_end")
    assert str(caught.value).endswith(
        "found a schedule without a decision from 2024-01-30 to 2024-01-31; "
        "expected at least one decision day in the data; change `every`, or give data that go on"
    )


WEEK = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
WEEKDAYS = st.sampled_from(WEEK)
SCHEDULES = st.one_of(
    st.sampled_from(["daily", "week_end", "month_end", "quarter_end"]),
    st.builds(EverySessions, sessions=st.integers(1, 30)),
    st.builds(EveryWeekday, weekday=WEEKDAYS, nth=st.sampled_from([None, 1, 2, 3, 4, "last"])),
    st.builds(EveryDate, dates=st.sets(st.dates(dt.date(2024, 1, 1), dt.date(2024, 4, 9)), min_size=1).map(tuple)),
)


@settings(max_examples=150, deadline=None)
@given(SCHEDULES, st.sets(st.integers(0, 99), min_size=3), st.integers(0, 5), st.data())
def test_what_comes_later_moves_no_decision(every: object, kept: set[int], offset: int, data: st.DataObject) -> None:
    dates = [str(np.datetime64("2024-01-01") + day) for day in sorted(kept)]
    until = data.draw(st.integers(1, len(dates) - 1))

    def decided(known: list[str], following: str) -> list[str]:
        try:
            return days(panel_on(known, following), every=every, offset=offset)
        except ConfigError:
            return []

    whole = decided(dates, "2024-04-10")
    assert decided(dates[:until], dates[until]) == [day for day in whole if day < dates[until]]


@settings(max_examples=100, deadline=None)
@given(WEEKDAYS, st.sets(st.integers(0, 99), min_size=2))
def test_every_week_with_a_session_from_the_weekday_on_has_one_decision(weekday: str, kept: set[int]) -> None:
    dates = [str(np.datetime64("2024-01-01") + day) for day in sorted(kept)]
    panel = panel_on(dates, "2024-05-06")
    index = pd.DatetimeIndex(dates)
    target = pd.DatetimeIndex([day - pd.Timedelta(days=day.weekday()) for day in index]).unique()
    target = target + pd.Timedelta(days=pd.Index(WEEK).get_loc(weekday))
    expected = []
    for day in target[target >= index[0]]:
        week = [one for one in index if one.isocalendar()[:2] == day.isocalendar()[:2]]
        before = [one for one in week if one <= day]
        expected.append(str((before[-1] if before else week[0]).date()))
    assert expected == [] or days(panel, every=EveryWeekday(weekday=weekday)) == expected
