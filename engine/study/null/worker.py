"""A process beside the first one: `python -m engine.study.null.worker`, started by `crew`.

It reads a pickled job and numbers, and writes what came of each market in a line of JSON. It ends when nobody reads on.
Ctrl-C is for the process that asked.
"""

from __future__ import annotations

import json
import os
import pickle
import signal
import sys

from engine.study.null.job import answers


def main() -> None:
    """Work until there are no numbers left."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # What strategies print is told once, by the first process; the lines are ours alone.
    lines = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    job, numbers = pickle.load(sys.stdin.buffer)
    for one in answers(job, numbers):
        figures = None if one.figures is None else one.figures.tolist()
        lines.write(json.dumps([one.number, figures, one.reason]) + "\n")
        lines.flush()


if __name__ == "__main__":
    main()
