"""The command line, 80 columns wide."""

from __future__ import annotations

import pytest

from tests.results.command import Command


@pytest.fixture
def overweight(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Command:
    monkeypatch.setenv("COLUMNS", "80")
    return Command(capsys)
