"""The command line for tests: `overweight ...` inside this process, with what it printed."""

from __future__ import annotations

import json
import shlex
from dataclasses import dataclass
from typing import Any

import pytest

from engine.cli import main


@dataclass(frozen=True, slots=True)
class Said:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """stdout, which must be one JSON document and nothing else."""
        return json.loads(self.out)


class Command:
    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self.capsys = capsys

    def __call__(self, line: str) -> Said:
        self.capsys.readouterr()
        with pytest.raises(SystemExit) as end:
            main(shlex.split(line))
        out, err = self.capsys.readouterr()
        return Said(int(end.value.code or 0), out, err)
