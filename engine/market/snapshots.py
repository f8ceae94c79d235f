"""The store of snapshots: what a publisher said, kept for ever under the hash of its content.

    data/snapshots/<source>/<series>/<id>.parquet    the table; never changed once written
    data/snapshots/<source>/<series>/<id>.json       its manifest: where, when, how, how much, headers

Runs read snapshots and never the network. Pulling the same content again writes no new table: its manifest
alone learns that it was still true then (`last_pulled`), and the latest snapshot is the one pulled last. A
table is written before its manifest and both are renamed into place, so a kill at any moment leaves a store
that reads.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import numpy as np
import pyarrow as pa

from engine.errors import DataError, Fault
from engine.market.atomic import write_atomically
from engine.market.table import Table
from engine.market.table_file import content_hash, from_parquet, to_parquet

STORE_VARIABLE = "OVERWEIGHT_SNAPSHOTS"
DEFAULT_STORE = Path("data") / "snapshots"
#: Bytes of a file that are hashed at a time.
PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class Origin:
    """Where, when and how a table was got. when: with a time zone. how: the reader that made the table.

    headers: what the publisher's server said of the file; facts: what the file says of itself (edition,
    currency).
    """

    where: str
    when: datetime
    how: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One table in the store. id: hash of the content. file_hash: of the parquet file's bytes (sha256).

    first_date, last_date: ISO dates of the rows, "" where there are none. first_pulled, last_pulled: ISO,
    UTC.
    """

    source: str
    key: str
    id: str
    path: Path
    where: str
    how: str
    first_pulled: str
    last_pulled: str
    rows: int
    columns: int
    first_date: str
    last_date: str
    file_hash: str
    headers: Mapping[str, str]
    facts: Mapping[str, str]

    @property
    def manifest(self) -> Path:
        return self.path.with_suffix(".json")

    @property
    def is_new(self) -> bool:
        """Did its pull say something that was never said before?"""
        return self.first_pulled == self.last_pulled


def store_folder(chosen: Path | str | None = None) -> Path:
    """The folder of the store: `chosen`, else the environment's OVERWEIGHT_SNAPSHOTS, else data/snapshots."""
    return Path(chosen or os.environ.get(STORE_VARIABLE) or DEFAULT_STORE)


def series_folder(store: Path, source: str, key: str) -> Path:
    """Where the snapshots of one series lie; signs a file system may not like (^GSPC) are written %5E."""
    names = [quote(name, safe="=") for name in (source, key)]
    # A dot first would be a hidden file, or the folder above.
    names = ["%2E" + name[1:] if name.startswith(".") else name for name in names]
    return store.joinpath(*names)


def save(table: Table, source: str, key: str, origin: Origin, store: Path) -> Snapshot:
    """Keep `table` as a snapshot of `source`/`key`; where its content is there already, note that it holds.

    A file of the same content that was damaged meanwhile is written anew. Raises DataError where the store
    cannot be written, or holds a manifest that cannot be read.
    """
    name = content_hash(table)
    path = series_folder(store, source, key) / f"{name}.parquet"
    when = origin.when.astimezone(UTC).isoformat(timespec="microseconds")
    known = read_manifest(path.with_suffix(".json")) if path.with_suffix(".json").exists() else None
    if known is not None and _is_whole(known):
        snapshot = replace(
            known, last_pulled=max(known.last_pulled, when), headers=dict(origin.headers), facts=dict(origin.facts)
        )
    else:
        content = to_parquet(table)
        write_atomically(path, content)
        snapshot = _describe(table, source, key, origin, path, when, content)
    write_atomically(snapshot.manifest, _manifest_text(snapshot))
    return snapshot


def _describe(table: Table, source: str, key: str, origin: Origin, path: Path, when: str, content: bytes) -> Snapshot:
    ends = np.datetime_as_string(table.dates[[0, -1]], unit="D").tolist() if len(table.dates) else ["", ""]
    return Snapshot(
        source=source,
        key=key,
        id=path.stem,
        path=path,
        where=origin.where,
        how=origin.how,
        first_pulled=when,
        last_pulled=when,
        rows=len(table.dates),
        columns=len(table.columns),
        first_date=ends[0],
        last_date=ends[1],
        file_hash=hashlib.sha256(content).hexdigest(),
        headers=dict(origin.headers),
        facts=dict(origin.facts),
    )


def _manifest_text(snapshot: Snapshot) -> bytes:
    said = {name: value for name, value in asdict(snapshot).items() if name != "path"}
    return (json.dumps(said, indent=2, sort_keys=True, ensure_ascii=False) + "\n").encode()


def read_manifest(path: Path) -> Snapshot:
    """The snapshot a manifest speaks of. Raises DataError where the manifest is damaged."""
    try:
        said: dict[str, Any] = json.loads(path.read_bytes())
        return Snapshot(path=path.with_suffix(".parquet"), **said)
    except (OSError, ValueError, TypeError) as error:
        raise DataError(
            Fault(
                place=str(path),
                key="",
                found=f"a manifest that cannot be read ({error})",
                expected="the JSON a pull has written",
                cure="remove it together with its .parquet, and pull the series again",
            )
        ) from error


def list_snapshots(store: Path, source: str | None = None, key: str | None = None) -> list[Snapshot]:
    """Every snapshot (of one source, of one series), by source, series and when it was pulled last.

    Raises DataError where a manifest is damaged.
    """
    found = [
        read_manifest(path)
        for path in store.glob("*/*/*.json")
        if not path.name.startswith(".")
        and (source is None or unquote(path.parts[-3]) == source)
        and (key is None or unquote(path.parts[-2]) == key)
    ]
    return sorted(found, key=lambda one: (one.source, one.key, one.last_pulled, one.id))


def latest(store: Path, source: str, key: str) -> Snapshot:
    """The snapshot of a series that was pulled last. Raises DataError where the series was never pulled."""
    found = [read_manifest(path) for path in series_folder(store, source, key).glob("*.json")]
    if found:
        return max(found, key=lambda one: (one.last_pulled, one.id))
    kept = sorted({one.key for one in list_snapshots(store, source)})
    raise DataError(
        Fault(
            place=str(store),
            key="",
            found=f"no snapshot of {source} {key}" + (f" (there are {', '.join(kept[:8])})" if kept else ""),
            expected="a series that was pulled before",
            cure=f"pull it: overweight data pull {source} {key}",
        )
    )


def load(store: Path, source: str, key: str, snapshot_id: str | None = None) -> Table:
    """The table of a series: the latest, or the one whose id begins with `snapshot_id`; its hash is checked.

    Raises DataError where there is no such snapshot, or its file is missing or damaged.
    """
    if snapshot_id is None:
        return read_snapshot(latest(store, source, key))
    found = [one for one in list_snapshots(store, source, key) if one.id.startswith(snapshot_id)]
    if len(found) == 1:
        return read_snapshot(found[0])
    ids = ", ".join(one.id[:12] for one in list_snapshots(store, source, key)) or "none"
    raise DataError(
        Fault(
            place=str(series_folder(store, source, key)),
            key="",
            found=f"{len(found)} snapshots of {source} {key} whose id begins with {snapshot_id!r}",
            expected=f"exactly one of: {ids}",
            cure="give more of the id, or leave it out for the latest",
        )
    )


def read_snapshot(snapshot: Snapshot, labels: Sequence[str] | None = None) -> Table:
    """The table of one snapshot, its file's hash checked; of `labels` alone, in their order, those that it has.

    Raises DataError where it is missing or damaged.
    """
    with _checked_file(snapshot) as file:
        return from_parquet(file, str(snapshot.path), labels)


def _is_whole(snapshot: Snapshot) -> bool:
    try:
        _checked_file(snapshot).close()
    except DataError:
        return False
    return True


def _checked_file(snapshot: Snapshot) -> pa.NativeFile:
    """The file of a snapshot, open at its start. It is hashed piece by piece: it may be as large as the memory."""
    try:
        file = pa.OSFile(str(snapshot.path))
        seal = hashlib.sha256()
        while piece := file.read(PIECE):
            seal.update(piece)
        file.seek(0)
    except OSError as error:
        found = f"no readable file ({os.strerror(error.errno) if error.errno else error})"
    else:
        if seal.hexdigest() == snapshot.file_hash:
            return file
        file.close()
        found = "a file that was changed or damaged after it was pulled (its hash is not the manifest's)"
    raise DataError(
        Fault(
            place=str(snapshot.path),
            key="",
            found=found,
            expected=f"the snapshot of {snapshot.source} {snapshot.key} pulled {snapshot.last_pulled[:10]}",
            cure="remove it and its .json, which makes the one before it the latest again; then pull anew",
        )
    )
