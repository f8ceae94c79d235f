"""A Recipe says everything about a made market; the same Recipe always makes the same market."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

#: The first session of a market that does not say.
START = dt.date(1985, 1, 1)


@dataclass(frozen=True, slots=True)
class LeadLag:
    """Miners follow metals late.

    The part `strength` (0..1) of each metal move reaches miners `delay_sessions` (1..252) later, the rest at once; the
    whole of it is the same as without the effect.
    """

    delay_sessions: int
    strength: float


@dataclass(frozen=True, slots=True)
class ShockResponse:
    """Geopolitical shocks move miners.

    A shock adds `move` to the simple returns of every miner in all, from the first session at or after its day on;
    half of what is left comes in every `half_life_sessions`. From `flips_on` on a shock moves them by `-move`.
    """

    move: float
    half_life_sessions: float = 5.0
    flips_on: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Recipe:
    """A made market: which of all that could have been, how large, and what is planted in it.

    seed: any integer from 0 on. start: the first session, or the weekend before it. sessions: weekdays from there on.
    Markets of one seed share their random numbers, whatever else differs: assets, sessions at the end and effects can
    be added or taken away, and what stays is the same bit for bit. (Only miners change with the number of metals,
    because they follow the mean of them.)
    """

    seed: int
    sessions: int = 8820
    start: dt.date = START
    metals: int = 2
    miners: int = 3
    equities: int = 15
    shocks_per_year: float = 2.0
    lead_lag: LeadLag | None = None
    response: ShockResponse | None = None

    def null(self) -> Recipe:
        """The same market with no effect in it."""
        return replace(self, lead_lag=None, response=None)
