"""Whether the store still holds what it says it holds."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from engine.errors import DataError
from engine.market.atomic import TEMPORARY
from engine.market.digest import column_digests
from engine.market.snapshots import read_manifest, read_snapshot
from engine.market.table_file import content_hash

State = Literal["good", "damaged", "without manifest", "left over"]


@dataclass(frozen=True, slots=True)
class Verified:
    """What one file of the store is worth. text: what is wrong and what to do, "" where it is good."""

    path: Path
    state: State
    text: str = ""


def verify(store: Path) -> list[Verified]:
    """Every snapshot, by path: its file re-hashed, its content re-hashed, its rows counted.

    Also tables without a manifest (a pull that was killed between the two) and temporary files left by a
    kill: both may be removed, neither is ever read.
    """
    found = [_verdict(path) for path in store.glob("*/*/*.json") if not path.name.startswith(".")]
    for path in store.glob("*/*/*.parquet"):
        if not path.with_suffix(".json").exists():
            found.append(Verified(path, "without manifest", "a pull was cut off here: remove it or pull again"))
    for path in store.rglob(f"{TEMPORARY}*"):
        found.append(Verified(path, "left over", "a temporary file of a pull that was killed: remove it"))
    return sorted(found, key=lambda one: str(one.path))


def _verdict(manifest: Path) -> Verified:
    path = manifest.with_suffix(".parquet")
    try:
        snapshot = read_manifest(manifest)
        table = read_snapshot(snapshot)
    except DataError as error:
        return Verified(path, "damaged", str(error))
    digests = table.digests and tuple(column_digests(table.dates, table.values))
    if content_hash(table) != snapshot.id or len(table.dates) != snapshot.rows or digests != table.digests:
        return Verified(path, "damaged", f"{path}: the manifest speaks of other content; pull the series again")
    return Verified(path, "good")
