"""A saved run read back with its tables: the other side of a difference."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from engine.errors import DataError, Fault
from engine.results import shape
from engine.tables import Columns

TABLES = ("ledger", "targets", "weights", "trades")


@dataclass(frozen=True, slots=True)
class StoredRun:
    """config: as it was resolved. metrics: by name. The tables are columns by name, `date` among them."""

    folder: Path
    config: Mapping[str, Any]
    metrics: Mapping[str, float | None]
    ledger: Columns
    targets: Columns
    weights: Columns
    trades: Columns


def read_stored(results: Path, name: str, run_id: str) -> StoredRun | None:
    """The run of this id, None where it is not kept here. Raises DataError where its folder is damaged."""
    folder = results / "runs" / name / run_id
    if not folder.is_dir():
        return None
    path = folder / "result.json"
    try:
        document = shape.read_json(path.read_text(encoding="utf-8"))
        config = shape.part(document, "config", shape.mapping)
        metrics = shape.part(document, "metrics", shape.figures)
        tables = {}
        for table in TABLES:
            path = folder / f"{table}.parquet"
            tables[table] = _columns(path)
        return StoredRun(folder, config, metrics, **tables)
    except OSError as error:
        found = error.strerror or str(error)
    except (pa.ArrowException, ValueError) as error:
        found = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
    raise DataError(
        Fault(str(path), "", f"a damaged file ({found})", "what `overweight run` writes", "remove the run's folder")
    )


def _columns(path: Path) -> Columns:
    table = pq.ParquetFile(path).read(use_threads=False)
    columns = {name: table.column(name).to_numpy() for name in table.column_names}
    if "date" not in columns:
        raise ValueError("it has no column `date`")
    columns["date"] = np.asarray(columns["date"], dtype="datetime64[D]")
    return columns
