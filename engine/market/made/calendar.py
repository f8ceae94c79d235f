"""The days of a made market: sessions are weekdays, without holidays; the index has every calendar day."""

from __future__ import annotations

import datetime as dt

import numpy as np

from engine.market.made.recipe import Recipe
from engine.market.table import Dates


def sessions_of(recipe: Recipe) -> Dates:
    """(T,) datetime64[D], the weekdays from `start` on."""
    first = np.busday_offset(np.datetime64(recipe.start, "D"), 0, roll="forward")
    return np.busday_offset(first, np.arange(recipe.sessions))


def days_of(recipe: Recipe) -> Dates:
    """(K,) datetime64[D], every day from the first session to the last."""
    first = np.busday_offset(np.datetime64(recipe.start, "D"), 0, roll="forward")
    last = np.busday_offset(first, recipe.sessions - 1)
    return np.arange(first, last + 1)


def weekdays_between(start: dt.date, end: dt.date) -> int:
    """How many weekdays there are, both ends included."""
    return int(np.busday_count(start, end + dt.timedelta(days=1)))
