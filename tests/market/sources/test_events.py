"""Calendars: every shipped entry is whole, hindsight is told first, and no day is seen before it was known."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.config import load
from engine.errors import ConfigError, DataError
from engine.market.assemble import build_panel
from engine.market.panel import Panel
from engine.market.sources.calendar_file import read_calendar
from engine.market.sources.events import calendars
from tests.desk import Desk

ROOT = Path(__file__).parents[3]
SHIPPED = sorted((ROOT / "configs/events").glob("*.csv"))
COUNTS = {"broker_calls": 60, "geopolitical": 95, "policy": 93, "supply": 43}
OWN = """date,known_from,label,sign,strength,chosen
2020-03-02,2020-03-02,one,1,2,rule
2020-03-06,2020-03-07,over the weekend,-1,1,rule
2020-03-10,2020-03-10,twice a day,1,1,rule
2020-03-10,2020-03-12,twice a day,-1,4,rule
2020-03-20,2020-03-20,neither,0,3,rule
"""
QUESTION: dict[str, object] = {
    "watch": "{shock: {series: cal.shock}}",
    "data": "{own: {source: files, path: prices.csv}, cal: {source: events, path: own.csv}}",
}


def panel(desk: Desk, text: str = OWN, file: str = "own.csv", **changes: object) -> Panel:
    desk.text(text, file)
    return build_panel(load(desk.config(**{**QUESTION, **changes})))


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_every_shipped_entry_is_whole_and_sane(path: Path) -> None:
    events = read_calendar(path)
    assert len(events) == COUNTS[path.stem]
    for event in events:
        assert np.datetime64("1985-01-01") <= event.date <= event.known_from <= np.datetime64("2026-07-31")
        assert (event.known_from - event.date).astype(int) <= 7, event.label
        assert event.label
        assert event.on
        assert event.source
        assert event.confidence in ("seen", "memory")
        assert event.chosen == ("real_time" if path.stem == "broker_calls" else "in_hindsight")
        assert event.strength == 1.0
    assert len({(event.date, event.label) for event in events}) == len(events)


def test_every_shipped_calendar_is_found_by_name() -> None:
    assert {path.stem for path in SHIPPED} == set(COUNTS) <= set(calendars())


def test_a_call_has_the_sign_of_its_change() -> None:
    calls = {event.label: event.sign for event in read_calendar(ROOT / "configs/events/broker_calls.csv")}
    assert calls["J.P. Morgan: overweight on European metals and mining (was underweight)"] == 1
    assert calls["Credit Suisse: neutral on metals and mining (was overweight)"] == -1
    assert calls["J.P. Morgan: neutral on stock:Rio Tinto (was underweight)"] == 1


def test_an_event_is_seen_after_the_day_on_which_it_was_known(desk: Desk) -> None:
    read = panel(desk)
    one = read.series["cal.shock"]
    seen = dict(zip(one.dates.astype(str), read.sessions[one.visible].astype(str), strict=True))
    assert seen == {
        "2020-03-02": "2020-03-03",
        "2020-03-06": "2020-03-09",
        "2020-03-10": "2020-03-13",
        "2020-03-20": "2020-03-23",
    }


def test_events_of_one_day_add_up(desk: Desk) -> None:
    read = panel(desk)
    assert read.series["cal.shock"].values.tolist() == [2.0, -1.0, -3.0, 0.0]
    assert read.series["cal.sign"].values.tolist() == [1.0, -1.0, -1.0, 0.0]
    assert read.series["cal.strength"].values.tolist() == [2.0, 1.0, 3.0, 3.0]


def test_a_yaml_calendar_says_the_same(desk: Desk) -> None:
    text = "- {date: 2020-03-02, sign: 1, label: one, strength: 2, chosen: rule}\n- {date: 2020-03-20, sign: 0}\n"
    read = panel(desk, text, "own.yaml", data=str(QUESTION["data"]).replace("own.csv", "own.yaml"))
    assert read.series["cal.shock"].values.tolist() == [2.0, 0.0]
    assert read.caveats[0] == "dates chosen with hindsight: 1 of the 2 events of own.yaml"


FILTERS = {
    "calendar: supply": (43, 43),
    "calendar: supply, sign: [1]": (None, None),
    "calendar: supply, 'on': [copper]": (None, None),
    "calendar: supply, confidence: [seen]": (None, None),
    "calendar: broker_calls": (60, 0),
}


@pytest.mark.parametrize("written", FILTERS)
def test_filters_leave_what_they_say_and_hindsight_is_told(desk: Desk, written: str) -> None:
    read = panel(desk, data=str(QUESTION["data"]).replace("path: own.csv", written.replace("'on'", "on")))
    said = [caveat for caveat in read.caveats if "hindsight" in caveat]
    if "broker" in written:
        assert not said
        return
    name = "supply"
    every = read_calendar(ROOT / f"configs/events/{name}.csv")
    kept = [
        one
        for one in every
        if ("sign" not in written or one.sign == 1)
        and ("copper" not in written or "copper" in one.on.lower())
        and ("seen" not in written or one.confidence == "seen")
    ]
    assert 0 < len(kept) <= len(every)
    assert said == [f"dates chosen with hindsight: {len(kept)} of the {len(kept)} events of supply"]


def test_a_result_says_hindsight_first(desk: Desk) -> None:
    desk.text(OWN.replace("rule", "in_hindsight"), "own.csv")
    caveats = desk.run(**QUESTION).judgement.caveats
    assert caveats[0] == "dates chosen with hindsight: 5 of the 5 events of own.csv"


BAD = {
    "date,label\n2020-03-02,x\n": "own.csv: found no column `sign`; expected date, sign and some of ",
    "date,sign,when\n2020-03-02,1,x\n": "own.csv: found the column `when`; expected date, sign and some of ",
    "date,sign\n": "own.csv: found a calendar without events; expected at least one event",
    "date,sign\n2020-13-02,1\n": "own.csv: found `2020-13-02` as `date` of entry 1; expected a date like 2003-03-20",
    "date,sign\n2020-03-02,2\n": "own.csv: found `2` as `sign` of entry 1; expected -1, 0 or 1",
    "date,sign,known_from\n2020-03-02,1,2020-03-01\n": "found `2020-03-01` as `known_from` of entry 1; "
    "expected a day at or after its date 2020-03-02",
    "date,sign,chosen\n2020-03-02,1,luck\n": "found `luck` as `chosen` of entry 1; expected in_hindsight or rule",
    "date,sign,strength\n2020-03-02,1,-3\n": "found `-3` as `strength` of entry 1; expected a number above 0",
}


@pytest.mark.parametrize("text", BAD)
def test_a_damaged_calendar_is_refused_by_entry(desk: Desk, text: str) -> None:
    with pytest.raises(DataError) as caught:
        panel(desk, text)
    assert BAD[text] in str(caught.value)


WRONG = {
    "calendar: wars": "data.cal.calendar: found `wars`, which is no calendar; expected one of: broker_calls",
    "path: nix.csv": "data.cal.path: found `nix.csv`, which is no file",
    "path: own.csv, calendar: supply": "both `path` and `calendar`",
    "calendar: supply, on: [cheese]": "data.cal.on: found none of 43 events that fits on; expected some of on: ",
    "calendar: supply, sign: 1": "data.cal.sign: found the number 1; expected a list; write it in brackets",
    "calendar: supply, chosen: [luck]": "expected `in_hindsight`, `rule` or `real_time`",
}


@pytest.mark.parametrize("written", WRONG)
def test_an_entry_that_asks_for_no_calendar_is_refused(desk: Desk, written: str) -> None:
    with pytest.raises(ConfigError) as caught:
        panel(desk, data=str(QUESTION["data"]).replace("path: own.csv", written))
    assert WRONG[written] in str(caught.value)


def test_an_entry_without_its_end_is_refused(desk: Desk) -> None:
    """What stands in no field would silently be the default: here `chosen: in_hindsight`."""
    desk.text(OWN.replace("one,1,2,rule", "one,1,2"), "own.csv")
    with pytest.raises(DataError, match=r"^own\.csv:2: found 5 fields; expected 6, as in the header; export"):
        read_calendar(Path("own.csv"))
