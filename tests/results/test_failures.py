"""A failure that several files share is told once, with the files that it stops."""

from __future__ import annotations

import pytest

from tests.desk import Desk
from tests.results.command import Command

MISSING = "configs/x.yaml:1:10: extends: found no file `configs/nowhere.yaml`; expected a YAML file; "


@pytest.fixture
def desk(desk: Desk) -> Desk:
    """A config whose base is missing, and others that stand on it."""
    desk.text("extends: nowhere.yaml\n", "configs/x.yaml")
    for name in "abcdefg":
        desk.text("extends: x.yaml\n", f"configs/{name}.yaml")
    return desk


@pytest.mark.parametrize("command", ["run", "check", "compare", "stance", "report"])
def test_a_missing_base_is_told_once_with_every_file_that_it_stops(
    desk: Desk, overweight: Command, command: str
) -> None:
    said = overweight(f"{command} configs/a.yaml configs/x.yaml configs/b.yaml")
    assert said.code == 2
    assert said.err.startswith(MISSING)
    assert said.err.splitlines()[1:] == ["  it stops configs/a.yaml, configs/b.yaml"]


def test_one_file_says_no_more_than_its_fault(desk: Desk, overweight: Command) -> None:
    said = overweight("run configs/a.yaml")
    assert (said.err.count("\n"), said.err.startswith(MISSING)) == (1, True)


def test_many_files_are_counted_and_each_has_its_entry_in_json(desk: Desk, overweight: Command) -> None:
    files = [f"configs/{name}.yaml" for name in "abcdefg"]
    said = overweight("compare --json " + " ".join(files))
    assert said.err.splitlines()[1:] == [f"  it stops {', '.join(files[:5])} and 2 more"]
    assert [entry["name"] for entry in said.json] == files
    assert all(entry["error"].startswith(MISSING) for entry in said.json)


def test_faults_that_differ_are_all_told(desk: Desk, overweight: Command) -> None:
    desk.text("extends: elsewhere.yaml\n", "configs/y.yaml")
    said = overweight("run configs/x.yaml configs/y.yaml")
    assert [line.partition(":")[0] for line in said.err.splitlines()] == ["configs/x.yaml", "configs/y.yaml"]
