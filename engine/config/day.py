"""A day as a config writes it: year-month-day."""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated, Any

from pydantic import BeforeValidator

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


Day = Annotated[dt.date | None, BeforeValidator(lambda value: None if value is None else plain_day(value))]
