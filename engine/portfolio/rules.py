"""Stance rules: from scores to a stance in -1..+1. Plain Python that `compiled` can compile.

Scores are (D,) on decision days; NaN is no opinion, and the stance goes to neutral.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from engine.market.table import Indices, Matrix, Vector


def threshold(
    scores: Vector, may_enter: NDArray[np.bool_], enter: float, leave: float, over: bool, under: bool, stance: Vector
) -> None:
    """+1 from a score at or above `enter` until one at or below `leave`; -1 mirrored, where that side is allowed.

    may_enter (D,) False forbids to open a stance, not to keep one. Writes stance (D,).
    """
    now = 0.0
    for d in range(len(scores)):
        score = scores[d]
        if math.isnan(score):
            now = 0.0
        else:
            if (now > 0.0 and score <= leave) or (now < 0.0 and -score <= leave):
                now = 0.0
            if may_enter[d] and now <= 0.0 and over and score >= enter:
                now = 1.0
            elif may_enter[d] and now >= 0.0 and under and -score >= enter:
                now = -1.0
        stance[d] = now


def proportional(scores: Vector, full_at: float, cap: float, over: bool, under: bool, stance: Vector) -> None:
    """Score / full_at, clipped to [-cap, cap] and to the sides allowed. Writes stance (D,)."""
    for d in range(len(scores)):
        now = scores[d] / full_at
        if math.isnan(now):
            now = 0.0
        elif now > cap:
            now = cap
        elif now < -cap:
            now = -cap
        if (now > 0.0 and not over) or (now < 0.0 and not under):
            now = 0.0
        stance[d] = now


def impulse(
    scores: Vector,
    sessions_ago: Indices,
    sessions: Indices,
    hold: int,
    half_life: float,
    over: bool,
    under: bool,
    stance: Vector,
) -> None:
    """The latest shock's strength, clipped to -1..1, halved every `half_life` sessions, gone after `hold` sessions.

    scores (D,): the shock that became known since the last decision, NaN or 0 where there was none. A shock counts
    from the session on which it became known, `sessions_ago` (D,) before the decision. half_life 0: no decay.
    Writes stance (D,).
    """
    strength = 0.0
    since = 0
    for d in range(len(scores)):
        if not math.isnan(scores[d]) and scores[d] != 0.0:
            strength = min(1.0, max(-1.0, scores[d]))
            since = sessions[d] - sessions_ago[d]
        age = sessions[d] - since
        now = 0.0
        if age < hold:
            now = strength
            if half_life > 0.0:
                # Not 0.5 ** x, of which the compiler makes exp2 and Python pow: they differ in the last bit.
                now = strength * math.exp2(-age / half_life)
        if (now > 0.0 and not over) or (now < 0.0 and not under):
            now = 0.0
        stance[d] = now


def rank(scores: Matrix, top: int, bottom: int) -> Matrix:
    """(D, S) stance of each name: +1 for the `top` highest scores of a day, -1 for the `bottom` lowest, else 0.

    Columns are in alphabetical order and the earlier wins a tie. NaN has no rank. With fewer names than
    top + bottom the best go first to the top.
    """
    stance = np.zeros_like(scores)
    for d, row in enumerate(scores):
        order = np.argsort(-row, kind="stable")[: int((~np.isnan(row)).sum())]
        stance[d, order[:top]] = 1.0
        rest = order[top:]
        stance[d, rest[max(len(rest) - bottom, 0) :]] = -1.0
    return stance
