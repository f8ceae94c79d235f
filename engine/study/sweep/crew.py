"""Processes that work on blocks beside the first one: of Python, and strategies are Python, one runs one at a time."""

from __future__ import annotations

import pickle
import subprocess
import sys
from collections.abc import Iterable
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from queue import SimpleQueue
from threading import Lock, Thread

from engine.study.processes import environment
from engine.study.sweep.plan import Plan


class Todo:
    """Numbers of blocks that wait, for several to take from. Blocks next to each other share scores: whoever did one
    does the next, and who begins, begins in the middle of the longest run.
    """

    def __init__(self, numbers: Iterable[int]) -> None:
        self._waiting = set(numbers)
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._waiting)

    def take(self, last: int | None) -> int | None:
        """A block for somebody whose last one this was; None where none waits."""
        with self._lock:
            if not self._waiting:
                return None
            number = last + 1 if last is not None and last + 1 in self._waiting else self._middle()
            self._waiting.remove(number)
            return number

    def put_back(self, number: int) -> None:
        """One that was not done."""
        with self._lock:
            self._waiting.add(number)

    def _middle(self) -> int:
        waiting = sorted(self._waiting)
        starts = [i for i, number in enumerate(waiting) if i == 0 or waiting[i - 1] != number - 1]
        length, start = max((stop - start, -start) for start, stop in pairwise([*starts, len(waiting)]))
        # The one who did what stands before a run goes on there; its later half is free.
        begins = waiting[-start] - 1 < 0 or length == 1
        return waiting[-start + (0 if begins else length // 2)]


class Crew:
    """Workers that take numbers of blocks from `todo` and put those that are kept in the folder into `done`.

    What a worker dies of is no concern: its block is put back, and fails again in the first process if it is bound to.
    """

    def __init__(self, plan: Plan, folder: Path, todo: Todo) -> None:
        self.todo = todo
        self.done: SimpleQueue[int | None] = SimpleQueue()
        self._plan, self._folder = pickle.dumps(plan.config), folder
        self._workers: list[tuple[subprocess.Popen[bytes], Thread]] = []

    def hire(self, count: int) -> None:
        """Start so many workers."""
        command = [sys.executable, "-m", "engine.study.sweep.worker", str(self._folder.resolve())]
        for _ in range(count):
            worker = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment())
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
        number, last = None, None
        try:
            worker.stdin.write(self._plan)
            while (number := self.todo.take(last)) is not None:
                worker.stdin.write(b"%d\n" % number)
                worker.stdin.flush()
                if not worker.stdout.readline():
                    raise BrokenPipeError
                self.done.put(number)
                last = number
        except (OSError, ValueError):
            if number is not None:
                self.todo.put_back(number)
        self.done.put(None)
