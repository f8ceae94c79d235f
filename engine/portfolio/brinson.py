"""Brinson attribution: allocation, selection and interaction of many periods, and their link to one active return.

Brinson & Fachler 1985, one group (sleeve) against the policy mix, W weights at the period's start, r returns of groups,
R the policy's return of the period:

    allocation = (W - W_policy) (r_policy - R)      selection = W_policy (r - r_policy)
    interaction = (W - W_policy) (r - r_policy)

Each is split over the group's assets, which hold `w` of equity, policy's `v` of the group:
allocation (W - W_policy) v (r_asset - R), the other two in proportion to (w - W v) (r_asset - r_policy).

Linked by Carino 1999: every period's effects times k_t / K, where k = (log(1 + r) - log(1 + R)) / (r - R), in K of
the whole. Chosen over Menchero 2000 because a period's factor depends on its own returns and on the totals, not
on the number of periods: sessions on which nothing happens change nothing, which matters when a period is a session.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.market.table import Indices, Matrix, Vector

#: Weights of a group up to this are no holding, so that it has no return of its own.
NO_HOLDING = 1e-9


@dataclass(frozen=True, slots=True)
class Side:
    """One portfolio over T periods: weights (T, C) at the start of each, and what each line earned, as a fraction of
    the equity at that start (T, C)."""

    weights: Matrix
    earned: Matrix


@dataclass(frozen=True, slots=True)
class Effects:
    """(T, C) per period and line, fractions of the equity at the period's start."""

    allocation: Matrix
    selection: Matrix
    interaction: Matrix


def brinson_fachler(own: Side, policy: Side, returns: Matrix, parts: Matrix, groups: Sequence[Indices]) -> Effects:
    """The effects of T periods on C lines; they sum to what one side earned more than the other, as both are whole.

    returns: (T, C) of the lines. parts: (T, C) how a group is parted where policy holds none of it. groups: the
    columns of each. A group that the strategy does not hold earned policy's return of it: all is allocation. Where a
    group's net weight is nothing but it earned something (long and short), that is selection.
    """
    effects = Effects(*(np.zeros_like(returns) for _ in range(3)))
    whole = policy.earned.sum(axis=1, keepdims=True)
    for group in groups:
        w, w_policy = own.weights[:, group], policy.weights[:, group]
        W, W_policy = w.sum(axis=1, keepdims=True), w_policy.sum(axis=1, keepdims=True)
        v = _neutral(w, w_policy, parts[:, group])
        r = returns[:, group]
        r_policy = (v * r).sum(axis=1, keepdims=True)
        allocation = (W - W_policy) * v * (r - whole)
        total = own.earned[:, group] - policy.earned[:, group] - whole * (w - w_policy)
        # Sums to zero over the group: it moves what an asset chose well from allocation's yardstick to the group's.
        moved = (w * v.sum(axis=1, keepdims=True) - W * v) * (whole - r_policy)
        within = total - allocation + moved
        selection = within * _over(W_policy, W, np.ones_like(W))
        effects.allocation[:, group] = allocation
        effects.selection[:, group] = selection
        effects.interaction[:, group] = within - selection
    return effects


def carino(own: Vector, policy: Vector) -> Vector:
    """(T,) factors on each period's effects, from the returns of both (T,): the linked ones sum to the active return.

    NaN where a return is -100% or worse, which no logarithm links.
    """
    if (own <= -1.0).any() or (policy <= -1.0).any():
        return np.full(len(own), np.nan)
    whole_own, whole_policy = np.prod(1.0 + own) - 1.0, np.prod(1.0 + policy) - 1.0
    factors: Vector = _log_slope(own, policy) / _log_slope(np.atleast_1d(whole_own), np.atleast_1d(whole_policy))
    return factors


def _log_slope(own: Vector, policy: Vector) -> Vector:
    """(log(1 + own) - log(1 + policy)) / (own - policy), and its limit where both are equal."""
    apart = (own - policy) / (1.0 + policy)
    slope = np.divide(np.log1p(apart), apart, out=np.ones_like(apart), where=apart != 0.0)
    return slope / (1.0 + policy)


def _neutral(w: Matrix, w_policy: Matrix, parts: Matrix) -> Matrix:
    """(T, M) how a group is parted if nobody chooses inside it: as policy holds it, else by its parts, else as held."""
    found = np.zeros_like(w)
    for shares in (w, parts, w_policy):  # the last one that there is
        found = _over(shares, shares.sum(axis=1, keepdims=True), found)
    return found


def _over(value: Matrix, by: Matrix, otherwise: Matrix) -> Matrix:
    """The quotient; `otherwise` where there is nothing to divide by."""
    by = np.broadcast_to(by, value.shape)
    quotient: Matrix = np.divide(value, by, out=np.array(otherwise), where=np.abs(by) > NO_HOLDING)
    return quotient
