"""The part of a file that has arrived so far, and how to ask for the rest of it.

A part is taken up again only where the publisher named the version it belongs to (a strong ETag, else
Last-Modified): If-Range then makes the server send the whole file anew where it has changed meanwhile.
On disk a part is one line of JSON (address, version) and then the bytes; it lies where its owner says, beside
nothing that is read as data.
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from engine.market.atomic import write_atomically
from engine.market.wire import Reply


@dataclass(slots=True)
class PartialFile:
    """Bytes of `address` in its version `validator` ("" where the publisher named none)."""

    address: str
    path: Path | None = None
    validator: str = ""
    content: bytearray = field(default_factory=bytearray)

    @classmethod
    def take_up(cls, path: Path | None, address: str) -> PartialFile:
        """The part kept at `path`, or an empty one where there is none or it belongs to another address."""
        part = cls(address, path)
        if path is None or not path.is_file():
            return part
        head, _, content = path.read_bytes().partition(b"\n")
        with suppress(ValueError, KeyError, TypeError):
            said = json.loads(head)
            if said["address"] == address:
                part.validator, part.content = str(said["validator"]), bytearray(content)
        return part

    def asking(self) -> dict[str, str]:
        """The headers that ask for the rest only; none where the whole file is wanted."""
        if not (self.content and self.validator):
            self.forget()
            return {}
        return {"Range": f"bytes={len(self.content)}-", "If-Range": self.validator}

    def begin(self, reply: Reply) -> int | None:
        """Make ready for the body of `reply`; the length of the whole file, None where unannounced."""
        if not self.is_continued_by(reply):
            self.content.clear()
        self.validator = _validator(reply)
        length = reply.headers.get("content-length", "")
        return len(self.content) + int(length) if length.isdigit() else None

    def is_continued_by(self, reply: Reply) -> bool:
        """Does the reply begin where this part ends?"""
        start = reply.headers.get("content-range", "").removeprefix("bytes ").split("-")[0]
        return reply.status == 206 and start == str(len(self.content))

    def forget(self) -> None:
        """Start from nothing again."""
        self.content.clear()
        self.validator = ""

    def keep(self) -> None:
        """Write the part to its path for a later call, where that can be resumed; else leave nothing."""
        if self.path is None:
            return
        if not (self.content and self.validator):
            self.drop()
            return
        head = json.dumps({"address": self.address, "validator": self.validator})
        write_atomically(self.path, head.encode() + b"\n" + bytes(self.content))

    def drop(self) -> None:
        """Remove what was kept."""
        if self.path is not None:
            self.path.unlink(missing_ok=True)


def _validator(reply: Reply) -> str:
    tag = reply.headers.get("etag", "")
    # A weak tag promises equal meaning, not equal bytes: a part of it must not be continued.
    if tag and not tag.startswith("W/"):
        return tag
    return reply.headers.get("last-modified", "")
