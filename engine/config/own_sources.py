"""Series that lie on the strategist's own disk: price files, dated tables, calendars of events."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, model_validator

from engine.config.kinds import one_of_two
from engine.config.known import KnownInColumn
from engine.config.record import shown, wrong
from engine.config.source_record import SourceRecord

#: A name, and behind an @ the id of one snapshot of that name. An id alone is no name.
_KEPT = re.compile(r"(?P<name>(?![0-9a-f]{6,32}(@|$))[^@]+)(@(?P<id>[0-9a-f]{6,32}))?")
#: What decides how a file is read, beside its own name.
_READING = ("format", "kind", "column", "date", "label", "price", "open", "volume")


def _kept_name(value: str) -> str:
    if not _KEPT.fullmatch(value):
        cure = "write for example `miners`, or `miners@1f0c9a` for one that `overweight data list` shows"
        raise wrong(shown(value), "a name of your own for the snapshot, and an id if one is pinned", cure)
    return value


class SampleSource(SourceRecord):
    """The sample that comes with the engine."""

    source: Literal["sample"] = Field("sample", description="The sample that comes with the engine.")


class FilesSource(SourceRecord):
    """A CSV or parquet file of your own, or a folder with a file per asset."""

    source: Literal["files"] = Field("files", description="A CSV or parquet file, or a folder, of your own.")
    path: str = Field(
        min_length=1, description="The file; or a folder of one file per asset. Relative to this config.",
        examples=["prices.csv"],
    )  # fmt: skip
    format: Literal["auto", "wide", "long"] = Field(
        "auto", description="One column per asset (wide), or one row per asset and day (long)."
    )
    kind: Literal["prices", "returns", "values"] = Field(
        "prices", description="What the numbers are: prices, simple returns, or values that are no prices."
    )
    column: str | None = Field(None, min_length=1, description="Only this column, as a series called like the source.")
    columns: dict[str, str] = Field({}, description="Renames columns: our label -> the name in the file.")
    date: str = Field("date", min_length=1, description="The column of dates.")
    label: str = Field("ticker", min_length=1, description="The column of labels (long format).")
    price: str = Field("close", min_length=1, description="The column of prices (long format, folders).")
    open: str | None = Field(None, min_length=1, description="The column of opens (long format, folders).")
    volume: str | None = Field(None, min_length=1, description="The column of volumes (long format, folders).")
    snapshot: Annotated[str, AfterValidator(_kept_name)] | None = Field(
        None,
        description="Read a snapshot of this name, which `overweight data pull` makes of the file, instead of the "
        "file; `NAME@ID` for one that is not the latest.",
        examples=["miners"],
    )

    @property
    def kept_as(self) -> tuple[str, str | None]:
        """The name of the snapshot, and its id where one is pinned."""
        found = _KEPT.fullmatch(self.snapshot or "")
        return (found["name"], found["id"]) if found else ("", None)

    @property
    def reading(self) -> dict[str, str]:
        """What decides how the file is read, where it is not the default: a snapshot that was read otherwise is old."""
        usual = type(self).model_fields
        said = {key: getattr(self, key) for key in _READING if getattr(self, key) != usual[key].default}
        if isinstance(self.known, KnownInColumn):
            said["known"] = self.known.column
        return {key: str(value) for key, value in said.items()} | {"path": Path(self.path).name}


class TableSource(SourceRecord):
    """Any dated series of your own: ratings, inventories, positioning."""

    source: Literal["table"] = Field("table", description="Any dated series of your own.")
    path: str = Field(
        min_length=1, description="A CSV, parquet or Excel file; relative to this config.",
        examples=["inventories.csv"],
    )  # fmt: skip
    format: Literal["auto", "wide", "long"] = Field(
        "auto", description="One column per series (wide), or one row per series and date (long)."
    )
    column: str | None = Field(None, min_length=1, description="Only this column, as a series called like the source.")
    columns: dict[str, str] = Field({}, description="Only these columns: our name -> the name in the file.")
    date: str = Field("date", min_length=1, description="The column of the dates that rows describe.")
    label: str = Field("label", min_length=1, description="The column of names (long format).")
    value: str = Field("value", min_length=1, description="The column of values (long format).")


class EventsSource(SourceRecord):
    """A calendar of dated events, as the series `sign`, `strength` and `shock` (sign times strength)."""

    source: Literal["events"] = Field("events", description="A calendar of dated events.")
    path: str | None = Field(
        None, min_length=1, description="A CSV or YAML calendar of your own; relative to this config."
    )
    calendar: str | None = Field(
        None, min_length=1, description="A calendar that comes with the engine.", examples=["geopolitical"]
    )
    on: tuple[str, ...] | None = Field(
        None, min_length=1, description="Only events on one of these: a word of their `on`.",
        examples=["[copper]"],
    )  # fmt: skip
    sign: tuple[Literal[-1, 0, 1], ...] | None = Field(
        None, min_length=1, description="Only events with one of these signs.", examples=["[1]"]
    )
    confidence: tuple[Literal["seen", "memory"], ...] | None = Field(
        None, min_length=1, description="Only entries that are this well founded.", examples=["[seen]"]
    )
    chosen: tuple[Literal["in_hindsight", "rule", "real_time"], ...] | None = Field(
        None, min_length=1, description="Only events that were chosen in one of these ways.",
        examples=["[real_time]"],
    )  # fmt: skip

    @model_validator(mode="before")
    @classmethod
    def _one_calendar(cls, value: Any) -> Any:
        return one_of_two(value, "path", "calendar", "calendar: geopolitical")
