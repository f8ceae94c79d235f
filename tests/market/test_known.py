"""A value is visible if and only if its known time is at or before the session's close: by table and by property."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.config import load
from engine.errors import ConfigError
from engine.market.assemble import build_panel
from engine.market.levels import as_of
from engine.market.panel import Panel, Series
from tests.desk import Desk, made_prices


def panel_of(desk: Desk, rows: str, source: str = "", prices: str = "") -> Panel:
    """A panel with a series `it.v` of the CSV rows; `source` and `prices` are further keys of the two sources."""
    desk.text(f"date,v{rows}", "it.csv")
    data = (
        f"{{prices: {{source: files, path: prices.csv{prices}}}, "
        f"it: {{source: files, path: it.csv, kind: values{source}}}}}"
    )
    return build_panel(load(desk.config(data=data)))


def first_seen(panel: Panel) -> list[str]:
    series: Series = panel.series["it.v"]
    return [str(day) for day in panel.sessions[series.visible]]


# 2020-08-07 is a Friday. The first column is what the source says, the second the first session that may see it.
RULES = {
    "": "2020-08-10",  # a date without a time: after that day's close
    ", known: {lag_sessions: 0}": "2020-08-07",
    ", known: {lag_sessions: 2}": "2020-08-11",
    ", known: {lag_days: 0}": "2020-08-10",
    ", known: {lag_days: 3}": "2020-08-11",
    ", known: {weekday: monday, after_days: 1}": "2020-08-11",
    ", known: {weekday: friday, after_days: 0}": "2020-08-10",
    ", known: {weekday: friday, after_days: 1}": "2020-08-17",
    ", known: {month_end_plus_business_days: 0}": "2020-09-01",
    ", known: {month_end_plus_business_days: 3}": "2020-09-04",
}


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_says_from_which_session_a_value_is_seen(desk: Desk, rule: str) -> None:
    assert first_seen(panel_of(desk, "\n2020-08-07,1\n", rule)) == [RULES[rule]]


# February 2020 ended on a Saturday, and Monday is the first weekday after it.
@pytest.mark.parametrize(("days", "seen"), [(0, "2020-03-02"), (1, "2020-03-03"), (3, "2020-03-05")])
def test_weekdays_count_from_a_month_that_ends_on_a_weekend(desk: Desk, days: int, seen: str) -> None:
    rule = f", known: {{month_end_plus_business_days: {days}}}"
    assert first_seen(panel_of(desk, "\n2020-02-14,1\n", rule)) == [seen]


def test_gpr_is_released_on_mondays_and_seen_on_tuesdays(desk: Desk) -> None:
    days = pd.bdate_range("2003-01-02", "2003-04-30", name="date")
    frame = pd.DataFrame(100.0, days, ["AAA", "BBB", "CCC"])
    desk.prices(frame + np.arange(len(days))[:, None])
    desk.text("date,GPRD\n2003-03-20,475.2\n2003-03-21,595.0258\n2003-03-22,440.1\n2003-03-24,300\n", "gpr.csv")
    desk.text(
        'def score(past):\n    return float(past.series("gpr")[-1]) if len(past.series("gpr")) else 0.0\n',
        "strategies/mine.py",
    )
    result = desk.run(
        strategy="mine", every="daily", from_="2003-03-17", to="2003-04-30",
        data="{prices: {source: files, path: prices.csv}, "
        "gpr: {source: files, path: gpr.csv, kind: values, known: {weekday: monday, after_days: 1}}}",
    )  # fmt: skip
    seen = result.opinions["score one"]
    assert seen["2003-03-24"] == 0.0
    assert seen["2003-03-25"] == 440.1
    assert seen["2003-03-31"] == 440.1
    assert seen["2003-04-01"] == 300.0


def test_closes_in_other_zones_keep_their_order(desk: Desk) -> None:
    london = ', close: "15:00 Europe/London"'
    new_york = ', close: "16:00 America/New_York"'
    tokyo = ', close: "15:00 Asia/Tokyo"'
    desk.prices(made_prices(1, labels="FIX"), "fix.csv")

    def first(held: str, watched: str) -> bool:
        """Whether the watched price of a day is seen on that very day."""
        data = f"{{prices: {{source: files, path: prices.csv{held}}}, fix: {{source: files, path: fix.csv{watched}}}}}"
        panel = build_panel(load(desk.config(watch="{metal: [FIX]}", data=data)))
        own = pd.read_csv("fix.csv")["FIX"].to_numpy()
        seen = panel.prices[:, panel.column("FIX")]
        same_day = bool(seen[10] == own[10])
        assert same_day or seen[10] == own[9]
        return same_day

    assert first(new_york, london)
    assert first(new_york, tokyo)
    assert not first(london, new_york)
    assert not first(tokyo, london)


@pytest.mark.parametrize(("after", "seen"), [(0, "2020-07-08"), (1, "2020-07-07")])
def test_who_trades_at_the_close_sees_what_the_earliest_close_has_seen(desk: Desk, after: int, seen: str) -> None:
    """London closes at 14:30 UTC and New York at 20:00. A value of 18:00 is too late for an order at both closes."""
    desk.prices(made_prices(labels="AAA BBB"), "london.csv")
    desk.prices(made_prices(labels="CCC"), "york.csv")
    desk.text("date,v,seen\n2020-07-07,1,2020-07-07T18:00:00Z\n", "it.csv")
    data = (
        '{london: {source: files, path: london.csv, close: "15:30 Europe/London"}, '
        'york: {source: files, path: york.csv, close: "16:00 America/New_York"}, '
        "it: {source: files, path: it.csv, kind: values, known: {column: seen}}}"
    )
    assert first_seen(build_panel(load(desk.config(data=data, trade=f"{{after: {after}}}")))) == [seen]


def test_summer_time_is_minded(desk: Desk) -> None:
    # 15:30 New York is 19:30 UTC in summer and 20:30 in winter; the fix below is known at 20:00 UTC.
    panel = panel_of(
        desk,
        ",seen\n2020-07-07,1,2020-07-07T20:00:00Z\n2020-12-08,2,2020-12-08T20:00:00Z\n",
        ", known: {column: seen}",
        ', close: "15:30 America/New_York"',
    )
    assert first_seen(panel) == ["2020-07-08", "2020-12-08"]


def test_a_known_hour_needs_a_close(desk: Desk) -> None:
    with pytest.raises(ConfigError) as caught:
        panel_of(desk, ",seen\n2020-07-07,1,2020-07-07T20:00:00Z\n", ", known: {column: seen}")
    assert str(caught.value) == (
        "a.yaml:8:55: data.it: found known times with an hour, and held assets that do not say when they close; "
        'expected a `close` for the source of what is held; add for example `close: "16:00 America/New_York"` to it'
    )


def test_an_unknown_zone_is_named(desk: Desk) -> None:
    desk.prices(made_prices(1, labels="FIX"), "fix.csv")
    with pytest.raises(ConfigError, match="the time zone `Europe/Lodon`, which is not known"):
        panel_of(desk, "\n2020-08-07,1\n", prices=', close: "16:30 Europe/Lodon"')


def test_a_day_learnt_late_hides_no_later_day() -> None:
    dates = np.array(["2020-01-01", "2020-01-02", "2020-01-03"], dtype="datetime64[D]")
    values = np.array([1.0, 2.0, 3.0])
    visible = np.array([4, 1, 2])
    assert as_of(values, dates, visible, 6).tolist()[1:] == [2.0, 3.0, 3.0, 3.0, 3.0]
    assert np.isnan(as_of(values, dates, visible, 6)[0])


DAY = dt.date(2020, 1, 6)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(
        st.tuples(st.integers(0, 500), st.integers(0, 40), st.booleans(), st.integers(0, 23)),
        min_size=1,
        max_size=30,
        unique_by=lambda row: row[0],
    ),
    zone=st.sampled_from(["America/New_York", "Europe/London", "Asia/Tokyo"]),
)
def test_the_panel_never_shows_a_value_before_its_known_time(
    desk: Desk, rows: list[tuple[int, int, bool, int]], zone: str
) -> None:
    """Whatever the order of known times, gaps and zones; the oracle is pandas, one value at a time."""
    rows = sorted(rows)
    lines, truth = [], []
    for number, (offset, lag, timed, hour) in enumerate(rows):
        described = DAY + dt.timedelta(days=offset)
        known = described + dt.timedelta(days=lag)
        lines.append(f"{described},{number},{known}T{hour:02d}:00:00Z" if timed else f"{described},{number},{known}T")
        truth.append((number, known, hour if timed else None))
    if len({timed for *_, timed, _ in rows}) > 1:  # one column is either dates or times
        lines = [line.removesuffix("T") if line.endswith("T") else line.split("T")[0] for line in lines]
        truth = [(number, known, None) for number, known, _ in truth]
    text = ",seen\n" + "\n".join(line.removesuffix("T") for line in lines) + "\n"
    panel = panel_of(desk, text, ", known: {column: seen}", f', close: "16:00 {zone}"')
    series = panel.series["it.v"]
    found = {int(value): int(session) for value, session in zip(series.values, series.visible, strict=True)}
    closes = [pd.Timestamp(f"{day} 16:00", tz=zone).tz_convert("UTC") for day in panel.sessions.astype("datetime64[s]")]
    for number, known, hour in truth:
        if hour is None:
            visible = [t for t, day in enumerate(panel.sessions) if day > np.datetime64(known)]
        else:
            instant = pd.Timestamp(f"{known} {hour:02d}:00", tz="UTC")
            visible = [t for t, close in enumerate(closes) if close >= instant]
        assert found.get(number) == (visible[0] if visible else None)
