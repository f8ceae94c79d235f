"""The limits of a config applied to target weights, by one rule. A target that keeps them all stays as it is.

1. What a sleeve may weigh is what its own limits and those of its members together allow.
2. A sleeve that weighs more or less is brought inside; the other sleeves take or give the difference in proportion to
   their weights, as far as their limits let them. What they have no room for is cash.
3. Where the sum of weights is out of `net`, `gross`, `cash_floor`, or above 1 where none of them is said, the sleeves
   are scaled in proportion, toward cash or away from it; those that meet a limit stay there, and the others move on.
4. Each asset is brought inside its own limits. What its sleeve then lacks, or has too much, the sleeve's members take
   or give in proportion to their weights; where those have no room, the members that trade do, in the sleeve's parts.
   Room is made by selling what is held and covering what is short: nothing turns from one into the other, unless a
   limit cannot be kept without.
5. Where long and short together exceed `gross`, all weights move in a straight line, just far enough, toward the
   smallest portfolio that the other limits allow: all cash, where there are no floors.

Each step stays inside what the others need, so that the result keeps every limit. Where no weights can, it is a
ConfigError that names the day.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.config import Config
from engine.errors import ConfigError
from engine.market.panel import Panel
from engine.market.table import Indices, Matrix, Vector
from engine.portfolio.bounds import ROUNDING, Bounds, across, attainable, bounds_of, waived
from engine.portfolio.limited import Limited, breaches, compared
from engine.portfolio.tilt import Mix

#: A gap of a sum below FILLED is filled; a weight below DUST draws nothing in proportion; GROSS_ROUNDING is rounding.
FILLED, DUST, GROSS_ROUNDING = 1e-14, 1e-12, 1e-12


def limit_targets(
    config: Config, panel: Panel, mix: Mix, decisions: Indices, targets: Matrix
) -> tuple[Matrix, Limited | None]:
    """Targets (D, N) inside the config's limits, and what was changed; None where the config has no limits.

    Decisions whose targets keep every limit to 1e-9 come back bit for bit. Raises ConfigError, with the day, where no
    weights can keep all limits.
    """
    if config.limits is None:
        return targets, None
    held, stated = bounds_of(config, config.limits, panel, mix)
    asked = targets[:, held]
    bounds = waived(stated, asked)
    _refuse_impossible(config, panel, mix.names, decisions, bounds)
    broken = np.asarray(breaches(bounds, asked).any(axis=1))
    limited = targets.copy()
    if broken.any():
        fitted, short = fitted_weights(asked[broken], bounds.on(broken))
        if (short > ROUNDING).any():
            raise _too_gross(config, panel, decisions[broken], short)
        limited[np.ix_(broken, held)] = fitted
    labels = tuple(panel.assets[i] for i in held)
    return limited, compared(config.limits, labels, mix.names, stated, asked, limited[:, held], targets)


def fitted_weights(asked: Matrix, bounds: Bounds) -> tuple[Matrix, Vector]:
    """(D, M) weights inside bounds that some weights can keep, by the rule; and (D,) by how much they exceed `gross`.

    The excess is above 0 only where even the smallest portfolio inside the other bounds has too much gross.
    """
    inside = np.clip(asked, bounds.least, bounds.most)
    wished = bounds.by_sleeve(asked)
    low, high = attainable(bounds)
    sleeves = np.clip(wished, low, high)
    fitted = _share_out(inside, np.abs(inside), _total(sleeves, across(wished), low, high, bounds), bounds)
    return _less_gross(fitted, bounds)


def _total(sleeves: Matrix, total: Vector, low: Matrix, high: Matrix, bounds: Bounds) -> Matrix:
    """(D, H) weights of sleeves that add up to `total` (D,) if they can, and inside the net bounds in any case."""
    goal = np.clip(total, bounds.net_least, bounds.net_most)
    sleeves = _moved(sleeves, goal, np.abs(sleeves), *_up_to_zero(sleeves, low, high))
    needed = np.clip(across(sleeves), bounds.net_least, bounds.net_most)
    return _moved(sleeves, needed, np.ones_like(sleeves), low, high)


def _share_out(inside: Matrix, size: Matrix, sleeves: Matrix, bounds: Bounds) -> Matrix:
    """(D, M) weights whose sums by sleeve are `sleeves`: moved in proportion to size, then to the sleeve's parts."""
    shared = inside.copy()
    for h in range(sleeves.shape[1]):
        own = bounds.home == h
        least, most = bounds.least[:, own], bounds.most[:, own]
        weights = _moved(inside[:, own], sleeves[:, h], size[:, own], *_up_to_zero(inside[:, own], least, most))
        shared[:, own] = _moved(weights, sleeves[:, h], bounds.parts[:, own], least, most)
    return shared


def _up_to_zero(weights: Matrix, low: Matrix, high: Matrix) -> tuple[Matrix, Matrix]:
    """Bounds that also stop at zero: making room sells what is held and covers what is short, and turns neither."""
    return np.where(weights > 0, np.maximum(low, 0.0), low), np.where(weights < 0, np.minimum(high, 0.0), high)


def _moved(weights: Matrix, goal: Vector, size: Matrix, low: Matrix, high: Matrix) -> Matrix:
    """Weights (D, M) moved in proportion to size until a row sums to its goal (D,), or nothing has room in [low, high].

    Rows that are at their goal stay bit for bit. What meets its bound stays there, and the rest moves on.
    """
    moved = weights.copy()
    for _ in range(weights.shape[1] + 1):
        gap = goal - across(moved)
        bound = np.where(gap[:, None] > 0, high, low)
        free = np.where((moved != bound) & (size > DUST) & (np.abs(gap) > FILLED)[:, None], size, 0.0)
        total = across(free)
        if not (total > 0).any():
            break
        step = np.divide(gap, total, out=np.zeros_like(gap), where=total > 0)
        moved = np.where(free > 0, np.clip(moved + free * step[:, None], low, high), moved)
    return moved


def _less_gross(weights: Matrix, bounds: Bounds) -> tuple[Matrix, Vector]:
    gross = across(np.abs(weights))
    over = gross > bounds.gross_most + GROSS_ROUNDING
    if not over.any():
        return weights, np.zeros(len(weights))
    smallest = _smallest(weights, bounds)
    least = across(np.abs(smallest))
    span = np.where(over, gross - least, 1.0)
    way = np.where(over, np.divide(gross - bounds.gross_most, span, out=np.ones_like(gross), where=span > 0), 0.0)
    moved = weights + np.clip(way, 0.0, 1.0)[:, None] * (smallest - weights)
    return np.where(over[:, None], moved, weights), np.where(over, least - bounds.gross_most, 0.0)


def _smallest(weights: Matrix, bounds: Bounds) -> Matrix:
    """(D, M) the portfolio inside the bounds with the least gross: each weight as near zero as they let it be.

    What sleeves and `net` ask beyond that is held in what is held long now, or, below zero, in what is short now.
    """
    nearest = np.clip(np.zeros_like(weights), bounds.least, bounds.most)
    trades = bounds.parts > 0
    long = np.where(trades, np.maximum(weights, 0.0), bounds.most)
    short = np.where(trades, np.maximum(-weights, 0.0), -bounds.least)
    low, high = attainable(bounds)
    sums = bounds.by_sleeve(nearest)
    sleeves = np.clip(sums, low, high)
    goal = np.clip(across(sleeves), bounds.net_least, bounds.net_most)
    up = (goal > across(sleeves))[:, None]
    sleeves = _moved(sleeves, goal, np.where(up, bounds.by_sleeve(long), bounds.by_sleeve(short)), low, high)
    sleeves = _moved(sleeves, goal, np.ones_like(sleeves), low, high)
    return _share_out(nearest, np.where((sleeves > sums)[:, bounds.home], long, short), sleeves, bounds)


def _refuse_impossible(
    config: Config, panel: Panel, names: tuple[str, ...], decisions: Indices, bounds: Bounds
) -> None:
    """Raises ConfigError, with the day, where members that trade cannot keep their sleeve's limits, or the sum's."""
    low, high = attainable(bounds)
    for h, name in enumerate(names):
        for end, bad in (
            ("min", bounds.sleeve_least[:, h] > high[:, h] + ROUNDING),
            ("max", bounds.sleeve_most[:, h] < low[:, h] - ROUNDING),
        ):
            if bad.any():
                d = int(np.argmax(bad))
                own = bounds.home == h
                reach = (bounds.most if end == "min" else bounds.least)[d, own].sum()
                most = f"members that trade and may hold at {'most' if end == 'min' else 'least'} {reach:.6g} together"
                said = (bounds.sleeve_least if end == "min" else bounds.sleeve_most)[d, h]
                expected = f"room for the `{end}` of {name}, {said:.6g}"
                raise _impossible(config, panel, decisions, bad, f"limits.sleeve.{name}.{end}", most, expected)
    floors, caps = across(low), across(high)
    if (bad := floors > bounds.net_most + ROUNDING).any():
        found = f"floors that add up to {floors[bad][0]:.6g}"
        raise _impossible(config, panel, decisions, bad, "limits", found, f"at most {bounds.net_most:.6g} in all")
    if (bad := caps < bounds.net_least - ROUNDING).any():
        found = f"sleeves that may hold at most {caps[bad][0]:.6g} together"
        expected = f"room for {bounds.net_least:.6g} in all"
        raise _impossible(config, panel, decisions, bad, "limits.net.min", found, expected)


def _too_gross(config: Config, panel: Panel, decisions: Indices, excess: Vector) -> ConfigError:
    bad = excess > ROUNDING
    assert config.limits is not None
    assert config.limits.gross is not None
    found = f"limits that need a gross of {config.limits.gross + excess[bad][0]:.6g}"
    return _impossible(
        config, panel, decisions, bad, "limits.gross", found, f"at most `gross`, {config.limits.gross:.6g}"
    )


def _impossible(
    config: Config, panel: Panel, decisions: Indices, bad: NDArray[np.bool_], key: str, found: str, expected: str
) -> ConfigError:
    day = panel.sessions[decisions[bad][0]]
    cure = "loosen one of the limits, or start `from` a day on which they can be kept"
    return ConfigError(config.fault(key, f"on {day} {found}", expected, cure))
