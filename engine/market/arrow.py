"""Columns of parquet files as numpy arrays, without pandas: pyarrow's own `to_numpy` imports it to have a look."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

#: What numpy calls the whole numbers in which arrow keeps days and times.
TIMES = {"date32[day]": "datetime64[D]", "timestamp[s]": "datetime64[s]", "timestamp[ms]": "datetime64[ms]"}


def as_numpy(column: pa.ChunkedArray) -> NDArray[Any]:
    """(R,) a column of numbers, days or times; read-only, and arrow's own memory where that is in one piece.

    An empty cell makes a column of numbers float64 with NaN there. Raises ValueError for another kind of column, and
    for an empty cell among days or times.
    """
    time = TIMES.get(str(column.type))
    number = pa.types.is_integer(column.type) or pa.types.is_floating(column.type)
    if not number and (time is None or column.null_count):
        raise ValueError(f"a column of {column.type}" + (" with empty cells" if time else ""))
    sort = "f" if pa.types.is_floating(column.type) else "u" if pa.types.is_unsigned_integer(column.type) else "i"
    kind = np.dtype(f"{sort}{column.type.bit_width // 8}")
    parts = [_piece(chunk, kind) for chunk in column.chunks]
    values = parts[0] if len(parts) == 1 else np.concatenate([np.empty(0, kind), *parts])
    return values.astype(time) if time else values


def _piece(array: pa.Array, kind: np.dtype[Any]) -> NDArray[Any]:
    there, numbers = array.buffers()
    values = np.frombuffer(numbers, kind, len(array), array.offset * kind.itemsize)
    if not array.null_count:
        return values
    given = np.unpackbits(np.frombuffer(there, np.uint8), bitorder="little")[array.offset :][: len(array)]
    return np.where(given.astype(np.bool_), values, np.nan)
