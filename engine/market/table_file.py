"""A Table as a parquet file that anyone can open, and the hash of what it says.

Layout: `date`, then one column of float64 per label; where the table has them, `known at` (a day, or a time in
UTC), `open LABEL` and `volume LABEL`. Kind, place, attribution and the digest of each column stand in the file's
metadata under `overweight`; a file of an older engine has no digests, and is as good.

The content hash looks only at what a strategist would call the data: kind, labels, ISO dates and numbers. It
does not change with the versions of pandas, pyarrow or parquet, with byte order, with the sign of a zero, or
with where the file came from.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from engine.errors import DataError, Fault
from engine.market.arrow import as_numpy
from engine.market.digest import column_digests
from engine.market.table import Dates, Matrix, Table

DATE, KNOWN = "date", "known at"
OPEN, VOLUME = "open ", "volume "
METADATA = b"overweight"
#: Columns that are read together, and from how many on they are not read all at once.
TOGETHER, MANY = 32, 16


def content_hash(table: Table) -> str:
    """32 hexadecimal digits over kind, labels, dates, numbers, known dates, opens and volumes."""
    seal = hashlib.blake2b(digest_size=16)
    head = [table.kind, *table.columns]
    seal.update(json.dumps(head, ensure_ascii=False).encode())
    seal.update("\n".join(np.datetime_as_string(table.dates, unit="D").tolist()).encode())
    if table.known is not None:
        unit: Literal["D", "s"] = "D" if _by_day(table.known) else "s"
        seal.update(b"known" + "\n".join(np.datetime_as_string(table.known, unit=unit).tolist()).encode())
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
        # A day without a time means after that day's close, which is another thing than its midnight.
        arrays.append(pa.array(table.known if _by_day(table.known) else table.known.astype("datetime64[ms]")))
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
        "digests": column_digests(table.dates, table.values),
    }
    written = pa.table(arrays, names=names)
    written = written.replace_schema_metadata({METADATA: json.dumps(about).encode()})
    buffer = io.BytesIO()
    # Hardly a number comes twice: a dictionary only slows. lz4 reads twice as fast as zstd and is as small.
    pq.write_table(written, buffer, compression="lz4", use_dictionary=False)
    return buffer.getvalue()


def _by_day(known: Dates) -> bool:
    return known.dtype == np.dtype("datetime64[D]")


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
    digests: list[str] = field(default_factory=list)


def from_parquet(content: bytes | pa.NativeFile, place: str, labels: Sequence[str] | None = None) -> Table:
    """The Table in a file written by `to_parquet`; of `labels` alone and in their order, those that it has.

    Raises DataError where the file is anything else.
    """
    try:
        file = pq.ParquetFile(pa.BufferReader(content) if isinstance(content, bytes) else content, pre_buffer=False)
        said = json.loads(file.schema_arrow.metadata[METADATA])
        about = _About(**{**said, "columns": tuple(said["columns"])})
        return _table(file, about, about.columns if labels is None else _known(about, labels))
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


def _known(about: _About, labels: Sequence[str]) -> tuple[str, ...]:
    there = frozenset(about.columns)
    return tuple(label for label in labels if label in there)


def _table(file: pq.ParquetFile, about: _About, labels: tuple[str, ...]) -> Table:
    parts = [prefix for prefix, there in (("", True), (OPEN, about.opens), (VOLUME, about.volumes)) if there]
    ends = [DATE, KNOWN] if about.known else [DATE]
    few = len(labels) < MANY
    # A config may read a hundred files of one label: each at once then, and without threads.
    whole = file.read(
        [*ends, *(part + label for part in parts for label in labels)] if few else ends, use_threads=False
    )
    dates = as_numpy(whole.column(DATE)).astype("datetime64[D]")
    known = as_numpy(whole.column(KNOWN)) if about.known else None
    if known is not None and not _by_day(known):
        known = known.astype("datetime64[s]")
    wide = {
        part: _side_by_side(whole if few else file, [part + label for label in labels], len(dates)) for part in parts
    }
    digest_of = dict(zip(about.columns, about.digests, strict=False))
    return Table(
        dates, labels, wide[""], about.kind, about.place, known, wide.get(OPEN), wide.get(VOLUME), about.attribution,
        about.columns, digests=tuple(digest_of[label] for label in labels) if digest_of else (),
    )  # fmt: skip


def _side_by_side(source: pa.Table | pq.ParquetFile, names: list[str], rows: int) -> Matrix:
    """(R, C) columns row by row in memory, as a Panel keeps them; little else is in memory at any time."""
    wide = np.empty((rows, len(names)))
    # Columns stand one after the other here and are turned together: far fewer jumps than one by one.
    narrow = np.empty((min(len(names), TOGETHER), rows))
    for start in range(0, len(names), TOGETHER):
        some = names[start : start + TOGETHER]
        read = source if isinstance(source, pa.Table) else source.read(columns=some)
        for row, name in zip(narrow, some, strict=False):
            row[:] = as_numpy(read.column(name))
        wide[:, start : start + TOGETHER] = narrow[: len(some)].T
    return wide
