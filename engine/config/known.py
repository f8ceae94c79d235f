"""When values become known: the rules that a source can carry."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BeforeValidator, Discriminator, Field, Tag

from engine.config.record import Record, choice, shown, wrong

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
