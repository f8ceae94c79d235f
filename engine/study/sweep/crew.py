"""Processes that work on blocks beside the first one: of Python, and strategies are Python, one runs one at a time."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections import deque
from contextlib import suppress
from pathlib import Path
from queue import SimpleQueue
from threading import Thread

from engine.study.sweep.plan import Plan


def cores() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Crew:
    """Workers that take numbers of blocks from `todo` and put those that are kept in the folder into `done`.

    What a worker dies of is no concern: its block is put back, and fails again in the first process if it is bound to.
    """

    def __init__(self, plan: Plan, folder: Path, todo: deque[int]) -> None:
        self.todo = todo
        self.done: SimpleQueue[int | None] = SimpleQueue()
        self._plan, self._folder = pickle.dumps(plan.config), folder
        self._workers: list[tuple[subprocess.Popen[bytes], Thread]] = []

    def hire(self, count: int) -> None:
        """Start so many workers."""
        command = [sys.executable, "-m", "engine.study.sweep.worker", str(self._folder.resolve())]
        paths = {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
        for _ in range(count):
            worker = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={**os.environ, **paths}
            )
            thread = Thread(target=self._feed, args=(worker,), daemon=True)
            thread.start()
            self._workers.append((worker, thread))

    @property
    def busy(self) -> bool:
        """Whether any of them still works."""
        return any(thread.is_alive() for _, thread in self._workers)

    def dismiss(self) -> None:
        """End them all, whatever they do."""
        for worker, _ in self._workers:
            worker.kill()
        for worker, thread in self._workers:
            thread.join()
            worker.wait()
            for pipe in (worker.stdin, worker.stdout):
                with suppress(OSError):
                    assert pipe is not None
                    pipe.close()

    def _feed(self, worker: subprocess.Popen[bytes]) -> None:
        assert worker.stdin is not None
        assert worker.stdout is not None
        number = None
        try:
            worker.stdin.write(self._plan)
            while True:
                number = self.todo.popleft()
                worker.stdin.write(b"%d\n" % number)
                worker.stdin.flush()
                if not worker.stdout.readline():
                    raise BrokenPipeError
                self.done.put(number)
                number = None
        except IndexError:
            pass
        except (OSError, ValueError):
            if number is not None:
                self.todo.append(number)
        self.done.put(None)
