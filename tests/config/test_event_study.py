"""`event_study:` as it is written: what it may say, and every fault in words."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from engine.config import json_schema, load
from engine.config.event_study import EventStudy
from engine.errors import ConfigError
from tests.desk import Desk

ROOT = Path(__file__).parents[2]
GOOD = """\
event_study:
  of: one
  events: {dates: [2021-03-01]}
hold: {one: [AAA, BBB], two: [CCC]}
watch: {jumps: {series: numbers}, calls: {series: diary.shock}}
data:
  prices: {source: files, path: prices.csv}
  numbers: {source: files, path: numbers.csv, kind: values}
  diary: {source: events, path: diary.csv}
"""


@pytest.fixture
def study(desk: Desk):
    def load_with(*swaps: tuple[str, str]) -> EventStudy:
        text = GOOD
        for old, new in swaps:
            assert text.count(old) == 1
            text = text.replace(old, new)
        desk.text(text, "s.yaml")
        found = load("s.yaml").event_study
        assert found is not None
        return found

    return load_with


def block(of: str = "one", events: str = "{dates: [2021-03-01]}", more: str = "") -> tuple[str, str]:
    """The block in place of the good one; its lines begin at 1:1."""
    own = f"  of: {of}\n  events: {events}\n" + (f"  {more}\n" if more else "")
    return GOOD[13 : GOOD.index("hold")], own


def test_a_file_of_events_needs_neither_strategy_nor_policy(desk: Desk, study) -> None:
    study()
    config = load("s.yaml")
    assert (config.strategy, config.study) == ("buy_and_hold", "event_study")
    assert config.policy == {"one": 0.5, "two": 0.5}


def test_defaults_are_those_of_the_field(study) -> None:
    found = study()
    assert (found.of, found.each, found.day_zero, found.normal) == (("one",), "sleeve", "published", "constant_mean")
    assert (found.window_sessions, found.estimation_sessions, found.gap_sessions) == (((0, 20),), 250, 10)
    assert (found.overlap, found.separation_sessions, found.permutations) == ("drop_later", 0, 2000)
    assert found.events.chosen == "in_hindsight"


def test_it_reads_as_it_is_written(study) -> None:
    more = "window_sessions: [[-1, 1], [0, 20]]\n  normal: {factors: [two, jumps]}\n  day_zero: tradable\n  each: asset"
    found = study(block("[one, AAA]", "{shocks: jumps, above_sd: 2}", more))
    assert found.of == ("one", "AAA")
    assert found.window_sessions == ((-1, 1), (0, 20))
    assert found.factors == ("two", "jumps")
    assert (found.events.lags, found.events.window_days) == (7, 1095)
    assert study(block(more="normal: {market: two}")).factors == ("two",)
    for name in ("diary", "calls"):
        assert study(block(events=f"{{calendar: {name}}}")).events.calendar == name


def test_a_resolved_study_loads_to_itself(desk: Desk, study) -> None:
    study(block(more="eras: [{to: 2020-12-31}, {from: 2021-01-01, name: now}]\n  normal: {market: two}"))
    config = load("s.yaml")
    whole = {**config.resolved(), **config.studied()}
    desk.text(json.dumps(whole), "again.yaml")
    assert load("again.yaml").studied() == config.studied()
    assert config.studied()["event_study"]["eras"][1] == {"from": "2021-01-01", "name": "now", "to": None}


@pytest.mark.parametrize(
    ("written", "title"),
    [
        ({"from": "1985-01-01", "to": "2021-12-31"}, "1985 to 2021"),
        ({"from": "2022-01-01"}, "2022 on"),
        ({"to": "1999-06-30"}, "to 1999-06-30"),
        ({"from": "2020-01-01", "to": "2020-12-31"}, "2020"),
        ({}, "all"),
        ({"name": "the war", "from": "2022-02-24"}, "the war"),
    ],
)
def test_eras_name_themselves(written: dict[str, str], title: str) -> None:
    from engine.config.event_study import EraSpan

    assert EraSpan.model_validate(written).title == title


#: What extends another may say parts of blocks alone, which no schema knows.
STUDIES = [one for one in sorted((ROOT / "configs/studies").rglob("*.yaml")) if "extends:" not in one.read_text()]


@pytest.mark.parametrize("path", STUDIES, ids=lambda path: path.stem)
def test_an_editor_that_knows_the_schema_is_content(path: Path) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    checker = jsonschema.Draft7Validator(json_schema())
    written = typed(yaml.load(path.read_text(), yaml.BaseLoader))
    assert [error.message for error in checker.iter_errors(written)] == []


def typed(value: Any) -> Any:
    """BaseLoader gives texts; numbers as JSON has them."""
    if isinstance(value, dict):
        return {key: typed(item) for key, item in value.items()}
    if isinstance(value, list):
        return [typed(item) for item in value]
    return int(value) if value.lstrip("-").isdigit() else float(value) if value.replace(".", "", 1).isdigit() else value


def test_a_file_that_extends_a_study_replaces_its_events_whole(desk: Desk, study) -> None:
    study(block(events="{shocks: jumps, at_least: 3}", more="normal: {market: two}"))
    desk.text("extends: s.yaml\nevent_study: {events: {dates: [2021-05-03]}, normal: {factors: [jumps]}}\n", "t.yaml")
    found = load("t.yaml").event_study
    assert found is not None
    assert found.events.dates == (dt.date(2021, 5, 3),)
    assert (found.of, found.factors) == (("one",), ("jumps",))


FAULTS = [
    (block("three"),
     "2:7: event_study.of: found the name `three`; expected what has a price (`one`, `two`, `AAA`, `BBB` or `CCC`); "
     "name a sleeve or an asset of this file"),
    (block("on"),
     "2:7: event_study.of: found the name `on`; expected what has a price (`one`, `two`, `AAA`, `BBB` or `CCC`); "
     "did you mean `one`?"),
    (block("[one, jumps]"),
     "2:13: event_study.of.1: found `jumps`, a series without a price; expected what has a price (`one`, `two`, "
     "`AAA`, `BBB` or `CCC`); name a sleeve or an asset of this file"),
    (block("[one, one]"), "2:13: event_study.of.1: found `one` more than once; expected each once; "
                          "remove the second one"),
    (block("[]"), "2:7: event_study.of: found an empty list; expected at least one entry; add one, or remove the key"),
    (block(events="[2021-03-01]"),
     "3:11: event_study.events: found a list; expected `{calendar: ...}`, `{shocks: ...}` or `{dates: ...}`; "
     "write for example {calendar: wars}, a `data` entry of `source: events`"),
    (block(events="shocks"),
     "3:11: event_study.events: found the text `shocks`; expected `{calendar: ...}`, `{shocks: ...}` or "
     "`{dates: ...}`; write for example `{shocks: ...}`"),
    (block(events="{calender: diary}"),
     "3:11: event_study.events: found a block without any of them; expected one of `calendar`, `shocks` or `dates`; "
     "did you mean `calendar`?"),
    (block(events="{calendar: diary, shocks: jumps}"),
     "3:11: event_study.events: found `calendar` and `shocks`; expected one of `calendar`, `shocks` or `dates`; "
     "write for example {calendar: wars}, a `data` entry of `source: events`"),
    (block(events="{calendar: wars}"),
     "3:22: event_study.events.calendar: found the name `wars`; expected a `data` entry of `source: events` (`diary` "
     "or `calls`); add `wars: {source: events, calendar: wars}` under `data:`"),
    (block(events="{calendar: jumps}"),
     "3:22: event_study.events.calendar: found `jumps`, which is no calendar; expected a `data` entry of `source: "
     "events` (`diary` or `calls`); add `jumps: {source: events, calendar: jumps}` under `data:`"),
    (block(events="{shocks: jumps}"),
     "3:11: event_study.events: found neither `above_sd` nor `at_least`; expected one of the two; "
     "write for example `above_sd: 2.5`"),
    (block(events="{shocks: jumps, above_sd: 2, at_least: 3}"),
     "3:11: event_study.events: found both `above_sd` and `at_least`; expected one of the two; "
     "write for example `above_sd: 2.5`"),
    (block(events="{shocks: two, above_sd: 2}"),
     "3:20: event_study.events.shocks: found `two`, a sleeve of assets; expected a watched series or one of `data` "
     "(`calls`, `jumps`, `diary.*`, `numbers.*` or `prices.*`); watch one: `name: {series: source.column}`"),
    (block(events="{shocks: jumbs, above_sd: 2}"),
     "3:20: event_study.events.shocks: found the name `jumbs`; expected a watched series or one of `data` "
     "(`calls`, `jumps`, `diary.*`, `numbers.*` or `prices.*`); did you mean `jumps`?"),
    (block(events="{dates: []}"),
     "3:19: event_study.events.dates: found an empty list; expected at least one entry; add one, or remove the key"),
    (block(events="{dates: [2021-03-01, 2021-03-01]}"),
     "3:19: event_study.events.dates: found 2021-03-01 more than once; expected each day once; remove the second one"),
    (block(events="{dates: [2021-02-30]}"),
     "3:20: event_study.events.dates.0: found 2021-02-30, a day that does not exist; expected a day; "
     "look at month and day"),
    (block(more="day_zero: known"),
     "4:13: event_study.day_zero: found the text `known`; expected `published`, `happened` or `tradable`; "
     "write `published`, `happened` or `tradable`"),
    (block(more="window_sessions: 20"),
     "4:20: event_study.window_sessions: found the number 20; expected a window of sessions, its first and its last; "
     "write a window such as [0, 20]"),
    (block(more="window_sessions: [0, 5, 20]"),
     "4:20: event_study.window_sessions: found a list; expected two whole numbers, the first and the last session "
     "from day zero; write a window such as [0, 20]"),
    (block(more="window_sessions: [[0, 5], [0, 1.5]]"),
     "4:29: event_study.window_sessions.1: found a list; expected two whole numbers, the first and the last session "
     "from day zero; write a window such as [0, 20]"),
    (block(more="window_sessions: [5, -1]"),
     "4:20: event_study.window_sessions: found a window that ends at -1, before it begins at 5; expected the first "
     "session, then the last; write [-1, 5]"),
    (block(more="window_sessions: [[0, 5], [0, 5]]"),
     "4:20: event_study.window_sessions: found the window [0, 5] more than once; expected each once; "
     "remove the second one"),
    (block(more="normal: market"),
     "4:11: event_study.normal: found the text `market`; expected `constant_mean`, `{market: ...}` or "
     "`{factors: ...}`; write for example `{market: ...}`"),
    (block(more="normal: {market: three}"),
     "4:20: event_study.normal.market: found the name `three`; expected one of `one`, `two`, `AAA`, `BBB`, `CCC`, "
     "`calls` or `jumps`; watch it first"),
    (block(more="normal: {factors: [two, one]}"),
     "4:27: event_study.normal.factors.1: found `one`, which is measured itself; expected something else to explain "
     "it; name another, or take it out of `of`"),
    (block(more="normal: {factors: [two, two]}"),
     "4:27: event_study.normal.factors.1: found `two` more than once; expected each once; remove the second one"),
    (block("two", more="normal: {factors: [one, AAA, BBB, jumps, calls]}\n  estimation_sessions: 10"),
     None),
    (block(more="normal: {factors: [two, AAA]}"),
     "4:27: event_study.normal.factors.1: found `AAA`, a part of `one`, which it is to explain; expected what is no "
     "part of it; name an index that is broader than `one`"),
    (block("AAA", more="normal: {market: one}"), None),
    (block("[AAA, two]", more="normal: {market: CCC}"),
     "4:20: event_study.normal.market: found `CCC`, a part of `two`, which it is to explain; expected what is no "
     "part of it; name an index that is broader than `two`"),
    (block(more="normal: {factors: [two, CCC, jumps, calls, prices]}"),
     "4:46: event_study.normal.factors.4: found the name `prices`; expected one of `one`, `two`, `AAA`, `BBB`, `CCC`, "
     "`calls` or `jumps`; watch it first"),
    (block(more="estimation_sessions: 9"),
     "4:24: event_study.estimation_sessions: found the number 9; expected a number of at least 10; change the number"),
    (block(more="eras: [{from: 2021-01-01, to: 2020-01-01}]"),
     "4:33: event_study.eras.0.to: found 2020-01-01; expected a day not before `from` (2021-01-01); "
     "change one of them"),
    (block(more="eras: [{to: 2021-01-01}, {from: 2021-01-01}]"),
     "4:28: event_study.eras.1: found `2021 on` after `to 2021-01-01`; expected eras in the order of time, each "
     "beginning after the one before has ended; give one a `to` and the next a later `from`"),
    (block(more="eras: [{from: 2021-01-01}, {from: 2022-01-01}]"),
     "4:30: event_study.eras.1: found `2022 on` after `2021 on`; expected eras in the order of time, each "
     "beginning after the one before has ended; give one a `to` and the next a later `from`"),
    (block(more="eras: [{to: 2020-12-31, name: x}, {from: 2021-01-01, name: x}]"),
     "4:9: event_study.eras: found two eras called `x`; expected a name for each; rename one of them"),
    (block(more="overlap: merge"),
     "4:12: event_study.overlap: found the text `merge`; expected `drop_later` or `keep`; "
     "write `drop_later` or `keep`"),
    (block(more="permutations: 5"),
     "4:17: event_study.permutations: found the number 5; expected a number of at least 99; change the number"),
    (("hold: {one:", "hold: {pooled: [CCC], one:"), None),
]  # fmt: skip


@pytest.mark.parametrize(("swap", "message"), FAULTS)
def test_every_fault_is_told_with_place_and_cure(study, swap: tuple[str, str], message: str | None) -> None:
    if message is None:
        study(swap)
        return
    with pytest.raises(ConfigError) as caught:
        study(swap)
    assert str(caught.value) == f"s.yaml:{message}"


def test_too_few_sessions_for_so_many_factors(desk: Desk, study) -> None:
    labels = ", ".join(f"L{i}" for i in range(8))
    more = f"normal: {{factors: [{labels}]}}\n  estimation_sessions: 11"
    with pytest.raises(ConfigError) as caught:
        study(block(more=more), ("two: [CCC]", f"two: [CCC, {labels}]"))
    assert str(caught.value) == (
        "s.yaml:5:24: event_study.estimation_sessions: found 11 sessions for 9 coefficients; expected at least 12; "
        "write 12 at least; 120 or more are usual"
    )


def test_all_units_together_have_a_name_that_no_sleeve_may_have(study) -> None:
    with pytest.raises(ConfigError, match="found a unit called `pooled`; expected another name: `pooled` is all"):
        study(block("[one, pooled]"), ("hold: {one:", "hold: {pooled: [CCC], one:"))
