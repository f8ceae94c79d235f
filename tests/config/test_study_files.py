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
    desk.text("base: a.yaml\ncapital: 500\nclaims: {}\n", "study.yaml")
    study, run = load("study.yaml"), load("a.yaml")
    assert (study.study, run.study) == ("claims", None)
    assert study.name == "study"
    assert study.resolved() == {**run.resolved(), "capital": 500.0}
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
