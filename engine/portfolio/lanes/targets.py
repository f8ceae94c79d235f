"""Targets in lanes: stances tilted, braked and fitted into limits; and the average that the matched mix holds.

Without stances on assets and without limits the targets are weights of sleeves, and stay so; otherwise they are weights
of slots.
"""

# ruff: noqa: I001  (rows of the table are many: imported in lines, not one by one)

from __future__ import annotations

from engine.market.table import Indices, Matrix, Vector
from engine.portfolio.lanes.fitting import LaneLimits, bound, fit, look
from engine.portfolio.lanes.table import ASSETS, LANES, SLEEVES, Cube, LaneMarket
from engine.portfolio.lanes.tilts import (
    BROKEN, FAILED, KEEP, MEAN, MIXED, OVER, POLICY, SAME, SHARES, SLEEVE, TOTAL, UNDER, WEIGHT, LaneShape, LaneTilts,
    brake_sleeves, brake_slots, join_slots, read_slots, spread, tilt_sleeves, tilt_slots, trades_of,
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
            T[MEAN + h * LANES + b] = 0.0
        for q in range(len(shape.tilted)):
            T[OVER + q * LANES + b], T[UNDER + q * LANES + b] = tilts.over[row, q], tilts.under[row, q]
            T[SAME + q * LANES + b] = tilts.same[row, q]
            for h in range(sleeves):
                T[SHARES + (q * SLEEVES + h) * LANES + b] = tilts.shares[row, q, h]
        for a in range(slots):
            T[TOTAL + a * LANES + b] = T[MIXED + a * LANES + b] = 0.0


def average_sleeves(T: Vector, sleeves: int, slots: int, d: int, parts: Matrix, home: Indices) -> None:
    """Add what sleeves hold: their weight, or nothing where no member trades."""
    for h in range(SLEEVES):
        if h < sleeves:
            held = 0.0
            for a in range(slots):
                held += parts[d, a] if home[a] == h else 0.0
            for b in range(LANES):
                T[MEAN + h * LANES + b] += T[WEIGHT + h * LANES + b] * held


def average_slots(T: Vector, sleeves: int, slots: int, d: int, parts: Matrix, home: Indices) -> None:
    """Add what sleeves and slots hold, and what slots would hold as parts of their sleeves."""
    for h in range(SLEEVES):
        if h < sleeves:
            for b in range(LANES):
                T[SLEEVE + h * LANES + b] = 0.0
            for a in range(ASSETS):
                if a < slots and home[a] == h:
                    for b in range(LANES):
                        T[SLEEVE + h * LANES + b] += T[WEIGHT + a * LANES + b]
                        T[TOTAL + a * LANES + b] += T[WEIGHT + a * LANES + b]
            for b in range(LANES):
                T[MEAN + h * LANES + b] += T[SLEEVE + h * LANES + b]
            for a in range(ASSETS):
                if a < slots and home[a] == h:
                    for b in range(LANES):
                        T[MIXED + a * LANES + b] += T[SLEEVE + h * LANES + b] * parts[d, a]


def decide(T: Vector, shape: LaneShape, market: LaneMarket, sleeves: int, stances: Cube, d: int) -> None:
    """WEIGHT of one decision."""
    slots = market.parts.shape[1]
    if shape.on_assets:
        read_slots(T, shape, slots, market.parts, market.home, stances, d)
        for q in range(len(shape.tilted)):
            tilt_slots(T, shape, slots, market.parts, market.home, d, q)
        join_slots(T, slots)
        brake_slots(T, shape, slots, market.parts, market.home, d)
    else:
        tilt_sleeves(T, shape, sleeves, stances, d)
        if shape.braked:
            brake_sleeves(T, shape, sleeves)
        if shape.limited:
            spread(T, slots, market.parts, market.home, d)
    if shape.limited:
        look(T, slots, sleeves, d, market.parts, market.home)
        for b in range(LANES):
            if T[BROKEN + b] > 0.0:
                fit(T, b, slots, sleeves, d, market.parts, market.home)


def set_targets(
    T: Vector, market: LaneMarket, shape: LaneShape, policy: Matrix, tilts: LaneTilts, limits: LaneLimits,
    mixes: Indices, picks: Indices, brakes: Indices, bounds: Indices, stances: Cube, weights: Cube, trades: Cube,
    mean: Cube, extra: Cube, failed: Matrix,
) -> None:  # fmt: skip
    """Blocks of lanes. mixes, picks, brakes, bounds (G, LANES): each lane's policy mix, tilt, brake and limits.

    stances (G, D, S, LANES). Fills weights (G, D, W, LANES) of sleeves or of slots, trades (G, D, LANES) where each has
    days of its own, mean (G, H, LANES) and extra (G, M, LANES) of the matched mix, failed (G, LANES): 1 where no
    weights can keep the limits.
    """
    blocks, days, names = stances.shape[0], stances.shape[1], stances.shape[2]
    sleeves, slots, rows = policy.shape[1], market.parts.shape[1], weights.shape[2]
    by_sleeve = not (shape.on_assets or shape.limited)
    for g in range(blocks):
        equip(T, shape, slots, policy, tilts, mixes[g], picks[g])
        if shape.limited:
            bound(T, slots, sleeves, limits, bounds[g])
        for d in range(days):
            if shape.braked:
                for q in range(len(shape.tilted)):
                    for b in range(LANES):
                        T[KEEP + q * LANES + b] = tilts.keep[d, q, brakes[g, b]]
            decide(T, shape, market, sleeves, stances[g], d)
            if by_sleeve:
                average_sleeves(T, sleeves, slots, d, market.parts, market.home)
            else:
                average_slots(T, sleeves, slots, d, market.parts, market.home)
            if shape.own_days:
                trades_of(T, shape, names, stances[g], d, trades[g])
            for w in range(ASSETS):
                if w < rows:
                    for b in range(LANES):
                        weights[g, d, w, b] = T[WEIGHT + w * LANES + b]
        for b in range(LANES):
            failed[g, b] = T[FAILED + b]
            for h in range(sleeves):
                mean[g, h, b] = T[MEAN + h * LANES + b] / days
            for a in range(slots):
                extra[g, a, b] = (T[TOTAL + a * LANES + b] - T[MIXED + a * LANES + b]) / days
