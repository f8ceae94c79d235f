"""Files written whole or not at all; a pipe or a device is written into and never replaced."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from threading import Thread

import pytest

from engine.market.atomic import write_atomically


def read_in_a_thread(pipe: Path, into: list[bytes]) -> Thread:
    reader = Thread(target=lambda: into.append(pipe.read_bytes()), daemon=True)
    reader.start()
    return reader


@pytest.mark.parametrize("linked", [False, True])
def test_a_pipe_is_written_into_and_stays_a_pipe(tmp_path: Path, linked: bool) -> None:
    """A device differs from it in nothing that counts here, and a test that failed would replace it."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    named = tmp_path / "link"
    named.symlink_to(pipe)
    came: list[bytes] = []
    reader = read_in_a_thread(pipe, came)
    write_atomically(named if linked else pipe, b"<testsuites />")
    assert stat.S_ISFIFO(pipe.lstat().st_mode)
    assert named.is_symlink()
    reader.join(10)
    assert came == [b"<testsuites />"]
    assert sorted(os.listdir(tmp_path)) == ["link", "pipe"]


def test_a_link_stays_one_and_its_file_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "far").mkdir()
    link, file = tmp_path / "link", tmp_path / "far" / "file"
    link.symlink_to(file)
    for content in (b"made", b"replaced"):
        write_atomically(link, content)
        assert (link.is_symlink(), file.read_bytes()) == (True, content)
    assert os.listdir(tmp_path / "far") == ["file"]


def test_a_file_is_replaced_and_readable_by_all(tmp_path: Path) -> None:
    file = tmp_path / "new" / "file"
    for content in (b"made", b"replaced"):
        write_atomically(file, content)
        assert (file.read_bytes(), stat.S_IMODE(file.stat().st_mode)) == (content, 0o644)
    assert os.listdir(file.parent) == ["file"]
