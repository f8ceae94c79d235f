"""Null markets on all processors: strategies are Python, of which a process runs one thing at a time."""

from __future__ import annotations

import json
import pickle
import subprocess
import sys
from collections.abc import Generator, Iterator
from contextlib import suppress
from queue import SimpleQueue
from threading import Thread

import numpy as np

from engine.decide import Setting
from engine.study.null.job import MarketAnswer, NullJob, answers
from engine.study.processes import cores, environment

#: Fewer markets than this are done before another process has begun.
WORTH = 40
#: Least squares of a few columns gain nothing from threads, and processes would fight for them.
ALONE = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")


def all_answers(job: NullJob, setting: Setting, processes: int | None = None) -> Generator[MarketAnswer, None, None]:
    """Every market of a job, in any order; the same whatever the number of processes (by default one a processor).

    What a process of its own dies of is no concern: its markets are asked again in this one, and fail here if they are
    bound to. Whoever stops reading ends them all.
    """
    count = min(processes or cores(), max(job.count // WORTH, 1))
    left = set(range(job.count))
    if count > 1:
        for answer in _of_many(job, count):
            left.remove(answer.number)
            yield answer
    yield from answers(job, sorted(left), setting)


def _of_many(job: NullJob, count: int) -> Iterator[MarketAnswer]:
    done: SimpleQueue[MarketAnswer | None] = SimpleQueue()
    workers = [_hired(job, range(first, job.count, count)) for first in range(count)]
    threads = [Thread(target=_read, args=(worker, done), daemon=True) for worker in workers]
    try:
        for thread in threads:
            thread.start()
        working = count
        while working:
            answer = done.get()
            if answer is None:
                working -= 1
            else:
                yield answer
    finally:
        for worker in workers:
            worker.kill()
        for worker, thread in zip(workers, threads, strict=True):
            worker.wait()
            thread.join()
            if worker.stdout is not None:
                worker.stdout.close()


def _hired(job: NullJob, numbers: range) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "engine.study.null.worker"]
    worker = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**environment(), **ALONE},
    )
    assert worker.stdin is not None
    with suppress(OSError):
        worker.stdin.write(pickle.dumps((job, numbers)))
    with suppress(OSError):
        worker.stdin.close()
    return worker


def _read(worker: subprocess.Popen[bytes], done: SimpleQueue[MarketAnswer | None]) -> None:
    assert worker.stdout is not None
    with suppress(ValueError):  # half a line of one that was ended
        for line in worker.stdout:
            number, figures, reason = json.loads(line)
            done.put(MarketAnswer(number, None if figures is None else np.array(figures), reason))
    done.put(None)
