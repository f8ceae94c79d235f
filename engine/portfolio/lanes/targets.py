"""Targets in lanes: stances taken, tilted, braked and fitted into limits; and the average that the matched mix holds.

Without stances on assets and without limits the targets are weights of sleeves, and stay so; otherwise they are weights
of slots.
"""

# ruff: noqa: I001  (rows of the table are many: imported in lines, not one by one)

from __future__ import annotations

from typing import NamedTuple

from engine.market.table import Indices, Matrix, Vector
from engine.portfolio.lanes.fitting import LaneLimits, bound, fit, look
from engine.portfolio.lanes.stances import LaneRules, LaneScores, begin_stances, in_common, take_stances
from engine.portfolio.lanes.table import ASSETS, LANES, SLEEVES, LaneMarket, LanePicks, LaneShape, LaneTerms, LaneWork
from engine.portfolio.lanes.tilts import (
    BROKEN, FAILED, KEEP, MEAN, MIXED, OVER, POLICY, SAME, SHARES, SPELL, TILTED, TOTAL, UNDER, WEIGHT,
    LaneTilts, brake_sleeves, brake_slots, join_slots, lay_slots, spread, tilt_sleeves, tilt_slots, trades_of,
)  # fmt: skip


class LaneTables(NamedTuple):
    """What variants differ in: rows that they name."""

    rules: LaneRules
    tilts: LaneTilts
    terms: LaneTerms
    limits: LaneLimits


class LaneJob(NamedTuple):
    """What all blocks of a call share."""

    market: LaneMarket
    scores: LaneScores
    tables: LaneTables
    shape: LaneShape


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
            T[MEAN + h * LANES + b] = T[SPELL + h * LANES + b] = 0.0
        for q in range(len(shape.tilted)):
            T[OVER + q * LANES + b], T[UNDER + q * LANES + b] = tilts.over[row, q], tilts.under[row, q]
            T[SAME + q * LANES + b] = tilts.same[row, q]
            for h in range(sleeves):
                T[SHARES + (q * SLEEVES + h) * LANES + b] = tilts.shares[row, q, h]
        for a in range(slots):
            T[TOTAL + a * LANES + b] = T[MIXED + a * LANES + b] = 0.0


def write_sleeves(T: Vector, sleeves: int, weights: Matrix) -> None:
    """Weights of sleeves, and their sums of the spell."""
    for h in range(SLEEVES):
        if h >= sleeves:
            break
        for b in range(LANES):
            weight = T[WEIGHT + h * LANES + b]
            weights[h, b] = weight
            T[SPELL + h * LANES + b] += weight


def write_slots(T: Vector, sleeves: int, slots: int, home: Indices, weights: Matrix) -> None:
    """Weights of slots, their sums, and those of their sleeves of the spell."""
    for h in range(SLEEVES):
        if h >= sleeves:
            break
        for a in range(ASSETS):
            if a >= slots:
                break
            if home[a] == h:
                for b in range(LANES):
                    weight = T[WEIGHT + a * LANES + b]
                    weights[a, b] = weight
                    T[TOTAL + a * LANES + b] += weight
                    T[SPELL + h * LANES + b] += weight


def end_spell(T: Vector, sleeves: int, slots: int, parts: Matrix, home: Indices, d: int, by_sleeve: bool) -> None:
    """To the averages what the spell up to decision d adds, in which parts of sleeves were the same.

    What sleeves hold (of their weight nothing, where no member trades), and what slots would as parts of sleeves.
    """
    for h in range(sleeves):
        held = 0.0 if by_sleeve else 1.0
        for a in range(slots):
            held += parts[d, a] if by_sleeve and home[a] == h else 0.0
        for b in range(LANES):
            T[MEAN + h * LANES + b] += T[SPELL + h * LANES + b] * held
        for a in range(slots):
            if home[a] == h and not by_sleeve:
                for b in range(LANES):
                    T[MIXED + a * LANES + b] += T[SPELL + h * LANES + b] * parts[d, a]
        for b in range(LANES):
            T[SPELL + h * LANES + b] = 0.0


def ends(parts: Matrix, d: int) -> bool:
    """Whether decision d is the last with its parts of sleeves."""
    last = d + 1 == len(parts)
    for a in range(parts.shape[1]):
        last = last or parts[d, a] != parts[d + 1, a]
    return last


def decide(T: Vector, shape: LaneShape, parts: Matrix, home: Indices, sleeves: int, stances: Matrix, d: int) -> None:
    """WEIGHT of one decision."""
    slots = shape.slots
    if shape.on_assets:
        for a in range(slots):
            for b in range(LANES):
                T[TILTED + a * LANES + b] = 0.0
        for q in range(SLEEVES):
            if q >= len(shape.tilted):
                break
            tilt_slots(T, shape, slots, parts, home, stances, d, q)
        join_slots(T, slots)
        if shape.braked:
            brake_slots(T, shape, slots, parts, home, d)
    else:
        tilt_sleeves(T, shape, sleeves, stances)
        if shape.braked:
            brake_sleeves(T, shape, sleeves)
        if shape.limited:
            spread(T, slots, parts, home, d)
    if shape.limited:
        look(T, slots, sleeves, d, parts, home)
        for b in range(LANES):
            if T[BROKEN + b] > 0.0:
                fit(T, b, slots, sleeves, d, parts, home)


def begin_targets(work: LaneWork, job: LaneJob, picks: LanePicks) -> None:
    """Nothing is heard yet of the variants of a block, and nothing averaged."""
    shape, tables = job.shape, job.tables
    begin_stances(work.heard, len(work.stances), tables.rules, picks.rule)
    equip(work.tilted, shape, shape.slots, tables.terms.policy, tables.tilts, picks.policy, picks.tilt)
    if shape.limited:
        bound(work.tilted, shape.slots, tables.terms.policy.shape[1], tables.limits, picks.limit)


def set_targets(work: LaneWork, job: LaneJob, picks: LanePicks, first: int) -> None:
    """Weights of the decisions from `first` on for which there is room, in their order: stances, then targets."""
    T, shape, tables = work.tilted, job.shape, job.tables
    parts, home, sleeves, slots = job.market.parts, job.market.home, tables.terms.policy.shape[1], shape.slots
    alike, held = in_common(work.heard, picks.scores)
    for d in range(first, min(first + len(work.weights), len(parts))):
        session, row = job.market.sessions[d], d - first
        take_stances(work.heard, job.scores, tables.rules.kind, picks.scores, alike, held, session, d, work.stances)
        if shape.on_assets and (d == 0 or ends(parts, d - 1)):
            lay_slots(T, slots, parts, home, d)
        if shape.braked:
            for q in range(len(shape.tilted)):
                for b in range(LANES):
                    T[KEEP + q * LANES + b] = tables.tilts.keep[d, q, picks.brake[b]]
        decide(T, shape, parts, home, sleeves, work.stances, d)
        if shape.by_sleeve:
            write_sleeves(T, sleeves, work.weights[row])
        else:
            write_slots(T, sleeves, slots, home, work.weights[row])
        if ends(parts, d):
            end_spell(T, sleeves, slots, parts, home, d, shape.by_sleeve)
        if shape.own_days:
            trades_of(T, shape, len(work.stances), work.stances, d == 0, work.trades[row])


def end_targets(work: LaneWork, job: LaneJob) -> None:
    """The averages over all decisions."""
    T, days = work.tilted, len(job.market.parts)
    for b in range(LANES):
        for h in range(job.tables.terms.policy.shape[1]):
            work.mean[h, b] = T[MEAN + h * LANES + b] / days
        for a in range(job.shape.slots):
            work.extra[a, b] = (T[TOTAL + a * LANES + b] - T[MIXED + a * LANES + b]) / days
