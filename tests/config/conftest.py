"""A folder of its own for each test, so that places read `a.yaml:1:1`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

GOOD = """\
strategy: always_over
hold:
  miners: [XME]
  equities: [SPY]
policy: {equities: 0.9, miners: 0.1}
stance: {rule: threshold, enter: 1, exit: 0}
tilt: {miners: {over: 0.2, from: equities}}
data: {source: sample}
"""

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Writes a file into the test's folder and answers with its relative path."""
    monkeypatch.chdir(tmp_path)

    def write_file(text: str, name: str = "a.yaml") -> Path:
        path = Path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    return write_file


@pytest.fixture
def good() -> str:
    return GOOD
