"""A sweep of 100,000 variants of metals_lead in blocks, here and on a Ray cluster of this machine, starts aside.

`python bench/blocks.py [COUNT] [ROUNDS]` prints variants a second here, on Ray, and how much longer Ray takes: medians
of rounds in which the two take turns, so that a busy machine slows both.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from pathlib import Path

from engine.config import load
from engine.study.cluster import Cluster, working_on
from engine.study.sweep.blocks import run_blocks
from engine.study.sweep.plan import Plan, plan_of

CONFIG = Path(__file__).resolve().parent.parent / "configs" / "metals_lead.yaml"
#: What starts (processes, compiled code, Ray) does so while the first blocks are run: this share is left out.
ASIDE = 0.25


def rate(plan: Plan, folder: Path, cluster: Cluster | None) -> float:
    """Variants a second once all processes are at work."""
    told: list[float] = []
    with working_on(cluster):
        run_blocks(plan, folder, lambda _: told.append(time.monotonic()))
    first = int(len(told) * ASIDE)
    return (len(told) - 1 - first) * plan.size / (told[-1] - told[first])


def rates(count: int, rounds: int) -> list[tuple[float, float]]:
    """Variants a second, here and on Ray, of each round."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        over = f"stance.enter: {{from: 0.5, to: 1.5, count: {count // 100}}}"
        over += ", tilt.miners.over: {from: 0.05, to: 0.25, count: 100}"
        (folder / "many.yaml").write_text(f"base: {CONFIG}\nsweep: {{over: {{{over}}}}}\n")
        plan = plan_of(load(folder / "many.yaml"))
        return [
            (rate(plan, folder / f"here-{one}", None), rate(plan, folder / f"ray-{one}", Cluster()))
            for one in range(rounds)
        ]


if __name__ == "__main__":
    asked = [int(one) for one in sys.argv[1:]]
    found = rates(*asked, *(100_000, 3)[len(asked) :])
    middle = [statistics.median(one) for one in zip(*found, strict=True)]
    print(f"{middle[0]:.0f} {middle[1]:.0f} {statistics.median(here / there for here, there in found):.3f}")
