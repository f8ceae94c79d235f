"""Where series come from: the table of sources, and how an entry of `data` names one."""

from __future__ import annotations

from typing import Annotated, Any, TypeAlias

from pydantic import BeforeValidator, Discriminator, Tag

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
from engine.config.record import pick
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
    SampleSource
    | FilesSource
    | TableSource
    | EventsSource
    | MadeSource
    | YahooSource
    | FrenchSource
    | GprSource
    | PinksheetSource
    | FredSource
)
# A new source is a record, a line here, and an arm above and below.
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


def _known_source(value: Any) -> Any:
    return pick("source", SOURCES, value)


def _source_tag(value: Any) -> str:
    kind = SOURCES[value["source"]] if isinstance(value, dict) else type(value)
    return f"<{kind.__name__}>"


WrittenSource = Annotated[
    Annotated[SampleSource, Tag("<SampleSource>")]
    | Annotated[FilesSource, Tag("<FilesSource>")]
    | Annotated[TableSource, Tag("<TableSource>")]
    | Annotated[EventsSource, Tag("<EventsSource>")]
    | Annotated[MadeSource, Tag("<MadeSource>")]
    | Annotated[YahooSource, Tag("<YahooSource>")]
    | Annotated[FrenchSource, Tag("<FrenchSource>")]
    | Annotated[GprSource, Tag("<GprSource>")]
    | Annotated[PinksheetSource, Tag("<PinksheetSource>")]
    | Annotated[FredSource, Tag("<FredSource>")],
    Discriminator(_source_tag),
    BeforeValidator(_known_source),
]
SOURCE_KEYS = frozenset(key for record in SOURCES.values() for key in record.model_fields)
