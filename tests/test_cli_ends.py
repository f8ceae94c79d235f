"""How the command ends: strategies that print, Ctrl-C that is swallowed, a stdout that is full or closed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from engine.results import interrupt
from engine.results.failures import Failure, tell
from tests.desk import Desk
from tests.results.command import Command

OVERWEIGHT = [sys.executable, "-c", "from engine.cli import main; main()"]
LOUD = '''"""Loud."""
import sys
print("loaded")
def score(past):
    print("asked")
    sys.stdout.write("again\\n")
    return 1.0
'''
SWALLOWS = '''"""Swallows what ends it."""
import os, signal
def score(past):
    try:
        os.kill(os.getpid(), signal.{name})
    except BaseException:
        pass
    {then}
    return 1.0
'''


@pytest.fixture
def overweight(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Command:
    monkeypatch.setenv("COLUMNS", "80")
    return Command(capsys)


def test_what_a_strategy_prints_goes_to_stderr(desk: Desk, overweight: Command) -> None:
    desk.text(LOUD, "strategies/loud.py")
    desk.config(strategy="loud", expect='{turnover: ">= 0"}')
    for line in ("run", "check", "compare", "phase"):
        said = overweight(f"{line} --json a.yaml")
        assert said.json
        assert said.err.startswith("loaded\n")
        assert "asked\nagain\n" in said.err
    said = overweight("strategies --json")
    assert "loud" in {one["name"] for one in said.json}
    assert said.err == "loaded\n"
    assert "asked\nagain" not in overweight("run a.yaml").out


@pytest.mark.parametrize(("name", "code"), [("SIGINT", 130), ("SIGTERM", 143)])
@pytest.mark.parametrize("then", ["pass", "raise ValueError('after it')", "raise ImportError('numpy')"])
@pytest.mark.parametrize("line", ["run a.yaml a.yaml", "run --json a.yaml", "check a.yaml", "compare a.yaml"])
def test_an_interrupt_that_is_swallowed_ends_the_command_all_the_same(
    desk: Desk, overweight: Command, line: str, then: str, name: str, code: int
) -> None:
    desk.text(SWALLOWS.format(then=then, name=name), "strategies/swallows.py")
    desk.config(strategy="swallows", expect='{turnover: ">= 0"}')
    before = [signal.getsignal(one) for one in interrupt.ENDING]
    said = overweight(line)
    assert (said.code, said.out, said.err) == (code, "", "stopped\n")
    assert [signal.getsignal(one) for one in interrupt.ENDING] == before
    assert overweight("list").code == 0


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_an_interrupt_that_is_ignored_stays_ignored(desk: Desk, name: str) -> None:
    desk.text(SWALLOWS.format(then="pass", name=name), "strategies/swallows.py")
    desk.config(strategy="swallows")
    # As a shell starts what runs in its background.
    code = f"import signal; signal.signal(signal.{name}, signal.SIG_IGN); from engine.cli import main; main()"
    done = subprocess.run([sys.executable, "-c", code, "run", "a.yaml"], capture_output=True, check=False, timeout=60)
    assert (done.returncode, done.stderr) == (0, b"")


def test_a_command_beside_the_main_thread_leaves_signals_alone() -> None:
    answers: list[bool] = []

    def watch() -> None:
        with interrupt.watched():
            answers.append(interrupt.seen())

    thread = threading.Thread(target=watch)
    thread.start()
    thread.join()
    assert answers == [False]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize(
    "line", ["run a.yaml", "run --json a.yaml", "list", "schema", "--version", "--help", "run --help"]
)
def test_a_full_stdout_is_told_in_one_line(desk: Desk, line: str) -> None:
    desk.config()
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [*OVERWEIGHT, *line.split()], stdout=full, stderr=subprocess.PIPE, check=False, timeout=60
        )
    assert (done.returncode, done.stderr) == (3, b"cannot write to stdout: no space left on device\n")


@pytest.mark.parametrize("line", ["run a.yaml", "run --json a.yaml", "list", "schema"])
def test_a_closed_stdout_is_told_in_one_line(desk: Desk, line: str) -> None:
    desk.config()
    done = subprocess.run(
        ["/bin/sh", "-c", f'"$@" {line} >&-', "sh", *OVERWEIGHT], stderr=subprocess.PIPE, check=False, timeout=60
    )
    assert (done.returncode, done.stderr) == (3, b"cannot write to stdout: it is closed\n")


def test_a_closed_stderr_changes_no_answer(desk: Desk) -> None:
    desk.config()
    line = [*OVERWEIGHT, "run", "--json", "a.yaml", "nix.yaml"]
    done = subprocess.run(["/bin/sh", "-c", '"$@" 2>&-', "sh", *line], stdout=subprocess.PIPE, check=False, timeout=60)
    assert done.returncode == 2
    assert done.stdout.startswith(b"[")


@pytest.mark.parametrize(("ending", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupt_from_outside_ends_a_run(desk: Desk, ending: int, code: int) -> None:
    desk.text('"""Waits."""\nimport time\nprint("ready", flush=True)\ntime.sleep(60)\n', "strategies/waits.py")
    desk.config(strategy="waits")
    with subprocess.Popen([*OVERWEIGHT, "run", "a.yaml"], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stderr is not None
        assert process.stdout is not None
        assert process.stderr.readline() == b"ready\n"
        os.kill(process.pid, ending)
        assert process.wait(timeout=60) == code
        assert (process.stdout.read(), process.stderr.read()) == (b"", b"stopped\n")


def test_a_failure_that_files_share_is_told_once_with_all_of_their_names(capsys: pytest.CaptureFixture[str]) -> None:
    """Twenty configs that extend one broken base would otherwise print its fault twenty times."""
    tell([Failure("a.yaml", "base.yaml:1:1: wrong", 2), Failure("b.yaml", "base.yaml:1:1: wrong", 2), 7])
    tell([Failure("c.yaml", "c.yaml:1:1: wrong", 2), Failure("c.yaml", "c.yaml:1:1: wrong", 2)])
    said = capsys.readouterr().err.splitlines()
    assert said == ["base.yaml:1:1: wrong", "  it stops a.yaml, b.yaml", "c.yaml:1:1: wrong"]
