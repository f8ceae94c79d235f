"""Tilts in lanes: stances turned into weights of sleeves or of slots around the policy mix, and brakes on them.

What `portfolio.tilt` and `portfolio.brake` do with one portfolio.
"""

from __future__ import annotations

from typing import NamedTuple

from engine.market.table import Indices, Matrix, Vector
from engine.portfolio.lanes.table import ASSETS, LANES, ROUNDING, SLEEVES, Cube, LaneShape

# Places of the table: regions by slot, then by sleeve or tilt, then one by tilt and sleeve, then single rows.
WEIGHT, BASE, TILTED, FREE, LEAST, MOST, FLOORS, CEILINGS, TOTAL, MIXED, BEFORE = (
    region * (ASSETS + 3) * LANES for region in range(11)
)
(
    POLICY, OVER, UNDER, SAME, KEEP, KEPT, KEPT_BEFORE, FREED, MEAN, SLEEVE, SLEEVE_LEAST, SLEEVE_MOST, LOW, HIGH,
    SIZES, SPELL, SHARES,
) = (BEFORE + (ASSETS + 3) * LANES + region * SLEEVES * LANES for region in range(17))  # fmt: skip
(
    COUNT_OVER, COUNT_UNDER, SUM_OVER, SUM_UNDER, REST_OVER, REST_UNDER, ROOM, POINTS, NET, NET_LEAST, NET_MOST, BROKEN,
    FAILED, EACH_OVER, EACH_UNDER, SIZE,
) = (SHARES + row * LANES for row in range(SLEEVES * SLEEVES, SLEEVES * SLEEVES + 16))  # fmt: skip


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


def tilt_sleeves(T: Vector, shape: LaneShape, sleeves: int, stances: Matrix) -> None:
    """WEIGHT of sleeves: the policy mix and the points of each tilt."""
    for h in range(SLEEVES):
        if h < sleeves:
            for b in range(LANES):
                T[WEIGHT + h * LANES + b] = T[POLICY + h * LANES + b]
    for q in range(len(shape.tilted)):
        s = shape.named[q]
        if s >= 0:
            for b in range(LANES):
                stance = stances[s, b]
                over, under = T[OVER + q * LANES + b], T[UNDER + q * LANES + b]
                T[POINTS + b] = max(stance, 0.0) * over + min(stance, 0.0) * under
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


def lay_slots(T: Vector, slots: int, parts: Matrix, home: Indices, d: int) -> None:
    """BASE: the policy mix by slot, until parts of sleeves are others."""
    for a in range(slots):
        for b in range(LANES):
            T[BASE + a * LANES + b] = T[POLICY + home[a] * LANES + b] * parts[d, a]


def count_slots(
    T: Vector, shape: LaneShape, slots: int, parts: Matrix, home: Indices, stances: Matrix, d: int, own: int
) -> None:
    """Of the members of a sleeve: how many are over and under, the sums of their stances, and BASE of the others."""
    for b in range(LANES):
        T[COUNT_OVER + b] = T[COUNT_UNDER + b] = T[SUM_OVER + b] = T[SUM_UNDER + b] = 0.0
        T[REST_OVER + b] = T[REST_UNDER + b] = 0.0
    for a in range(ASSETS):
        if a >= slots:
            break
        if home[a] == own and parts[d, a] > 0.0:
            s = shape.by_slot[a]
            for b in range(LANES):
                stance, base = stances[max(s, 0), b] if s >= 0 else 0.0, T[BASE + a * LANES + b]
                over, under = stance > 0.0, stance < 0.0
                T[COUNT_OVER + b] += 1.0 if over else 0.0
                T[COUNT_UNDER + b] += 1.0 if under else 0.0
                T[SUM_OVER + b] += stance if over else 0.0
                T[SUM_UNDER + b] += stance if under else 0.0
                T[REST_OVER + b] += 0.0 if over else base
                T[REST_UNDER + b] += 0.0 if under else base


def share_out(T: Vector, shape: LaneShape, members: float, q: int) -> None:
    """EACH_OVER, EACH_UNDER: points of one member. REST_OVER, REST_UNDER: what the others give of BASE, if they do."""
    if not (shape.ranked or shape.same):
        part = 1.0 / max(members, 1.0)
        for b in range(LANES):
            T[EACH_OVER + b], T[EACH_UNDER + b] = T[OVER + q * LANES + b] * part, T[UNDER + q * LANES + b] * part
        return
    for b in range(LANES):
        above = T[COUNT_OVER + b] if shape.ranked else members
        below = T[COUNT_UNDER + b] if shape.ranked else members
        same = T[SAME + q * LANES + b] > 0.0
        # Nobody is left to give where all members are chosen.
        stuck_over, stuck_under = same & (T[REST_OVER + b] <= 0.0), same & (T[REST_UNDER + b] <= 0.0)
        over = 0.0 if stuck_over else T[OVER + q * LANES + b] / max(above, 1.0)
        under = 0.0 if stuck_under else T[UNDER + q * LANES + b] / max(below, 1.0)
        T[EACH_OVER + b], T[EACH_UNDER + b] = over, under
        T[REST_OVER + b] = T[SUM_OVER + b] * over / T[REST_OVER + b] if same & (not stuck_over) else 0.0
        T[REST_UNDER + b] = T[SUM_UNDER + b] * under / T[REST_UNDER + b] if same & (not stuck_under) else 0.0


def take_same(
    T: Vector, shape: LaneShape, slots: int, parts: Matrix, home: Indices, stances: Matrix, d: int, own: int
) -> None:
    """Out of TILTED what members give to those chosen among them."""
    for a in range(ASSETS):
        if a >= slots:
            break
        if home[a] == own and parts[d, a] > 0.0:
            s = shape.by_slot[a]
            for b in range(LANES):
                stance, base = stances[max(s, 0), b] if s >= 0 else 0.0, T[BASE + a * LANES + b]
                over = 0.0 if stance > 0.0 else base * T[REST_OVER + b]
                under = 0.0 if stance < 0.0 else base * T[REST_UNDER + b]
                T[TILTED + a * LANES + b] -= over + under


def tilt_slots(
    T: Vector, shape: LaneShape, slots: int, parts: Matrix, home: Indices, stances: Matrix, d: int, q: int
) -> None:
    """TILTED: the points of one sleeve, split over its members and taken from what gives them."""
    own, members = shape.tilted[q], 0.0
    for a in range(slots):
        members += 1.0 if home[a] == own and parts[d, a] > 0.0 else 0.0
    if shape.ranked or shape.same:
        count_slots(T, shape, slots, parts, home, stances, d, own)
    share_out(T, shape, members, q)
    for b in range(LANES):
        T[POINTS + b] = 0.0
    for a in range(ASSETS):
        if a >= slots:
            break
        s = shape.by_slot[a]
        if home[a] == own and parts[d, a] > 0.0 and s >= 0:
            for b in range(LANES):
                # Not a choice between two places, which would not become vectors; one of the products is zero.
                stance = stances[s, b]
                points = max(stance, 0.0) * T[EACH_OVER + b] + min(stance, 0.0) * T[EACH_UNDER + b]
                T[TILTED + a * LANES + b] += points
                if shape.shared:
                    T[POINTS + b] += points
    if shape.same:
        take_same(T, shape, slots, parts, home, stances, d, own)
    if shape.shared:
        for a in range(slots):
            row = SHARES + (q * SLEEVES + home[a]) * LANES
            for b in range(LANES):
                T[TILTED + a * LANES + b] -= T[POINTS + b] * T[row + b] * parts[d, a]


def shrink_slots(T: Vector, slots: int) -> None:
    """TILTED and WEIGHT where some weight would be negative."""
    for b in range(LANES):
        T[ROOM + b] = 1.0
    for a in range(slots):
        for b in range(LANES):
            base, active = T[BASE + a * LANES + b], T[TILTED + a * LANES + b]
            T[ROOM + b] = min(T[ROOM + b], base / -active if base + active < 0.0 else 1.0)
    for a in range(slots):
        for b in range(LANES):
            T[TILTED + a * LANES + b] *= T[ROOM + b]
            T[WEIGHT + a * LANES + b] = T[BASE + a * LANES + b] + T[TILTED + a * LANES + b]


def join_slots(T: Vector, slots: int) -> None:
    """WEIGHT: BASE and TILTED, this times the largest factor up to 1 at which no weight is negative."""
    for b in range(LANES):
        T[BROKEN + b] = 0.0
    for a in range(ASSETS):
        if a >= slots:
            break
        for b in range(LANES):
            weight = T[BASE + a * LANES + b] + T[TILTED + a * LANES + b]
            T[WEIGHT + a * LANES + b] = weight
            T[BROKEN + b] = 1.0 if weight < 0.0 else T[BROKEN + b]
    broken = 0.0
    for b in range(LANES):
        broken = max(broken, T[BROKEN + b])
    if broken > 0.0:
        shrink_slots(T, slots)


def brake_slots(T: Vector, shape: LaneShape, slots: int, parts: Matrix, home: Indices, d: int) -> None:
    """Keep KEEP of the overweights in each tilted sleeve, of WEIGHT; the rest goes back to what gave it."""
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


def trades_of(T: Vector, shape: LaneShape, names: int, stances: Matrix, first: bool, trades: Vector) -> None:
    """Whether a lane's opinion is another one than on the decision before: a stance, or what a brake let stand."""
    for b in range(LANES):
        trades[b] = 1.0 if first else 0.0
    for s in range(names):
        for b in range(LANES):
            stance = stances[s, b]
            trades[b] = 1.0 if stance != T[BEFORE + s * LANES + b] else trades[b]
            T[BEFORE + s * LANES + b] = stance
    if shape.braked:
        for q in range(len(shape.tilted)):
            for b in range(LANES):
                kept = T[KEPT + q * LANES + b]
                trades[b] = 1.0 if kept != T[KEPT_BEFORE + q * LANES + b] else trades[b]
                T[KEPT_BEFORE + q * LANES + b] = kept
