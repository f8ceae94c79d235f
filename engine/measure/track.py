"""A track: what a measured portfolio left behind, one value a session."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
DateArray = NDArray[np.datetime64]

#: Sizes up to this count as nothing: what rounding leaves of a constant return or of two equal paths.
ZERO = 1e-12


@dataclass(frozen=True, slots=True)
class Track:
    """The path of one portfolio over T sessions, T >= 1.

    sessions: (T,) datetime64[D], strictly increasing; the first is the day before the first return counts.
    equity: (T,) money, finite and above zero; equity[0] is the start.
    cash_rate: (T,) simple return of cash, index t earned from session t-1 to t; index 0 is not read.
    traded: (T,) money, sum of |value of trade| in the session; index 0 is not read.
    costs: (T,) money paid in the session, part of why equity is what it is; index 0 is not read.
    first_purchase: index of the session of the first purchase, left out of turnover; -1 if there was none.

    NaN is allowed only where nothing is read. Raises ValueError naming the field and the first bad session:
    such a track is a bug of the caller, for a ledger carries neither NaN nor equity at or below zero.
    """

    sessions: DateArray
    equity: FloatArray
    cash_rate: FloatArray
    traded: FloatArray
    costs: FloatArray
    first_purchase: int = -1

    def __post_init__(self) -> None:
        _check_sessions(self.sessions)
        for name in ("equity", "cash_rate", "traded", "costs"):
            values = getattr(self, name)
            if values.shape != self.sessions.shape:
                raise ValueError(f"track: {name} has shape {values.shape}, sessions {self.sessions.shape}")
            skip = 0 if name == "equity" else 1
            _check_every(self.sessions, np.isfinite(values), name, "a finite number", skip)
        _check_every(self.sessions, self.equity > 0.0, "equity", "above zero", skip=0)
        _check_every(self.sessions, self.traded >= 0.0, "traded", "zero or more", skip=1)
        _check_every(self.sessions, self.costs >= 0.0, "costs", "zero or more", skip=1)
        if not -1 <= self.first_purchase < self.sessions.size:
            count = self.sessions.size
            raise ValueError(f"track: first_purchase {self.first_purchase} is no index of {count} sessions")


def _check_sessions(sessions: DateArray) -> None:
    if sessions.ndim != 1 or sessions.size == 0 or sessions.dtype != np.dtype("datetime64[D]"):
        found = f"{sessions.dtype} {sessions.shape}"
        raise ValueError(f"track: sessions must be (T,) datetime64[D], T >= 1; found {found}")
    if np.isnat(sessions).any():
        raise ValueError("track: sessions hold a date that is missing (NaT)")
    steps = sessions[1:] > sessions[:-1]
    if not steps.all():
        raise ValueError(f"track: sessions must increase; {sessions[1:][~steps][0]} does not")


def _check_every(sessions: DateArray, good: NDArray[np.bool_], name: str, wanted: str, skip: int) -> None:
    bad = np.flatnonzero(~good[skip:])
    if bad.size:
        raise ValueError(f"track: {name} on {sessions[skip + bad[0]]} is not {wanted}")


def returns(track: Track) -> FloatArray:
    """(T-1,) simple returns of the sessions after the first."""
    return track.equity[1:] / track.equity[:-1] - 1.0


def log_returns(track: Track) -> FloatArray:
    """(T-1,) logarithmic returns of the sessions after the first."""
    return np.log(track.equity[1:] / track.equity[:-1])


def excess_returns(track: Track, cash_rate: FloatArray | None = None) -> FloatArray:
    """(T-1,) simple returns less the return of cash: the track's own, or the (T,) series given."""
    return returns(track) - (track.cash_rate if cash_rate is None else cash_rate)[1:]


def check_same_sessions(track: Track, other: Track, name: str) -> None:
    """Raise ValueError unless both tracks cover the same sessions."""
    if not np.array_equal(track.sessions, other.sessions):
        spans = f"{_span(track)} against {_span(other)}"
        raise ValueError(f"{name} must cover the sessions of the track, found {spans}; cut both to the same days")


def _span(track: Track) -> str:
    return f"{track.sessions.size} from {track.sessions[0]} to {track.sessions[-1]}"
