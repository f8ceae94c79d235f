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
NOW, STRENGTH, SINCE, HELD, TAKEN, POWER = (region * (ASSETS + 3) * LANES for region in range(6))
(
    FIRST, SECOND, OVER, UNDER, ENTER_OVER, ENTER_UNDER, HOLDING, SCORE, MAY, AGO, FACTOR, REST, CHANGED, ABOVE, BELOW,
    EPISODES, OVERS, UNDERS,
    SIZE,
) = (POWER + row * LANES for row in range(BITS, BITS + 19))  # fmt: skip


class LaneScores(NamedTuple):
    """What X sets of a strategy's own parameters said on D decisions of S names. values (X, D, S): NaN for no opinion.

    may_enter (X, D, S); free: it is always. ago (X, D, S): sessions since it was known. place (X, D, S): its rank, 0
    the highest, -1 for none; given (X, D): how many have one. A block reads few sets: they lie side by side.
    """

    values: Cube
    may_enter: NDArray[np.bool_]
    free: bool
    ago: Cube
    place: Cube
    given: Matrix


class LaneRules(NamedTuple):
    """Parameters of rules, a row each (R, 5): two of its kind, whether it may go over, and under, and sessions held.

    The two: enter and exit; full_at and cap; top and bottom; hold and half-life, 0 for no decay.
    """

    kind: int
    rows: Matrix


def threshold(S: Vector, n: int, free: bool) -> None:
    """+1 from a score at or above `enter` until one at or below `exit`; -1 mirrored. free: it may enter at any time.

    As a stance is -1, 0 or 1, its product with the score is compared with `exit` for both sides, and entering again
    changes nothing. A side that is barred has NaN for `enter`: nothing reaches it. Nor does a score that is NaN reach
    anything: it ends what was.
    """
    for b in range(LANES):
        score, now = S[SCORE + b], S[NOW + n + b]
        now = now if now * score > S[SECOND + b] else 0.0
        may = True if free else S[MAY + b] > 0.0
        now = -1.0 if may & (score <= S[ENTER_UNDER + b]) else now
        S[NOW + n + b] = 1.0 if may & (score >= S[ENTER_OVER + b]) else now


def proportional(S: Vector, n: int) -> None:
    """Score / full_at, clipped to the cap and to the sides allowed."""
    for b in range(LANES):
        now, cap = S[SCORE + b] / S[FIRST + b], S[SECOND + b]
        now = cap if now > cap else now
        now = -cap if now < -cap else now
        barred = ((now > 0.0) & (S[OVER + b] == 0.0)) | ((now < 0.0) & (S[UNDER + b] == 0.0))
        S[NOW + n + b] = 0.0 if barred | (now != now) else now


def ranked(S: Vector, n: int, place: Cube, given: Matrix, sets: Indices, d: int, s: int) -> None:
    """+1 for the `top` highest scores of a day, -1 for the `bottom` lowest, the best first to the top."""
    for b in range(LANES):
        at, many = place[sets[b], d, s], given[sets[b], d]
        last = at >= max(many - S[SECOND + b], S[FIRST + b])
        S[NOW + n + b] = 0.0 if at < 0.0 else 1.0 if at < S[FIRST + b] else -1.0 if last else 0.0


def impulse(S: Vector, n: int, session: float) -> None:
    """The latest shock, clipped to -1 .. 1, halved every half-life, gone after `hold` sessions.

    The decay of an age is the product of those of the powers of two that make it up.
    """
    for b in range(LANES):
        score = S[SCORE + b]
        clipped = 1.0 if score > 1.0 else -1.0 if score < -1.0 else score
        shock = (score == score) & (score != 0.0)
        S[STRENGTH + n + b] = clipped if shock else S[STRENGTH + n + b]
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
        strength, age = S[STRENGTH + n + b], session - S[SINCE + n + b]
        now = strength * S[FACTOR + b] if age < S[FIRST + b] else 0.0
        barred = ((now > 0.0) & (S[OVER + b] == 0.0)) | ((now < 0.0) & (S[UNDER + b] == 0.0))
        S[NOW + n + b] = 0.0 if barred else now


def decay(S: Vector) -> None:
    """POWER: what is left of a shock after 1, 2, 4 .. sessions, by the half-life in SECOND."""
    for j in range(BITS):
        for b in range(LANES):
            half_life = S[SECOND + b]
            S[POWER + j * LANES + b] = math.exp2(-(2.0**j) / half_life) if half_life > 0.0 else 1.0


def held_on(S: Vector, n: int, session: float, first: bool) -> None:
    """Keep in HELD what NOW says, unless what is held was taken less than HOLDING sessions ago and is not neutral."""
    for b in range(LANES):
        now, held = S[NOW + n + b], S[HELD + n + b]
        stays = (held != 0.0) & (session - S[TAKEN + n + b] < S[HOLDING + b]) & (not first)
        taken = ((now != held) & (not stays)) | first
        S[HELD + n + b] = held if stays else now
        S[TAKEN + n + b] = session if taken else S[TAKEN + n + b]


def tell(S: Vector, place: int, n: int, first: bool, stances: Matrix, s: int) -> None:
    """The stance of one name, from NOW or HELD; its side, and whether that is another one than before."""
    for b in range(LANES):
        stance, before = S[place + n + b], stances[s, b]
        stances[s, b] = stance
        turned = ((stance > 0.0) ^ (before > 0.0)) | ((stance < 0.0) ^ (before < 0.0)) | first
        S[CHANGED + b] = 1.0 if turned else S[CHANGED + b]
        S[ABOVE + b] = max(S[ABOVE + b], stance)
        S[BELOW + b] = min(S[BELOW + b], stance)


def begin_stances(S: Vector, names: int, rules: LaneRules, picks: Indices) -> None:
    """Each lane's parameters, and nothing remembered."""
    for b in range(LANES):
        row = picks[b]
        S[FIRST + b], S[SECOND + b] = rules.rows[row, 0], rules.rows[row, 1]
        S[OVER + b], S[UNDER + b], S[HOLDING + b] = rules.rows[row, 2], rules.rows[row, 3], rules.rows[row, 4]
        S[ENTER_OVER + b] = S[FIRST + b] if S[OVER + b] > 0.0 else math.nan
        S[ENTER_UNDER + b] = -S[FIRST + b] if S[UNDER + b] > 0.0 else math.nan
        S[EPISODES + b] = S[OVERS + b] = S[UNDERS + b] = 0.0
        S[MAY + b] = 1.0
        for s in range(names):
            n = s * LANES + b
            S[NOW + n] = S[STRENGTH + n] = S[SINCE + n] = S[HELD + n] = S[TAKEN + n] = 0.0
    if rules.kind == IMPULSE:
        decay(S)


def read(S: Vector, values: Cube, sets: Indices, alike: bool, d: int, s: int) -> None:
    """SCORE: what the set of each lane says of a name; alike: all lanes have the same set."""
    if alike:
        score = values[sets[0], d, s]
        for b in range(LANES):
            S[SCORE + b] = score
    else:
        for b in range(LANES):
            S[SCORE + b] = values[sets[b], d, s]


def apply(S: Vector, kind: int, scores: LaneScores, sets: Indices, alike: bool, session: float, d: int, s: int) -> None:
    """One name's stances on one decision, by the rule alone, in NOW."""
    n = s * LANES
    read(S, scores.values, sets, alike, d, s)
    if kind == THRESHOLD:
        if not scores.free:
            for b in range(LANES):
                S[MAY + b] = 1.0 if scores.may_enter[sets[b], d, s] else 0.0
        threshold(S, n, scores.free)
    elif kind == PROPORTIONAL:
        proportional(S, n)
    elif kind == RANK:
        ranked(S, n, scores.place, scores.given, sets, d, s)
    elif kind == IMPULSE:
        for b in range(LANES):
            S[AGO + b] = scores.ago[sets[b], d, s]
        impulse(S, n, session)
    else:
        for b in range(LANES):
            S[NOW + n + b] = S[SCORE + b]


def in_common(S: Vector, sets: Indices) -> tuple[bool, bool]:
    """Whether all lanes read the same set of scores; and whether any holds its stances for a while."""
    alike, held = True, False
    for b in range(LANES):
        alike = alike and sets[b] == sets[0]
        held = held or S[HOLDING + b] > 0.0
    return alike, held


def take_stances(
    S: Vector, scores: LaneScores, kind: int, sets: Indices, alike: bool, held: bool, session: float, d: int,
    stances: Matrix,
) -> None:  # fmt: skip
    """Stances (S, LANES) of decision d; what came of bets is counted. alike, held: as `in_common` has them."""
    for b in range(LANES):
        S[CHANGED + b] = 0.0
        S[ABOVE + b] = 0.0
        S[BELOW + b] = 0.0
    for s in range(ASSETS):
        if s >= len(stances):
            break
        n = s * LANES
        apply(S, kind, scores, sets, alike, session, d, s)
        if held:
            held_on(S, n, session, d == 0)
            tell(S, HELD, n, d == 0, stances, s)
        else:
            tell(S, NOW, n, d == 0, stances, s)
    for b in range(LANES):
        above, below = S[ABOVE + b] > 0.0, S[BELOW + b] < 0.0
        S[OVERS + b] += 1.0 if above else 0.0
        S[UNDERS + b] += 1.0 if below else 0.0
        S[EPISODES + b] += S[CHANGED + b] if above | below else 0.0
