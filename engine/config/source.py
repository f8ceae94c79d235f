"""Where series come from, in what currency they stand, and when each of their values was known."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import AfterValidator, BeforeValidator, Discriminator, Field, Tag

from engine.config.record import Record, choice, pick, shown, wrong

Weekday: TypeAlias = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
_CLOSE = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9] [A-Za-z_]+(/[A-Za-z0-9_+-]+)*")


class KnownAfterSessions(Record):
    """Known a number of sessions after the day it describes."""

    lag_sessions: int = Field(ge=0, description="Sessions between the day described and the day known.")


class KnownAfterDays(Record):
    """Known a number of calendar days after the day it describes."""

    lag_days: int = Field(ge=0, description="Calendar days between the day described and the day known.")


class KnownOnWeekday(Record):
    """Known on the first such weekday after a number of days."""

    weekday: Weekday = Field(description="The weekday of publication.", examples=["monday"])
    after_days: int = Field(ge=0, description="Calendar days that must have passed first.", examples=[1])


class KnownAfterMonthEnd(Record):
    """Known a number of business days after the end of the month it describes."""

    month_end_plus_business_days: int = Field(ge=0, description="Business days after the end of the month.")


class KnownInColumn(Record):
    """Known on the date that stands in a column of the file."""

    column: str = Field(min_length=1, description="The column that holds the known date.")


KNOWN: dict[str, type[Record]] = {
    "lag_sessions": KnownAfterSessions,
    "lag_days": KnownAfterDays,
    "weekday": KnownOnWeekday,
    "month_end_plus_business_days": KnownAfterMonthEnd,
    "column": KnownInColumn,
}


def _one_known(value: Any) -> Any:
    if isinstance(value, Record):
        return value
    cure = "write for example `known: {lag_days: 1}`"
    if not isinstance(value, dict):
        raise wrong(shown(value), "a block that says when values become known", cure)
    given = [key for key in KNOWN if key in value]
    if len(given) != 1:
        raise wrong(
            choice(given).replace(" or ", " and ") if given else "none of them",
            f"one of {choice(KNOWN)}",
            cure,
        )
    return value


def _known_tag(value: Any) -> str:
    kind = type(value) if isinstance(value, Record) else next(KNOWN[key] for key in KNOWN if key in value)
    return f"<{kind.__name__}>"


Known = Annotated[
    Annotated[KnownAfterSessions, Tag("<KnownAfterSessions>")]
    | Annotated[KnownAfterDays, Tag("<KnownAfterDays>")]
    | Annotated[KnownOnWeekday, Tag("<KnownOnWeekday>")]
    | Annotated[KnownAfterMonthEnd, Tag("<KnownAfterMonthEnd>")]
    | Annotated[KnownInColumn, Tag("<KnownInColumn>")],
    Discriminator(_known_tag),
    BeforeValidator(_one_known),
]


def _currency(value: str) -> str:
    if not re.fullmatch("[A-Z]{3}|GBp", value):
        raise wrong(shown(value), "a currency code", "write for example USD, EUR, or GBp for London pence")
    return value


def _close(value: str) -> str:
    if not _CLOSE.fullmatch(value):
        raise wrong(shown(value), "a time and a time zone", 'write for example "16:30 Europe/London"')
    return value


class SourceRecord(Record):
    """What every source can say about its series."""

    currency: Annotated[str, AfterValidator(_currency)] = Field("USD", description="Currency of the prices.")
    returns: Literal["total", "price"] = Field(
        "total", description="Whether the prices include distributions (total) or not (price)."
    )
    close: Annotated[str, AfterValidator(_close)] | None = Field(
        None, description="Time and zone of the close.", examples=["16:30 Europe/London"]
    )
    known: Known | None = Field(
        None, description="When a value becomes known; without it, at its session's close."
    )


class SampleSource(SourceRecord):
    """The sample that comes with the engine."""

    source: Literal["sample"] = Field("sample", description="The sample that comes with the engine.")


class FilesSource(SourceRecord):
    """A CSV or parquet file of your own."""

    source: Literal["files"] = Field("files", description="A CSV or parquet file of your own.")
    path: str = Field(min_length=1, description="The file; relative to this config.", examples=["prices.csv"])
    format: Literal["auto", "wide", "long"] = Field(
        "auto", description="One column per asset (wide), or one row per asset and day (long)."
    )
    kind: Literal["prices", "returns", "values"] = Field(
        "prices", description="What the numbers are: prices, simple returns, or values that are no prices."
    )
    column: str | None = Field(
        None, min_length=1, description="Only this column, as a series called like the source."
    )
    columns: dict[str, str] = Field({}, description="Renames columns: our label -> the name in the file.")
    date: str = Field("date", min_length=1, description="The column of dates.")
    label: str = Field("ticker", min_length=1, description="The column of labels (long format).")
    price: str = Field("close", min_length=1, description="The column of prices (long format).")
    open: str | None = Field(None, min_length=1, description="The column of opens (long format).")


Source: TypeAlias = SampleSource | FilesSource
SOURCES: dict[str, type[SourceRecord]] = {  # a new source is a record, a line here, and an arm below
    "sample": SampleSource,
    "files": FilesSource,
}


def _known_source(value: Any) -> Any:
    return pick("source", SOURCES, value)


def _source_tag(value: Any) -> str:
    kind = SOURCES[value["source"]] if isinstance(value, dict) else type(value)
    return f"<{kind.__name__}>"


WrittenSource = Annotated[
    Annotated[SampleSource, Tag("<SampleSource>")] | Annotated[FilesSource, Tag("<FilesSource>")],
    Discriminator(_source_tag),
    BeforeValidator(_known_source),
]
SOURCE_KEYS = frozenset(key for record in SOURCES.values() for key in record.model_fields)
