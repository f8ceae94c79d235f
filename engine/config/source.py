"""Where series come from: the table of sources, and how an entry of `data` names one."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from pydantic import Tag

from engine.config.kinds import named_by
from engine.config.known import (
    KnownAfterDays,
    KnownAfterMonthEnd,
    KnownAfterSessions,
    KnownInColumn,
    KnownOnWeekday,
)
from engine.config.made import MadeSource
from engine.config.own_sources import EventsSource, FilesSource, SampleSource, TableSource
from engine.config.publishers import FredSource, FrenchSource, GprSource, PinksheetSource, YahooSource
from engine.config.source_record import SourceRecord

__all__ = [
    "SOURCES",
    "SOURCE_KEYS",
    "EventsSource",
    "FilesSource",
    "FredSource",
    "FrenchSource",
    "GprSource",
    "KnownAfterDays",
    "KnownAfterMonthEnd",
    "KnownAfterSessions",
    "KnownInColumn",
    "KnownOnWeekday",
    "MadeSource",
    "PinksheetSource",
    "SampleSource",
    "Source",
    "SourceRecord",
    "TableSource",
    "WrittenSource",
    "YahooSource",
]

Source: TypeAlias = (
    Annotated[SampleSource, Tag("<SampleSource>")]
    | Annotated[FilesSource, Tag("<FilesSource>")]
    | Annotated[TableSource, Tag("<TableSource>")]
    | Annotated[EventsSource, Tag("<EventsSource>")]
    | Annotated[MadeSource, Tag("<MadeSource>")]
    | Annotated[YahooSource, Tag("<YahooSource>")]
    | Annotated[FrenchSource, Tag("<FrenchSource>")]
    | Annotated[GprSource, Tag("<GprSource>")]
    | Annotated[PinksheetSource, Tag("<PinksheetSource>")]
    | Annotated[FredSource, Tag("<FredSource>")]
)
# A new source is a record, a line here, and an arm above.
SOURCES: dict[str, type[SourceRecord]] = {
    "sample": SampleSource,
    "files": FilesSource,
    "table": TableSource,
    "events": EventsSource,
    "made": MadeSource,
    "yahoo": YahooSource,
    "french": FrenchSource,
    "gpr": GprSource,
    "pinksheet": PinksheetSource,
    "fred": FredSource,
}


WrittenSource = Annotated[Source, *named_by("source", SOURCES)]
SOURCE_KEYS = frozenset(key for record in SOURCES.values() for key in record.model_fields)
