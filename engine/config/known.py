"""When values become known: the rules that a source can carry."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import Field, Tag

from engine.config.kinds import keyed_by
from engine.config.record import Record

Weekday: TypeAlias = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]


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


Known = Annotated[
    Annotated[KnownAfterSessions, Tag("<KnownAfterSessions>")]
    | Annotated[KnownAfterDays, Tag("<KnownAfterDays>")]
    | Annotated[KnownOnWeekday, Tag("<KnownOnWeekday>")]
    | Annotated[KnownAfterMonthEnd, Tag("<KnownAfterMonthEnd>")]
    | Annotated[KnownInColumn, Tag("<KnownInColumn>")],
    *keyed_by(KNOWN, "`known: {lag_days: 1}`"),
]
