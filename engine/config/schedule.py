"""When a decision is made: the words and the blocks of `every:`, and how long a schedule's period is."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BeforeValidator, Field, Tag

from engine.config.day import Days
from engine.config.kinds import keyed_by
from engine.config.known import Weekday
from engine.config.record import Record, shown, wrong

#: The words, and the sessions between two decisions that each means; `once` has no period.
WORDS: dict[str, int | None] = {"daily": 1, "week_end": 5, "month_end": 21, "quarter_end": 63, "once": None}


def _nth(value: Any) -> Any:
    fits = value is None or value == "last" or (type(value) is int and 1 <= value <= 4)
    if not fits:
        raise wrong(shown(value), "a number from 1 to 4, or `last`", "write for example 3, or last")
    return value


class EverySessions(Record):
    """A decision every so many sessions."""

    sessions: int = Field(ge=1, description="Sessions from one decision to the next.", examples=[21])


class EveryWeekday(Record):
    """A decision on a weekday of every week, or on the first, second, ... or last such weekday of every month.

    Where that day is no session, the last session before it in the same week decides; where that week has none
    before it, the first one after.
    """

    weekday: Weekday = Field(description="The weekday.", examples=["friday"])
    nth: Annotated[Literal[1, 2, 3, 4, "last"] | None, BeforeValidator(_nth)] = Field(
        None, description="Which one of the month: 1 to 4, or `last`; without it, every week.", examples=[3]
    )


class EveryDate(Record):
    """A decision on each of the days given, or on the next session where one is none."""

    dates: Days = Field(min_length=1, description="The days.", examples=["[2020-01-31, 2020-04-30]"])


class EveryArrival(Record):
    """A decision on each session on which a value of a series became known."""

    on: str = Field(
        min_length=1, description="A series: a name under `watch`, or `source.column` of `data`.", examples=["threats"]
    )


BLOCKS: dict[str, type[Record]] = {
    "sessions": EverySessions,
    "weekday": EveryWeekday,
    "dates": EveryDate,
    "on": EveryArrival,
}


Every: TypeAlias = Annotated[
    Annotated[Literal["daily", "week_end", "month_end", "quarter_end", "once"], Tag("<word>")]
    | Annotated[EverySessions, Tag("<EverySessions>")]
    | Annotated[EveryWeekday, Tag("<EveryWeekday>")]
    | Annotated[EveryDate, Tag("<EveryDate>")]
    | Annotated[EveryArrival, Tag("<EveryArrival>")],
    *keyed_by(BLOCKS, "{sessions: 21}", tuple(WORDS)),
]


def period_sessions(every: Every) -> int | None:
    """Sessions from one decision to the next, as good as the schedule fixes them; None where it does not.

    A week counts 5, a month 21, a quarter 63.
    """
    if isinstance(every, str):
        return WORDS[every]
    if isinstance(every, EverySessions):
        return every.sessions
    if isinstance(every, EveryWeekday):
        return 5 if every.nth is None else 21
    return None


def tranches_of(every: Every) -> list[int]:
    """Into how many tranches a schedule can be split: what divides its period; [] where it has none in sessions."""
    period = None if isinstance(every, EveryWeekday) else period_sessions(every)
    return [] if period is None else [n for n in range(1, period + 1) if period % n == 0]
