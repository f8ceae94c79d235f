"""Months as their last day: a monthly value describes the whole month and cannot be known before its end."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from engine.market.table import Dates


def month_end(months: Sequence[str] | Dates) -> Dates:
    """The last calendar day of each month (`2024-02`, or any day of it). ValueError for what is no month."""
    starts = np.asarray(months, dtype="datetime64[M]")
    following: Dates = (starts + 1).astype("datetime64[D]")
    return following + np.timedelta64(-1, "D")
