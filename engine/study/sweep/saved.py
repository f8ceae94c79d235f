"""The table of a sweep that was finished before: what `--full` measures beside it needs no variant run again."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from engine.measure.metrics import METRICS
from engine.study.sweep.block import WAYS
from engine.study.sweep.blocks import Found
from engine.study.sweep.plan import Plan


def saved_table(plan: Plan, results: Path | None, identity: str) -> Found | None:
    """What all variants came to when the same question was asked of the same data by the same code; None where nobody
    did, or the file cannot be read.
    """
    if results is None:
        return None
    path = results / "studies" / plan.config.name / identity / "variants.parquet"
    try:
        table = pq.read_table(path, columns=["variant", *METRICS, "way", "reason"])
        if not np.array_equal(table["variant"].to_numpy(), np.arange(plan.variants.count)):
            return None
        figures = np.column_stack([table[name].to_numpy() for name in METRICS])
        way = np.array([WAYS.index(one) for one in table["way"].to_pylist()], np.int64)
        reasons = {row: said for row, said in enumerate(table["reason"].to_pylist()) if said}
    except (OSError, ValueError, KeyError, pa.ArrowException):
        return None
    return Found(figures, way, reasons)
