"""What is measured of lanes as equity comes: the sums from which `measure.sums` makes every metric."""

# ruff: noqa: I001  (rows of the table are many: imported in lines, not one by one)

from __future__ import annotations

from engine.market.table import Indices, Matrix, Vector
from engine.portfolio.lanes.table import (
    ACTIVE, ASSETS, BOUGHT, CASH, COST, DEBT, DEPTH, DOWN, E0, E1, E2, E3, GROUP, GROUPS, HITS, INDEX, INVERSE, LANES,
    MONTH, ONE, PEAK, SPENT, THREE, TRADED, TURNOVER, TWO, UNIT, X1, X2, XF, ZERO, LaneMarket, LanePaths, fma,
)  # fmt: skip


def worth(S: Vector, groups: int, t: int, prices: Matrix, growth: Vector) -> None:
    """Equity of one session, in E0."""
    grown = growth[t]
    for g in range(GROUPS):
        if g >= groups:
            break
        i, a = g * GROUP, 4 * g
        p0, p1, p2, p3 = prices[t, a], prices[t, a + 1], prices[t, a + 2], prices[t, a + 3]
        for b in range(LANES):
            e = S[CASH + b] * grown if g == 0 else S[E0 + b]
            e = fma(S[UNIT + i + ONE + b], p1, fma(S[UNIT + i + b], p0, e))
            S[E0 + b] = fma(S[UNIT + i + THREE + b], p3, fma(S[UNIT + i + TWO + b], p2, e))


def worth_of_four(S: Vector, groups: int, t: int, prices: Matrix, growth: Vector) -> None:
    """Equity of sessions t .. t + 3, in E0 .. E3."""
    g0, g1, g2, g3 = growth[t], growth[t + 1], growth[t + 2], growth[t + 3]
    for g in range(GROUPS):
        if g >= groups:
            break
        i, a = g * GROUP, 4 * g
        p00, p01, p02, p03 = prices[t, a], prices[t, a + 1], prices[t, a + 2], prices[t, a + 3]
        p10, p11, p12, p13 = prices[t + 1, a], prices[t + 1, a + 1], prices[t + 1, a + 2], prices[t + 1, a + 3]
        p20, p21, p22, p23 = prices[t + 2, a], prices[t + 2, a + 1], prices[t + 2, a + 2], prices[t + 2, a + 3]
        p30, p31, p32, p33 = prices[t + 3, a], prices[t + 3, a + 1], prices[t + 3, a + 2], prices[t + 3, a + 3]
        for b in range(LANES):
            e0, e1, e2, e3 = S[E0 + b], S[E1 + b], S[E2 + b], S[E3 + b]
            if g == 0:
                cash = S[CASH + b]
                e0, e1, e2, e3 = cash * g0, cash * g1, cash * g2, cash * g3
            u0, u1 = S[UNIT + i + b], S[UNIT + i + ONE + b]
            u2, u3 = S[UNIT + i + TWO + b], S[UNIT + i + THREE + b]
            S[E0 + b] = fma(u3, p03, fma(u2, p02, fma(u1, p01, fma(u0, p00, e0))))
            S[E1 + b] = fma(u3, p13, fma(u2, p12, fma(u1, p11, fma(u0, p10, e1))))
            S[E2 + b] = fma(u3, p23, fma(u2, p22, fma(u1, p21, fma(u0, p20, e2))))
            S[E3 + b] = fma(u3, p33, fma(u2, p32, fma(u1, p31, fma(u0, p30, e3))))


def note(S: Vector) -> None:
    """What a rebalance turned over, on the equity of its session in E0, and cost, on that with its costs; the first
    purchase is no turnover. One division serves both.
    """
    for b in range(LANES):
        after, cost = S[E0 + b], S[COST + b]
        before = after + cost
        inverse = 1.0 / (after * before)
        S[TURNOVER + b] += S[BOUGHT + b] * S[TRADED + b] * 0.5 * (inverse * before)
        S[SPENT + b] += cost * (inverse * after)
        S[BOUGHT + b] = 1.0 if S[TRADED + b] > 0.0 else S[BOUGHT + b]


def add_four(S: Vector, t: int, rate: Vector, path: Matrix, line: Vector, alike: bool, paid: bool) -> None:
    """The sums of four sessions of equity E0 .. E3 against a path. One division serves four inverses.

    paid: whether cash pays anything; what is summed of it is zero if not.
    """
    l0, l1, l2, l3 = line[t], line[t + 1], line[t + 2], line[t + 3]
    f0, f1, f2, f3 = rate[t], rate[t + 1], rate[t + 2], rate[t + 3]
    b0, b1, b2, b3 = 1.0 + f0, 1.0 + f1, 1.0 + f2, 1.0 + f3
    for b in range(LANES):
        e0, e1, e2, e3 = S[E0 + b], S[E1 + b], S[E2 + b], S[E3 + b]
        h0, h1 = e0 * e1, e2 * e3
        inverse = 1.0 / (h0 * h1)
        early, late = inverse * h1, inverse * h0
        v0, v1, v2, v3 = early * e1, early * e0, late * e3, late * e2
        x0, x1 = fma(e0, S[INVERSE + b], -b0), fma(e1, v0, -b1)
        x2, x3 = fma(e2, v1, -b2), fma(e3, v2, -b3)
        S[INVERSE + b] = v3
        S[X1 + b] += (x0 + x1) + (x2 + x3)
        S[X2 + b] = fma(x3, x3, fma(x2, x2, fma(x1, x1, fma(x0, x0, S[X2 + b]))))
        if paid:
            S[XF + b] = fma(x3, f3, fma(x2, f2, fma(x1, f1, fma(x0, f0, S[XF + b]))))
        y0, y1, y2, y3 = min(x0, 0.0), min(x1, 0.0), min(x2, 0.0), min(x3, 0.0)
        S[DOWN + b] = fma(y3, y3, fma(y2, y2, fma(y1, y1, fma(y0, y0, S[DOWN + b]))))
        d0, d1 = x0 - (l0 if alike else path[t, b]), x1 - (l1 if alike else path[t + 1, b])
        d2, d3 = x2 - (l2 if alike else path[t + 2, b]), x3 - (l3 if alike else path[t + 3, b])
        S[ACTIVE + b] = fma(d3, d3, fma(d2, d2, fma(d1, d1, fma(d0, d0, S[ACTIVE + b]))))
        k0 = min(S[PEAK + b], v0)
        k1 = min(k0, v1)
        k2 = min(k1, v2)
        k3 = min(k2, v3)
        S[PEAK + b] = k3
        S[DEPTH + b] = min(min(S[DEPTH + b], min(e0 * k0, e1 * k1)), min(e2 * k2, e3 * k3))


def add_one(S: Vector, t: int, rate: Vector, path: Matrix, line: Vector, alike: bool) -> None:
    """The sums of one session of equity E0 against a path."""
    f, own = rate[t], line[t]
    grown = 1.0 + f
    for b in range(LANES):
        e = S[E0 + b]
        v = 1.0 / e
        x = fma(e, S[INVERSE + b], -grown)
        S[INVERSE + b] = v
        S[X1 + b] += x
        S[X2 + b] = fma(x, x, S[X2 + b])
        S[XF + b] = fma(x, f, S[XF + b])
        y, d = min(x, 0.0), x - (own if alike else path[t, b])
        S[DOWN + b] = fma(y, y, S[DOWN + b])
        S[ACTIVE + b] = fma(d, d, S[ACTIVE + b])
        peak = min(S[PEAK + b], v)
        S[PEAK + b] = peak
        S[DEPTH + b] = min(S[DEPTH + b], e * peak)


def begin(S: Vector, groups: int, capital: float) -> None:
    """All in cash at session 0."""
    for a in range(ASSETS):
        if a >= 4 * groups:
            break
        for b in range(LANES):
            S[UNIT + a * LANES + b] = 0.0
    for b in range(LANES):
        S[CASH + b] = capital
        S[INVERSE + b] = 1.0 / capital
        S[MONTH + b] = capital
        S[PEAK + b] = 1.0 / capital
        S[DEPTH + b] = 1.0
        S[BOUGHT + b] = 0.0
        S[X1 + b] = 0.0
        S[X2 + b] = 0.0
        S[XF + b] = 0.0
        S[DOWN + b] = 0.0
        S[ACTIVE + b] = 0.0
        S[TURNOVER + b] = 0.0
        S[SPENT + b] = 0.0
        S[HITS + b] = 0.0
        S[DEBT + b] = 0.0


def close_months(S: Vector, t: int, count: int, number: Indices, months: Matrix) -> None:
    """Whether months that end with sessions t .. t + count - 1, of equity E0 .., were better than the reference's."""
    for j in range(4):
        if j < count and number[t + j] >= 0:
            month, row = number[t + j] & INDEX, E0 + j * LANES
            for b in range(LANES):
                better = fma(-months[month, b], S[MONTH + b], S[row + b])
                S[HITS + b] += 1.0 if better > ZERO * S[MONTH + b] else 0.0
                S[MONTH + b] = S[row + b]


def stretch(
    S: Vector, groups: int, market: LaneMarket, paths: LanePaths, t0: int, t1: int, traded: bool, alike: bool
) -> None:  # fmt: skip
    """The sums of sessions t0 .. t1 - 1, in which nothing is traded but, where it says so, at t0. alike: all lanes are
    held against the same path.
    """
    fours = t0 + (t1 - t0) // 4 * 4
    for at in range(t0, fours, 4):
        t = at & INDEX
        worth_of_four(S, groups, t, market.prices, market.growth)
        if traded and t == t0:
            note(S)
        add_four(S, t, market.rate, paths.excess, paths.line, alike, market.paid)
        close_months(S, t, 4, market.month, paths.months)
    for at in range(fours, t1):
        t = at & INDEX
        worth(S, groups, t, market.prices, market.growth)
        if traded and t == t0:
            note(S)
        add_one(S, t, market.rate, paths.excess, paths.line, alike)
        close_months(S, t, 1, market.month, paths.months)


def trace(S: Vector, groups: int, market: LaneMarket, paths: LanePaths, t0: int, t1: int, alike: bool) -> None:
    """The path of sessions t0 .. t1 - 1, for others to be held against. alike: all lanes have the same."""
    for at in range(t0, t1):
        t = at & INDEX
        worth(S, groups, t, market.prices, market.growth)
        month, f = market.month[t], market.rate[t]
        for b in range(LANES):
            x = fma(S[E0 + b], S[INVERSE + b], -(1.0 + f))
            S[INVERSE + b] = 1.0 / S[E0 + b]
            S[X1 + b] += x
            S[X2 + b] = fma(x, x, S[X2 + b])
            S[ACTIVE + b] = x
        if alike:
            paths.line[t] = S[ACTIVE]
        else:
            for b in range(LANES):
                paths.excess[t, b] = S[ACTIVE + b]
        if month >= 0:
            for b in range(LANES):
                paths.months[month, b] = S[E0 + b] / S[MONTH + b]
                S[MONTH + b] = S[E0 + b]
