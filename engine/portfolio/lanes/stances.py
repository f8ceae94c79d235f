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
NOW, STRENGTH, SINCE, HELD, TAKEN, SIGN, POWER = (region * (ASSETS + 3) * LANES for region in range(7))
(
    FIRST, SECOND, OVER, UNDER, HOLDING, SCORE, MAY, AGO, FACTOR, REST, CHANGED, ABOVE, BELOW, EPISODES, OVERS, UNDERS,
    SIZE,
) = (POWER + row * LANES for row in range(BITS, BITS + 17))  # fmt: skip


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


def tell(S: Vector, n: int, first: bool) -> None:
    """Which side the stance is on, and whether it is another one than before."""
    for b in range(LANES):
        held = S[HELD + n + b]
        sign = 1.0 if held > 0.0 else -1.0 if held < 0.0 else 0.0
        S[CHANGED + b] = 1.0 if (sign != S[SIGN + n + b]) | first else S[CHANGED + b]
        S[ABOVE + b] = 1.0 if sign > 0.0 else S[ABOVE + b]
        S[BELOW + b] = 1.0 if sign < 0.0 else S[BELOW + b]
        S[SIGN + n + b] = sign


def equip(S: Vector, names: int, rules: Matrix, picks: Indices) -> None:
    """Each lane's parameters, and nothing remembered."""
    for b in range(LANES):
        row = picks[b]
        S[FIRST + b], S[SECOND + b] = rules[row, 0], rules[row, 1]
        S[OVER + b], S[UNDER + b], S[HOLDING + b] = rules[row, 2], rules[row, 3], rules[row, 4]
        S[EPISODES + b] = S[OVERS + b] = S[UNDERS + b] = 0.0
        S[MAY + b] = 1.0
        for s in range(names):
            n = s * LANES + b
            S[NOW + n] = S[STRENGTH + n] = S[SINCE + n] = S[HELD + n] = S[TAKEN + n] = S[SIGN + n] = 0.0


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
        threshold(S, n)
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


def take_stances(
    S: Vector, scores: LaneScores, rules: LaneRules, sessions: Vector, sets: Indices, picks: Indices, stances: Cube,
    bets: Cube,
) -> None:  # fmt: skip
    """Blocks of lanes. sets, picks (G, LANES): the set of scores and the rule of each. sessions (D,): of decisions.

    Fills stances (G, D, S, LANES), and bets (G, LANES, 3): episodes, decisions over, decisions under.
    """
    days, names = stances.shape[1], stances.shape[2]
    for g in range(len(stances)):
        equip(S, names, rules.rows, picks[g])
        alike, held = True, False
        for b in range(LANES):
            alike = alike and sets[g, b] == sets[g, 0]
            held = held or S[HOLDING + b] > 0.0
        if rules.kind == IMPULSE:
            decay(S)
        for d in range(days):
            for b in range(LANES):
                S[CHANGED + b] = 0.0
                S[ABOVE + b] = 0.0
                S[BELOW + b] = 0.0
            for s in range(ASSETS):
                if s >= names:
                    break
                n = s * LANES
                apply(S, rules.kind, scores, sets[g], alike, sessions[d], d, s)
                if held:
                    held_on(S, n, sessions[d], d == 0)
                else:
                    for b in range(LANES):
                        S[HELD + n + b] = S[NOW + n + b]
                tell(S, n, d == 0)
                for b in range(LANES):
                    stances[g, d, s, b] = S[HELD + n + b]
            for b in range(LANES):
                S[OVERS + b] += S[ABOVE + b]
                S[UNDERS + b] += S[BELOW + b]
                S[EPISODES + b] += S[CHANGED + b] if S[ABOVE + b] + S[BELOW + b] > 0.0 else 0.0
        for b in range(LANES):
            bets[g, b, 0], bets[g, b, 1], bets[g, b, 2] = S[EPISODES + b], S[OVERS + b], S[UNDERS + b]
