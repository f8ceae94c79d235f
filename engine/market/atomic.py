"""Writing a file whole or not at all: a temporary neighbour, flushed to disk, then renamed into place."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path

from engine.errors import DataError, Fault

TEMPORARY = ".writing-"


def write_atomically(path: Path, content: bytes) -> None:
    """Write `content` to `path`, making its folders; a reader sees the old file or the new one, never half.

    Raises DataError where the disk or its rights do not allow it; then nothing of it is left behind.
    """
    temporary: str | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(prefix=TEMPORARY, dir=path.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        # mkstemp makes private files; a snapshot is as readable as any other file.
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
        # So that the rename itself survives a power cut, where the system knows how.
        with suppress(OSError):
            flush(path.parent)
    except OSError as error:
        if temporary is not None:
            with suppress(OSError):
                os.unlink(temporary)
        raise DataError(
            Fault(
                place=str(path),
                key="",
                found=f"a file that cannot be written ({error.strerror or error})",
                expected="a folder with room in it and the right to write",
                cure="free some space or choose another folder; what was there before is untouched",
            )
        ) from error


def flush(path: Path) -> None:
    """Put a file or a folder on the disk itself. Raises OSError."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
