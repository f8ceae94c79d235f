"""A Table as a parquet file that anyone can open, and the hash of what it says.

Layout: `date`, then one column of float64 per label; where the table has them, `known at` (UTC), `open LABEL`
and `volume LABEL`. Kind, place and attribution stand in the file's metadata under `overweight`.

The content hash looks only at what a strategist would call the data: kind, labels, ISO dates and numbers. It
does not change with the versions of pandas, pyarrow or parquet, with byte order, with the sign of a zero, or
with where the file came from.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from engine.errors import DataError, Fault
from engine.market.table import Matrix, Table

DATE, KNOWN = "date", "known at"
OPEN, VOLUME = "open ", "volume "
METADATA = b"overweight"


def content_hash(table: Table) -> str:
    """32 hexadecimal digits over kind, labels, dates, numbers, known dates, opens and volumes."""
    seal = hashlib.blake2b(digest_size=16)
    head = [table.kind, *table.columns]
    seal.update(json.dumps(head, ensure_ascii=False).encode())
    seal.update("\n".join(np.datetime_as_string(table.dates, unit="D").tolist()).encode())
    if table.known is not None:
        seal.update(b"known" + "\n".join(np.datetime_as_string(table.known, unit="s").tolist()).encode())
    for name, matrix in (("values", table.values), ("opens", table.opens), ("volumes", table.volumes)):
        if matrix is not None:
            seal.update(name.encode() + _number_bytes(matrix))
    return seal.hexdigest()


def _number_bytes(matrix: Matrix) -> bytes:
    # + 0.0 turns -0.0 into 0.0; every NaN becomes the same NaN; little-endian, row by row.
    plain = np.where(np.isnan(matrix), np.nan, matrix + 0.0)
    return np.ascontiguousarray(plain, dtype="<f8").tobytes()


def to_parquet(table: Table) -> bytes:
    """The bytes of the parquet file of `table`. Raises DataError where a label cannot be a column."""
    names, arrays = [DATE], [pa.array(table.dates.astype("datetime64[D]"))]
    if table.known is not None:
        names.append(KNOWN)
        arrays.append(pa.array(table.known.astype("datetime64[ms]")))
    for prefix, matrix in (("", table.values), (OPEN, table.opens), (VOLUME, table.volumes)):
        if matrix is not None:
            names += [prefix + label for label in table.columns]
            arrays += [pa.array(np.ascontiguousarray(matrix[:, column])) for column in range(len(table.columns))]
    _refuse_clash(names, table.place)
    about = {
        "columns": table.columns,
        "kind": table.kind,
        "place": table.place,
        "attribution": table.attribution,
        "known": table.known is not None,
        "opens": table.opens is not None,
        "volumes": table.volumes is not None,
    }
    written = pa.table(arrays, names=names)
    written = written.replace_schema_metadata({METADATA: json.dumps(about).encode()})
    buffer = io.BytesIO()
    # Hardly a number comes twice: a dictionary only slows. lz4 reads twice as fast as zstd and is as small.
    pq.write_table(written, buffer, compression="lz4", use_dictionary=False)
    return buffer.getvalue()


def _refuse_clash(names: list[str], place: str) -> None:
    twice = sorted({name for name in names if names.count(name) > 1}) if len(set(names)) < len(names) else []
    if twice:
        raise DataError(
            Fault(
                place=place,
                key="",
                found=f"the label {twice[0]!r} twice, or as the name of the date column",
                expected=f"distinct labels other than {DATE!r} and {KNOWN!r}",
                cure="rename the column",
            )
        )


@dataclass(frozen=True, slots=True)
class _About:
    columns: tuple[str, ...]
    kind: Any
    place: str
    attribution: str
    known: bool
    opens: bool
    volumes: bool


def from_parquet(content: bytes, place: str) -> Table:
    """The Table in a file written by `to_parquet`. Raises DataError where the file is anything else."""
    try:
        # Threads cost more than they bring on files of a few megabytes, of which a config may read a hundred.
        read = pq.ParquetFile(pa.BufferReader(content)).read(use_threads=False)
        said = json.loads(read.schema.metadata[METADATA])
        about = _About(**{**said, "columns": tuple(said["columns"])})
    except (pa.ArrowException, OSError, KeyError, TypeError, ValueError) as error:
        raise DataError(
            Fault(
                place=place,
                key="",
                found=f"a file that is no snapshot of this engine ({type(error).__name__}: {error})",
                expected="a parquet file written by a pull",
                cure="remove the file and pull the series again",
            )
        ) from error
    columns = _numbers(read)
    dates = next(columns).astype("datetime64[D]")
    known = next(columns).astype("datetime64[s]") if about.known else None
    width = len(about.columns)
    values = _stacked(columns, width, len(dates))
    opens = _stacked(columns, width, len(dates)) if about.opens else None
    volumes = _stacked(columns, width, len(dates)) if about.volumes else None
    return Table(dates, about.columns, values, about.kind, about.place, known, opens, volumes, about.attribution)


def _numbers(read: Any) -> Iterator[Any]:
    return (column.to_numpy() for column in read.itercolumns())


def _stacked(columns: Iterator[Any], width: int, rows: int) -> Matrix:
    # Filled label by label in the order of memory, then seen as (rows, labels): one pass, no shuffling.
    stacked = np.empty((width, rows))
    for column in range(width):
        stacked[column] = next(columns)
    return stacked.T
