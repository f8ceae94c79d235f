"""Sweeps of metals_lead: many rules for each set of its own parameters, and a million rules of few sets.

Both run what the command runs, the study with all its processes, in this process. `python bench/sweeps.py [SETS]`
prints variants a second of wall time once all processes are at work, variants a second of processor time, and sets a
second. `python bench/sweeps.py memory [PARTS]` prints megabytes and seconds of a million variants, or of PARTS tenths.
"""

from __future__ import annotations

import os
import resource
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from threading import Event, Thread

from engine.config import load
from engine.study.answered import save_study
from engine.study.person import Person, waiting
from engine.study.sweep.plan import Plan, plan_of
from engine.study.sweep.study import study_sweep

CONFIG = Path(__file__).resolve().parent.parent / "configs" / "metals_lead.yaml"
#: Rules for each set of the strategy's own parameters: ten thresholds times five tilts.
RULES = "stance.enter: {from: 0.5, to: 2.4, count: 10}, tilt.miners.over: {from: 0.05, to: 0.3, count: 5}"
PER_SET = 50
#: Sets that differ in the lead; the others differ in the lookback.
LEADS = 20
#: What starts (processes, compiled code) does so while the first blocks are run: this share is left out.
ASIDE = 0.25


def rates(sets: int) -> tuple[float, float]:
    """Variants a second of wall time, starts aside; of processor time, starts and the table included."""
    lookbacks = f"with.lookback: {{from: 100, to: {99 + sets // LEADS}, step: 1}}"
    over = f"{lookbacks}, with.lead: {{from: 31, to: {30 + LEADS}, step: 1}}, {RULES}"
    start = _spent()
    plan, told = studied(over)
    spent = _spent() - start
    first = int(len(told) * ASIDE)
    done = (len(told) - 1 - first) * plan.size
    return done / (told[-1] - told[first]), plan.variants.count / spent


def memory(parts: int) -> tuple[float, float]:
    """Megabytes of all processes together at their highest, and seconds, of so many times 100,000 variants."""
    start, seen, done = time.monotonic(), [0.0], Event()

    def look() -> None:
        while not done.wait(0.2):
            seen.append(_held())

    watcher = Thread(target=look, daemon=True)
    watcher.start()
    over = f"with.lookback: [200, 252], stance.enter: {{from: 0.5, to: 2.4, count: {5 * parts}}}"
    over += (
        ", tilt.miners.over: {from: 0.05, to: 0.3, count: 100}, trade.commission_bps: {from: 0, to: 9.9, count: 100}"
    )
    studied(over, "from: 2010-01-29\n")
    done.set()
    watcher.join()
    return max(*seen, _held()), time.monotonic() - start


def _held() -> float:
    """Megabytes that this process and those that it started hold now; what they share is counted for each."""
    own = f"/proc/{os.getpid()}"
    try:
        started = Path(f"{own}/task/{os.getpid()}/children").read_text().split()
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    total = 0
    for folder in (own, *(f"/proc/{process}" for process in started)):
        with suppress(OSError):
            total += int(Path(f"{folder}/statm").read_text().split()[1])
    return total * resource.getpagesize() / 1e6


def studied(over: str, rest: str = "") -> tuple[Plan, list[float]]:
    """A sweep over metals_lead, and when each of its blocks was done."""
    with tempfile.TemporaryDirectory() as name:
        path, told = Path(name) / "rules.yaml", list[float]()
        path.write_text(f"base: {CONFIG}\nsweep: {{over: {{{over}}}}}\n{rest}")
        config = load(path)
        with waiting(Person(lambda words: told.append(time.monotonic()) if " a second, " in words else None)):
            save_study(study_sweep(config, Path(name) / "results"), Path(name) / "results")
    plan = plan_of(config)
    assert len(told) == plan.blocks
    return plan, told


def _spent() -> float:
    """Seconds of processor time of this process and of those that it started and that have ended."""
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in used)


if __name__ == "__main__":
    if sys.argv[1:2] == ["memory"]:
        print(*(f"{one:.0f}" for one in memory(int(sys.argv[2]) if len(sys.argv) > 2 else 10)))
    else:
        wall, processor = rates(int(sys.argv[1]) if len(sys.argv) > 1 else 1200)
        print(f"{wall:.0f} {processor:.0f} {wall / PER_SET:.0f}")
