"""Writing a file whole or not at all: a temporary neighbour, flushed to disk, then renamed into place."""

from __future__ import annotations

import os
import stat
import tempfile
from contextlib import suppress
from pathlib import Path

from engine.errors import DataError, Fault

TEMPORARY = ".writing-"


def write_atomically(path: Path, content: bytes) -> None:
    """Write `content` to `path`, making its folders; a reader sees the old file or the new one, never half.

    A device or a pipe, such as /dev/stdout, is written into and stays what it is: root may put a file in the place of
    /dev/null. A link stays a link, and the file it leads to is replaced.
    Raises DataError where the disk or its rights do not allow it; then nothing of it is left behind.
    """
    temporary: str | None = None
    try:
        if _is_stream(path):
            _write_into(path, content)
            return
        target = Path(os.path.realpath(path)) if path.is_symlink() else path
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(prefix=TEMPORARY, dir=target.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        # mkstemp makes private files; a snapshot is as readable as any other file.
        os.chmod(temporary, 0o644)
        os.replace(temporary, target)
        # So that the rename itself survives a power cut, where the system knows how.
        with suppress(OSError):
            flush(target.parent)
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


def _is_stream(path: Path) -> bool:
    """A device or a pipe; also where it is a link that the system keeps, which may lead to a file by redirection."""
    try:
        mode = path.stat().st_mode
    except OSError:
        return False
    of_the_system = path.is_symlink() and path.absolute().parts[:2] in (("/", "dev"), ("/", "proc"))
    return of_the_system or not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))


def _write_into(path: Path, content: bytes) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_APPEND), "wb") as stream:
        stream.write(content)


def flush(path: Path) -> None:
    """Put a file or a folder on the disk itself. Raises OSError."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
