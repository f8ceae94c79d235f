"""`every:`, `offset:` and `tranches:`: what they may say, and every fault by its exact words."""

from __future__ import annotations

import datetime as dt

import pytest

from engine.config import EveryArrival, EveryDate, EverySessions, EveryWeekday, load
from engine.config.schedule import period_sessions, tranches_of
from engine.errors import ConfigError
from tests.config.conftest import Write

GOOD = {
    "week_end": "week_end",
    "{sessions: 21}": EverySessions(sessions=21),
    "{weekday: friday}": EveryWeekday(weekday="friday"),
    "{weekday: friday, nth: 3}": EveryWeekday(weekday="friday", nth=3),
    "{weekday: monday, nth: last}": EveryWeekday(weekday="monday", nth="last"),
    "{dates: [2020-04-30, 2020-01-31]}": EveryDate(dates=(dt.date(2020, 1, 31), dt.date(2020, 4, 30))),
    "{on: events}": EveryArrival(on="events"),
    "{on: prices.x}": EveryArrival(on="prices.x"),
}
EVENTS = "data: {prices: {source: sample}, calendar: {source: events, calendar: geopolitical}}\n"
WATCH = "watch: {metals: [gold], events: {series: calendar.strength}}\n"
ONE_OF = "one of `sessions`, `weekday`, `dates` or `on`"
EMPTY = f"10:8: every: found a block without any of them; expected {ONE_OF}"
# a line or two after the good file, the fault
FAULTS = [
    ("every: {}", f"{EMPTY}; write for example {{sessions: 21}}"),
    ("every: {weekdy: friday}", f"{EMPTY}; did you mean `weekday`?"),
    (
        "every: {weekday: friday, sessions: 5}",
        f"10:8: every: found `sessions` and `weekday`; expected {ONE_OF}; write for example {{sessions: 21}}",
    ),
    (
        "every: {weekday: fryday}",
        "10:18: every.weekday: found the text `fryday`; expected `monday`, `tuesday`, `wednesday`, `thursday`, "
        "`friday`, `saturday` or `sunday`; did you mean `friday`?",
    ),
    (
        "every: {weekday: friday, nth: 5}",
        "10:31: every.nth: found the number 5; expected a number from 1 to 4, or `last`; write for example 3, or last",
    ),
    (
        "every: {weekday: friday, nth: third}",
        "10:31: every.nth: found the text `third`; expected a number from 1 to 4, or `last`; "
        "write for example 3, or last",
    ),
    (
        "every: {dates: []}",
        "10:16: every.dates: found an empty list; expected at least one entry; add one, or remove the key",
    ),
    (
        "every: {dates: [2020-01-31, 2020-02-30]}",
        "10:29: every.dates.1: found 2020-02-30, a day that does not exist; expected a day; look at month and day",
    ),
    (
        "every: {dates: [2020-01-31, 2020-01-31]}",
        "10:16: every.dates: found 2020-01-31 more than once; expected each day once; remove the second one",
    ),
    (
        "every: {on: evens}",
        "10:13: every.on: found the name `evens`; expected a watched series or one of `data` "
        "(`events`, `calendar.*` or `prices.*`); did you mean `events`?",
    ),
    (
        "every: {on: metals}",
        "10:13: every.on: found `metals`, a sleeve of assets; expected a series, whose values come on days of their "
        "own; name a series, for example events",
    ),
    ("offset: -1", "10:9: offset: found the number -1; expected a number of at least 0; change the number"),
    ("offset: 1.5", "10:9: offset: found the number 1.5; expected a whole number; write a whole number"),
    ("tranches: 0", "10:11: tranches: found the number 0; expected a number of at least 1; change the number"),
    (
        "tranches: 4",
        "10:11: tranches: found the number 4; expected a number that divides the 21 sessions of a period "
        "(`1`, `3`, `7` or `21`); write 3",
    ),
    (
        "tranches: 2\nevery: week_end",
        "10:11: tranches: found the number 2; expected a number that divides the 5 sessions of a period "
        "(`1` or `5`); remove it",
    ),
    (
        "tranches: 2\nevery: daily",
        "10:11: tranches: found the number 2; expected a number that divides the 1 session of a period (`1`); "
        "remove it",
    ),
    (
        "tranches: 3\nevery: once",
        "10:11: tranches: found the number 3; expected 1, for this `every` does not come back after so many "
        "sessions; remove it, or write for example `every: month_end`",
    ),
]


@pytest.fixture
def text(good: str) -> str:
    return good.replace("data: {source: sample}\n", EVENTS) + WATCH


@pytest.mark.parametrize("written", GOOD)
def test_every_form_is_read_and_comes_back_from_the_resolved_config(write: Write, text: str, written: str) -> None:
    config = load(write(f"{text}every: {written}\noffset: 2\n"))
    assert (config.every, config.offset, config.tranches) == (GOOD[written], 2, 1)
    again = load(write("# yaml\n" + str(config.resolved()).replace("None", "null").replace("False", "false"), "b.yaml"))
    assert again.resolved() == config.resolved()


@pytest.mark.parametrize(("lines", "message"), FAULTS)
def test_a_schedule_that_cannot_be_is_told_with_place_and_cure(
    write: Write, text: str, lines: str, message: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        load(write(f"{text}{lines}\n"))
    assert str(caught.value) == f"a.yaml:{message}"


@pytest.mark.parametrize("written", ["{weekday: friday}", "{weekday: friday, nth: 3}", "{dates: [2020-01-31]}"])
def test_only_schedules_that_count_sessions_can_be_split(write: Write, text: str, written: str) -> None:
    with pytest.raises(ConfigError, match="tranches: found the number 5; expected 1, for this `every` does not"):
        load(write(f"{text}every: {written}\ntranches: 5\n"))


def test_the_sessions_of_a_period_and_what_divides_them() -> None:
    assert [period_sessions(word) for word in ("daily", "week_end", "month_end", "quarter_end")] == [1, 5, 21, 63]
    assert period_sessions("once") is None
    assert period_sessions(EveryWeekday(weekday="friday")) == 5
    assert period_sessions(EveryWeekday(weekday="friday", nth=3)) == 21
    assert tranches_of("quarter_end") == [1, 3, 7, 9, 21, 63]
    assert tranches_of(EverySessions(sessions=12)) == [1, 2, 3, 4, 6, 12]
    assert tranches_of("once") == tranches_of(EveryWeekday(weekday="friday")) == []
