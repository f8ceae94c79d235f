"""A day as a config writes it: year-month-day."""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator

from engine.config.record import shown, wrong

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def plain_day(value: Any) -> Any:
    """A date from its text; what is a date already stays. Refuses anything else in words."""
    if isinstance(value, dt.date):
        return value
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        raise wrong(shown(value), "a day", "write year-month-day, for example 2013-02-28")
    try:
        return dt.date.fromisoformat(value)
    except ValueError:
        raise wrong(f"{value}, a day that does not exist", "a day", "look at month and day") from None


def _in_order(days: tuple[dt.date, ...]) -> tuple[dt.date, ...]:
    twice = sorted({day for day in days if days.count(day) > 1})
    if twice:
        raise wrong(f"{twice[0]} more than once", "each day once", "remove the second one")
    return tuple(sorted(days))


GivenDay = Annotated[dt.date, BeforeValidator(plain_day)]
#: A day, or none.
Day = Annotated[dt.date | None, BeforeValidator(lambda value: None if value is None else plain_day(value))]
#: Days in the order of time, however they are written; one that is there twice is refused.
Days = Annotated[tuple[GivenDay, ...], AfterValidator(_in_order)]
