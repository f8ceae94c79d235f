"""`engine.run`: what it refuses before it runs anything, in words."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

import engine
from engine.errors import ConfigError, DataError
from tests.desk import Desk
from tests.results.command import Command


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            {"path": 123},
            "engine.run: path: found 123 (int); expected the path of a YAML file; "
            'write engine.run("configs/metals_lead.yaml")',
        ),
        (
            {"path": "a.yaml", "overrides": "capital=5"},
            "engine.run: overrides: found 'capital=5' (str); expected a list of `key=value`; "
            'write overrides=["capital=5"]',
        ),
        (
            {"path": "a.yaml", "overrides": [5]},
            'engine.run: overrides: found 5 (int); expected a list of `key=value`; write overrides=["capital=5"]',
        ),
        (
            {"path": "a.yaml", "results": 5},
            'engine.run: results: found 5 (int); expected a folder, or None; write results="results"',
        ),
    ],
)
def test_arguments_of_a_wrong_type_are_named(desk: Desk, arguments: dict[str, Any], said: str) -> None:
    desk.config()
    with pytest.raises(ConfigError) as caught:
        engine.run(**arguments)
    assert str(caught.value) == said


def test_an_expectation_of_no_metric_is_a_fault_of_every_command(desk: Desk) -> None:
    with pytest.raises(ConfigError) as caught:
        desk.run(expect='{max_drawdwon: ">= -0.9"}')
    text = str(caught.value)
    assert "expect.max_drawdwon: found `max_drawdwon`; expected a metric: total_return, " in text
    assert text.endswith("; did you mean `max_drawdown`?")
    assert not Path("results").exists()


@pytest.mark.parametrize("command", ["run a.yaml", "compare a.yaml", "check a.yaml", "phase a.yaml"])
def test_each_command_says_so(desk: Desk, capsys: pytest.CaptureFixture[str], command: str) -> None:
    desk.config(expect='{max_drawdwon: ">= -0.9"}')
    said = Command(capsys)(command)
    assert (said.code, said.out) == (2, "")
    assert said.err.endswith("; did you mean `max_drawdown`?\n")


def test_a_damaged_ledger_of_trials_is_told_before_anything_is_run(desk: Desk) -> None:
    ledger = Path("results/trials.sqlite")
    desk.text("no database, but a text that is long enough to be taken for one" * 99, str(ledger))
    with pytest.raises(DataError) as caught:
        desk.run()
    assert str(caught.value) == (
        "results/trials.sqlite: found a file that cannot be used (file is not a database); expected the ledger of "
        "trials, as `overweight run` keeps it; move it away: the next run begins a new one, which has forgotten the "
        "trials so far"
    )
    assert [path.name for path in Path("results").iterdir()] == ["trials.sqlite"]
    ledger.unlink()
    ledger.mkdir()
    with pytest.raises(DataError, match=r"trials\.sqlite: found a folder; expected the ledger of trials, "):
        desk.run()
    ledger.rmdir()
    assert desk.run().path is not None


def test_a_ledger_of_something_else_is_told(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    Path("results").mkdir()
    with closing(sqlite3.connect("results/trials.sqlite")) as other:
        other.execute("create table trials (colour text)")
    desk.config()
    said = Command(capsys)("run a.yaml --json")
    assert (said.code, said.err.count("\n")) == (3, 1)
    assert "found a file that cannot be used (no such column: question)" in said.err
