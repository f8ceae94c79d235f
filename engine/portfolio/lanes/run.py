"""Many portfolios at once: a block of them side by side in the vector lanes. `lanes.compiled` compiles it.

What `kernel.simulate` does with one portfolio, done with all that share a market and its decision days. A price is read
once for a block, and equity is measured as it comes, never stored. It may contract and sum in another order than the
kernel: figures agree to 1e-9. A lane's bits depend neither on its neighbours nor on its place.
"""

# ruff: noqa: I001  (rows of the table are many: imported in lines, not one by one)

from __future__ import annotations

from engine.market.table import Indices, Matrix, Vector
from engine.portfolio.lanes.stances import EPISODES, OVERS, UNDERS
from engine.portfolio.lanes.sums import begin, stretch, trace, worth
from engine.portfolio.lanes.table import (
    ACTIVE, ASSETS, BAND, CASH, DEBT, DEPTH, DOWN, E0, EDGE, EXTRA, FEE, FLOOR, GOAL, GROUP, GROUPS, HITS, LANES, LEAST,
    MEAN, ONE, ORDER, PART, ROUNDING, SLEEVES, SLIP, SMALLEST, SPARE, SPENT, THREE, TRADES, TURNOVER, TWO, UNIT, X1, X2,
    XF, Cube, LanePicks, LaneShape, LaneWork,
)  # fmt: skip
from engine.portfolio.lanes.targets import LaneJob, begin_targets, end_targets, set_targets
from engine.portfolio.lanes.tilts import FAILED
from engine.portfolio.lanes.trade import rebalance

#: Whose targets, in the order in which they are run: the policy mix's, the matched mix's, the strategy's own.
POLICY, MATCHED, STRATEGY = range(3)
#: What is kept: all sums; the path, for others to be held against; where it ends.
SUMS, PATH, END = range(3)


def aim(S: Vector, groups: int, k: int, weights: Matrix, parts: Matrix, home: Indices, by_sleeve: bool) -> None:
    """GOAL from the strategy's weights (W, LANES)."""
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
            S[GOAL + i + b] = weights[h0, b] * p0
            S[GOAL + i + ONE + b] = weights[h1, b] * p1
            S[GOAL + i + TWO + b] = weights[h2, b] * p2
            S[GOAL + i + THREE + b] = weights[h3, b] * p3


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


def equip(work: LaneWork, job: LaneJob, picks: LanePicks, source: int, groups: int) -> None:
    """What each lane trades by, and the sleeves' weights of a mix."""
    S, terms, fixed, extra = work.book, job.tables.terms, job.shape.fixed, source == MATCHED and not job.shape.by_sleeve
    for b in range(LANES):
        cost, trading = picks.cost[b], picks.trading[b]
        for a in range(4 * groups):
            i = a * LANES + b
            S[FEE + i] = terms.fee[cost, a] + (0.0 if fixed else terms.slip[cost, a])
            S[SLIP + i] = terms.slip[cost, a] if fixed else 0.0
            S[ORDER + i], S[LEAST + i] = terms.order[cost, a], terms.least[cost, a]
            S[GOAL + i] = 0.0
            S[EXTRA + i] = work.extra[a, b] if extra else 0.0
        S[BAND + b], S[PART + b] = terms.trading[trading, 0], terms.trading[trading, 1]
        S[EDGE + b], S[SMALLEST + b] = terms.trading[trading, 2], max(terms.trading[trading, 3], ROUNDING)
        S[FLOOR + b], S[TRADES + b] = terms.trading[trading, 4], 1.0
        for h in range(terms.policy.shape[1]):
            S[MEAN + h * LANES + b] = work.mean[h, b] if source == MATCHED else terms.policy[picks.policy[b], h]


def begin_run(work: LaneWork, job: LaneJob, picks: LanePicks, source: int) -> None:
    """One portfolio in every lane, all in cash."""
    groups = job.market.prices.shape[1] // 4
    equip(work, job, picks, source, groups)
    begin(work.book, groups, job.market.capital)


def run(work: LaneWork, job: LaneJob, picks: LanePicks, source: int, alike: bool, whole: bool) -> None:
    """One portfolio in every lane from end to end; its sums are left in the book, its last equity in E0.

    Targets of the strategy are made a piece ahead as it goes, unless they are there as a whole.
    """
    S, market, shape, groups = work.book, job.market, job.shape, job.market.prices.shape[1] // 4
    piece, makes = len(work.weights), source == STRATEGY and not whole
    keep = SUMS if source == STRATEGY else PATH if source == shape.reference else END
    begin_run(work, job, picks, source)
    for e in range(len(market.events)):
        t, until, k = market.events[e, 0], market.events[e, 1], market.events[e, 2]
        for p in range(len(market.payouts)):
            if market.payouts[p, 0] == t:
                pay_out(S, t, market.payouts[p, 1], market.prices, market.growth)
        if k >= 0:
            row = k % piece
            if makes and row == 0:
                set_targets(work, job, picks, k)
            if source == STRATEGY:
                aim(S, groups, k, work.weights[row], market.parts, market.home, shape.by_sleeve)
            elif market.changed[k] or shape.filtered:
                aim_mix(S, groups, k, market.parts, market.home)
                if source == MATCHED and not shape.by_sleeve:
                    add_extra(S, groups, k, market.parts, market.home)
            if shape.own_days:
                for b in range(LANES):
                    S[TRADES + b] = work.trades[row, b]
            rebalance(S, groups, t, k, market, shape)
        if keep == SUMS:
            stretch(S, groups, market, work.paths, t, until, k >= 0, alike)
        elif keep == PATH:
            trace(S, groups, market, work.paths, t, until, alike)
    if makes:
        # What is decided too late to be traded counts as an opinion all the same.
        for first in range(-(-len(market.fills) // piece) * piece, len(market.parts), piece):
            set_targets(work, job, picks, first)
    worth(S, groups, len(market.rate) - 1, market.prices, market.growth)


def policy_is_known(work: LaneWork, picks: LanePicks, shape: LaneShape) -> tuple[bool, bool]:
    """Whether all lanes have one policy mix and one set of terms; and whether this has just been run by these.

    Notes by which it will be if not.
    """
    same = not shape.own_days
    for b in range(LANES):
        same = same and picks.cost[b] == picks.cost[0] and picks.trading[b] == picks.trading[0]
        same = same and picks.policy[b] == picks.policy[0]
    known = work.key[0] == picks.cost[0] and work.key[1] == picks.trading[0] and work.key[2] == picks.policy[0]
    work.key[0] = picks.cost[0] if same else -1
    work.key[1], work.key[2] = picks.trading[0], picks.policy[0]
    return same, same and known


def tell(work: LaneWork, source: int, reference: int, sums: Matrix) -> None:
    """What was summed of the strategy, in the order of COLUMNS; or where a mix ended, kept for blocks to come."""
    S, H, ends = work.book, work.heard, work.ends
    if source == STRATEGY:
        for b in range(LANES):
            sums[b, 0], sums[b, 1], sums[b, 2], sums[b, 3] = S[E0 + b], S[X1 + b], S[X2 + b], S[XF + b]
            sums[b, 4], sums[b, 5], sums[b, 6] = S[DOWN + b], S[ACTIVE + b], S[DEPTH + b]
            sums[b, 7], sums[b, 8], sums[b, 9], sums[b, 10] = S[TURNOVER + b], S[SPENT + b], S[HITS + b], S[DEBT + b]
            sums[b, 16], sums[b, 17] = work.tilted[FAILED + b], H[EPISODES + b]
            sums[b, 18], sums[b, 19] = H[OVERS + b], H[UNDERS + b]
    else:
        for b in range(LANES):
            ends[source, b] = S[E0 + b]
            if source == reference:
                ends[2, b], ends[3, b], ends[4, b] = S[E0 + b], S[X1 + b], S[X2 + b]


def simulate_blocks(work: LaneWork, job: LaneJob, picks: LanePicks, sums: Cube) -> None:
    """Blocks, one after another: policy mix, strategy and matched mix. Fills sums (G, LANES, COLUMNS).

    Where there is room for all decisions, all targets are set first, and the matched mix is run before the strategy:
    mixes may trade on the days of their strategy, and a strategy may be held against its matched mix.
    """
    days, piece, reference = len(job.market.parts), len(work.weights), job.shape.reference
    whole = piece >= days
    for g in range(len(sums)):
        block = LanePicks(
            picks.scores[g], picks.rule[g], picks.tilt[g], picks.policy[g], picks.brake[g], picks.cost[g],
            picks.trading[g], picks.limit[g],
        )  # fmt: skip
        same, known = policy_is_known(work, block, job.shape)
        alike = reference == STRATEGY or (reference == POLICY and same)
        begin_targets(work, job, block)
        for first in range(0, days if whole else 0, piece):
            set_targets(work, job, block, first)
        for step in range(3):
            source = step if whole or step == POLICY else 3 - step
            if source == MATCHED:
                end_targets(work, job)
            if source != POLICY or not known:
                run(work, job, block, source, alike, whole)
                tell(work, source, reference, sums[g])
        for b in range(LANES):
            for i in range(5):
                sums[g, b, 11 + i] = work.ends[i, b]
