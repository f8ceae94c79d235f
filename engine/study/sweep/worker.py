"""A process beside the first one: `python -m engine.study.sweep.worker FOLDER`, started by `crew`.

It reads a pickled config, then numbers of blocks, a line each; it keeps each block in the folder and says so in a line.
It ends with its input, so that it outlives nobody. Ctrl-C is for the process that asked.
"""

from __future__ import annotations

import os
import pickle
import signal
import sys
from pathlib import Path

from engine.study.sweep.block import run_block
from engine.study.sweep.kept import Kept
from engine.study.sweep.parts import keep_block
from engine.study.sweep.plan import plan_of


def main() -> None:
    """Work until there are no numbers left."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # What strategies print goes to stderr; the line to the first process is ours alone.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    plan, kept, folder = plan_of(pickle.load(sys.stdin.buffer)), Kept(), Path(sys.argv[1])
    for line in sys.stdin.buffer:
        keep_block(folder, int(line), run_block(plan, int(line), kept))
        answers.write(f"{int(line)}\n")
        answers.flush()


if __name__ == "__main__":
    main()
