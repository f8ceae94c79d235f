"""The command line itself: help that is true, light imports, exit codes, bugs, interrupts, closed pipes."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from importlib import metadata
from pathlib import Path

import pytest

from engine.results import running
from tests.desk import Desk
from tests.results.command import Command

ROOT = Path(__file__).parent.parent
COMMANDS = (
    "run", "compare", "check", "phase", "audit", "null", "stance", "report", "findings", "list", "query", "strategies",
    "schema", "data", "new",
)  # fmt: skip


@pytest.fixture
def overweight(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Command:
    monkeypatch.setenv("COLUMNS", "80")
    return Command(capsys)


def loaded_by(line: str) -> str:
    """Runs a command in a process of its own; which of the heavy libraries it read."""
    code = (
        "import sys, contextlib, io\n"
        "from engine.cli import main\n"
        "with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):\n"
        f"    main({line.split()!r})\n"
        "print(*sorted({'numpy', 'pandas', 'numba', 'pyarrow', 'vectorbt', 'rich'} & {*sys.modules}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    )
    return done.stdout.strip()


@pytest.mark.parametrize("line", ["--help", "run --help", "--version", "schema"])
def test_help_and_schema_read_no_heavy_library(line: str) -> None:
    assert loaded_by(line) == ""


def test_a_list_reads_no_heavy_library() -> None:
    assert loaded_by("list --results nowhere") == "rich"


def test_the_version_is_the_packages(overweight: Command) -> None:
    said = overweight("--version")
    assert (said.code, said.out) == (0, f"overweight {metadata.version('overweight')}\n")


def test_help_names_every_command_and_the_exit_codes(overweight: Command) -> None:
    text = " ".join(overweight("--help").out.split())
    listed = re.findall(r"^  ([a-z]+) +[A-Z]", overweight("--help").out, re.MULTILINE)
    assert tuple(listed) == COMMANDS
    assert "0 good, 1 a check failed, 2 a bad config or option, 3 bad data, 4 a bug" in text


def example(overweight: Command, line: str) -> str:
    """The last line of a help text."""
    last = overweight(f"{line} --help").out.splitlines()[-1]
    assert last.startswith("  Example: overweight ")
    return last.removeprefix("  Example: overweight ")


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_every_help_ends_in_an_example_that_works(
    overweight: Command, command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(ROOT / "configs", tmp_path / "configs")
    monkeypatch.chdir(tmp_path)
    line = example(overweight, command)
    assert line.startswith(command)
    said = overweight(line.split(" > ")[0])
    assert said.code == 0
    assert said.out
    assert said.err == ""


def test_a_wrong_option_is_a_bad_config(overweight: Command) -> None:
    for line in ("run", "run a.yaml --ful", "nix", "compare"):
        said = overweight(line)
        assert said.code == 2, line
        assert said.out == ""
        assert "Usage: overweight" in said.err


def test_a_bug_says_what_to_report_and_keeps_the_traceback(
    desk: Desk, overweight: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(path: str, **_: object) -> None:
        raise ZeroDivisionError(f"in {path}")

    monkeypatch.setattr(running, "answer", broken)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(sys, "argv", ["overweight", "run", "a b.yaml"])
    said = overweight("run 'a b.yaml'")
    version, kept = metadata.version("overweight"), tmp_path / "overweight-bug.txt"
    assert (said.code, said.out) == (4, "")
    assert said.err == (
        f"a bug in overweight {version}, not in your config: ZeroDivisionError: in a b.yaml\n"
        f"please report it with the command `overweight run 'a b.yaml'` and the file {kept}\n"
    )
    text = kept.read_text()
    assert text.startswith(f"overweight {version}, Python {sys.version}\noverweight run 'a b.yaml'\n")
    assert 'raise ZeroDivisionError(f"in {path}")' in text
    assert overweight("run x.yaml --json").json["error"].startswith("a bug in overweight")
    desk.text("", "taken")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "taken"))
    assert "and this:\nTraceback" in overweight("run x.yaml").err


def test_an_interrupt_says_one_word(desk: Desk, overweight: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(path: str, **_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(running, "answer", interrupted)
    said = overweight("run a.yaml b.yaml")
    assert (said.code, said.out, said.err) == (130, "", "stopped\n")


def test_a_reader_that_leaves_is_no_error() -> None:
    command = [sys.executable, "-c", "from engine.cli import main; main(['schema'])"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        complaint = process.stderr.read()
        assert (process.wait(timeout=60), complaint) == (141, b"")


def test_progress_is_for_people_at_a_terminal(desk: Desk, overweight: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.config()
    quiet = overweight("run a.yaml a.yaml --json")
    assert quiet.err == ""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    watched = overweight("run a.yaml a.yaml --json")
    assert "2 of 2: running a.yaml" in watched.err
    assert watched.out == quiet.out
