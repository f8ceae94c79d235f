"""Events that a run could know of: dated by the close that could see them, with what the strategy made of them."""

from __future__ import annotations

import pandas as pd
import pytest

from engine.known_events import known_events_columns
from tests.desk import Desk, made_prices

#: The desk has business days from 2020-01-01; what a day brings is seen after its close, so on the next session.
CALENDAR = """date,sign,strength,label
2019-12-20,1,1,before the data
2020-07-10,1,1,a Friday
2020-08-15,-1,2,a Saturday
2020-08-15,1,1,the same day
2020-09-01,1,1,a Tuesday
2030-01-01,1,1,after the data
"""
PRICES = "prices: {source: files, path: prices.csv}"


def events_of(desk: Desk, **changes: object) -> pd.DataFrame:
    desk.text(CALENDAR, "calendar.csv")
    asked: dict[str, object] = {
        "strategy": "event_lean",
        "with_": "{events: shocks}",
        "stance": "{rule: impulse, hold_sessions: 20}",
        "watch": "{shocks: {series: cal.shock}}",
        "every": "daily",
        "data": f"{{{PRICES}, cal: {{source: events, path: calendar.csv}}}}",
    }
    return pd.DataFrame(known_events_columns(desk.run(**(asked | changes))))


def test_events_are_dated_by_the_session_that_could_know_of_them(desk: Desk) -> None:
    found = events_of(desk)
    assert found["label"].tolist() == ["a Friday", "a Saturday; the same day", "a Tuesday"]
    assert found["happened"].dt.strftime("%m-%d").tolist() == ["07-10", "08-15", "09-01"]
    assert found["date"].dt.strftime("%m-%d").tolist() == ["07-13", "08-17", "09-02"]
    assert found["value"].tolist() == [1.0, -1.0, 1.0]
    assert found["score"].tolist() == [1.0, -1.0, 1.0]
    assert set(found["source"]) == {"cal"}


def test_a_weekly_decision_scores_the_last_event_since_the_one_before(desk: Desk) -> None:
    later = CALENDAR.replace("2020-09-01", "2020-08-19")
    desk.text(later, "later.csv")
    data = f"{{{PRICES}, cal: {{source: events, path: later.csv}}}}"
    found = events_of(desk, every="week_end", data=data).set_index("label")["score"]
    # 08-15 and 08-19 are both new on Friday 08-21; the strategy leans with the last of them.
    assert found.to_dict() == {
        "a Friday": 1.0,
        "a Saturday; the same day": pytest.approx(float("nan"), nan_ok=True),
        "a Tuesday": 1.0,
    }


def test_a_rare_series_is_events_and_a_daily_one_is_not(desk: Desk) -> None:
    desk.text("date,view\n2020-07-01,1\n2020-10-01,-1\n", "views.csv")
    made_prices()[["CCC"]].rename(columns={"CCC": "level"}).to_csv(desk.folder / "levels.csv")
    found = events_of(
        desk,
        strategy="always_over",
        with_=None,
        stance="{rule: threshold, enter: 1, exit: 0}",
        watch="{view: {series: house.view}, level: {series: daily.level}}",
        data=f"{{{PRICES}, house: {{source: table, path: views.csv}}, daily: {{source: table, path: levels.csv}}}}",
    )
    assert found["label"].tolist() == ["house.view 1", "house.view -1"]
    assert found["score"].isna().all()


def test_a_shock_that_no_calendar_dates_stands_by_itself(desk: Desk) -> None:
    """Scored on every later decision too, it is one event, on the session on which it became known."""
    desk.text(
        '"""A shock on session 150."""\n\nfrom engine.signals import Score\n\n\ndef score(past):\n'
        "    return Score(0.5, sessions_ago=past.session - 150) if past.session >= 150 else None\n",
        "strategies/shock.py",
    )
    found = events_of(desk, strategy="shock", with_=None, watch=None, data="{source: files, path: prices.csv}")
    day = made_prices().index[150]
    assert found[["date", "label", "score"]].to_numpy().tolist() == [[day, "scored by shock", 0.5]]


def test_a_run_without_events_has_an_empty_table(desk: Desk) -> None:
    assert len(known_events_columns(desk.run())["date"]) == 0
