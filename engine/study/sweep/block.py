"""One block of a sweep: a pure function of plan and number, for a process, a thread or another machine to run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from engine.config.vary import varied
from engine.errors import OverweightError
from engine.market.table import Indices, Matrix
from engine.measure.metrics import METRICS
from engine.study.sweep.kept import Kept
from engine.study.sweep.plan import Plan
from engine.study.sweep.single import run_variant

#: Which way a variant went: many at once in the lanes, alone through the kernel of every run, or it has no figures.
WAYS = ("fused", "single", "failed")
FUSED, SINGLE, FAILED = range(len(WAYS))


@dataclass(frozen=True, slots=True)
class Block:
    """What a block came to. rows: (R,) numbers of variants. figures: (R, metrics), NaN where undefined.

    way: (R,) place in WAYS. reasons: by number, why a variant failed.
    """

    rows: Indices
    figures: Matrix
    way: Indices
    reasons: Mapping[int, str]


def run_block(plan: Plan, block: int, kept: Kept) -> Block:
    """Run every variant of a block. One that fails is a row with its reason."""
    rows = plan.rows(block)
    figures = np.full((len(rows), len(METRICS)), np.nan)
    way = np.full(len(rows), SINGLE)
    reasons = {}
    for i, row in enumerate(rows.tolist()):
        try:
            found = run_variant(varied(plan.config, plan.variants.values(row)), kept).figures
            figures[i] = [np.nan if value is None else value for value in found.values()]
        except OverweightError as error:
            way[i], reasons[row] = FAILED, "; ".join(str(error).splitlines())
    return Block(rows, figures, way, reasons)
