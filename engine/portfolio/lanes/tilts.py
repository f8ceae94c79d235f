"""Tilts in lanes: stances turned into weights of sleeves or of slots around the policy mix, and brakes on them.

What `portfolio.tilt` and `portfolio.brake` do with one portfolio.
"""

from __future__ import annotations

from typing import NamedTuple

from engine.market.table import Indices, Matrix, Vector
from engine.portfolio.lanes.table import ASSETS, LANES, ROUNDING, SLEEVES, Cube

# Places of the table: regions by slot, then by sleeve or tilt, then one by tilt and sleeve, then single rows.
WEIGHT, BASE, TILTED, FREE, LEAST, MOST, FLOORS, CEILINGS, TOTAL, MIXED, BEFORE = (
    region * (ASSETS + 3) * LANES for region in range(11)
)
(
    POLICY, OVER, UNDER, SAME, KEEP, KEPT, KEPT_BEFORE, FREED, MEAN, SLEEVE, SLEEVE_LEAST, SLEEVE_MOST, LOW, HIGH,
    SIZES, SHARES,
) = (BEFORE + (ASSETS + 3) * LANES + region * SLEEVES * LANES for region in range(16))  # fmt: skip
(
    COUNT_OVER, COUNT_UNDER, SUM_OVER, SUM_UNDER, REST_OVER, REST_UNDER, ROOM, POINTS, NET, NET_LEAST, NET_MOST, BROKEN,
    FAILED, SIZE,
) = (SHARES + row * LANES for row in range(SLEEVES * SLEEVES, SLEEVES * SLEEVES + 14))  # fmt: skip


class LaneShape(NamedTuple):
    """What all variants of a call tilt. Q tilts of H sleeves, S names of stances, N slots.

    tilted (Q,): the sleeve of each tilt. named (Q,): the name whose stance it reads, -1 for none, where stances are on
    sleeves; by_slot (M,): the name of each slot, -1 for none, where they are on assets. on_assets; ranked: points are
    split over those chosen. braked, limited, own_days: whether any of it has to be looked at.
    """

    tilted: Indices
    named: Indices
    by_slot: Indices
    on_assets: bool
    ranked: bool
    braked: bool
    limited: bool
    own_days: bool


class LaneTilts(NamedTuple):
    """What variants tilt by: rows that they name. over, under (Y, Q): points at a full stance. shares (Y, Q, H): of
    the points, what each other sleeve gives. same (Y, Q): 1 where the sleeve's own other members give.
    keep (D, Q, Z): what brakes keep of the overweight.
    """

    over: Matrix
    under: Matrix
    shares: Cube
    same: Matrix
    keep: Cube


def move(T: Vector, sleeves: int, own: int, q: int) -> None:
    """The points in POINTS into a sleeve, out of those that give."""
    for h in range(SLEEVES):
        if h < sleeves:
            one = 1.0 if h == own else 0.0
            for b in range(LANES):
                share = one - T[SHARES + (q * SLEEVES + h) * LANES + b]
                T[WEIGHT + h * LANES + b] += T[POINTS + b] * share


def tilt_sleeves(T: Vector, shape: LaneShape, sleeves: int, stances: Cube, d: int) -> None:
    """WEIGHT of sleeves: the policy mix and the points of each tilt."""
    for h in range(SLEEVES):
        if h < sleeves:
            for b in range(LANES):
                T[WEIGHT + h * LANES + b] = T[POLICY + h * LANES + b]
    for q in range(len(shape.tilted)):
        s = shape.named[q]
        if s >= 0:
            for b in range(LANES):
                stance = stances[d, s, b]
                T[POINTS + b] = stance * (T[OVER + q * LANES + b] if stance > 0.0 else T[UNDER + q * LANES + b])
            move(T, sleeves, shape.tilted[q], q)


def brake_sleeves(T: Vector, shape: LaneShape, sleeves: int) -> None:
    """Keep KEEP of the overweight of each tilted sleeve; the rest goes back to what gave it."""
    for q in range(len(shape.tilted)):
        own = shape.tilted[q] * LANES
        for b in range(LANES):
            over = max(T[WEIGHT + own + b] - T[POLICY + own + b], 0.0)
            T[FREED + q * LANES + b] = (1.0 - T[KEEP + q * LANES + b]) * over
    for q in range(len(shape.tilted)):
        for b in range(LANES):
            freed = T[FREED + q * LANES + b]
            T[KEPT + q * LANES + b] = T[KEEP + q * LANES + b] if freed > ROUNDING else 1.0
            T[POINTS + b] = -freed
        move(T, sleeves, shape.tilted[q], q)


def spread(T: Vector, slots: int, parts: Matrix, home: Indices, d: int) -> None:
    """WEIGHT of slots, from that of sleeves."""
    for h in range(SLEEVES):
        for b in range(LANES):
            T[SLEEVE + h * LANES + b] = T[WEIGHT + h * LANES + b]
    for a in range(ASSETS):
        if a < slots:
            for h in range(SLEEVES):
                if h == home[a]:
                    for b in range(LANES):
                        T[WEIGHT + a * LANES + b] = T[SLEEVE + h * LANES + b] * parts[d, a]


def read_slots(T: Vector, shape: LaneShape, slots: int, parts: Matrix, home: Indices, stances: Cube, d: int) -> None:
    """BASE: the policy mix by slot. FREE: the stance of each slot whose sleeve is tilted, 0 for the others."""
    for a in range(ASSETS):
        if a < slots:
            part, s = parts[d, a], shape.by_slot[a]
            for b in range(LANES):
                T[BASE + a * LANES + b] = T[POLICY + home[a] * LANES + b] * part
                T[TILTED + a * LANES + b] = 0.0
                T[FREE + a * LANES + b] = stances[d, s, b] if (s >= 0) & (part > 0.0) else 0.0


def tilt_slots(T: Vector, shape: LaneShape, slots: int, parts: Matrix, home: Indices, d: int, q: int) -> None:
    """TILTED: the points of one sleeve, split over its members and taken from what gives them."""
    own, members = shape.tilted[q], 0.0
    for b in range(LANES):
        T[COUNT_OVER + b] = T[COUNT_UNDER + b] = T[SUM_OVER + b] = T[SUM_UNDER + b] = 0.0
        T[REST_OVER + b] = T[REST_UNDER + b] = 0.0
    for a in range(slots):
        if home[a] == own and parts[d, a] > 0.0:
            members += 1.0
            for b in range(LANES):
                stance, base = T[FREE + a * LANES + b], T[BASE + a * LANES + b]
                over, under = stance > 0.0, stance < 0.0
                T[COUNT_OVER + b] += 1.0 if over else 0.0
                T[COUNT_UNDER + b] += 1.0 if under else 0.0
                T[SUM_OVER + b] += stance if over else 0.0
                T[SUM_UNDER + b] += stance if under else 0.0
                T[REST_OVER + b] += 0.0 if over else base
                T[REST_UNDER + b] += 0.0 if under else base
    for b in range(LANES):
        above = T[COUNT_OVER + b] if shape.ranked else members
        below = T[COUNT_UNDER + b] if shape.ranked else members
        same = T[SAME + q * LANES + b] > 0.0
        # Nobody is left to give where all members are chosen.
        stuck_over, stuck_under = same & (T[REST_OVER + b] <= 0.0), same & (T[REST_UNDER + b] <= 0.0)
        T[COUNT_OVER + b] = 0.0 if stuck_over else T[OVER + q * LANES + b] / max(above, 1.0)
        T[COUNT_UNDER + b] = 0.0 if stuck_under else T[UNDER + q * LANES + b] / max(below, 1.0)
        T[SUM_OVER + b] *= T[COUNT_OVER + b]
        T[SUM_UNDER + b] *= T[COUNT_UNDER + b]
        T[REST_OVER + b] = T[SUM_OVER + b] / T[REST_OVER + b] if same & (not stuck_over) else 0.0
        T[REST_UNDER + b] = T[SUM_UNDER + b] / T[REST_UNDER + b] if same & (not stuck_under) else 0.0
    for a in range(slots):
        if home[a] == own and parts[d, a] > 0.0:
            for b in range(LANES):
                stance, base = T[FREE + a * LANES + b], T[BASE + a * LANES + b]
                points = stance * (T[COUNT_OVER + b] if stance > 0.0 else T[COUNT_UNDER + b])
                given = (0.0 if stance > 0.0 else base * T[REST_OVER + b]) + (
                    0.0 if stance < 0.0 else base * T[REST_UNDER + b]
                )
                T[TILTED + a * LANES + b] += points - given
        row = SHARES + (q * SLEEVES + home[a]) * LANES
        for b in range(LANES):
            given = (T[SUM_OVER + b] + T[SUM_UNDER + b]) * T[row + b] * parts[d, a]
            T[TILTED + a * LANES + b] -= given


def join_slots(T: Vector, slots: int) -> None:
    """TILTED times the largest factor up to 1 at which no weight is negative."""
    for b in range(LANES):
        T[ROOM + b] = 1.0
    for a in range(ASSETS):
        if a < slots:
            for b in range(LANES):
                base, active = T[BASE + a * LANES + b], T[TILTED + a * LANES + b]
                T[ROOM + b] = min(T[ROOM + b], base / -active if active < -base else 1.0)
    for a in range(ASSETS):
        if a < slots:
            for b in range(LANES):
                T[TILTED + a * LANES + b] *= T[ROOM + b]


def brake_slots(T: Vector, shape: LaneShape, slots: int, parts: Matrix, home: Indices, d: int) -> None:
    """Keep KEEP of the overweights in each tilted sleeve, in WEIGHT; the rest goes back to what gave it."""
    for a in range(slots):
        for b in range(LANES):
            T[WEIGHT + a * LANES + b] = T[BASE + a * LANES + b] + T[TILTED + a * LANES + b]
    if not shape.braked:
        return
    for q in range(len(shape.tilted)):
        own = shape.tilted[q]
        for b in range(LANES):
            T[FREED + q * LANES + b] = T[REST_UNDER + b] = 0.0
        for a in range(slots):
            if home[a] == own and parts[d, a] > 0.0:
                for b in range(LANES):
                    active = T[TILTED + a * LANES + b]
                    freed = (1.0 - T[KEEP + q * LANES + b]) * max(active, 0.0)
                    T[WEIGHT + a * LANES + b] -= freed
                    T[FREED + q * LANES + b] += freed
                    T[REST_UNDER + b] += max(-active, 0.0)
        for b in range(LANES):
            freed, same = T[FREED + q * LANES + b], T[SAME + q * LANES + b] > 0.0
            T[KEPT + q * LANES + b] = T[KEEP + q * LANES + b] if freed > ROUNDING else 1.0
            T[POINTS + b] = freed / T[REST_UNDER + b] if same & (T[REST_UNDER + b] > 0.0) else 0.0
        for a in range(slots):
            row = SHARES + (q * SLEEVES + home[a]) * LANES
            member = home[a] == own and parts[d, a] > 0.0
            for b in range(LANES):
                taken = max(-T[TILTED + a * LANES + b], 0.0) * T[POINTS + b] if member else 0.0
                T[WEIGHT + a * LANES + b] += taken + T[FREED + q * LANES + b] * T[row + b] * parts[d, a]


def trades_of(T: Vector, shape: LaneShape, names: int, stances: Cube, d: int, trades: Matrix) -> None:
    """Whether a lane's opinion is another one than on the decision before: a stance, or what a brake let stand."""
    for b in range(LANES):
        trades[d, b] = 1.0 if d == 0 else 0.0
    for s in range(names):
        for b in range(LANES):
            stance = stances[d, s, b]
            trades[d, b] = 1.0 if stance != T[BEFORE + s * LANES + b] else trades[d, b]
            T[BEFORE + s * LANES + b] = stance
    if shape.braked:
        for q in range(len(shape.tilted)):
            for b in range(LANES):
                kept = T[KEPT + q * LANES + b]
                trades[d, b] = 1.0 if kept != T[KEPT_BEFORE + q * LANES + b] else trades[d, b]
                T[KEPT_BEFORE + q * LANES + b] = kept
