"""Trading in lanes: what `kernel.rebalance_net` and `kernel.rebalance_any` do with one portfolio."""

# ruff: noqa: I001  (rows of the table are many: imported in lines, not one by one)

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.market.table import Matrix, Vector
from engine.portfolio.lanes.table import (
    AFTER, ASSETS, BAND, CASH, CHANGE, COST, DEBT, EDGE, EQUITY, FEE, FLOOR, GOAL, GROUP, GROUPS, INDEX, LANES, LEAST,
    LIVE, ONE, ORDER, PART, ROUNDING, ROUNDS, SLIP, SLOPE, SMALLEST, SOLVED, THREE, TRADED, TRADES, TWO, UNIT, VALUE,
    LaneMarket, LaneShape, fma,
)  # fmt: skip


def hold(S: Vector, groups: int, k: int, fills: Matrix, growth: float) -> None:
    """What is held before a rebalance: values, cash and equity."""
    for g in range(GROUPS):
        if g >= groups:
            break
        i, a = g * GROUP, 4 * g
        p0, p1, p2, p3 = fills[k, a], fills[k, a + 1], fills[k, a + 2], fills[k, a + 3]
        for b in range(LANES):
            v0, v1 = S[UNIT + i + b] * p0, S[UNIT + i + ONE + b] * p1
            v2, v3 = S[UNIT + i + TWO + b] * p2, S[UNIT + i + THREE + b] * p3
            S[VALUE + i + b], S[VALUE + i + ONE + b] = v0, v1
            S[VALUE + i + TWO + b], S[VALUE + i + THREE + b] = v2, v3
            before = S[CASH + b] * growth if g == 0 else S[EQUITY + b]
            S[EQUITY + b] = before + ((v0 + v1) + (v2 + v3))


def sift(S: Vector, groups: int, k: int, tradable: NDArray[np.bool_], filtered: bool) -> None:
    """Which assets trade: of those that do not, GOAL and VALUE are zero. With a band, GOAL may become its edge."""
    for a in range(ASSETS):
        if a >= 4 * groups:
            break
        i = a * LANES
        if not tradable[k, a]:
            for b in range(LANES):
                S[GOAL + i + b] = 0.0
                S[VALUE + i + b] = 0.0
        elif filtered:
            for b in range(LANES):
                goal, held = S[GOAL + i + b], S[VALUE + i + b] / S[EQUITY + b]
                width = S[BAND + b] * (abs(goal) if S[PART + b] > 0.0 else 1.0)
                banded = (S[BAND + b] > 0.0) & (k > 0)
                edge = goal + width if held > goal else goal - width
                aimed = edge if banded & (S[EDGE + b] > 0.0) else goal
                stays = (S[TRADES + b] == 0.0) | (banded & (abs(held - goal) <= width + ROUNDING))
                stays = stays | (abs(aimed - held) <= S[SMALLEST + b])
                S[GOAL + i + b] = 0.0 if stays else aimed
                S[VALUE + i + b] = 0.0 if stays else S[VALUE + i + b]


def solve(S: Vector, groups: int) -> None:
    """Costs that are mere rates, and their slope, at equity before costs: Newton's first step, mostly the last."""
    for g in range(GROUPS):
        if g >= groups:
            break
        i = g * GROUP
        for b in range(LANES):
            equity = S[EQUITY + b]
            w0, w1 = S[GOAL + i + b], S[GOAL + i + ONE + b]
            w2, w3 = S[GOAL + i + TWO + b], S[GOAL + i + THREE + b]
            c0, c1 = fma(w0, equity, -S[VALUE + i + b]), fma(w1, equity, -S[VALUE + i + ONE + b])
            c2, c3 = fma(w2, equity, -S[VALUE + i + TWO + b]), fma(w3, equity, -S[VALUE + i + THREE + b])
            r0 = S[FEE + i + b] if c0 > 0.0 else -S[FEE + i + b]
            r1 = S[FEE + i + ONE + b] if c1 > 0.0 else -S[FEE + i + ONE + b]
            r2 = S[FEE + i + TWO + b] if c2 > 0.0 else -S[FEE + i + TWO + b]
            r3 = S[FEE + i + THREE + b] if c3 > 0.0 else -S[FEE + i + THREE + b]
            cost, slope = (0.0, 1.0) if g == 0 else (S[COST + b], S[SLOPE + b])
            S[COST + b] = fma(r3, c3, fma(r2, c2, fma(r1, c1, fma(r0, c0, cost))))
            S[SLOPE + b] = fma(r3, w3, fma(r2, w2, fma(r1, w1, fma(r0, w0, slope))))


def solve_fees(S: Vector, groups: int) -> None:
    """The same where fees are no mere rates."""
    for a in range(ASSETS):
        if a >= 4 * groups:
            break
        i = a * LANES
        for b in range(LANES):
            change = S[GOAL + i + b] * S[EQUITY + b] - S[VALUE + i + b]
            value = abs(change)
            fee = S[FEE + i + b] * value + S[ORDER + i + b]
            paid = max(fee, S[LEAST + i + b]) + S[SLIP + i + b] * value
            rate = (S[FEE + i + b] if fee >= S[LEAST + i + b] else 0.0) + S[SLIP + i + b]
            cost, slope = (0.0, 1.0) if a == 0 else (S[COST + b], S[SLOPE + b])
            S[COST + b] = cost + (paid if value > 0.0 else 0.0)
            S[SLOPE + b] = slope + (rate if change > 0.0 else -rate) * S[GOAL + i + b]


def step(S: Vector) -> None:
    """Equity after costs by the step, and nothing traded yet."""
    for b in range(LANES):
        S[AFTER + b] = S[EQUITY + b] - S[COST + b] / max(S[SLOPE + b], 0.1)
        S[COST + b] = 0.0
        S[TRADED + b] = 0.0
        S[CHANGE + b] = 0.0
        S[SLOPE + b] = ROUNDING * S[EQUITY + b]


def finish(S: Vector, groups: int, k: int, inverse: Matrix) -> None:
    """Trade from VALUE to GOAL of AFTER, at mere rates: units, what they take of cash, costs, money traded."""
    for g in range(GROUPS):
        if g >= groups:
            break
        i, a = g * GROUP, 4 * g
        p0, p1, p2, p3 = inverse[k, a], inverse[k, a + 1], inverse[k, a + 2], inverse[k, a + 3]
        for b in range(LANES):
            after, least = S[AFTER + b], S[SLOPE + b]
            c0 = fma(S[GOAL + i + b], after, -S[VALUE + i + b])
            c1 = fma(S[GOAL + i + ONE + b], after, -S[VALUE + i + ONE + b])
            c2 = fma(S[GOAL + i + TWO + b], after, -S[VALUE + i + TWO + b])
            c3 = fma(S[GOAL + i + THREE + b], after, -S[VALUE + i + THREE + b])
            c0 = c0 if abs(c0) > least else 0.0
            c1 = c1 if abs(c1) > least else 0.0
            c2 = c2 if abs(c2) > least else 0.0
            c3 = c3 if abs(c3) > least else 0.0
            v0, v1, v2, v3 = abs(c0), abs(c1), abs(c2), abs(c3)
            S[CHANGE + b] += (c0 + c1) + (c2 + c3)
            S[TRADED + b] += (v0 + v1) + (v2 + v3)
            cost = fma(v1, S[FEE + i + ONE + b], fma(v0, S[FEE + i + b], S[COST + b]))
            S[COST + b] = fma(v3, S[FEE + i + THREE + b], fma(v2, S[FEE + i + TWO + b], cost))
            S[UNIT + i + b] = fma(c0, p0, S[UNIT + i + b])
            S[UNIT + i + ONE + b] = fma(c1, p1, S[UNIT + i + ONE + b])
            S[UNIT + i + TWO + b] = fma(c2, p2, S[UNIT + i + TWO + b])
            S[UNIT + i + THREE + b] = fma(c3, p3, S[UNIT + i + THREE + b])


def finish_fees(S: Vector, groups: int, k: int, inverse: Matrix) -> None:
    """The same where fees are no mere rates."""
    for a in range(ASSETS):
        if a >= 4 * groups:
            break
        i, each = a * LANES, inverse[k, a]
        for b in range(LANES):
            change = S[GOAL + i + b] * S[AFTER + b] - S[VALUE + i + b]
            change = change if abs(change) > S[SLOPE + b] else 0.0
            value = abs(change)
            paid = max(S[FEE + i + b] * value + S[ORDER + i + b], S[LEAST + i + b]) + S[SLIP + i + b] * value
            S[CHANGE + b] += change
            S[TRADED + b] += value
            S[COST + b] += paid if value > 0.0 else 0.0
            S[UNIT + i + b] += change * each


def unsettled(S: Vector, growth: float) -> int:
    """How many lanes have to be mended: LIVE where the step did not solve, or where cash is below its floor."""
    count = 0
    for b in range(LANES):
        equity, after, cost = S[EQUITY + b], S[AFTER + b], S[COST + b]
        left = S[CASH + b] * growth - S[CHANGE + b] - cost
        wrong = (abs(after + cost - equity) > SOLVED * equity) | (left < S[FLOOR + b] * after - ROUNDING * equity)
        wrong = wrong | (after <= 0.0)
        S[LIVE + b] = 1.0 if wrong else 0.0
        count += 1 if wrong else 0
    return count


def taken(S: Vector, b: int, slots: int, after: float, cut: float) -> float:
    """Cash that all sells and the part `cut` of every buy take, costs included."""
    cash = 0.0
    for a in range(slots):
        i = a * LANES + b
        change = S[GOAL + i] * after - S[VALUE + i]
        change = cut * change if change > 0.0 else change
        cash += change
        if change != 0.0:
            cash += max(S[FEE + i] * abs(change) + S[ORDER + i], S[LEAST + i]) + S[SLIP + i] * abs(change)
    return cash


def mend(S: Vector, lane: int, groups: int, k: int, inverse: Matrix, growth: float) -> None:
    """One lane alone, as `kernel.rebalance_any`: all of Newton's steps, buys cut to cash, fees that exceed equity."""
    b = lane & INDEX
    slots, equity, cash = 4 * groups, S[EQUITY + b], S[CASH + b] * growth
    after = equity
    for _ in range(ROUNDS):
        cost, slope = 0.0, 1.0
        for a in range(slots):
            i = a * LANES + b
            change = S[GOAL + i] * after - S[VALUE + i]
            value = abs(change)
            fee = S[FEE + i] * value + S[ORDER + i]
            cost += (max(fee, S[LEAST + i]) + S[SLIP + i] * value) if value > 0.0 else 0.0
            marginal = (S[FEE + i] if fee >= S[LEAST + i] else 0.0) + S[SLIP + i]
            slope += (marginal if change > 0.0 else -marginal) * S[GOAL + i]
        moved = (after + cost - equity) / max(slope, 0.1)
        after -= moved
        if abs(moved) <= 1e-15 * equity:
            break
    # Where fees exceed equity nothing trades; where cash would fall below its floor, all buys are cut by one factor.
    trades = after > 0.0
    least, cut = S[FLOOR + b] * after, 1.0
    freed, needed = cash - taken(S, b, slots, after, 0.0), 0.0
    for _ in range(ROUNDS):
        needed = freed - cash + taken(S, b, slots, after, cut)
        if needed <= max(freed - least, 0.0) + ROUNDING * equity:
            break
        cut *= max(freed - least, 0.0) / needed
        if cut < ROUNDING:
            cut = 0.0
    S[AFTER + b], S[CHANGE + b], S[COST + b], S[TRADED + b] = after, 0.0, 0.0, 0.0
    for a in range(slots):
        i = a * LANES + b
        change = S[GOAL + i] * after - S[VALUE + i]
        change = cut * change if change > 0.0 else change
        value = abs(change)
        if not trades or value <= ROUNDING * equity:
            change = value = 0.0
        if S[GOAL + i] != 0.0 or S[VALUE + i] != 0.0:
            S[UNIT + i] = (S[VALUE + i] + change) * inverse[k, a]
        S[CHANGE + b] += change
        S[TRADED + b] += value
        if value > 0.0:
            S[COST + b] += max(S[FEE + i] * value + S[ORDER + i], S[LEAST + i]) + S[SLIP + i] * value


def settle(S: Vector, growth: float) -> None:
    """Cash of the lanes that traded; rounding is no cash."""
    inverse = 1.0 / growth
    for b in range(LANES):
        left = S[CASH + b] * growth - S[CHANGE + b] - S[COST + b]
        left = left if abs(left) > ROUNDING * S[EQUITY + b] else 0.0
        S[DEBT + b] = 1.0 if left < 0.0 else S[DEBT + b]
        S[CASH + b] = left * inverse if S[TRADED + b] > 0.0 else S[CASH + b]


def rebalance(S: Vector, groups: int, t: int, k: int, market: LaneMarket, shape: LaneShape) -> None:
    """Trade all lanes to GOAL: rebalance k, on session t."""
    growth = market.growth[t]
    hold(S, groups, k, market.fills, growth)
    sift(S, groups, k, market.tradable, shape.filtered)
    if shape.fixed:
        solve_fees(S, groups)
        step(S)
        finish_fees(S, groups, k, market.inverse)
    else:
        solve(S, groups)
        step(S)
        finish(S, groups, k, market.inverse)
    if unsettled(S, growth) > 0:
        for b in range(LANES):
            if S[LIVE + b] > 0.0:
                mend(S, b, groups, k, market.inverse, growth)
    settle(S, growth)
