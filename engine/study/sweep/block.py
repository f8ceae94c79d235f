"""One block of a sweep: a pure function of plan and number, for a process, a thread or another machine to run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.config import Config
from engine.config.varying import Varying
from engine.errors import OverweightError
from engine.market.table import Indices, Matrix
from engine.measure.metrics import METRICS
from engine.study.sweep.fused import run_fused
from engine.study.sweep.kept import Kept
from engine.study.sweep.plan import Plan
from engine.study.sweep.single import run_variant

#: Which way a variant went: many at once in the lanes, alone through the kernel of every run, or it has no figures.
WAYS = ("fused", "single", "failed")
FUSED, SINGLE, FAILED = range(len(WAYS))
#: A sweep of fewer variants is done before the lanes are loaded.
WORTH = 32


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
    """Run every variant of a block: through the lanes what can go there, alone what cannot, and what came to grief
    there. One that fails is a row with its reason.
    """
    return run_rows(plan, plan.rows(block), kept)


def run_rows(plan: Plan, rows: Indices, kept: Kept) -> Block:
    """The same for any variants, by number; they are fastest in the order of the plan."""
    figures, way = np.full((len(rows), len(METRICS)), np.nan), np.full(len(rows), SINGLE)
    values, shared = plan.variants.values_of(rows), kept.shared(plan.config, plan.variants.keys)
    configs, reasons = _configs(shared.varying, values)
    fused = run_fused(configs, values, kept, shared) if plan.variants.count >= WORTH else {}
    for i, row in enumerate(rows.tolist()):
        if row in fused:
            figures[i], way[i] = fused[row], FUSED
        elif row in configs:
            try:
                found = run_variant(configs[row], kept).figures
                figures[i] = [np.nan if value is None else value for value in found.values()]
            except OverweightError as error:
                reasons[row] = _words(error)
        if row in reasons:
            way[i] = FAILED
    return Block(rows, figures, way, reasons)


def _configs(varying: Varying, values: Mapping[int, Mapping[str, Any]]) -> tuple[dict[int, Config], dict[int, str]]:
    """The config of each variant, and why others are none."""
    configs, reasons = {}, {}
    for row, own in values.items():
        try:
            configs[row] = varying.varied(own)
        except OverweightError as error:
            reasons[row] = _words(error)
    return configs, reasons


def _words(error: OverweightError) -> str:
    return "; ".join(str(error).splitlines())
