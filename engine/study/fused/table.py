"""Variants as rows of tables: each has a row of every table, and many share one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.config import Band, Config, Impulse, Proportional, Rank, Threshold
from engine.market.table import Indices, Matrix, Vector
from engine.portfolio.bounds import bounds_of
from engine.portfolio.costs import costs_of
from engine.portfolio.lanes.fitting import LaneLimits
from engine.portfolio.lanes.stances import IMPULSE, PROPORTIONAL, RANK, THRESHOLD, LaneRules
from engine.portfolio.lanes.table import Cube, LaneTerms
from engine.portfolio.lanes.tilts import LaneTilts
from engine.portfolio.ledger import cash_floor
from engine.portfolio.stance import Rule, sides_of
from engine.study.fused.ground import Ground, padded


@dataclass(frozen=True, slots=True)
class Picks:
    """(V,) each: the set of scores, and the row of each table, that a variant goes by."""

    scores: Indices
    rule: Indices
    tilt: Indices
    policy: Indices
    brake: Indices
    cost: Indices
    trading: Indices
    limit: Indices


@dataclass(frozen=True, slots=True)
class VariantTable:
    """V variants on one ground, of one kind of rule. picks: which rows each goes by."""

    picks: Picks
    rules: LaneRules
    tilts: LaneTilts
    terms: LaneTerms
    limits: LaneLimits

    def __len__(self) -> int:
        return len(self.picks.scores)


def kind_of(rule: Rule) -> int:
    """The kind of a rule, as lanes number them."""
    return {Threshold: THRESHOLD, Proportional: PROPORTIONAL, Rank: RANK, Impulse: IMPULSE}[type(rule)]


def rule_row(rule: Rule, holding: int) -> Vector:
    """(5,) as in LaneRules."""
    if isinstance(rule, Threshold):
        own = (rule.enter, rule.exit)
    elif isinstance(rule, Proportional):
        own = (rule.full_at, rule.cap)
    elif isinstance(rule, Rank):
        own = (float(rule.top), float(rule.bottom))
    else:
        own = (float(rule.hold_sessions), rule.half_life_sessions or 0.0)
    return np.array([*own, *sides_of(rule), holding], np.float64)


def stance_row(config: Config) -> Vector:
    """(5,) the row of a config's rule."""
    assert config.rule is not None
    return rule_row(config.rule, config.trade.holding_sessions)


def trading_row(config: Config) -> Vector:
    """(6,) as in LaneTerms, and whether it trades on change only."""
    band = config.rebalance if isinstance(config.rebalance, Band) else None
    return np.array(
        [
            band.band if band else 0.0,
            band is not None and band.of == "target",
            band is not None and band.to == "edge",
            config.trade.smallest_trade,
            cash_floor(config),
            config.rebalance == "on_change",
        ],
        np.float64,
    )


def cost_row(config: Config, ground: Ground) -> Matrix:
    """(4, M) fee, slip, order and least commission of each slot."""
    costs = costs_of(config, ground.setting.panel)
    return padded(np.stack([costs.commission, costs.slip, costs.per_order, costs.minimum])[:, ground.columns])


def policy_row(config: Config, ground: Ground) -> Vector:
    """(H,) the neutral mix."""
    return np.array([config.policy.get(name, 0.0) for name in ground.setting.mix.names])


def tilt_row(config: Config, ground: Ground) -> Matrix:
    """(Q, 3 + H) points over and under of each tilt, whether `same` gives them, and what each other sleeve gives."""
    names, policy = ground.setting.mix.names, policy_row(config, ground)
    rows = np.zeros((len(ground.tilted), 3 + len(names)))
    for q, name in enumerate(ground.tilted):
        tilt, own = config.tilt[name], names.index(name)
        rows[q, :3] = tilt.over, tilt.under_points(config.policy.get(name, 0.0)), tilt.from_ == "same"
        if tilt.from_ in names:
            rows[q, 3 + names.index(tilt.from_)] = 1.0
        elif tilt.from_ == "pro_rata":
            others = policy.copy()
            others[own] = 0.0
            rows[q, 3:] = others / (others.sum() + config.policy.get("cash", 0.0))
    return rows


def limit_row(config: Config, ground: Ground) -> Vector:
    """(2 M + 2 H + 2,) least and most of slots, of sleeves, and of the sum; infinite where a config has no limits."""
    setting, slots, sleeves = ground.setting, ground.slots, len(ground.setting.mix.names)
    if config.limits is None:
        ends = (-np.inf, np.inf)
        return np.concatenate([np.repeat(ends, slots), np.repeat(ends, sleeves), ends])
    _, bounds = bounds_of(config, config.limits, setting.panel, setting.mix)
    empty = np.zeros(slots - len(ground.columns))
    return np.concatenate(
        [
            bounds.least[0], empty, bounds.most[0], empty, bounds.sleeve_least[0], bounds.sleeve_most[0],
            [bounds.net_least, bounds.net_most],
        ]
    )  # fmt: skip


def table_of(ground: Ground, configs: Sequence[Config], scores: Indices, brake: Indices, keep: Cube) -> VariantTable:
    """Variants, a config each, with equal rows of a table kept once. All have one kind of rule.

    scores, brake: (V,) the set of scores and the set of shares to keep, one of `keep` (D, Q, Z), that each goes by.
    """
    rules = [config.rule for config in configs]
    kinds = {kind_of(rule) for rule in {id(rule): rule for rule in rules}.values() if rule is not None}
    assert len(kinds) == 1
    rule, rule_rows = rows_by(configs, ("blend", "stance", "trade"), stance_row)
    tilt, tilt_rows = rows_by(configs, ("tilt", "policy"), lambda config: tilt_row(config, ground))
    policy, policy_rows = rows_by(configs, ("policy",), lambda config: policy_row(config, ground))
    cost, cost_rows = rows_by(configs, ("trade", "hold", "sessions_per_year"), lambda config: cost_row(config, ground))
    trading, trading_rows = rows_by(configs, ("rebalance", "trade", "limits"), trading_row)
    limit, limit_rows = rows_by(configs, ("limits", "hold", "allow_short"), lambda config: limit_row(config, ground))
    return VariantTable(
        Picks(scores, rule, tilt, policy, brake, cost, trading, limit),
        LaneRules(kinds.pop(), rule_rows),
        lane_tilts(tilt_rows, keep),
        lane_terms(cost_rows, trading_rows, policy_rows),
        lane_limits(limit_rows, ground),
    )


def rows_by(
    configs: Sequence[Config], reads: Sequence[str], row_of: Callable[[Config], NDArray[np.float64]]
) -> tuple[Indices, NDArray[np.float64]]:
    """Which of the distinct rows of a table each config has, and these, in the order in which they come.

    reads: the attributes of a config that its row is made of. Variants share what they do not vary, as the very same
    objects: of those whose attributes are the same objects one row is made.
    """
    made: dict[tuple[int, ...], int] = {}
    seen: dict[bytes, int] = {}
    rows: list[NDArray[np.float64]] = []
    which = np.empty(len(configs), np.int64)
    for i, config in enumerate(configs):
        of = tuple([id(getattr(config, name)) for name in reads])
        if of not in made:
            row = row_of(config)
            made[of] = seen.setdefault(row.tobytes(), len(rows))
            if made[of] == len(rows):
                rows.append(row)
        which[i] = made[of]
    return which, np.stack(rows)


def lane_tilts(rows: Cube, keep: Cube) -> LaneTilts:
    """Rows (Y, Q, 3 + H), and what brakes keep (D, Q, Z), as LaneTilts."""
    over, under, same = (np.ascontiguousarray(rows[:, :, i]) for i in range(3))
    return LaneTilts(over, under, np.ascontiguousarray(rows[:, :, 3:]), same, keep)


def lane_terms(costs: Cube, trading: Matrix, policy: Matrix) -> LaneTerms:
    """Rows (C, 4, M), (T, 6) and (P, H) as LaneTerms."""
    fee, slip, order, least = (np.ascontiguousarray(costs[:, i]) for i in range(4))
    return LaneTerms(fee, slip, order, least, trading, policy)


def lane_limits(rows: Matrix, ground: Ground) -> LaneLimits:
    """Rows (Y, 2 M + 2 H + 2) as LaneLimits."""
    m, h = ground.slots, len(ground.setting.mix.names)
    parts = np.split(rows, np.cumsum([m, m, h, h]), axis=1)
    return LaneLimits(*(np.ascontiguousarray(part) for part in parts))
