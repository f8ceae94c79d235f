"""Study files: a block over the run that `base` names."""

from __future__ import annotations

from pathlib import Path

import pytest

import engine
from engine.config import load
from engine.errors import ConfigError
from tests.desk import Desk


def faults_of(path: Path) -> str:
    with pytest.raises(ConfigError) as caught:
        load(path)
    return str(caught.value)


def test_a_study_is_its_base_and_its_own_block(desk: Desk) -> None:
    desk.config()
    desk.text("base: a.yaml\naccept: price_against_total\nclaims: {}\n", "study.yaml")
    study, run = load("study.yaml"), load("a.yaml")
    assert (study.study, run.study) == ("claims", None)
    assert study.name == "study"
    assert study.resolved() == {**run.resolved(), "accept": ["price_against_total"]}
    assert (study.studied(), run.studied()) == ({"claims": {}}, {})


def test_a_study_of_prices_needs_no_strategy(desk: Desk) -> None:
    desk.text("hold: {one: [AAA]}\ndata: {source: files, path: prices.csv}\nclaims: {}\n", "study.yaml")
    assert load("study.yaml").strategy == "buy_and_hold"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "base: a.yaml\n",
            "study.yaml:1:1: base: found a `base` without a study; expected `claims`, `walk_forward`, `event_study` or "
            "`sweep`; add one, or write `extends` for `base`",
        ),
        (
            "base: a.yaml\nextends: a.yaml\nclaims: {}\n",
            "study.yaml:1:1: base: found `base` beside `extends`; expected one of the two; remove `extends`",
        ),
        (
            "base: nothere.yaml\nclaims: {}\n",
            "study.yaml:1:7: base: found no file `nothere.yaml`; expected a YAML file; did you mean `other.yaml`?",
        ),
        (
            "base: other.yaml\nclaims: {}\n",
            "other.yaml:2:1: claims: found a study in the file that `base` names; expected a run; name a run",
        ),
    ],
)
def test_a_misused_base_is_told(desk: Desk, text: str, message: str) -> None:
    desk.config()
    desk.text("base: a.yaml\nclaims: {}\n", "other.yaml")
    desk.text(text, "study.yaml")
    assert faults_of(Path("study.yaml")) == message


def test_run_answers_runs_only(desk: Desk) -> None:
    desk.config()
    desk.text("base: a.yaml\nclaims: {}\n", "study.yaml")
    with pytest.raises(ConfigError) as caught:
        engine.run("study.yaml")
    assert str(caught.value) == (
        "study.yaml:2:9: claims: found a study, `claims`; expected a run; write engine.answer for engine.run"
    )


EVENTS = "event_study: {of: one, events: {dates: [2020-09-01]}}\n"
MARKET = "hold: {one: [AAA], two: [CCC]}\ndata: {source: files, path: prices.csv}\n"
BARE = "expected `hold`, `watch`, `data`, `membership`, `base_currency`, `fx` or `accept`"
READ = BARE.replace(" or `accept`", ", `accept`, `from`, `to`, `trade.after` or `trade.at`")
AWAY = "remove it; a run has a file of its own"


@pytest.mark.parametrize(
    ("text", "messages"),
    [
        (
            f"{EVENTS}{MARKET}every: week_end\ntrade: {{commission_bps: 5}}\n",
            [
                f"s.yaml:4:1: every: found a key that says nothing to an event study; {READ}; {AWAY}",
                f"s.yaml:5:9: trade.commission_bps: found a key that says nothing to an event study; {READ}; {AWAY}",
            ],
        ),
        (
            f"{EVENTS}base: a.yaml\ncapital: 500\n",
            [f"s.yaml:3:1: capital: found a key that says nothing to an event study; {READ}; {AWAY}"],
        ),
        (
            f"{EVENTS}{MARKET}strategy: always_over\n",
            [f"s.yaml:4:1: strategy: found a key that says nothing to an event study; {READ}; {AWAY}"],
        ),
        (
            f"claims: {{}}\n{MARKET}to: 2021-06-30\n",
            [f"s.yaml:4:1: to: found a key that says nothing to claims; {BARE}; write `to` in each claim"],
        ),
        (
            f"{EVENTS}base: a.yaml\nsweep: {{over: {{capital: [1, 2]}}}}\n",
            [
                "s.yaml:3:1: sweep: found `sweep` beside `event_study`; expected one study in a file; "
                "give each a file of its own"
            ],
        ),
    ],
)
def test_a_key_that_says_nothing_to_a_study_is_refused(desk: Desk, text: str, messages: list[str]) -> None:
    """It would move the id and nothing else, and a reader would believe that it counts."""
    desk.config()
    desk.text(text, "s.yaml")
    assert faults_of(Path("s.yaml")).splitlines() == messages


def test_a_set_that_says_nothing_to_a_study_is_refused(desk: Desk) -> None:
    desk.text(EVENTS + MARKET, "s.yaml")
    with pytest.raises(ConfigError) as caught:
        load("s.yaml", ["every=week_end"])
    expected = f"--set every=week_end: every: found a key that says nothing to an event study; {READ}; {AWAY}"
    assert str(caught.value) == expected


def test_a_study_may_change_what_it_reads_of_its_base(desk: Desk) -> None:
    """The run's own keys stay what they are, and the day of a purchase is what `trade.after` makes it."""
    desk.config(every="week_end", trade="{commission_bps: 5}")
    bought = EVENTS.replace("{of", "{day_zero: tradable, of")
    desk.text(f"base: a.yaml\n{bought}from: 2020-03-02\ntrade: {{after: 2}}\n", "s.yaml")
    config = load("s.yaml", ["to=2021-03-31"])
    assert (config.trade.after, config.trade.commission_bps, str(config.to)) == (2, 5, "2021-03-31")
    desk.text("extends: s.yaml\nevent_study: {window_sessions: [0, 5]}\n", "t.yaml")
    assert load("t.yaml").trade.after == 2


def test_a_sweep_may_change_any_key_of_its_base(desk: Desk) -> None:
    desk.config()
    desk.text("base: a.yaml\nsweep: {over: {capital: [1, 2]}}\nevery: week_end\n", "s.yaml")
    assert load("s.yaml").every == "week_end"
