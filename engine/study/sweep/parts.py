"""Blocks that are done, kept in files until the whole sweep is: what a killed run leaves for the next one.

They are Arrow files: written and read in a fiftieth of the time of parquet, and a block may take a few milliseconds.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
from pyarrow import ipc

from engine.market.atomic import write_atomically
from engine.measure.metrics import METRICS
from engine.study.sweep.block import Block
from engine.study.sweep.plan import Plan


def part_file(folder: Path, block: int) -> Path:
    """Where a block is kept."""
    return folder / f"block-{block:04d}.arrow"


def keep_block(folder: Path, number: int, block: Block) -> None:
    """Write a block, whole or not at all. Raises DataError where nothing can be written."""
    write_atomically(part_file(folder, number), block_bytes(block))


def block_bytes(block: Block) -> bytes:
    """The file of a block."""
    figures = pa.FixedSizeListArray.from_arrays(pa.array(block.figures.ravel()), len(METRICS))
    reasons = pa.array([block.reasons.get(row) for row in block.rows.tolist()], pa.string())
    table = pa.table({"variant": block.rows, "figures": figures, "way": block.way, "reason": reasons})
    content = pa.BufferOutputStream()
    with ipc.new_file(content, table.schema) as file:
        file.write_table(table)
    return bytes(content.getvalue())


def kept_block(folder: Path, number: int, plan: Plan) -> Block | None:
    """A block that was kept; None where there is none, or one that cannot be read or is of another plan."""
    path, rows = part_file(folder, number), plan.rows(number)
    if not path.is_file():
        return None
    try:
        table = ipc.open_file(path.read_bytes()).read_all().combine_chunks()
        kept, way, reasons = table["variant"].to_numpy(), table["way"].to_numpy(), table["reason"].to_pylist()
        figures = np.asarray(table["figures"].chunk(0).flatten()).reshape(len(kept), len(METRICS))
    except (OSError, KeyError, ValueError, IndexError, pa.ArrowException):
        return None
    if not np.array_equal(kept, rows):
        return None
    told = {row: reason for row, reason in zip(rows.tolist(), reasons, strict=True) if reason is not None}
    return Block(rows, figures, way, told)
