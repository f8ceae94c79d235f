"""Saved tables as arrow datasets: a question reads the columns, and of a name or an id the files, that it needs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
from pyarrow.fs import LocalFileSystem

from engine.errors import Fault

#: Columns that every table has besides its own: whose row it is.
OWNER = ("name", "id")
CURE = "run its config again, or remove the folder"


@dataclass(frozen=True, slots=True)
class Files:
    """All files of one table, each row with the name and the id that the file's folders say.

    parts: several datasets where files have a column of one name and of types that do not go together. mixed: these
    columns. damaged: the files whose columns cannot be read; their rows are left out.
    """

    parts: Sequence[ds.Dataset]
    mixed: Sequence[str]
    damaged: Sequence[Path]


def opened(home: Path, files: Sequence[Path]) -> Files:
    """The files of one table below `home`. Of each only its end is read, which says what its columns are."""
    found = {path: _schema(path) for path in files}
    schemas = {path: schema for path, schema in found.items() if schema is not None}
    kinds: dict[str, set[str]] = {}
    for field in (field for schema in schemas.values() for field in schema):
        kinds.setdefault(field.name, set()).add(_kind(field.type))
    mixed = [name for name, found in kinds.items() if len(found) > 1 and name not in OWNER]
    parts: dict[tuple[str, ...], list[Path]] = {}
    for path, schema in schemas.items():
        own = tuple(_kind(schema.field(name).type) if name in schema.names else "" for name in mixed)
        parts.setdefault(own, []).append(path)
    made = [_dataset(home, {path: schemas[path] for path in part}) for part in parts.values() or [[]]]
    return Files(made, mixed, [path for path in files if path not in schemas])


def unreadable(files: Iterable[Path]) -> list[Path]:
    """Those whose columns can be read and whose rows cannot. Every row is read, so ask only where something failed."""
    return [path for path in files if _schema(path) is not None and not _has_rows(path)]


def left_out(path: Path) -> str:
    """What to tell of a damaged file."""
    return str(Fault(str(path), "", "a damaged file: its rows are left out", "a table", CURE))


def missing(path: Path) -> str:
    """What to tell of a file that is gone from its folder."""
    return str(Fault(str(path), "", "no such file: its rows are left out", "a table", CURE))


def _has_rows(path: Path) -> bool:
    try:
        pq.read_table(path)
    except (OSError, pa.ArrowException):
        return False
    return True


def _schema(path: Path) -> pa.Schema | None:
    """The columns of a file; None where it is damaged."""
    try:
        return pq.read_schema(path)
    except (OSError, pa.ArrowException):
        return None


def _kind(column: pa.DataType) -> str:
    """Types of one kind go together in a dataset."""
    if pa.types.is_floating(column) or pa.types.is_integer(column):
        return "number"
    return "text" if pa.types.is_string(column) or pa.types.is_large_string(column) else str(column)


def _dataset(home: Path, schemas: Mapping[Path, pa.Schema]) -> ds.Dataset:
    """Files whose columns go together. A table's own columns called as the owner is are left out."""
    form, system, fragments = ds.ParquetFileFormat(), LocalFileSystem(), []
    columns = {name: pa.string() for name in OWNER}
    for path, schema in schemas.items():
        place = path.parent.relative_to(home)
        owner = (ds.field("name") == place.parent.as_posix()) & (ds.field("id") == place.name)
        fragments.append(form.make_fragment(str(path), system, partition_expression=owner))
        for field in schema:
            if field.name not in OWNER:
                columns[field.name] = _wider(columns.get(field.name, field.type), field.type)
    return ds.FileSystemDataset(fragments, pa.schema(list(columns.items())), form, system)


def _wider(one: pa.DataType, other: pa.DataType) -> pa.DataType:
    """Of two types of one kind the one that holds both."""
    return one if one == other else pa.float64() if _kind(one) == "number" else pa.string()
