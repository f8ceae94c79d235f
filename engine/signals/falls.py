"""Falls, recoveries and heat: how far below its high, whether it has turned, how far it has run."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from engine.signals.counts import refuse_fewer
from engine.signals.score import Levels


def drawdown(levels: Levels, lookback: int) -> float:
    """Today's level over the highest of the last `lookback` + 1, less one: 0 at the high, -0.2 a fifth below it.

    NaN where there are fewer levels, or one of them is NaN. Raises ValueError for a lookback below 1.
    """
    refuse_fewer(1, lookback=lookback)
    last = levels[-lookback - 1 :]
    return float(last[-1] / last.max() - 1.0) if len(last) > lookback else math.nan


def has_turned_up(levels: Levels, *, lookback: int, fallen: float, risen: float) -> bool:
    """Whether it fell by `fallen` from the high of its last `lookback` + 1 levels, and is up by `risen` from there.

    False where there are fewer levels, or one of them is NaN. Raises ValueError for a lookback below 1.
    """
    refuse_fewer(1, lookback=lookback)
    last = levels[-lookback - 1 :]
    if len(last) <= lookback or not np.isfinite(last).all():
        return False
    high = int(np.argmax(last))
    low = float(last[high:].min())
    return bool(low <= last[high] * (1.0 - fallen) and last[-1] >= low * (1.0 + risen))


def gains(levels: Levels, over_sessions: int) -> NDArray[np.float64]:
    """(t+1-over_sessions,) simple return over `over_sessions`, on each session so far; empty for too few.

    Raises ValueError for fewer than 1 session.
    """
    refuse_fewer(1, over_sessions=over_sessions)
    return levels[over_sessions:] / levels[:-over_sessions] - 1.0 if len(levels) > over_sessions else np.empty(0)


def above_trend(levels: Levels, over_sessions: int) -> NDArray[np.float64]:
    """(t+2-over_sessions,) level over its mean of the last `over_sessions` levels, less one, on each session so far.

    NaN before the first level; empty where there are too few sessions. Raises ValueError for fewer than 1 session.
    """
    refuse_fewer(1, over_sessions=over_sessions)
    begun = int(np.argmax(np.isfinite(levels)))
    total = np.concatenate([[0.0], np.cumsum(levels[begun:])])
    if len(total) <= over_sessions:
        return np.empty(0)
    means = (total[over_sessions:] - total[:-over_sessions]) / over_sessions
    return np.concatenate([np.full(begun, np.nan), levels[begun + over_sessions - 1 :] / means - 1.0])


def is_engaged(values: NDArray[np.float64], on: float, off: float) -> bool:
    """Whether a switch is on that goes on at `on` or beyond and off at `off` or beyond, having seen all values so far.

    With `on` above `off` it goes on at high values, with `on` below `off` at low ones. NaN moves nothing; it starts
    off.
    """
    if on < off:
        values, on, off = -values, -on, -off
    hot, cool = np.flatnonzero(values >= on), np.flatnonzero(values <= off)
    return bool(len(hot)) and (not len(cool) or bool(hot[-1] > cool[-1]))
