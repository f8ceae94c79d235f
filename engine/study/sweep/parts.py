"""Blocks that are done, kept in files until the whole sweep is: what a killed run leaves for the next one."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from engine.market.atomic import write_atomically
from engine.measure.metrics import METRICS
from engine.study.sweep.block import Block
from engine.study.sweep.plan import Plan


def part_file(folder: Path, block: int) -> Path:
    """Where a block is kept."""
    return folder / f"block-{block:04d}.parquet"


def keep_block(folder: Path, number: int, block: Block) -> None:
    """Write a block, whole or not at all. Raises DataError where nothing can be written."""
    write_atomically(part_file(folder, number), block_bytes(block))


def block_bytes(block: Block) -> bytes:
    """The file of a block."""
    columns = {name: pa.array(block.figures[:, i]) for i, name in enumerate(METRICS)}
    reasons = pa.array([block.reasons.get(row) for row in block.rows.tolist()], pa.string())
    table = pa.table({"variant": block.rows, **columns, "way": block.way, "reason": reasons})
    content = io.BytesIO()
    pq.write_table(table, content, compression="zstd")
    return content.getvalue()


def kept_block(folder: Path, number: int, plan: Plan) -> Block | None:
    """A block that was kept; None where there is none, or one that cannot be read or is of another plan."""
    path, rows = part_file(folder, number), plan.rows(number)
    if not path.is_file():
        return None
    try:
        table = pq.read_table(path)
        kept = table["variant"].to_numpy()
        figures = np.column_stack([table[name].to_numpy() for name in METRICS])
        way, reasons = table["way"].to_numpy(), table["reason"].to_pylist()
    except (OSError, KeyError, pa.ArrowException):
        return None
    if not np.array_equal(kept, rows):
        return None
    told = {row: reason for row, reason in zip(rows.tolist(), reasons, strict=True) if reason is not None}
    return Block(rows, figures, way, told)
