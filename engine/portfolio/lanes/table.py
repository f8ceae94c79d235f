"""What a block of lanes works in: one flat table of rows, and the arrays that all variants of a call share.

How code on it is written, and why:
- all that a block needs stands at literal places of one table, so that the compiler sees that no two rows overlap;
- loops over lanes are innermost and of a literal length: they become vectors, and 64 lanes are too many to be unrolled;
- loops over assets take four at a time and end at a literal bound, so that no index is checked for its sign.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.market.table import Indices, Matrix, Vector

Cube = NDArray[np.float64]

#: Portfolios in a block; what it has room for: assets, which come in groups of four, and sleeves.
LANES, ASSETS, SLEEVES = 64, 64, 16
GROUPS = ASSETS // 4
#: From a slot of the table to the next ones, and from a group to the next.
ONE, TWO, THREE, GROUP = LANES, 2 * LANES, 3 * LANES, 4 * LANES
#: As in the kernel: rounds for equity after costs, and what is rounding in parts of equity.
ROUNDS, ROUNDING = 500, 1e-12
#: An index and this is the index: it tells the compiler that there is no sign to be looked at.
INDEX = 2**32 - 1
#: How exactly equity after costs is solved, in parts of equity.
SOLVED = 1e-13
#: What is rounding of a month's return over the reference's: as in `measure`.
ZERO = 1e-12

# Places of the table: a region each by slot, then by sleeve, then single rows. Regions lie three rows further apart
# than long: a whole page apart, stores and loads of the same slot would get in each other's way.
UNIT, GOAL, VALUE, FEE, SLIP, ORDER, LEAST, EXTRA, MEAN = (region * (ASSETS + 3) * LANES for region in range(9))
SPARE = MEAN + SLEEVES * LANES
(
    CASH, EQUITY, AFTER, COST, SLOPE, LIVE, TRADED, BOUGHT, BAND, PART, EDGE, SMALLEST, FLOOR, TRADES, E0, E1, E2, E3,
    CHANGE, INVERSE, PEAK, DEPTH, X1, X2, XF, DOWN, ACTIVE, TURNOVER, SPENT, HITS, MONTH, DEBT, SIZE,
) = (SPARE + row * LANES for row in range(SLEEVES, SLEEVES + 33))  # fmt: skip

#: What is summed of a variant. x: its return over cash; of policy and matched mix the last equity, of the reference
#: also the sums of x and its square; debt: 1 where fees took more cash than there was; failed: 1 where no weights can
#: keep the limits; over, under: decisions on which a stance was.
COLUMNS = (
    "end", "x", "xx", "xf", "down", "active", "depth", "turnover", "spent", "hits", "debt", "policy_end", "matched_end",
    "reference_end", "reference_x", "reference_xx", "failed", "episodes", "over", "under",
)  # fmt: skip


def fma(a: float, b: float, c: float) -> float:
    """a b + c. Compiled it is rounded once, on every processor, in every lane."""
    return a * b + c


class LaneMarket(NamedTuple):
    """What all variants share. L sessions, K rebalances of D decisions, M slots: N assets, then empty ones up to 4 G.

    prices (L, M): worth of a unit. growth (L,): what a unit of cash has grown to. rate (L,): return of cash into the
    session. month (L,): number of the month that ends with the session, else -1. events (E, 3): from which session to
    before which nothing else happens, and the rebalance that is made on the first, else -1. fills, inverse (K, M): the
    price traded at, and 1 / price, 0 where there is none. tradable (K, M). parts (D, M): part of its sleeve; home
    (M,): its sleeve. changed (K,): whether parts are others than the rebalance before had, or something did not trade
    then. paid: whether cash pays anything. payouts (J, 2): session and slot of what turns into cash. sessions (D,): of
    decisions. capital: at the start.
    """

    prices: Matrix
    growth: Vector
    rate: Vector
    month: Indices
    events: Indices
    fills: Matrix
    inverse: Matrix
    tradable: NDArray[np.bool_]
    parts: Matrix
    home: Indices
    changed: NDArray[np.bool_]
    paid: bool
    payouts: Indices
    sessions: Vector
    capital: float


class LaneTerms(NamedTuple):
    """What variants trade by: rows that they name. fee, slip, order, least (C, M): as in `kernel.Rates`.

    trading (T, 6): band, whether it is a part of the target, whether to its edge, smallest trade, least cash, whether
    it trades on change only. policy (P, H): the neutral mix.
    """

    fee: Matrix
    slip: Matrix
    order: Matrix
    least: Matrix
    trading: Matrix
    policy: Matrix


class LanePicks(NamedTuple):
    """What the variants of G blocks go by, (G, LANES) each: the set of scores, and the row of each table."""

    scores: Indices
    rule: Indices
    tilt: Indices
    policy: Indices
    brake: Indices
    cost: Indices
    trading: Indices
    limit: Indices


class LaneShape(NamedTuple):
    """What all variants of a call have in common. Q tilts of H sleeves, S names of stances, M slots.

    tilted (Q,): the sleeve of each tilt. named (Q,): the name whose stance it reads, -1 for none, where stances are on
    sleeves; by_slot (M,): the name of each slot, -1 for none, where they are on assets. slots: how many are not empty,
    which come first. on_assets; by_sleeve: weights are of sleeves, else of slots, and then the matched mix may hold
    more than sleeves' parts. ranked: points are split over those chosen. same, shared: whether anybody's points come of
    the sleeve's other members, or of other sleeves. reference: POLICY, MATCHED, or STRATEGY for a path that is given.

    The rest takes work that others need not do. limited; braked; fixed: fees that are no mere rates; filtered: bands,
    smallest trades, or days of one's own; own_days: each lane trades on its own decisions.
    """

    tilted: Indices
    named: Indices
    by_slot: Indices
    slots: int
    on_assets: bool
    by_sleeve: bool
    ranked: bool
    same: bool
    shared: bool
    reference: int
    limited: bool
    braked: bool
    fixed: bool
    filtered: bool
    own_days: bool


class LanePaths(NamedTuple):
    """What a block is held against. excess (L, LANES): returns over cash. line (L,): these where all lanes have the
    same. months (U, LANES): 1 + a month's return.
    """

    excess: Matrix
    line: Vector
    months: Matrix


class LaneWork(NamedTuple):
    """What a thread works with. book, heard, tilted: tables of the simulation, of stances, of targets. paths.

    stances (S, LANES): of one decision. weights (P, W, LANES), of sleeves or of slots, and trades (P, LANES), 1 where a
    lane trades: of a piece of P decisions, made and traded by before the next ones, lest they leave the cache. mean
    (H, LANES), extra (M, LANES): the matched mix's weights of sleeves, and what it holds beyond their parts. ends
    (5, LANES): the last equity of policy, matched mix and reference, and the reference's two sums. key (3,): the terms
    policy was last run by, -1 where it has to be run.
    """

    book: Vector
    heard: Vector
    tilted: Vector
    stances: Matrix
    weights: Cube
    trades: Matrix
    mean: Matrix
    extra: Matrix
    paths: LanePaths
    ends: Matrix
    key: Indices
