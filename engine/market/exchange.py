"""The sessions of an exchange by exchange_calendars: for checks of quality alone, never for a run."""

from __future__ import annotations

import difflib
import warnings
from typing import Any

import numpy as np

from engine.errors import ConfigError, DataError, Fault
from engine.market.table import Dates


def exchange_sessions(code: str, first: np.datetime64, last: np.datetime64) -> Dates:
    """(S,) the days on which an exchange (XNYS, XLON, ...) was open from `first` to `last`, both included.

    Raises ConfigError for an unknown exchange, DataError where the library is not installed.
    """
    try:
        import exchange_calendars
        import pandas as pd
    except ImportError as error:
        cure = 'pip install "overweight[sources]"'
        raise DataError(
            Fault("--calendar", "", "no exchange_calendars in this Python", "the library of calendars", cure)
        ) from error
    names = exchange_calendars.get_calendar_names(include_aliases=True)
    if code not in names:
        near = difflib.get_close_matches(code.upper(), names, n=1, cutoff=0.5)
        cure = f"did you mean `{near[0]}`?" if near else "write for example XNYS"
        raise ConfigError(Fault("--calendar", "", f"`{code}`, which is no exchange", "a code like XNYS", cure))
    with warnings.catch_warnings():
        # The library still uses spellings that pandas 4 will drop.
        warnings.simplefilter("ignore")
        calendar: Any = exchange_calendars.get_calendar(code, start=pd.Timestamp(first), end=pd.Timestamp(last))
        return np.asarray(calendar.sessions.to_numpy(), dtype="datetime64[D]")
