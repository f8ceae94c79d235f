"""A sweep that was finished before: its table says what every variant came to, and none is run again."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from engine.measure.metrics import METRICS
from engine.study.sweep.block import WAYS
from engine.study.sweep.blocks import Found, nothing_found


def found_before(folder: Path, count: int) -> Found | None:
    """What the table of a finished study in its folder says of its variants; None where there is none to be read."""
    try:
        table = pq.read_table(folder / "variants.parquet", columns=["variant", *METRICS, "way", "reason"])
        if not np.array_equal(table["variant"].to_numpy(), np.arange(count)):
            return None
        found = nothing_found(count)
        for i, name in enumerate(METRICS):
            found.figures[:, i] = table[name].to_numpy()
        found.way[:] = pc.index_in(table["way"], pa.array(WAYS)).to_numpy()
        failed = np.flatnonzero(pc.not_equal(table["reason"], "").to_numpy())
        found.reasons.update(zip(failed.tolist(), table["reason"].take(pa.array(failed)).to_pylist(), strict=True))
    except (OSError, KeyError, ValueError, pa.ArrowException):
        return None
    return found
