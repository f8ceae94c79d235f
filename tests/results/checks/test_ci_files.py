"""What CI systems are given: the workflow runs as it stands, the hook and the page name options that there are."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml

from engine.results.checks.verdict import GOOD, Word
from tests.desk import Desk
from tests.results.command import Command

ROOT = Path(__file__).parents[3]
WORKFLOW = ROOT / ".github/workflows/overweight-check.yml"
HOOKS = ROOT / ".pre-commit-hooks.yaml"
PAGE = (ROOT / "docs/ci.md").read_text(encoding="utf-8")
AGREE = "check --update --reason 'first figures' "

pytestmark = pytest.mark.skipif(not WORKFLOW.exists(), reason="the workflow is no part of what is installed")


def workflow() -> dict[str, Any]:
    read = yaml.safe_load(WORKFLOW.read_text(encoding="utf-8"))
    assert isinstance(read, dict)
    return {str(key): value for key, value in read.items()}  # YAML 1.1 reads `on` as true


def options(text: str) -> set[str]:
    return set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", text))


def step(name: str) -> dict[str, Any]:
    (found,) = [one for one in workflow()["jobs"]["check"]["steps"] if one.get("name") == name]
    assert isinstance(found, dict)
    return found


def run_check_step(**inputs: str) -> subprocess.CompletedProcess[str]:
    """The step as the runner runs it, with its inputs as the expressions would fill them in."""
    given = {f"${{{{ inputs.{name.replace('_', '-')} }}}}": value for name, value in inputs.items()}
    environment = {key: given.get(str(value), "") for key, value in step("Check")["env"].items()}
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step("Check")["run"]],
        env={**os.environ, **environment, "PATH": path}, capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.mark.heavy
def test_the_workflow_checks_and_fails_as_the_command_does(desk: Desk, overweight: Command) -> None:
    desk.config("configs/a.yaml", data="{source: files, path: ../prices.csv}")
    desk.config("configs/b.yaml", data="{source: files, path: ../prices.csv}", expect='{turnover: ">= 0"}')
    assert overweight(AGREE + "configs/a.yaml").code == 0
    done = run_check_step(results="results", strict="false")
    assert (done.returncode, done.stdout, done.stderr) == (0, "a  ok\n", "")
    assert 'tests="1"' in Path("overweight-check.xml").read_text()
    done = run_check_step(results="results", strict="true", configs="configs/a.yaml configs")
    assert done.returncode == 1
    assert [line.split()[:3] for line in done.stdout.splitlines()] == [["a", "ok"], ["b", "baseline", "missing"]]


def test_the_workflow_says_what_it_takes_and_is_given_nothing_else() -> None:
    read = workflow()
    inputs = read["True"]["workflow_call"]["inputs"]
    text = WORKFLOW.read_text(encoding="utf-8")
    assert {*re.findall(r"\$\{\{ inputs\.([a-z-]+) \}\}", text)} == {*inputs}
    assert all(one["type"] in ("string", "boolean") and "default" in one for one in inputs.values())
    assert read["permissions"] == {"contents": "read"}
    # What a caller says reaches the shell as a variable, never as code.
    assert all("${{" not in one.get("run", "") for one in read["jobs"]["check"]["steps"])
    shown = re.search(r"```yaml\njobs:\n(.*?)```", PAGE, re.DOTALL)
    assert shown is not None
    assert {*yaml.safe_load(shown[1])["check"]["with"]} <= {*inputs}


def test_the_hook_runs_where_configs_strategies_and_data_change(overweight: Command) -> None:
    (hook,) = yaml.safe_load(HOOKS.read_text(encoding="utf-8"))
    command, *rest = shlex.split(hook["entry"])
    assert (command, rest[0]) == ("overweight", "check")
    assert options(hook["entry"]) <= options(overweight("check --help").out)
    pattern = re.compile(hook["files"])
    for file in ("configs/etf/a.yaml", "strategies/x.py", "results/baselines/a.json", "prices.csv", "data/p.bin"):
        assert pattern.search(file), file
    for file in ("README.md", "engine/cli.py", "tests/test_cli.py"):
        assert not pattern.search(file), file


def test_the_page_names_every_verdict_with_its_exit_code_and_only_options_that_there_are(overweight: Command) -> None:
    told = dict(re.findall(r"^\| `([a-z ]+)` \| ([\d, ]+) \|", PAGE, re.MULTILINE))
    assert {*told} == {*get_args(Word)} - {"written", "updated"}
    for word, code in told.items():
        assert (code == "0") is (word in GOOD or word == "skipped"), word
    known = options(overweight("check --help").out) | {"--overweight", "--overweight-results", "--overweight-strict"}
    assert options(PAGE) <= known
    assert options(overweight("check --help").out) - options(PAGE) <= {"--help", "--results"}


def test_the_page_explains_every_key_of_a_baseline(desk: Desk, overweight: Command) -> None:
    desk.config()
    overweight(AGREE + "a.yaml")
    text = Path("results/baselines/a.json").read_text(encoding="utf-8")
    keys = {line.split('"')[1] for line in text.splitlines() if line.startswith(' "')}
    table = "\n".join(line for line in PAGE.split("## The baseline")[1].splitlines() if line.startswith("|"))
    assert keys - {*re.findall(r"`([a-z]+)`", table)} <= {"name", "file", "id", "format"}
