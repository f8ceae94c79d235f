"""Folders of results: written beside their place, then renamed into it, so that one is there whole or not at all."""

from __future__ import annotations

import errno
import json
import math
import os
import shutil
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from engine.errors import Fault
from engine.market.atomic import flush

if TYPE_CHECKING:
    from engine.tables import Columns

#: The tables in the folder of a run.
FRAMES = ("ledger", "targets", "weights", "trades", "decisions", "attribution", "portfolios", "known_events")
#: The ledger of trials, in the results folder.
TRIALS = "trials.sqlite"
#: A folder on its way: `run` leaves none behind, a killed run may, and the next one clears it away.
UNFINISHED = ".unfinished-"
#: Rows of a table that are written at once.
ROWS = 1 << 17


def put_folder(folder: Path, write: Callable[[Path], None], beside: Mapping[str, Any] | None = None) -> None:
    """Fill a draft by `write`, then put it in its place; where the same stands there already it stays as it is.

    beside: JSON files by name that are added to the folder once it stands, and take no part in that comparison.
    Raises OSError where nothing can be written; then nothing is left behind.
    """
    home = folder.parent
    home.mkdir(parents=True, exist_ok=True)
    _clear_unfinished(home)
    draft = Path(tempfile.mkdtemp(prefix=f"{UNFINISHED}{os.getpid()}-", dir=home))
    extra = draft.with_suffix(".json")
    try:
        write(draft)
        for path in draft.iterdir():
            flush(path)
        draft.chmod(0o755)
        _put_in_place(draft, folder)
        for name, content in (beside or {}).items():
            write_json(content, extra)
            flush(extra)
            os.replace(extra, folder / name)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
        extra.unlink(missing_ok=True)


def plain(value: Any) -> Any:
    """Mappings, lists and numbers as JSON takes them; NaN and infinity as null."""
    if isinstance(value, Mapping):
        return {str(key): plain(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(part) for part in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def write_json(content: Mapping[str, Any], path: Path) -> None:
    """Sorted keys, no NaN: the same content gives the same bytes."""
    text = json.dumps(plain(content), indent=1, sort_keys=True, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8")


def write_parquet(columns: Columns, path: Path) -> None:
    """The same columns give the same bytes. What is copied on the way is some rows at a time."""
    count = max((len(values) for values in columns.values()), default=0)
    schema = pa.table({name: _arrow(values[:0]) for name, values in columns.items()}).schema
    with pq.ParquetWriter(path, schema, compression="zstd") as file:
        for start in range(0, max(count, 1), ROWS):
            some = {name: _arrow(values[start : start + ROWS]) for name, values in columns.items()}
            file.write_table(pa.table(some, schema=schema))


def _arrow(values: np.ndarray[Any, Any]) -> pa.Array:
    """A column as arrow has it, from its own memory: handed an array, arrow would load pandas to look at it."""
    if values.dtype == object:
        words = [word.encode() for word in values]
        ends = np.cumsum([0, *map(len, words)], dtype=np.int32)
        return pa.StringArray.from_buffers(len(words), pa.py_buffer(ends), pa.py_buffer(b"".join(words)))
    kind = {"M": pa.timestamp("ms"), "i": pa.int64()}.get(values.dtype.kind, pa.float64())
    return pa.Array.from_buffers(kind, len(values), [None, pa.py_buffer(np.ascontiguousarray(values))])


def _put_in_place(draft: Path, folder: Path) -> None:
    """Rename the draft into its place; another process may do the same at the same moment."""
    while True:
        if folder.is_dir():
            if _same(draft, folder):
                return
            # Other versions gave other bits, or the folder is damaged: out with the old one, in with the new one.
            old = Path(tempfile.mkdtemp(prefix=f"{UNFINISHED}{os.getpid()}-", dir=folder.parent))
            with suppress(FileNotFoundError):
                os.replace(folder, old / "old")
            shutil.rmtree(old)
        try:
            os.rename(draft, folder)
        except OSError as error:
            if error.errno in (errno.ENOTEMPTY, errno.EEXIST):
                continue
            raise
        flush(folder.parent)
        return


def _same(draft: Path, folder: Path) -> bool:
    return all(
        (folder / new.name).is_file() and (folder / new.name).read_bytes() == new.read_bytes()
        for new in draft.iterdir()
    )


def _clear_unfinished(home: Path) -> None:
    """Clear away what killed runs left; drafts of processes that live are theirs."""
    for path in home.glob(f"{UNFINISHED}*"):
        if _lives(path.name.removeprefix(UNFINISHED).partition("-")[0]):
            continue
        shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)


def _lives(process: str) -> bool:
    if not process.isdecimal():
        return False
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def unwritable(results: Path, error: OSError) -> Fault:
    """Why a results folder takes nothing, in words."""
    full = error.errno == errno.ENOSPC
    return Fault(
        str(error.filename or results),
        "",
        "a full disk" if full else f"a folder that cannot be written ({error.strerror})",
        "a results folder with room for a run",
        "free some space" if full else "give another one: `--results FOLDER`",
    )
