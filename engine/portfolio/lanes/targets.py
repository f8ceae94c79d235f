"""Targets in lanes: stances taken, tilted, braked and fitted into limits; and the average that the matched mix holds.

Without stances on assets and without limits the targets are weights of sleeves, and stay so; otherwise they are weights
of slots.
"""

# ruff: noqa: I001  (rows of the table are many: imported in lines, not one by one)

from __future__ import annotations

from typing import NamedTuple

from engine.market.table import Indices, Matrix, Vector
from engine.portfolio.lanes.fitting import LaneLimits, bound, fit, look
from engine.portfolio.lanes.stances import LaneRules, LaneScores, begin_stances, count_bets, in_common, take_stances
from engine.portfolio.lanes.table import ASSETS, LANES, SLEEVES, Cube
from engine.portfolio.lanes.tilts import (
    BROKEN, FAILED, KEEP, MEAN, MIXED, OVER, POLICY, SAME, SHARES, SPELL, TILTED, TOTAL, UNDER, WEIGHT, LaneShape,
    LaneTilts, brake_sleeves, brake_slots, join_slots, lay_slots, spread, tilt_sleeves, tilt_slots, trades_of,
)  # fmt: skip


class LanePicks(NamedTuple):
    """What the variants of G blocks go by, (G, LANES) each: the set of scores, the rule, the policy mix, the tilt, the
    brake and the limits.
    """

    scores: Indices
    rule: Indices
    policy: Indices
    tilt: Indices
    brake: Indices
    limit: Indices


class LaneTargets(NamedTuple):
    """stances (S, LANES): of one decision, to work in. weights (G, D, W, LANES): of sleeves or of slots. trades
    (G, D, LANES): where each has days of its own. mean (G, H, LANES), extra (G, M, LANES): of the matched mix.
    failed (G, LANES): 1 where no weights can keep the limits. bets (G, LANES, 3): episodes, decisions over, under.
    """

    stances: Matrix
    weights: Cube
    trades: Cube
    mean: Cube
    extra: Cube
    failed: Matrix
    bets: Cube


def equip(
    T: Vector, shape: LaneShape, slots: int, policy: Matrix, tilts: LaneTilts, mixes: Indices, picks: Indices
) -> None:
    """Each lane's policy mix and points, and nothing averaged yet."""
    sleeves = policy.shape[1]
    for b in range(LANES):
        row, mix = picks[b], mixes[b]
        T[FAILED + b] = 0.0
        for h in range(sleeves):
            T[POLICY + h * LANES + b] = policy[mix, h]
            T[MEAN + h * LANES + b] = T[SPELL + h * LANES + b] = 0.0
        for q in range(len(shape.tilted)):
            T[OVER + q * LANES + b], T[UNDER + q * LANES + b] = tilts.over[row, q], tilts.under[row, q]
            T[SAME + q * LANES + b] = tilts.same[row, q]
            for h in range(sleeves):
                T[SHARES + (q * SLEEVES + h) * LANES + b] = tilts.shares[row, q, h]
        for a in range(slots):
            T[TOTAL + a * LANES + b] = T[MIXED + a * LANES + b] = 0.0


def write_sleeves(T: Vector, sleeves: int, d: int, weights: Cube) -> None:
    """Weights of sleeves, and their sums of the spell."""
    for h in range(SLEEVES):
        if h >= sleeves:
            break
        for b in range(LANES):
            weight = T[WEIGHT + h * LANES + b]
            weights[d, h, b] = weight
            T[SPELL + h * LANES + b] += weight


def write_slots(T: Vector, sleeves: int, slots: int, d: int, home: Indices, weights: Cube) -> None:
    """Weights of slots, their sums, and those of their sleeves of the spell."""
    for h in range(SLEEVES):
        if h >= sleeves:
            break
        for a in range(ASSETS):
            if a >= slots:
                break
            if home[a] == h:
                for b in range(LANES):
                    weight = T[WEIGHT + a * LANES + b]
                    weights[d, a, b] = weight
                    T[TOTAL + a * LANES + b] += weight
                    T[SPELL + h * LANES + b] += weight


def end_spell(T: Vector, sleeves: int, slots: int, parts: Matrix, home: Indices, d: int, by_sleeve: bool) -> None:
    """To the averages what the spell up to decision d adds, in which parts of sleeves were the same.

    What sleeves hold (of their weight nothing, where no member trades), and what slots would as parts of sleeves.
    """
    for h in range(sleeves):
        held = 0.0 if by_sleeve else 1.0
        for a in range(slots):
            held += parts[d, a] if by_sleeve and home[a] == h else 0.0
        for b in range(LANES):
            T[MEAN + h * LANES + b] += T[SPELL + h * LANES + b] * held
        for a in range(slots):
            if home[a] == h and not by_sleeve:
                for b in range(LANES):
                    T[MIXED + a * LANES + b] += T[SPELL + h * LANES + b] * parts[d, a]
        for b in range(LANES):
            T[SPELL + h * LANES + b] = 0.0


def ends(parts: Matrix, d: int) -> bool:
    """Whether decision d is the last with its parts of sleeves."""
    last = d + 1 == len(parts)
    for a in range(parts.shape[1]):
        last = last or parts[d, a] != parts[d + 1, a]
    return last


def decide(T: Vector, shape: LaneShape, parts: Matrix, home: Indices, sleeves: int, stances: Matrix, d: int) -> None:
    """WEIGHT of one decision."""
    slots = shape.slots
    if shape.on_assets:
        for a in range(slots):
            for b in range(LANES):
                T[TILTED + a * LANES + b] = 0.0
        for q in range(len(shape.tilted)):
            tilt_slots(T, shape, slots, parts, home, stances, d, q)
        join_slots(T, slots)
        if shape.braked:
            brake_slots(T, shape, slots, parts, home, d)
    else:
        tilt_sleeves(T, shape, sleeves, stances)
        if shape.braked:
            brake_sleeves(T, shape, sleeves)
        if shape.limited:
            spread(T, slots, parts, home, d)
    if shape.limited:
        look(T, slots, sleeves, d, parts, home)
        for b in range(LANES):
            if T[BROKEN + b] > 0.0:
                fit(T, b, slots, sleeves, d, parts, home)


def set_targets(
    S: Vector, T: Vector, scores: LaneScores, rules: LaneRules, sessions: Vector, parts: Matrix, home: Indices,
    shape: LaneShape, policy: Matrix, tilts: LaneTilts, limits: LaneLimits, picks: LanePicks, out: LaneTargets,
) -> None:  # fmt: skip
    """Blocks of lanes, decision by decision: stances, then targets. Fills out.

    S, T: tables of stances and of targets. sessions (D,), parts (D, M), home (M,): as in LaneMarket.
    """
    days, sleeves, slots = len(parts), policy.shape[1], shape.slots
    by_sleeve = not (shape.on_assets or shape.limited)
    for g in range(len(out.weights)):
        begin_stances(S, len(out.stances), rules, picks.rule[g])
        alike, held = in_common(S, picks.scores[g])
        equip(T, shape, slots, policy, tilts, picks.policy[g], picks.tilt[g])
        if shape.limited:
            bound(T, slots, sleeves, limits, picks.limit[g])
        anew = True
        for d in range(days):
            take_stances(S, scores, rules.kind, picks.scores[g], alike, held, sessions[d], d, out.stances)
            if anew and shape.on_assets:
                lay_slots(T, slots, parts, home, d)
            if shape.braked:
                for q in range(len(shape.tilted)):
                    for b in range(LANES):
                        T[KEEP + q * LANES + b] = tilts.keep[d, q, picks.brake[g, b]]
            decide(T, shape, parts, home, sleeves, out.stances, d)
            if by_sleeve:
                write_sleeves(T, sleeves, d, out.weights[g])
            else:
                write_slots(T, sleeves, slots, d, home, out.weights[g])
            anew = ends(parts, d)
            if anew:
                end_spell(T, sleeves, slots, parts, home, d, by_sleeve)
            if shape.own_days:
                trades_of(T, shape, len(out.stances), out.stances, d, out.trades[g])
        count_bets(S, out.bets[g])
        for b in range(LANES):
            out.failed[g, b] = T[FAILED + b]
            for h in range(sleeves):
                out.mean[g, h, b] = T[MEAN + h * LANES + b] / days
            for a in range(slots):
                out.extra[g, a, b] = (T[TOTAL + a * LANES + b] - T[MIXED + a * LANES + b]) / days
