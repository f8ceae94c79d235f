"""Stances in lanes: the four rules as `portfolio.rules` has them, and how long a stance is held at least.

Lanes share decision days and the kind of rule; each has its own parameters and reads its own set of scores.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.market.table import Indices, Matrix, Vector
from engine.portfolio.lanes.table import ASSETS, LANES, Cube

#: The kinds of rule; the last takes scores for stances as they are.
THRESHOLD, PROPORTIONAL, RANK, IMPULSE, GIVEN = range(5)
#: Ages of shocks in sessions are below two to the power of this.
BITS = 16

# Places of the table: a region by name for what each remembers, one for powers of decay, then single rows.
NOW, SINCE, HELD, TAKEN, SIGN, POWER = (region * (ASSETS + 3) * LANES for region in range(6))
(
    FIRST, SECOND, OVER, UNDER, HOLDING, SCORE, MAY, AGO, FACTOR, REST, CHANGED, ABOVE, BELOW, EPISODES, OVERS, UNDERS,
    SIZE,
) = (POWER + row * LANES for row in range(BITS, BITS + 17))  # fmt: skip


class LaneScores(NamedTuple):
    """What X sets of a strategy's own parameters said on D decisions of S names. values (D, S, X): NaN for no opinion.

    may_enter (D, S, X); ago (D, S, X): sessions since it was known. place (D, S, X): its rank, 0 the highest, -1 for
    none; count (D, X): how many have one.
    """

    values: Cube
    may_enter: NDArray[np.bool_]
    ago: Cube
    place: Cube
    count: Matrix


class LaneRules(NamedTuple):
    """Parameters of rules, a row each (R, 5): two of its kind, whether it may go over, and under, and sessions held.

    The two: enter and exit; full_at and cap; top and bottom; hold and half-life, 0 for no decay.
    """

    kind: int
    rows: Matrix


def threshold(S: Vector, n: int) -> None:
    """+1 from a score at or above `enter` until one at or below `exit`; -1 mirrored."""
    for b in range(LANES):
        score, now = S[SCORE + b], S[NOW + n + b]
        leaves = ((now > 0.0) & (score <= S[SECOND + b])) | ((now < 0.0) & (-score <= S[SECOND + b]))
        now = 0.0 if leaves else now
        up = (S[MAY + b] > 0.0) & (now <= 0.0) & (S[OVER + b] > 0.0) & (score >= S[FIRST + b])
        down = (S[MAY + b] > 0.0) & (now >= 0.0) & (S[UNDER + b] > 0.0) & (-score >= S[FIRST + b])
        now = -1.0 if down else now
        now = 1.0 if up else now
        S[NOW + n + b] = now if score == score else 0.0


def proportional(S: Vector, n: int) -> None:
    """Score / full_at, clipped to the cap and to the sides allowed."""
    for b in range(LANES):
        now, cap = S[SCORE + b] / S[FIRST + b], S[SECOND + b]
        now = cap if now > cap else now
        now = -cap if now < -cap else now
        barred = ((now > 0.0) & (S[OVER + b] == 0.0)) | ((now < 0.0) & (S[UNDER + b] == 0.0))
        S[NOW + n + b] = 0.0 if barred | (now != now) else now


def ranked(S: Vector, n: int, place: Cube, count: Matrix, sets: Indices, d: int, s: int) -> None:
    """+1 for the `top` highest scores of a day, -1 for the `bottom` lowest, the best first to the top."""
    for b in range(LANES):
        at, many = place[d, s, sets[b]], count[d, sets[b]]
        last = at >= max(many - S[SECOND + b], S[FIRST + b])
        S[NOW + n + b] = 0.0 if at < 0.0 else 1.0 if at < S[FIRST + b] else -1.0 if last else 0.0


def impulse(S: Vector, n: int, session: float) -> None:
    """The latest shock, clipped to -1 .. 1, halved every half-life, gone after `hold` sessions.

    HELD is its strength, SINCE the session on which it was known. The decay is a product of those of powers of two.
    """
    for b in range(LANES):
        score = S[SCORE + b]
        clipped = 1.0 if score > 1.0 else -1.0 if score < -1.0 else score
        shock = (score == score) & (score != 0.0)
        S[SIGN + n + b] = clipped if shock else S[SIGN + n + b]
        S[SINCE + n + b] = session - S[AGO + b] if shock else S[SINCE + n + b]
        S[FACTOR + b] = 1.0
        S[REST + b] = session - S[SINCE + n + b]
    for j in range(BITS):
        weight = float(2 ** (BITS - 1 - j))
        for b in range(LANES):
            has = S[REST + b] >= weight
            S[FACTOR + b] *= S[POWER + (BITS - 1 - j) * LANES + b] if has else 1.0
            S[REST + b] -= weight if has else 0.0
    for b in range(LANES):
        strength, age = S[SIGN + n + b], session - S[SINCE + n + b]
        now = strength * S[FACTOR + b] if age < S[FIRST + b] else 0.0
        barred = ((now > 0.0) & (S[OVER + b] == 0.0)) | ((now < 0.0) & (S[UNDER + b] == 0.0))
        S[NOW + n + b] = 0.0 if barred else now
