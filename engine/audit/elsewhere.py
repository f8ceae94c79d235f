"""Elsewhere: decisions asked for once more in other processes, in empty folders, with nothing but the market cut off.

There strings hash otherwise, the environment is bare, the zone is another one, clocks are years on, and no object of
the run is in memory.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from engine.audit.again import ask_again, file_words, lines_seen, load_anew, undisturbed
from engine.audit.answers import difference
from engine.audit.clocks import put_on
from engine.audit.record import Check, check
from engine.audit.twin import ended, ended_sleeves
from engine.audit.watch import Watch
from engine.portfolio.asking import Asked, Heard

#: What of the environment a Python needs to find its libraries.
NEEDED = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SYSTEMROOT", "VIRTUAL_ENV", "PYTHONHOME")
SECONDS = 600
#: How strings hash in each process, but in one that hashes as the run does. Sets of two words have two orders: it takes
#: several to meet another one.
HASHES, PROCESSES = ("1", "2", "3", "4"), 3
#: By how much clocks are put on there: to another year, month, day of the month and day of the week.
DAYS_ON = 1000
#: Where a library looks for processors, memory and settings when it is first used.
SYSTEM = ("/sys/", "/proc/", "/dev/", "/etc/", "/usr/")


@dataclass(frozen=True, slots=True)
class Letter:
    """What the other process is told. asked: its strategy without functions, which do not travel; they are loaded."""

    asked: Asked
    before: Any
    rows: tuple[int, ...]


def ask_elsewhere(heard: Heard, rows: Sequence[int]) -> Check:
    """The check `process` of one strategy."""
    words = (
        f"{len(rows)} decision{'s' * (len(rows) != 1)} made in {PROCESSES} other processes, in empty folders: the same "
        "answers"
    )
    hashes = [one for one in HASHES if one != os.environ.get("PYTHONHASHSEED")][:PROCESSES]
    try:
        letter = _letter(heard, rows)
        with ThreadPoolExecutor(PROCESSES) as pool:
            told = [*pool.map(partial(_sent, letter), hashes)]
    except (pickle.PickleError, TypeError, AttributeError, subprocess.TimeoutExpired) as error:
        return Check("process", "none", f"no answer from another process: {error}")
    return check("process", words, [*dict.fromkeys(finding for one in told for finding in _compared(heard, rows, one))])


def _compared(heard: Heard, rows: Sequence[int], told: tuple[dict[int, Any], list[str]] | str) -> Iterator[str]:
    """What one process said otherwise than the run, and what it was seen opening."""
    file = file_words(heard.asked.strategy.path)
    if isinstance(told, str):
        yield f"{file}: it fails in another process: {told}"
        return
    answers, seen = told
    for row in rows:
        if apart := difference(heard.answers[row], answers[row]):
            day = heard.asked.panel.sessions[heard.asked.decisions[row]]
            yield f"{day}, {file}:{apart[0]} {apart[1]} in the run, {apart[2]} in another process"
    yield from (f"{one}, in another process" for one in seen)


def _letter(heard: Heard, rows: Sequence[int]) -> bytes:
    asked = heard.asked
    strategy = replace(asked.strategy, function=print, explain=None, parameters=())
    until = int(asked.decisions[max(rows)])
    panel, sleeves = ended(asked.panel, until), ended_sleeves(asked.sleeves, until)
    return pickle.dumps(Letter(replace(asked, strategy=strategy, panel=panel, sleeves=sleeves), heard.before, (*rows,)))


def _sent(letter: bytes, hashes: str) -> tuple[dict[int, Any], list[str]] | str:
    """The answers by row, and what it was seen doing; where it fails, its last words."""
    bare = {name: os.environ[name] for name in NEEDED if name in os.environ}
    path = [str(Path(__file__).resolve().parent.parent.parent), *(place or os.getcwd() for place in sys.path)]
    libraries = {"PYTHONPATH": os.pathsep.join(path)}
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [sys.executable, "-m", "engine.audit.elsewhere"],
            input=letter,
            capture_output=True,
            cwd=folder,
            env=bare | libraries | {"PYTHONHASHSEED": hashes, "TZ": "Pacific/Apia", "HOME": folder},
            timeout=SECONDS,
            check=False,
        )
    if done.returncode:
        return done.stderr.decode(errors="replace").strip().rpartition("\n")[2] or f"exit code {done.returncode}"
    told: tuple[dict[int, Any], list[str]] = pickle.loads(done.stdout)
    return told


def _answer() -> None:
    """What the other process does: read the letter, ask, write the answers, and which files were opened. There none was
    read before, so that what a cache kept from the watch is seen; libraries that wake up look at the system alone.
    """
    letter: Letter = pickle.load(sys.stdin.buffer)
    put_on(DAYS_ON)
    with undisturbed():
        load_anew(letter.asked.strategy)
    again, watch = ask_again(letter.asked, letter.before, letter.rows, letter.rows, {})
    sys.stdout.buffer.write(pickle.dumps(({one.row: one.first for one in again}, _opened(watch))))


def _opened(watch: Watch) -> list[str]:
    """The files of nobody's system that were opened."""
    own = {seen: about for seen, about in watch.seen.items() if seen[1] == "opens" and not about.startswith(SYSTEM)}
    return lines_seen(replace(watch, seen=own))


if __name__ == "__main__":
    _answer()
