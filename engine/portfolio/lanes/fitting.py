"""Limits in lanes: what `portfolio.limits` does with the targets of one portfolio in which nothing is sold short.

Whether a limit is broken is looked at for all lanes at once; the lanes where one is are fitted one by one.
"""

# ruff: noqa: I001  (rows of the table are many: imported in lines, not one by one)

from __future__ import annotations

from typing import NamedTuple

from engine.market.table import Indices, Matrix, Vector
from engine.portfolio.lanes.table import ASSETS, LANES, SLEEVES
from engine.portfolio.lanes.tilts import (
    BROKEN, CEILINGS, FAILED, FLOORS, FREE, HIGH, LEAST, LOW, MOST, NET, NET_LEAST, NET_MOST, SIZES, SLEEVE,
    SLEEVE_LEAST, SLEEVE_MOST, WEIGHT,
)  # fmt: skip

#: As in `portfolio.limits` and `portfolio.bounds`.
FILLED, DUST, ROUNDING = 1e-14, 1e-12, 1e-9


class LaneLimits(NamedTuple):
    """Limits of target weights, rows that variants name. least, most (Y, M): of slots. sleeve_least, sleeve_most
    (Y, H). net (Y, 2): least and most of the sum. Infinite where nothing is said.
    """

    least: Matrix
    most: Matrix
    sleeve_least: Matrix
    sleeve_most: Matrix
    net: Matrix


def bound(T: Vector, slots: int, sleeves: int, limits: LaneLimits, picks: Indices) -> None:
    """The limits of each lane."""
    for b in range(LANES):
        row = picks[b]
        for a in range(slots):
            T[LEAST + a * LANES + b], T[MOST + a * LANES + b] = limits.least[row, a], limits.most[row, a]
        for h in range(sleeves):
            T[SLEEVE_LEAST + h * LANES + b] = limits.sleeve_least[row, h]
            T[SLEEVE_MOST + h * LANES + b] = limits.sleeve_most[row, h]
        T[NET_LEAST + b], T[NET_MOST + b] = limits.net[row, 0], limits.net[row, 1]


def look(T: Vector, slots: int, sleeves: int, d: int, parts: Matrix, home: Indices) -> None:
    """BROKEN where the weights of a lane break a limit. What does not trade is at zero, and has no floor."""
    for b in range(LANES):
        T[NET + b] = T[BROKEN + b] = 0.0
    for h in range(SLEEVES):
        if h < sleeves:
            alive = False
            for b in range(LANES):
                T[SLEEVE + h * LANES + b] = 0.0
            for a in range(ASSETS):
                if a < slots and home[a] == h and parts[d, a] > 0.0:
                    alive = True
                    for b in range(LANES):
                        weight = T[WEIGHT + a * LANES + b]
                        above = weight > T[MOST + a * LANES + b] + ROUNDING
                        below = weight < T[LEAST + a * LANES + b] - ROUNDING
                        T[BROKEN + b] = 1.0 if above | below else T[BROKEN + b]
                        T[SLEEVE + h * LANES + b] += weight
            if alive:
                for b in range(LANES):
                    weight = T[SLEEVE + h * LANES + b]
                    above = weight > T[SLEEVE_MOST + h * LANES + b] + ROUNDING
                    below = weight < T[SLEEVE_LEAST + h * LANES + b] - ROUNDING
                    T[BROKEN + b] = 1.0 if above | below else T[BROKEN + b]
                    T[NET + b] += weight
    for b in range(LANES):
        beyond = (T[NET + b] > T[NET_MOST + b] + ROUNDING) | (T[NET + b] < T[NET_LEAST + b] - ROUNDING)
        T[BROKEN + b] = 1.0 if beyond else T[BROKEN + b]


def moved(
    T: Vector, b: int, at: int, goal: float, size: int, low: int, high: int, count: int, home: Indices, own: int
) -> None:
    """Values at a place moved in proportion to their size until they sum to the goal, or none has room.

    Those whose home is `own`; all where that is below zero.
    """
    for _ in range(count + 1):
        gap, total = goal, 0.0
        for n in range(count):
            if own < 0 or home[n] == own:
                gap -= T[at + n * LANES + b]
        if abs(gap) <= FILLED:
            break
        end = high if gap > 0.0 else low
        for n in range(count):
            i = n * LANES + b
            if (own < 0 or home[n] == own) and T[at + i] != T[end + i] and T[size + i] > DUST:
                total += T[size + i]
        if not total > 0.0:
            break
        for n in range(count):
            i = n * LANES + b
            if (own < 0 or home[n] == own) and T[at + i] != T[end + i] and T[size + i] > DUST:
                T[at + i] = min(max(T[at + i] + T[size + i] * (gap / total), T[low + i]), T[high + i])


def reach(T: Vector, b: int, slots: int, sleeves: int, d: int, parts: Matrix, home: Indices) -> None:
    """What slots and sleeves of a lane may weigh on a day: FLOORS, CEILINGS, LOW and HIGH. FAILED where nothing may."""
    low, high = 0.0, 0.0
    for h in range(sleeves):
        i, alive, floor, ceiling = h * LANES + b, False, 0.0, 0.0
        for a in range(slots):
            if home[a] == h:
                trades = parts[d, a] > 0.0
                alive = alive or trades
                T[FLOORS + a * LANES + b] = max(T[LEAST + a * LANES + b], 0.0) if trades else 0.0
                T[CEILINGS + a * LANES + b] = T[MOST + a * LANES + b] if trades else 0.0
                floor += T[FLOORS + a * LANES + b]
                ceiling += T[CEILINGS + a * LANES + b]
        least, most = T[SLEEVE_LEAST + i], T[SLEEVE_MOST + i]
        if not alive:
            least, most = min(least, ceiling), max(most, floor)
        if least > ceiling + ROUNDING or most < floor - ROUNDING:
            T[FAILED + b] = 1.0
        T[LOW + i], T[HIGH + i] = max(least, floor), min(most, ceiling)
        low += T[LOW + i]
        high += T[HIGH + i]
    if low > T[NET_MOST + b] + ROUNDING or high < T[NET_LEAST + b] - ROUNDING:
        T[FAILED + b] = 1.0


def fit(T: Vector, b: int, slots: int, sleeves: int, d: int, parts: Matrix, home: Indices) -> None:
    """One lane by the rule of `portfolio.limits`: its sleeves, then the whole, then what sleeves are parted in."""
    reach(T, b, slots, sleeves, d, parts, home)
    if T[FAILED + b] > 0.0:
        return
    for h in range(sleeves):
        i = h * LANES + b
        T[SLEEVE + i] = min(max(T[SLEEVE + i], T[LOW + i]), T[HIGH + i])
        T[SIZES + i] = abs(T[SLEEVE + i])
    goal = min(max(T[NET + b], T[NET_LEAST + b]), T[NET_MOST + b])
    moved(T, b, SLEEVE, goal, SIZES, LOW, HIGH, sleeves, home, -1)
    goal = 0.0
    for h in range(sleeves):
        goal += T[SLEEVE + h * LANES + b]
        T[SIZES + h * LANES + b] = 1.0
    goal = min(max(goal, T[NET_LEAST + b]), T[NET_MOST + b])
    moved(T, b, SLEEVE, goal, SIZES, LOW, HIGH, sleeves, home, -1)
    for a in range(slots):
        i = a * LANES + b
        T[WEIGHT + i] = min(max(T[WEIGHT + i], T[FLOORS + i]), T[CEILINGS + i])
        T[FREE + i] = abs(T[WEIGHT + i])
    for h in range(sleeves):
        moved(T, b, WEIGHT, T[SLEEVE + h * LANES + b], FREE, FLOORS, CEILINGS, slots, home, h)
    for a in range(slots):
        T[FREE + a * LANES + b] = parts[d, a]
    for h in range(sleeves):
        moved(T, b, WEIGHT, T[SLEEVE + h * LANES + b], FREE, FLOORS, CEILINGS, slots, home, h)
