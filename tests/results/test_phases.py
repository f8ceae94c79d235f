"""`overweight phase`: every phase of a schedule, what lies between them, and where this config stands."""

from __future__ import annotations

import re
from statistics import median

import pytest

import engine
from engine.config import load
from engine.results.phases import schedule_words
from tests.desk import Desk
from tests.results.command import Command

SWING = '''"""Over on odd days."""
def score(past):
    return 1.0 if past.today.day % 2 else -1.0
'''


@pytest.fixture
def asked(desk: Desk) -> None:
    desk.text(SWING, "strategies/swing.py")
    desk.config(strategy="swing", every="week_end", offset=2)


def test_the_json_holds_every_phase_and_what_lies_between(asked: None, overweight: Command) -> None:
    said = overweight("phase a.yaml --json")
    assert (said.code, said.err) == (0, "")
    found = said.json
    assert (found["name"], found["every"], found["tranches"], found["offset"]) == ("a", "week_end", 1, 2)
    assert [one["offset"] for one in found["phases"]] == [0, 1, 2, 3, 4]
    own = engine.run("a.yaml", results=None).metrics
    assert found["phases"][2]["active_return"] == own["active_return"]
    for figure in ("active_return", "cagr", "sharpe"):
        values = [one[figure] for one in found["phases"]]
        assert found["median"][figure] == median(values)
        assert (found["lowest"][figure], found["highest"][figure]) == (min(values), max(values))


def test_the_table_marks_the_phase_of_the_config(asked: None, overweight: Command) -> None:
    found = overweight("phase a.yaml --json").json
    said = overweight("phase a.yaml")
    assert (said.code, said.err) == (0, "")
    lines = said.out.splitlines()
    assert lines[0] == "a  week_end, each decision so many sessions later"
    rows = [line.split() for line in lines if re.match(r"[0-9]", line)]
    assert [row[0] for row in rows] == ["0", "1", "2", "3", "4"]
    assert [row[6:] for row in rows] == [[], [], ["this", "config"], [], []]
    for row, one in zip(rows, found["phases"], strict=True):
        assert row[1:3] == [one["first"], str(one["decisions"])]
        assert row[3:6] == [f"{100 * one['active_return']:+.2f}%", f"{100 * one['cagr']:.2f}%", f"{one['sharpe']:.2f}"]
    (middle,) = (line.split() for line in lines if line.startswith("median"))
    assert middle[1] == f"{100 * found['median']['active_return']:+.2f}%"
    active = [one["active_return"] for one in found["phases"]]
    more, positive = sum(one > active[2] for one in active), sum(one > 0 for one in active)
    apart = 100 * (max(active) - min(active))
    assert lines[-2:] == [
        f"Active return, against policy, is above zero in {positive} of 5 phases.",
        f"Of the 4 others {more} earned more than this one; worst and best lie {apart:.2f}% apart.",
    ]


def test_a_schedule_with_one_phase_says_so(asked: None, overweight: Command) -> None:
    said = overweight("phase a.yaml --set tranches=5")
    assert said.code == 0
    assert "a  week_end in 5 tranches" in said.out
    assert said.out.endswith("A single phase: there is no other day on which this schedule could decide.\n")


def test_nothing_is_saved_and_faults_are_told(asked: None, desk: Desk, overweight: Command) -> None:
    overweight("phase a.yaml")
    assert not (desk.folder / "results").exists()
    said = overweight("phase a.yaml --set tranches=2 --json")
    assert said.code == 2
    assert said.json["name"] == "phase"
    assert said.err.startswith("--set tranches=2: tranches: found the number 2; expected a number that divides the 5")


def test_the_full_summary_states_the_same_range(asked: None, overweight: Command) -> None:
    found = overweight("phase a.yaml --json").json
    said = " ".join(overweight("run --full a.yaml").out.split())
    low, high = (f"{100 * found[name]['active_return']:+.2f}%" for name in ("lowest", "highest"))
    assert f"phase range {low} to {high} a year against policy, deciding 0 to 4 sessions later" in said


@pytest.mark.parametrize(
    ("every", "words"),
    [
        ("month_end", "month_end"),
        ("{sessions: 1}", "every session"),
        ("{sessions: 5}", "every 5 sessions"),
        ("{weekday: friday}", "every friday"),
        ("{weekday: friday, nth: 3}", "third friday of a month"),
        ("{weekday: friday, nth: last}", "last friday of a month"),
        ("{dates: [2020-01-31]}", "1 given date"),
        ("{dates: [2020-01-31, 2020-04-30]}", "2 given dates"),
        ("{on: prices.x}", "on each new value of prices.x"),
    ],
)
def test_a_schedule_in_words(desk: Desk, every: str, words: str) -> None:
    assert schedule_words(load(desk.config(every=every))) == words
