"""Annotations: the lines by which a job of GitHub Actions marks a file, `::error file=...,line=...::message`."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from engine.results.checks.verdict import ConfigCheck

#: GitHub shows no more of a kind from one step.
MOST = 10
#: Lines of one of them; the job's summary has all.
LINES = 12
PLACE = re.compile(r"(?P<file>.+?)(:(?P<line>\d+))?(:(?P<column>\d+))?")


def annotation_lines(checks: Sequence[ConfigCheck]) -> Iterator[str]:
    """A line for each config that failed, as an error, and for each that drifted or was skipped, as a warning."""
    warned = [one for one in checks if one.word in ("drift", "skipped")]
    failed = [one for one in checks if not one.good and one not in warned]
    for kind, found in (("error", failed), ("warning", warned)):
        for i, one in enumerate(found[:MOST]):
            more = f"\nand {len(found) - MOST} more" if i == MOST - 1 and len(found) > MOST else ""
            yield _line(kind, one, more)


def _line(kind: str, one: ConfigCheck, more: str) -> str:
    found = PLACE.fullmatch(one.place or one.file)
    assert found is not None
    where = {"file": _from_the_root(found["file"]), "line": found["line"] or "1"}
    properties = ",".join(f"{key}={_property(value)}" for key, value in where.items())
    lines = one.text.splitlines() or [one.word]
    text = f"{one.name}: " + "\n".join([*lines[:LINES], *(["..."] if len(lines) > LINES else [])]) + more
    return f"::{kind} {properties},title={_property(f'overweight: {one.word}')}::{_data(text)}"


def _from_the_root(file: str) -> str:
    """A path as the repository has it, where the workspace is known; else as it was named."""
    workspace = os.environ.get("GITHUB_WORKSPACE", "")
    if not workspace:
        return file
    below = os.path.relpath(os.path.realpath(file), os.path.realpath(workspace))
    return file if below.startswith(os.pardir) else Path(below).as_posix()


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
