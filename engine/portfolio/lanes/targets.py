"""Targets in lanes: stances tilted, braked and fitted into limits; and the average that the matched mix holds.

Without stances on assets and without limits the targets are weights of sleeves, and stay so; otherwise they are weights
of slots.
"""

# ruff: noqa: I001  (rows of the table are many: imported in lines, not one by one)

from __future__ import annotations

from engine.market.table import Indices, Matrix, Vector
from engine.portfolio.lanes.fitting import LaneLimits, bound, fit, look
from engine.portfolio.lanes.table import ASSETS, LANES, SLEEVES, Cube
from engine.portfolio.lanes.tilts import (
    BROKEN, FAILED, KEEP, MEAN, MIXED, OVER, POLICY, SAME, SHARES, SPELL, TILTED, TOTAL, UNDER, WEIGHT, LaneShape,
    LaneTilts, brake_sleeves, brake_slots, join_slots, lay_slots, spread, tilt_sleeves, tilt_slots, trades_of,
)  # fmt: skip


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


def decide(T: Vector, shape: LaneShape, parts: Matrix, home: Indices, sleeves: int, stances: Cube, d: int) -> None:
    """WEIGHT of one decision."""
    slots = parts.shape[1]
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
        tilt_sleeves(T, shape, sleeves, stances, d)
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
    T: Vector, parts: Matrix, home: Indices, shape: LaneShape, policy: Matrix, tilts: LaneTilts, limits: LaneLimits,
    mixes: Indices, picks: Indices, brakes: Indices, bounds: Indices, stances: Cube, weights: Cube, trades: Cube,
    mean: Cube, extra: Cube, failed: Matrix,
) -> None:  # fmt: skip
    """Blocks of lanes. parts (D, M), home (M,): as in LaneMarket. mixes, picks, brakes, bounds (G, LANES): each lane's
    policy mix, tilt, brake and limits.

    stances (G, D, S, LANES). Fills weights (G, D, W, LANES) of sleeves or of slots, trades (G, D, LANES) where each has
    days of its own, mean (G, H, LANES) and extra (G, M, LANES) of the matched mix, failed (G, LANES): 1 where no
    weights can keep the limits.
    """
    blocks, days, names = stances.shape[0], stances.shape[1], stances.shape[2]
    sleeves, slots = policy.shape[1], parts.shape[1]
    by_sleeve = not (shape.on_assets or shape.limited)
    for g in range(blocks):
        equip(T, shape, slots, policy, tilts, mixes[g], picks[g])
        if shape.limited:
            bound(T, slots, sleeves, limits, bounds[g])
        anew = True
        for d in range(days):
            if anew and shape.on_assets:
                lay_slots(T, slots, parts, home, d)
            if shape.braked:
                for q in range(len(shape.tilted)):
                    for b in range(LANES):
                        T[KEEP + q * LANES + b] = tilts.keep[d, q, brakes[g, b]]
            decide(T, shape, parts, home, sleeves, stances[g], d)
            if by_sleeve:
                write_sleeves(T, sleeves, d, weights[g])
            else:
                write_slots(T, sleeves, slots, d, home, weights[g])
            anew = ends(parts, d)
            if anew:
                end_spell(T, sleeves, slots, parts, home, d, by_sleeve)
            if shape.own_days:
                trades_of(T, shape, names, stances[g], d, trades[g])
        for b in range(LANES):
            failed[g, b] = T[FAILED + b]
            for h in range(sleeves):
                mean[g, h, b] = T[MEAN + h * LANES + b] / days
            for a in range(slots):
                extra[g, a, b] = (T[TOTAL + a * LANES + b] - T[MIXED + a * LANES + b]) / days
