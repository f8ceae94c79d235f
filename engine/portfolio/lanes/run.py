"""Many portfolios at once: a block of them side by side in the vector lanes. `lanes.compiled` compiles it.

What `kernel.simulate` does with one portfolio, done with all that share a market and its decision days. A price is read
once for a block, and equity is measured as it comes, never stored. It may contract and sum in another order than the
kernel: figures agree to 1e-9. A lane's bits depend neither on its neighbours nor on its place.
"""

# ruff: noqa: I001  (rows of the table are many: imported in lines, not one by one)

from __future__ import annotations

from engine.market.table import Indices, Matrix, Vector
from engine.portfolio.lanes.sums import begin, stretch, trace, worth
from engine.portfolio.lanes.table import (
    ACTIVE, ASSETS, BAND, CASH, DEBT, DEPTH, DOWN, E0, EDGE, EXTRA, FEE, FLOOR, GOAL, GROUP, GROUPS, HITS, LANES, LEAST,
    MEAN, ONE, ORDER, PART, ROUNDING, SLEEVES, SLIP, SMALLEST, SPARE, SPENT, THREE, TRADES, TURNOVER, TWO, UNIT, X1, X2,
    XF, Cube, LaneFlags, LaneMarket, LanePaths, LaneRows, LaneTerms, LaneWork,
)  # fmt: skip
from engine.portfolio.lanes.trade import rebalance

#: Whose targets, in the order in which they are run: the policy mix's, the matched mix's, the strategy's own.
POLICY, MATCHED, STRATEGY = range(3)
#: What is kept: all sums; the path, for others to be held against; where it ends.
SUMS, PATH, END = range(3)


def aim(S: Vector, groups: int, k: int, weights: Cube, parts: Matrix, home: Indices, by_sleeve: bool) -> None:
    """GOAL from the strategy's weights (D, W, LANES)."""
    for g in range(GROUPS):
        if g >= groups:
            break
        i, a = g * GROUP, 4 * g
        h0, h1, h2, h3 = a, a + 1, a + 2, a + 3
        p0, p1, p2, p3 = 1.0, 1.0, 1.0, 1.0
        if by_sleeve:
            h0, h1, h2, h3 = home[a], home[a + 1], home[a + 2], home[a + 3]
            p0, p1, p2, p3 = parts[k, a], parts[k, a + 1], parts[k, a + 2], parts[k, a + 3]
        for b in range(LANES):
            S[GOAL + i + b] = weights[k, h0, b] * p0
            S[GOAL + i + ONE + b] = weights[k, h1, b] * p1
            S[GOAL + i + TWO + b] = weights[k, h2, b] * p2
            S[GOAL + i + THREE + b] = weights[k, h3, b] * p3


def aim_mix(S: Vector, groups: int, k: int, parts: Matrix, home: Indices) -> None:
    """GOAL from the weights of sleeves in MEAN."""
    for a in range(ASSETS):
        if a >= 4 * groups:
            break
        i, part = a * LANES, parts[k, a]
        for h in range(SLEEVES):
            if h == home[a]:
                for b in range(LANES):
                    S[GOAL + i + b] = S[MEAN + h * LANES + b] * part


def add_extra(S: Vector, groups: int, k: int, parts: Matrix, home: Indices) -> None:
    """To GOAL of a mix: what it holds beyond its sleeves' parts, among what trades; a sleeve's weight stays."""
    for i in range(SPARE, SPARE + SLEEVES * LANES):
        S[i] = 0.0
    for a in range(4 * groups):
        if parts[k, a] > 0.0:
            for b in range(LANES):
                S[SPARE + home[a] * LANES + b] += S[EXTRA + a * LANES + b]
    for a in range(4 * groups):
        if parts[k, a] > 0.0:
            for b in range(LANES):
                beyond = S[EXTRA + a * LANES + b] - parts[k, a] * S[SPARE + home[a] * LANES + b]
                S[GOAL + a * LANES + b] = max(S[GOAL + a * LANES + b] + beyond, 0.0)


def pay_out(S: Vector, t: int, slot: int, prices: Matrix, growth: Vector) -> None:
    """What has ended turns into cash."""
    each, i = prices[t, slot] / growth[t], UNIT + slot * LANES
    for b in range(LANES):
        S[CASH + b] += S[i + b] * each
        S[i + b] = 0.0


def equip(S: Vector, groups: int, source: int, terms: LaneTerms, rows: LaneRows, flags: LaneFlags) -> None:
    """What each lane trades by, and the sleeves' weights of a mix."""
    fixed, extra = flags.fixed, flags.extra and source == MATCHED
    for b in range(LANES):
        cost, trading = rows.cost[b], rows.trading[b]
        for a in range(4 * groups):
            i = a * LANES + b
            S[FEE + i] = terms.fee[cost, a] + (0.0 if fixed else terms.slip[cost, a])
            S[SLIP + i] = terms.slip[cost, a] if fixed else 0.0
            S[ORDER + i], S[LEAST + i] = terms.order[cost, a], terms.least[cost, a]
            S[GOAL + i] = 0.0
            S[EXTRA + i] = rows.extra[a, b] if extra else 0.0
        S[BAND + b], S[PART + b] = terms.trading[trading, 0], terms.trading[trading, 1]
        S[EDGE + b], S[SMALLEST + b] = terms.trading[trading, 2], max(terms.trading[trading, 3], ROUNDING)
        S[FLOOR + b], S[TRADES + b] = terms.trading[trading, 4], 1.0
        for h in range(terms.policy.shape[1]):
            S[MEAN + h * LANES + b] = rows.mean[h, b] if source == MATCHED else terms.policy[rows.policy[b], h]


def run(
    S: Vector, source: int, keep: int, market: LaneMarket, terms: LaneTerms, rows: LaneRows,
    flags: LaneFlags, paths: LanePaths, alike: bool,
) -> None:  # fmt: skip
    """One portfolio in every lane; its sums are left in the table, its last equity in E0."""
    sessions, groups = market.prices.shape[0], market.prices.shape[1] // 4
    equip(S, groups, source, terms, rows, flags)
    begin(S, groups, market.capital)
    for e in range(len(market.events)):
        t, until, k = market.events[e, 0], market.events[e, 1], market.events[e, 2]
        for p in range(len(market.payouts)):
            if market.payouts[p, 0] == t:
                pay_out(S, t, market.payouts[p, 1], market.prices, market.growth)
        if k >= 0:
            if source == STRATEGY:
                aim(S, groups, k, rows.weights, market.parts, market.home, flags.by_sleeve)
            elif market.changed[k] or flags.filtered:
                aim_mix(S, groups, k, market.parts, market.home)
                if source == MATCHED and flags.extra:
                    add_extra(S, groups, k, market.parts, market.home)
            if flags.own_days:
                for b in range(LANES):
                    S[TRADES + b] = rows.trades[k, b]
            rebalance(S, groups, t, k, market, flags)
        if keep == SUMS:
            stretch(S, groups, market, paths, t, until, k >= 0, alike)
        elif keep == PATH:
            trace(S, groups, market, paths, t, until, alike)
    worth(S, groups, sessions - 1, market.prices, market.growth)


def policy_is_known(work: LaneWork, rows: LaneRows, flags: LaneFlags) -> tuple[bool, bool]:
    """Whether all lanes have one policy mix and one set of terms; and whether this has just been run by these.

    Notes by which it will be if not.
    """
    same = not flags.own_days
    for b in range(LANES):
        same = same and rows.cost[b] == rows.cost[0] and rows.trading[b] == rows.trading[0]
        same = same and rows.policy[b] == rows.policy[0]
    known = work.key[0] == rows.cost[0] and work.key[1] == rows.trading[0] and work.key[2] == rows.policy[0]
    work.key[0] = rows.cost[0] if same else -1
    work.key[1], work.key[2] = rows.trading[0], rows.policy[0]
    return same, same and known


def simulate(
    work: LaneWork, market: LaneMarket, terms: LaneTerms, rows: LaneRows, flags: LaneFlags, sums: Matrix
) -> None:
    """One block: policy, matched mix and strategy. Fills sums (LANES, COLUMNS)."""
    S, ends = work.table, work.ends
    same, known = policy_is_known(work, rows, flags)
    alike = flags.reference == STRATEGY or (flags.reference == POLICY and same)
    for source in range(3):
        if source != POLICY or not known:
            keep = SUMS if source == STRATEGY else PATH if source == flags.reference else END
            run(S, source, keep, market, terms, rows, flags, work.paths, alike)
            for b in range(LANES):
                if source != STRATEGY:
                    ends[source, b] = S[E0 + b]
                if source == flags.reference and source != STRATEGY:
                    ends[2, b], ends[3, b], ends[4, b] = S[E0 + b], S[X1 + b], S[X2 + b]
    for b in range(LANES):
        sums[b, 0], sums[b, 1], sums[b, 2], sums[b, 3] = S[E0 + b], S[X1 + b], S[X2 + b], S[XF + b]
        sums[b, 4], sums[b, 5], sums[b, 6] = S[DOWN + b], S[ACTIVE + b], S[DEPTH + b]
        sums[b, 7], sums[b, 8], sums[b, 9] = S[TURNOVER + b], S[SPENT + b], S[HITS + b]
        for e in range(5):
            sums[b, 10 + e] = ends[e, b]
        sums[b, 15] = S[DEBT + b]


def simulate_blocks(
    work: LaneWork, market: LaneMarket, terms: LaneTerms, flags: LaneFlags, cost: Indices, trading: Indices,
    policy: Indices, weights: Cube, trades: Cube, mean: Cube, extra: Cube, sums: Cube,
) -> None:  # fmt: skip
    """Blocks, one after another; every array as in LaneRows, with the block as its first axis. Fills sums."""
    for j in range(len(sums)):
        rows = LaneRows(cost[j], trading[j], policy[j], weights[j], trades[j], mean[j], extra[j])
        simulate(work, market, terms, rows, flags, sums[j])
