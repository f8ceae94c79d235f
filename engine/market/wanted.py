"""What one pull asks of one publisher: which file, and how to read tables from it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from engine.market.fetch import Request
from engine.market.table import Table
from engine.market.wire import Opener

# (content, place) -> series key -> Table: one file may hold several series.
Reader = Callable[[bytes, str], Mapping[str, Table]]


@dataclass(frozen=True, slots=True)
class LinkPage:
    """A page that names the file's address, where the publisher moves it: find(page, place) -> address."""

    request: Request
    find: Callable[[bytes, str], str]


@dataclass(frozen=True, slots=True)
class Wanted:
    """One file of one publisher.

    source: the publisher's name in a config. name: the ticker or series, as a person reports it.
    facts: what the file says of itself (edition, currency, time zone), kept in the manifest.
    page: asked first for the file's address, which then takes the place of request's.
    opener: how this publisher must be called, where the plain way is refused.
    """

    source: str
    name: str
    request: Request
    read: Reader
    facts: Callable[[bytes], Mapping[str, str]] | None = None
    page: LinkPage | None = None
    opener: Opener | None = None
