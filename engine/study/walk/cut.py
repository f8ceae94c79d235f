"""Parts of a track: a span of it, or several joined; and one metric of a part."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.market.table import Indices
from engine.measure.metrics import METRICS, HeldAgainst
from engine.measure.track import Track


@dataclass(frozen=True, slots=True)
class Rivals:
    """What every candidate is held against: tracks on the panel's last sessions. total: sessions of the panel."""

    reference: Track
    policy: Track
    sessions_per_year: int
    total: int


def span_of(track: Track, total: int, first: int, last: int) -> Track:
    """The track from the close of panel session `first` to that of `last`, both included: last - first returns.

    total: sessions of the panel, whose last one is the track's last. Raises ValueError where the track begins later.
    """
    offset = total - len(track.sessions)
    low, high = first - offset, last - offset + 1
    if low < 0 or high <= low:
        raise ValueError(f"a track from session {offset} on has no span from {first} to {last}")
    bought = track.first_purchase - low
    return Track(
        track.sessions[low:high],
        track.equity[low:high],
        track.cash_rate[low:high],
        track.traded[low:high],
        track.costs[low:high],
        bought if 0 <= bought < high - low else -1,
    )


def joined(parts: list[tuple[Track, Indices]], start: np.datetime64) -> Track:
    """One track of returns taken from several, each with the rows (>= 1) whose return it lends, in order of time.

    Money traded and paid keeps its share of equity. start: a day before the first of them.
    """
    grown = np.concatenate([[1.0], *(track.equity[rows] / track.equity[rows - 1] for track, rows in parts)])
    equity = np.cumprod(grown)
    scale = equity[1:] / np.concatenate([track.equity[rows] for track, rows in parts])
    money = {
        name: np.concatenate([[0.0], np.concatenate([getattr(track, name)[rows] for track, rows in parts]) * scale])
        for name in ("traded", "costs")
    }
    days, rates = (
        np.concatenate([getattr(track, name)[rows] for track, rows in parts]) for name in ("sessions", "cash_rate")
    )
    bought, seen = -1, 1
    for track, rows in parts:
        at = np.flatnonzero(rows == track.first_purchase)
        bought = seen + int(at[0]) if len(at) else bought
        seen += len(rows)
    return Track(
        np.concatenate([[start], days]), equity, np.concatenate([[0.0], rates]), money["traded"], money["costs"], bought
    )


def figure(metric: str, track: Track, reference: Track, policy: Track, sessions_per_year: int) -> float:
    """One metric of tracks of the same sessions; NaN where it is undefined."""
    value = METRICS[metric].function(HeldAgainst(track, reference, None, None, sessions_per_year, policy))
    return np.nan if value is None else value


def figure_between(metric: str, track: Track, beside: Rivals, first: int, last: int) -> float:
    """One metric of the track from the close of panel session `first` to that of `last`; NaN where it is undefined."""
    if last <= first:
        return np.nan
    own, reference, policy = (
        span_of(one, beside.total, first, last) for one in (track, beside.reference, beside.policy)
    )
    return figure(metric, own, reference, policy, beside.sessions_per_year)
