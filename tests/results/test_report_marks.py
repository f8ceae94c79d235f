"""Events on the charts of a report: which are marked, what they say, how many are drawn where there are many."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.results.opened import open_run
from engine.results.report.marks import PLACES, EventMarks, Happened, known_events, mark_traces, marks_of
from tests.desk import ON_EVENTS, Desk
from tests.results.command import Command
from tests.results.test_report import data_of, written

pytest.importorskip("plotly")
pytest.importorskip("jinja2")

CALENDAR = """date,sign,label
2020-07-10,1,<b>war</b> breaks out
2020-09-15,0,nothing to lean with
2021-02-05,-1,peace
"""


@pytest.fixture
def events(desk: Desk) -> Path:
    desk.text(CALENDAR, "calendar.csv")
    return desk.config(**ON_EVENTS)


def marks_in(page: Path, chart: str) -> dict[str, list[str]]:
    """By name of their trace, what the marks of a chart say."""
    charts: Any = data_of(page.read_text())["charts"]
    (found,) = (one for one in charts if one["id"] == chart)
    return {
        trace["name"]: trace["text"]
        for trace in found["traces"]
        if trace.get("yaxis") == "y2" and trace["mode"] == "markers"
    }


def test_events_are_marked_on_weights_stance_and_score_with_what_happened(events: Path, overweight: Command) -> None:
    page = written(overweight(f"report {events}").out)[0]
    for chart in ("weights", "stance", "score"):
        assert marks_in(page, chart) == {
            "event acted on": [
                "2020-07-10, known 2020-07-13: &lt;b&gt;war&lt;/b&gt; breaks out (score +1.00)",
                "2021-02-05, known 2021-02-08: peace (score -1.00)",
            ],
            "event known, not acted on": ["2020-09-15, known 2020-09-16: nothing to lean with"],
        }
    text = page.read_text()
    assert "<b>war" not in text
    assert "Triangles mark 3 events, 2 of them acted on." in text
    assert "The 3 events in words" in text


def test_without_dated_events_changes_of_stance_are_marked(desk: Desk, overweight: Command) -> None:
    desk.text(
        "def score(past):\n    return 2.0 if 130 <= past.session < 200 else -1.0\n",
        "strategies/mine.py",
    )
    page = written(overweight(f"report {desk.config(strategy='mine', every='daily')}").out)[0]
    sessions = np.busday_offset("2020-01-01", [130, 200])
    assert marks_in(page, "weights") == {
        "change of stance": [
            f"{sessions[0]}: one stance +1.00 (score 2)",
            f"{sessions[1]}: one stance +0.00 (score -1)",
        ]
    }


def test_a_run_saved_before_events_were_kept_has_none(events: Path, desk: Desk, overweight: Command) -> None:
    overweight(f"run {events}")
    (folder,) = Path("results/runs/a").iterdir()
    run = open_run(folder)
    assert len(known_events(run)["date"]) == 3
    (folder / "known_events.parquet").unlink()
    assert len(known_events(run)["date"]) == 0
    assert marks_of(run).called == "change of stance"


def test_many_events_share_marks_and_none_is_lost() -> None:
    days = np.arange("2010-01-01", "2020-01-01", 3, dtype="datetime64[D]")
    marks = EventMarks([Happened(day, f"event {i}", None) for i, day in enumerate(days)], "event")
    (shown,) = mark_traces(marks, days[0], days[-1])  # so many have no lines down the chart
    assert 0.8 * PLACES < len(shown["x"]) <= PLACES + 1
    told = 0
    for text in shown["text"]:
        *named, last = text.split("<br>")
        told += len(named) + (int(last.split()[1]) if last.startswith("and ") else 1)
    assert told == len(days)


def test_a_mark_whose_events_were_partly_acted_on_is_acted_on() -> None:
    day = np.datetime64("2010-01-01")
    marks = EventMarks([Happened(day, "one", False), Happened(day, "two", True)], "event")
    _, shown = mark_traces(marks, day, day + 4000)
    assert (shown["name"], shown["text"]) == ("event acted on", ["one<br>two"])


def test_a_stance_that_always_moves_is_no_event(desk: Desk, overweight: Command) -> None:
    desk.text("def score(past):\n    return (-1.0) ** past.session * (past.session % 7)\n", "strategies/mine.py")
    path = desk.config(strategy="mine", every="daily", stance="{rule: proportional, full_at: 6}")
    page = written(overweight(f"report {path}").out)[0]
    assert marks_in(page, "stance") == {}
    assert "Triangles" not in page.read_text()
