"""A saved run, opened: its document and its tables, read when asked for. Reads neither pandas nor numba."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from engine.errors import DataError, Fault
from engine.results import shape

Columns = dict[str, np.ndarray[Any, Any]]


@dataclass(frozen=True, slots=True)
class Opened:
    """folder: results/runs/<name>/<id>, or that of a study. document: what its `result.json` (`study.json`) says."""

    folder: Path
    document: Mapping[str, Any]

    @property
    def name(self) -> str:
        """The config's path below `configs/`."""
        return str(self.document["name"])

    @property
    def id(self) -> str:
        """The hash of question, data and code."""
        return str(self.document["id"])

    def table(self, name: str, columns: Sequence[str] | None = None) -> Columns:
        """One of its tables, or some columns of it, by name; days are datetime64[D]. Raises DataError where it is
        missing or damaged.
        """
        path = self.folder / f"{name}.parquet"
        try:
            read = pq.read_table(path, columns=None if columns is None else [*columns])
        except (OSError, pa.ArrowException) as error:
            why = "no such file" if not path.exists() else f"a damaged file ({str(error).splitlines()[0]})"
            raise DataError(_damaged(path, why)) from None
        found: Columns = {}
        for label, column in zip(read.column_names, read.columns, strict=True):
            values = column.to_numpy()
            found[label] = values.astype("datetime64[D]") if values.dtype.kind == "M" else values
        return found


def open_run(folder: Path) -> Opened:
    """Open the folder of a saved run. Raises DataError where its `result.json` is damaged."""
    path = folder / "result.json"
    try:
        document = shape.mapping(shape.read_json(path.read_text(encoding="utf-8")), "")
        for key in ("name", "id", "config", "metrics", "window"):
            shape.part(document, key, lambda value, _: value)
        return Opened(folder, document)
    except OSError as error:
        raise DataError(_damaged(path, f"a file that cannot be read ({error.strerror})")) from None
    except ValueError as error:
        raise DataError(_damaged(path, f"a damaged or outdated file ({error})")) from None


def _damaged(path: Path, found: str) -> Fault:
    return Fault(str(path), "", found, "what `overweight run` writes", "run its config again, or remove the folder")
