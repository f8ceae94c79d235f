"""`overweight audit`, and what a run, a comparison and `check` tell of an audit."""

from __future__ import annotations

import json
import re

import pytest

from engine.audit.record import Check
from engine.study import audit as study_audit
from tests.desk import Desk
from tests.results.command import Command

DATA = "{source: files, path: ../prices.csv}"
PEEKS = '''\
"""Knows tomorrow."""


def score(past):
    prices = past._revealed.panel.prices
    return float(prices[min(past.session + 1, len(prices) - 1), 2] / prices[past.session, 2] - 1) * 100
'''
NAMES = ["future", "state", "inputs", "process", "start", "labels", "units", "known", "noise", "delay"]


@pytest.fixture
def overweight(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Command:
    monkeypatch.setenv("COLUMNS", "80")
    return Command(capsys)


@pytest.fixture
def in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Spare the half second that another process takes."""
    here = Check("process", "pass", "not asked elsewhere")
    monkeypatch.setattr(study_audit, "ask_elsewhere", lambda heard, rows: here)


def test_it_prints_a_row_for_each_check_and_ends_in_a_sentence(desk: Desk, overweight: Command) -> None:
    desk.config(from_="2020-06-30")
    said = overweight("audit a.yaml")
    assert (said.code, said.err) == (0, "")
    assert re.findall(r"^([a-z]+) +(?:pass|warn|none)  ", said.out, re.MULTILINE) == NAMES
    assert said.out.startswith(
        "a  audit, 13 decisions asked again\n\nfuture   pass  13 decisions asked again in a market"
    )
    assert " ".join(said.out.split()).endswith("that these decisions owe to anything but their past.")
    assert not (desk.folder / "results").exists()


@pytest.mark.usefixtures("in_this_process")
def test_json_is_one_object_with_figures(desk: Desk, overweight: Command) -> None:
    desk.config()
    document = overweight("audit a.yaml --json").json
    assert (document["name"], document["verdict"], document["asked"]) == ("a", "pass", 13)
    checks = {one["name"]: one for one in document["checks"]}
    assert [*checks] == NAMES
    assert set(checks["delay"]["figures"]) == {"active_return", *(f"traded_{k}_later" for k in range(1, 6))}
    assert checks["known"]["verdict"] == "none"


@pytest.mark.usefixtures("in_this_process")
def test_a_strategy_that_peeks_fails_with_day_file_and_difference(desk: Desk, overweight: Command) -> None:
    desk.text(PEEKS, "strategies/peeks.py")
    desk.config(strategy="peeks", stance="{rule: proportional, full_at: 1}")
    said = overweight("audit a.yaml")
    assert said.code == 1
    text = " ".join(said.out.split())
    assert "strategies/peeks.py:5: it looks behind `past` (._revealed)" in text
    assert re.search(r"2020-\d\d-\d\d, strategies/peeks.py: -?0.\d+ in the run, -?\d\S* without what came later", text)
    assert "The audit FAILED" in text
    assert overweight("audit a.yaml --json").code == 1


def test_a_run_says_first_that_its_audit_failed(desk: Desk, overweight: Command) -> None:
    desk.text(PEEKS, "strategies/peeks.py")
    desk.config(strategy="peeks", stance="{rule: proportional, full_at: 1}")
    said = overweight("run a.yaml")
    assert said.code == 0
    assert said.out.startswith("CAUTION: the audit failed: future: ")
    assert "audit          FAILED (future, inputs), 13 decisions asked again" in said.out
    assert overweight("run a.yaml --json").json["audit"]["verdict"] == "fail"
    assert overweight("compare a.yaml").out.startswith("CAUTION: the audit failed: ")


def test_a_clean_run_says_so_in_a_line(desk: Desk, overweight: Command) -> None:
    desk.config()
    said = overweight("run a.yaml")
    assert "audit          passed, 13 decisions asked again without the future" in said.out
    assert "CAUTION" not in said.out
    assert overweight("run a.yaml --json").json["audit"]["verdict"] == "pass"


def test_a_run_that_was_saved_before_there_were_audits_is_read(desk: Desk, overweight: Command) -> None:
    path = desk.run().path
    assert path is not None
    document = json.loads((path / "result.json").read_text())
    document.pop("audit")
    (path / "result.json").write_text(json.dumps(document))
    assert overweight("compare a --json").json[0]["audit"] is None


def test_a_config_may_expect_no_lookahead(desk: Desk, overweight: Command) -> None:
    desk.text(PEEKS, "strategies/peeks.py")
    stance = "{rule: proportional, full_at: 1}"
    desk.config("configs/a.yaml", data=DATA, expect="{lookahead: pass}")
    desk.config("configs/b.yaml", data=DATA, expect="{lookahead: pass}", strategy="peeks", stance=stance)
    assert overweight("check configs/a.yaml").out == "a  ok  expect met; no baseline\n"
    said = overweight("check --json configs/b.yaml")
    assert said.code == 1
    (entry,) = said.json["checks"]
    assert entry["verdict"] == "expectation unmet"
    assert entry["unmet"][0].startswith("lookahead  fail (future: 2020-")
    assert entry["unmet"][0].endswith("), expected pass")
    assert entry["place"].startswith("configs/b.yaml:")


def test_expecting_anything_else_of_it_is_a_bad_config(desk: Desk, overweight: Command) -> None:
    desk.config(expect='{lookahead: "> 0", lookahed: pass}')
    said = overweight("run a.yaml")
    assert said.code == 2
    first, second = said.err.splitlines()
    assert first.endswith(
        "expect.lookahead: found `> 0`; expected `pass`: the audit passes or fails; write `lookahead: pass`"
    )
    assert second.endswith("; or `lookahead`; did you mean `lookahead`?")


def test_what_is_wrong_with_a_config_is_told_as_by_a_run(desk: Desk, overweight: Command) -> None:
    desk.config(strategy="alway_over")
    said = overweight("audit a.yaml")
    assert (said.code, said.out) == (2, "")
    assert said.err == overweight("run a.yaml").err
    desk.config(event_study="{of: [one], on: {dates: [2020-09-01]}}")
    study = overweight("audit a.yaml")
    assert study.code == 2
    if "found a study" in study.err:  # else its block is at fault already
        assert "expected a run; name the run that it studies" in study.err
    assert "Traceback" not in study.err


@pytest.mark.usefixtures("in_this_process")
def test_a_key_may_be_set(desk: Desk, overweight: Command) -> None:
    desk.config()
    assert overweight("audit a.yaml --set every=quarter_end").out.startswith("a  audit, 5 decisions asked again")
