"""A sweep that was killed goes on where it stopped, and ends in the same bytes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from engine.study.sweep import study
from engine.study.sweep.blocks import run_blocks
from tests.desk import Desk
from tests.study.sweep.swept import sweep, swept

RUN = "import sys; from engine.cli import main; main(['run', 'sweep.yaml', '--results', sys.argv[1]])"
#: 120 variants, 15 blocks, each of them slow enough to be killed in.
OVER = "    with.lookback: {from: 5, to: 44, step: 1}\n    tilt.one.over: [0.1, 0.2, 0.3]"


def start(results: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", RUN, results], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True
    )


def parts(results: str) -> list[Path]:
    return sorted(Path(results).glob("studies/sweep/.parts-*/block-*.arrow"))


def until(results: str, count: int, process: subprocess.Popen[bytes]) -> None:
    """Wait until so many blocks are kept."""
    end = time.monotonic() + 60
    while len(parts(results)) < count and process.poll() is None and time.monotonic() < end:
        time.sleep(0.002)


def bytes_of(folder: Path | None) -> dict[str, bytes]:
    assert folder is not None
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_killed_at_several_points_it_ends_in_the_same_bytes(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = swept(sweep(desk, OVER), "whole")
    for count in (1, 4, 9):
        process = start("killed")
        until("killed", count, process)
        assert process.poll() is None, "it ended before it could be killed"
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        assert len(parts("killed")) >= count
    # What was torn or is not a block's is made again.
    parts("killed")[0].write_bytes(b"PAR1 torn")
    parts("killed")[2].write_bytes(parts("killed")[3].read_bytes())
    ran: list[int] = []
    monkeypatch.setattr(study, "run_blocks", lambda *given: run_blocks(*given, processes=1))
    monkeypatch.setattr("engine.study.sweep.blocks.run_block", counting(ran))
    left = 15 - len(parts("killed")) + 2
    resumed = swept(Path("sweep.yaml"), "killed")
    assert len(ran) == left
    assert bytes_of(resumed.path) == bytes_of(whole.path)
    assert not parts("killed")


def counting(ran: list[int]) -> object:
    from engine.study.sweep.block import run_block

    def counted(plan: object, number: int, kept: object) -> object:
        ran.append(number)
        return run_block(plan, number, kept)  # type: ignore[arg-type]

    return counted


def test_ctrl_c_says_what_is_kept(desk: Desk) -> None:
    sweep(desk, OVER)
    process = start("stopped")
    until("stopped", 3, process)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    kept = len(parts("stopped"))
    assert kept >= 3
    words = said.decode().splitlines()
    assert words[-2].startswith(f"sweep.yaml: {8 * kept} of 120 variants are done and kept: the same command goes on")
    assert words[-1] == "stopped"
