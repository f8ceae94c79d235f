"""A sweep of 100,000 variants of metals_lead in blocks, here and on a Ray cluster of this machine, starts aside.

`python bench/blocks.py [COUNT]` prints variants a second here, on Ray, and how much longer Ray takes.
"""

from __future__ import annotations

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


def rates(count: int) -> tuple[float, float]:
    """Variants a second, here and on Ray."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        over = f"stance.enter: {{from: 0.5, to: 1.5, count: {count // 100}}}"
        over += ", tilt.miners.over: {from: 0.05, to: 0.25, count: 100}"
        (folder / "many.yaml").write_text(f"base: {CONFIG}\nsweep: {{over: {{{over}}}}}\n")
        plan = plan_of(load(folder / "many.yaml"))
        return rate(plan, folder / "here", None), rate(plan, folder / "ray", Cluster())


if __name__ == "__main__":
    here, there = rates(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
    print(f"{here:.0f} {there:.0f} {here / there:.3f}")
