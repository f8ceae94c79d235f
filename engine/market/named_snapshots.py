"""Snapshots by the names that people type: `yahoo/XME`, `yahoo/XME@1f0c9a`, or the first digits of an id."""

from __future__ import annotations

import difflib
import re
from pathlib import Path

from engine.errors import ConfigError, Fault
from engine.market.snapshots import Snapshot, list_snapshots

_ID = re.compile(r"[0-9a-f]{6,32}")


def find_snapshot(store: Path, name: str) -> Snapshot:
    """The snapshot that a name means; the latest where it names a series alone. Raises ConfigError."""
    return find_history(store, name)[-1]


def find_history(store: Path, name: str) -> list[Snapshot]:
    """Every snapshot that a name means, the latest last; one, where the name has an id. Raises ConfigError."""
    series, _, wanted = name.partition("@")
    if not wanted and _ID.fullmatch(series):
        series, wanted = "", series
    kept = list_snapshots(store)
    found = [one for one in kept if (not series or series_name(one) == series) and one.id.startswith(wanted)]
    if found and (not wanted or len({one.id for one in found}) == 1):
        return found
    raise ConfigError(_fault(store, name, found, kept))


def series_name(snapshot: Snapshot) -> str:
    """`source/key`."""
    return f"{snapshot.source}/{snapshot.key}"


def _fault(store: Path, name: str, found: list[Snapshot], kept: list[Snapshot]) -> Fault:
    if found:
        ids = ", ".join(f"{series_name(one)}@{one.id[:12]}" for one in found[:6])
        return Fault(name, "", f"{len(found)} snapshots that begin so", f"one of: {ids}", "give more of the id")
    series = sorted({series_name(one) for one in kept})
    if not series:
        cure = "pull something: overweight data pull gpr"
        return Fault(name, "", f"nothing in the store {store}", "a snapshot", cure)
    near = difflib.get_close_matches(name.partition("@")[0], series, n=1, cutoff=0.5)
    cure = f"did you mean `{near[0]}`?" if near else "look at `overweight data list`"
    expected = "SOURCE/KEY, SOURCE/KEY@ID or an id, as `overweight data list` shows them"
    return Fault(name, "", f"no such snapshot in {store}", expected, cure)
