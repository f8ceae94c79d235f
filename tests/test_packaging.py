"""What a fresh clone installs: dependencies pinned by version alone, found with any Python that serves."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
CONSTRAINTS = [
    line
    for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]


def declared() -> list[Requirement]:
    lists = [PROJECT["dependencies"], *PROJECT["optional-dependencies"].values()]
    return [requirement for part in lists for requirement in map(Requirement, part)]


def test_constraints_are_names_and_versions_and_at_most_markers() -> None:
    pin = re.compile(r"[a-z0-9._-]+==[0-9][0-9a-z.+]*( ; [^/@]+)?")
    assert [line for line in CONSTRAINTS if not pin.fullmatch(line)] == []


@pytest.mark.parametrize("requirement", declared(), ids=str)
def test_declared_dependency_is_pinned_within_its_bounds(requirement: Requirement) -> None:
    if requirement.name == PROJECT["name"]:
        assert requirement.extras <= set(PROJECT["optional-dependencies"])
        return
    pinned = [pin for pin in map(Requirement, CONSTRAINTS) if pin.name == canonicalize_name(requirement.name)]
    assert pinned, f"{requirement.name} is not in constraints.txt: make constraints"
    for pin in pinned:
        version = str(pin.specifier).removeprefix("==")
        assert requirement.specifier.contains(version, prereleases=True)


def test_vectorbt_is_never_installed_unasked() -> None:
    assert "vectorbt" not in {Requirement(line).name for line in PROJECT["dependencies"]}


def find_python(tmp_path: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """tools/find_python with a PATH that holds `tmp_path` and a shell's own commands, but no other Python."""
    return subprocess.run(
        ["/bin/sh", str(ROOT / "tools" / "find_python")],
        env={"PATH": str(tmp_path), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def put_command(folder: Path, name: str, text: str) -> None:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    path.chmod(0o755)


def test_find_python_passes_over_a_name_that_fails_to_run(tmp_path: Path) -> None:
    put_command(tmp_path, "python3.14", "#!/bin/sh\necho 'version not installed' >&2\nexit 127\n")
    put_command(tmp_path, "python3.13", "#!/bin/sh\nexit 0\n")
    put_command(tmp_path, "python3", f"#!/bin/sh\nexec '{sys.executable}' \"$@\"\n")
    done = find_python(tmp_path)
    assert done.returncode == 0, done.stderr
    assert os.path.samefile(done.stdout.strip(), sys._base_executable)  # type: ignore[attr-defined]


def test_find_python_says_plainly_that_there_is_none(tmp_path: Path) -> None:
    done = find_python(tmp_path)
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.startswith("No Python 3.11 to 3.14 found: none of python3.14,")
    assert "make setup PYTHON=/path/to/python3" in done.stderr


def test_find_python_names_the_one_that_was_asked_for(tmp_path: Path) -> None:
    done = find_python(tmp_path, PYTHON="/nowhere/python3")
    assert done.returncode == 1
    assert "PYTHON=/nowhere/python3 does not serve" in done.stderr


def test_find_python_tells_debian_what_to_install(tmp_path: Path) -> None:
    put_command(tmp_path, "python3", "#!/bin/sh\nexit 5\n")
    assert "without venv or pip: python3." in find_python(tmp_path).stderr


def test_every_phony_target_is_explained_by_help() -> None:
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    phony = re.search(r"^\.PHONY: (.*)$", text, re.MULTILINE)
    assert phony is not None
    assert set(phony[1].split()) == set(re.findall(r"^([a-z-]+):.*## ", text, re.MULTILINE))
