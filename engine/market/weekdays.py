"""Weeks and their days; a week begins on Monday."""

from __future__ import annotations

from typing import get_args

import numpy as np

from engine.config.known import Weekday
from engine.market.table import Dates, Indices

#: Monday is 0.
WEEKDAYS: tuple[str, ...] = get_args(Weekday)
#: The day 0 of numpy, 1970-01-01, was a Thursday: three days after a Monday.
THURSDAY = 3


def weekday_of(days: Dates) -> Indices:
    """The weekday of each day, 0 to 6."""
    return (_numbers(days) + THURSDAY) % 7


def week_of(days: Dates) -> Indices:
    """The week of each day, counted from that of 1970-01-01."""
    return (_numbers(days) + THURSDAY) // 7


def _numbers(days: Dates) -> Indices:
    return days.astype("datetime64[D]").astype(np.int64)
