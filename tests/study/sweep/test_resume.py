"""A sweep that was killed goes on where it stopped, and ends in the same bytes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from engine.config import load
from engine.fingerprint import CODE, ENGINE
from engine.study.processes import cores
from engine.study.sweep import study
from engine.study.sweep.blocks import run_blocks
from engine.study.sweep.plan import plan_of
from tests.desk import Desk
from tests.results.command import Command
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


@pytest.mark.parametrize("kills", [(4,), pytest.param((1, 4, 9), marks=pytest.mark.heavy)], ids=["once", "thrice"])
def test_killed_at_several_points_it_ends_in_the_same_bytes(
    desk: Desk, kills: tuple[int, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = swept(sweep(desk, OVER), "whole")
    for count in kills:
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


def test_a_finished_sweep_is_read_and_not_run_again(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Shown as it was, a failed variant with its reason; a table that cannot be read is made again."""
    ran: list[int] = []
    monkeypatch.setattr("engine.study.sweep.blocks.run_block", counting(ran))
    path = sweep(desk, "    with.lookback: [10, 300]\n    tilt.one.over: [0.1, 0.9]")
    first = swept(path)
    whole = bytes_of(first.path)
    assert ran == [0]
    for content in (None, b"PAR1 torn", whole["variants.parquet"][:-9]):
        if content is not None:
            assert first.path is not None
            (first.path / "variants.parquet").write_bytes(content)
        again = swept(path)
        assert (again.id, again.figures, again.caveats) == (first.id, first.figures, first.caveats)
        assert bytes_of(again.path) == whole
    assert ran == [0, 0, 0]
    swept(path, "elsewhere")
    assert ran == [0] * 4


def test_another_engine_goes_on_nowhere(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither from what is kept of a sweep nor from a finished one, once a line of what makes figures is another."""
    ran: list[int] = []
    monkeypatch.setattr("engine.study.sweep.blocks.run_block", counting(ran))
    path = sweep(desk, "    with.lookback: [10, 20]\n    tilt.one.over: {from: 0.1, to: 0.4, step: 0.03}")
    first = swept(path)
    assert first.path is not None
    run_blocks(plan_of(load(path)), first.path.with_name(f".parts-{first.id}"), str, processes=1)
    ran.clear()
    monkeypatch.setattr("engine.study.answered.code_fingerprint", lambda parts: f"another of {len(parts)}")
    second = swept(path)
    assert second.id != first.id
    assert ran == [0, 1, 2]


def test_all_that_makes_a_figure_is_in_the_id() -> None:
    """What a worker loads of the engine is hashed, but for what only says, writes or names things."""
    code = "import sys, engine.study.sweep.worker; print(*[one.__file__ for name, one in sys.modules.items() if "
    code += "name.startswith('engine')])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    hashed = [ENGINE / part for part in (*CODE, "study")]
    loaded = [Path(word) for word in done.stdout.split()]
    assert len(loaded) > 100
    beside = {one.stem for one in loaded if not any(one == part or part in one.parents for part in hashed)}
    assert beside <= {"__init__", "errors", "fingerprint", "result", "shown", "tables"}


def counting(ran: list[int]) -> object:
    from engine.study.sweep.block import run_block

    def counted(plan: object, number: int, kept: object) -> object:
        ran.append(number)
        return run_block(plan, number, kept)  # type: ignore[arg-type]

    return counted


@pytest.mark.parametrize(("ending", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_ctrl_c_and_sigterm_say_what_is_kept(desk: Desk, ending: int, code: int) -> None:
    sweep(desk, OVER)
    process = start("stopped")
    until("stopped", 3, process)
    process.send_signal(ending)
    _, said = process.communicate(timeout=60)
    assert process.returncode == code
    kept = len(parts("stopped"))
    assert kept >= 3
    words = said.decode().splitlines()
    assert words[-2].startswith(f"sweep.yaml: {8 * kept} of 120 variants are done and kept: the same command goes on")
    assert words[-1] == "stopped"


def test_an_interrupt_that_is_swallowed_ends_the_sweep_at_the_next_block(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    """As compiled code may swallow it; the sweep used to go on to its end."""
    sweep(desk, OVER)
    swallows = "    if lookback == 6:\n        try:\n            os.kill(os.getpid(), signal.SIGINT)\n        except "
    swallows += "BaseException:\n            pass\n    levels ="
    text = Path("strategies/trend.py").read_text().replace("    levels =", swallows)
    desk.text(text.replace("def score", "import os, signal\ndef score"), "strategies/trend.py")
    said = Command(capsys)("run sweep.yaml --results stopped")
    assert (said.code, len(parts("stopped"))) == (130, 1)
    words = "sweep.yaml: 8 of 120 variants are done and kept: the same command goes on there\nstopped\n"
    assert said.err == words


def test_sigterm_ends_the_workers_too_and_the_same_command_goes_on(desk: Desk) -> None:
    """Sent to the first process alone, as `kill` does: nobody is left of its group. 15 blocks of a second each."""
    slow = "    import time\n    time.sleep(0.02)\n    levels ="
    path = sweep(desk, OVER)
    desk.text(Path("strategies/trend.py").read_text().replace("    levels =", slow), "strategies/trend.py")
    process = start("stopped")
    until("stopped", 1, process)
    end = time.monotonic() + 60
    while len(group(process.pid)) < 2 and process.poll() is None and time.monotonic() < end:
        time.sleep(0.01)
    if cores() > 1:
        assert len(group(process.pid)) > 1, "no worker was hired"
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=60)
    assert (process.returncode, group(process.pid)) == (143, [])
    kept = len(parts("stopped"))
    assert 1 <= kept < 15
    desk.text(Path("strategies/trend.py").read_text().replace("sleep(0.02)", "sleep(0.0)"), "strategies/trend.py")
    assert swept(path, "stopped").figures["ways"]["failed"] == 0


def group(leader: int) -> list[int]:
    """The living processes of a group."""
    listed = subprocess.run(["ps", "-A", "-o", "pid=,pgid=,stat="], capture_output=True, text=True, check=True).stdout
    lines = [line.split() for line in listed.splitlines()]
    return [int(pid) for pid, above, stat in lines if int(above) == leader and not stat.startswith("Z")]
