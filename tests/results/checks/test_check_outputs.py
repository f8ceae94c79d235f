"""What a check writes for CI: JUnit XML, a job's summary, annotations; all of them at once, and escaped."""

from __future__ import annotations

import os
import shlex
from pathlib import Path
from xml.etree import ElementTree

import pytest

from engine.results.checks.annotations import annotation_lines
from engine.results.checks.junit import junit
from engine.results.checks.markdown import LIMIT, markdown
from engine.results.checks.verdict import ConfigCheck
from tests.desk import Desk
from tests.results.command import Command

AGREE = "check --update --reason 'first figures' "
OK = ConfigCheck("good", "configs/good.yaml", "ok")
MOVED = ConfigCheck(
    "moved", "configs/moved.yaml", "config changed", "config: trade", "configs/moved.yaml:9:3", exit_code=1
)
DRIFTED = ConfigCheck("drifted", "configs/drifted.yaml", "drift", notes=("knife edge",))
SKIPPED = ConfigCheck(
    "skipped", "configs/skipped.yaml", "skipped", "data missing: no file `p.csv`", "configs/skipped.yaml:4:1"
)
FAILED = ConfigCheck("f.yaml", "f.yaml", "error", "f.yaml:2:7: every: found `x`", "f.yaml:2:7", exit_code=2)
ALL = (OK, MOVED, DRIFTED, SKIPPED, FAILED)
NASTY = "a|b`c`<script>&\x07\n]]>::error ```"


def test_junit_has_a_case_for_each_config() -> None:
    suite = ElementTree.fromstring(junit(ALL)).find("testsuite")
    assert suite is not None
    assert suite.attrib == {
        "name": "overweight check", "tests": "5", "failures": "1", "errors": "1", "skipped": "1",
    }  # fmt: skip
    kinds = {case.get("name"): [(part.tag, part.get("message")) for part in case] for case in suite}
    assert kinds == {
        "good": [],
        "moved": [("failure", "config changed: config: trade")],
        "drifted": [("system-out", None)],
        "skipped": [("skipped", "skipped: data missing: no file `p.csv`")],
        "f.yaml": [("error", "error: f.yaml:2:7: every: found `x`")],
    }


def test_junit_holds_any_text() -> None:
    nasty = ConfigCheck(NASTY, "x.yaml", "regression", NASTY, exit_code=1)
    (case,) = ElementTree.fromstring(junit([nasty])).iter("testcase")
    assert case.get("name") == NASTY.replace("\x07", "\ufffd").replace("\n", "\n")
    assert case[0].text == NASTY.replace("\x07", "\ufffd")


def test_markdown_is_a_table_with_what_failed_first() -> None:
    text = markdown(ALL)
    assert text.startswith(
        "## overweight check: 2 of 5 as agreed\n\n| config | verdict | cause |\n| --- | --- | --- |\n"
    )
    rows = [line.split(" | ")[0][2:] for line in text.splitlines() if line.startswith("| ")][2:]
    assert rows == ["moved", "skipped", "f.yaml", "good", "drifted"]
    assert "### moved: config changed\n\n```text\nconfig: trade\n```\n" in text
    assert "### good" not in text


def test_markdown_escapes_what_configs_say() -> None:
    text = markdown([ConfigCheck("n", "n.yaml", "regression", NASTY, exit_code=1)])
    (row,) = [line for line in text.splitlines() if line.startswith("| n ")]
    assert row == "| n | regression | a\\|b\\`c\\`&lt;script&gt;&amp;\x07 ]]&gt;::error \\`\\`\\` |"
    assert "\n````text\n" in text  # a longer fence than any inside


def test_markdown_keeps_within_the_limit_of_a_summary_and_says_so() -> None:
    wordy = [ConfigCheck(f"c{i}", f"c{i}.yaml", "regression", notes=("é" * 25_000,), exit_code=1) for i in range(100)]
    text = markdown([*wordy, OK])
    assert LIMIT - 60_000 < len(text.encode()) <= LIMIT == 2**20
    assert text.endswith("more parts had no room here: `overweight check --json` has them all.\n")
    assert all(f"| c{i} |" in text for i in range(100))
    assert markdown(wordy, 10) == ""


def test_annotations_mark_the_file_and_line() -> None:
    assert list(annotation_lines(ALL)) == [
        "::error file=configs/moved.yaml,line=9,title=overweight%3A config changed::moved: config: trade",
        "::error file=f.yaml,line=2,title=overweight%3A error::f.yaml: f.yaml:2:7: every: found `x`",
        "::warning file=configs/drifted.yaml,line=1,title=overweight%3A drift::drifted: knife edge",
        "::warning file=configs/skipped.yaml,line=4,title=overweight%3A skipped::"
        "skipped: data missing: no file `p.csv`",
    ]


def test_annotations_are_escaped_counted_and_named_from_the_root(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    (line,) = annotation_lines([ConfigCheck("n", "a,b:c.yaml", "error", "50%\r\n::error::x", exit_code=2)])
    assert line == "::error file=a%2Cb%3Ac.yaml,line=1,title=overweight%3A error::n: 50%25%0A::error::x"
    lines = list(annotation_lines([MOVED] * 12))
    assert len(lines) == 10
    assert lines[-1].endswith("%0Aand 2 more")
    monkeypatch.setenv("GITHUB_WORKSPACE", str(desk.folder.parent))
    (line,) = annotation_lines([MOVED])
    assert line.startswith(f"::error file={desk.folder.name}/configs/moved.yaml,line=9,")


def test_all_of_them_come_at_once(desk: Desk, overweight: Command) -> None:
    desk.config()
    assert overweight(AGREE + "a.yaml").code == 0
    desk.config(trade="{commission_bps: 5}")
    said = overweight("check --json --junit out/j.xml --markdown out/m.md --annotations")
    assert said.code == 1
    assert said.json["checks"][0]["verdict"] == "config changed"
    assert said.err.startswith("::error file=a.yaml,line=9,title=overweight%3A config changed::a: config: trade.")
    assert said.err.count("\n") == 1
    assert 'failures="1"' in Path("out/j.xml").read_text()
    assert "| a | config changed | config: trade." in Path("out/m.md").read_text()
    before = [Path(name).read_bytes() for name in ("out/j.xml", "out/m.md")]
    again = overweight("check --json --junit out/j.xml --markdown out/m.md --annotations")
    assert (again.out, again.err) == (said.out, said.err)
    assert [Path(name).read_bytes() for name in ("out/j.xml", "out/m.md")] == before


def test_in_github_actions_annotations_and_the_summary_come_by_themselves(
    desk: Desk, overweight: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.config()
    overweight(AGREE + "a.yaml")
    desk.config(trade="{commission_bps: 5}")
    desk.text("before\n", "summary.md")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", "summary.md")
    assert "::" not in overweight("check").out
    assert Path("summary.md").read_text() == "before\n"
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    said = overweight("check")
    assert said.out.splitlines()[-1].startswith("::error file=a.yaml,line=9,")
    assert Path("summary.md").read_text().startswith("before\n## overweight check: 0 of 1 as agreed\n")
    Path("summary.md").write_text("x" * LIMIT)
    overweight("check")
    assert Path("summary.md").stat().st_size == LIMIT


def test_a_file_that_cannot_be_written_is_told_after_the_verdicts(desk: Desk, overweight: Command) -> None:
    desk.config()
    overweight(AGREE + "a.yaml")
    desk.text("", "taken")
    said = overweight("check --junit taken/j.xml --markdown m.md")
    assert (said.code, said.out) == (3, "a  ok\n")
    assert said.err.startswith("taken/j.xml: found a file that cannot be written (")
    assert Path("m.md").exists()


@pytest.mark.parametrize(
    ("name", "shown"), [("a\nb.yaml", "a\\nb.yaml"), (os.fsdecode(b"b\xff.yaml"), "b\\udcff.yaml")]
)
def test_every_output_is_written_where_a_name_is_no_text(
    desk: Desk, overweight: Command, name: str, shown: str
) -> None:
    desk.config("a.yaml")
    Path("a.yaml").rename(name)
    said = overweight(f"check --junit j.xml --markdown m.md --annotations {shlex.quote(name)}")
    assert said.code == 2
    assert said.err.startswith(f"{shown}: found `\\")
    assert f"::error file={shown},line=1," in said.out
    assert f"### {shown}: error\n" in Path("m.md").read_text(encoding="utf-8").replace("\\\\", "\\")
    (case,) = ElementTree.parse("j.xml").iter("testcase")
    assert case.get("name") == shown


def test_a_broken_config_named_as_a_pattern_is_checked(desk: Desk, overweight: Command) -> None:
    desk.config("configs/[a].yaml", data="{source: files, path: ../prices.csv}")
    assert overweight(AGREE + "'configs/[a].yaml'").code == 0
    assert overweight("check configs").out == "[a]  ok\n"
    desk.config("configs/[a].yaml", every="monthly")
    said = overweight("check configs")
    assert said.code == 2
    assert "configs/[a].yaml" in said.err
    assert "every: found the text `monthly`" in said.err


def test_a_summary_that_is_a_folder_is_told(desk: Desk, overweight: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.config("a.yaml")
    overweight(AGREE + "a.yaml")
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", ".")
    said = overweight("check a.yaml")
    assert (said.code, said.out) == (3, "a  ok\n")
    assert said.err == (
        "GITHUB_STEP_SUMMARY: found `.`, a file that cannot be read (Is a directory); expected a job's summary; "
        "name a file that can be read and written\n"
    )
