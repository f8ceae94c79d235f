"""The tilt: stances turned into target weights around the policy mix.

At stance +1 a sleeve stands `over` points above policy, at -1 `under` points below; the points come out of `from`
and go back there, so active weights sum to zero. Tilts of several sleeves net out. A brake then keeps a share of a
sleeve's overweight; what it lets go returns to where the sleeve's tilt takes its points, so they still sum to zero.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from engine.config import Config, Rank, Tilt
from engine.market.panel import Panel
from engine.market.sleeves import SleeveSeries
from engine.market.table import Indices, Matrix, Vector
from engine.portfolio.stance import Stance


@dataclass(frozen=True, slots=True)
class Mix:
    """The neutral mix on decision days.

    names: the H sleeves held. policy: (H,) weights. cash: policy weight of cash.
    parts: (H, D, N) each sleeve's parts over the panel's assets at each decision.
    """

    names: tuple[str, ...]
    policy: Vector
    cash: float
    parts: Matrix


def neutral_mix(config: Config, panel: Panel, sleeves: Mapping[str, SleeveSeries], decisions: Indices) -> Mix:
    """The policy mix of a config on its decision days."""
    names = tuple(config.hold)
    parts = np.zeros((len(names), len(decisions), len(panel.assets)))
    for h, name in enumerate(names):
        parts[h][:, sleeves[name].columns] = sleeves[name].parts[decisions]
    policy = np.array([config.policy.get(name, 0.0) for name in names])
    return Mix(names, policy, config.policy.get("cash", 0.0), parts)


def targets_of(mix: Mix, sleeve_weights: Matrix) -> Matrix:
    """(D, N) target weights of assets, from weights of sleeves (D, H) or (H,). Where no member trades it stays cash."""
    weights = np.broadcast_to(sleeve_weights, (mix.parts.shape[1], len(mix.names)))
    targets: Matrix = np.einsum("dh,hdn->dn", weights, mix.parts)
    return targets


@dataclass(frozen=True, slots=True)
class Active:
    """Active weights, before any brake: (D, H) of sleeves, or (D, N) of assets where stances are on assets."""

    weights: Matrix
    on_assets: bool

    def overweight(self, mix: Mix, name: str) -> Matrix:
        """Like `weights`, what is above neutral in one sleeve, 0 elsewhere."""
        h = mix.names.index(name)
        own = mix.parts[h] > 0 if self.on_assets else np.arange(len(mix.names)) == h
        return np.where(own, np.maximum(self.weights, 0.0), 0.0)


def active_weights(config: Config, panel: Panel, mix: Mix, stance: Stance) -> Active:
    """The active weights of a config's stances, which are on tilted sleeves or on assets in them."""
    if all(name in config.tilt for name in stance.names):
        return Active(_sleeve_active(config, mix, stance), False)
    return Active(_asset_active(config, panel, mix, stance), True)


def tilted_targets(
    config: Config, panel: Panel, mix: Mix, stance: Stance, keep: Mapping[str, Vector] | None = None
) -> Matrix:
    """(D, N) target weights of a config's stances. keep: by sleeve the share (D,) of its overweight that is kept."""
    active = active_weights(config, panel, mix, stance)
    weights = _kept(config, mix, active, keep) if keep else active.weights
    if active.on_assets:
        return targets_of(mix, mix.policy) + weights
    return targets_of(mix, mix.policy + weights)


def _kept(config: Config, mix: Mix, active: Active, keep: Mapping[str, Vector]) -> Matrix:
    """Active weights with a share of each braked sleeve's overweight; the rest is back where its points came from."""
    weights = active.weights.copy()
    for name, share in keep.items():
        freed = (1.0 - share)[:, None] * active.overweight(mix, name)
        weights += freed.sum(axis=1, keepdims=True) * _taking_back(config, mix, active, name) - freed
    return weights


def _taking_back(config: Config, mix: Mix, active: Active, name: str) -> Matrix:
    """(H,) or (D, N) the share of the points that each sleeve or asset takes back.

    With `from: same` it is the sleeve's own underweight members, by their underweight.
    """
    tilt = config.tilt[name]
    if not active.on_assets:
        return _giving(mix, tilt, name)
    if tilt.from_ != "same":
        shared: Matrix = np.einsum("h,hdn->dn", _giving(mix, tilt, name), mix.parts)
        return shared
    return _shares(np.where(mix.parts[mix.names.index(name)] > 0, np.maximum(-active.weights, 0.0), 0.0))


def _sleeve_active(config: Config, mix: Mix, stance: Stance) -> Matrix:
    """(D, H) active weights of sleeves."""
    active = np.zeros((len(stance.values), len(mix.names)))
    for s, name in enumerate(stance.names):
        points = _points(config, config.tilt[name], name, stance.values[:, s])
        active[:, mix.names.index(name)] += points
        active -= points[:, None] * _giving(mix, config.tilt[name], name)
    return active


def _points(config: Config, tilt: Tilt, name: str, stance: Vector) -> Vector:
    """Active points of a sleeve at each stance."""
    under = tilt.under_points(config.policy.get(name, 0.0))
    return np.where(stance > 0, stance * tilt.over, stance * under)


def _giving(mix: Mix, tilt: Tilt, name: str) -> Vector:
    """(H,) the share of a sleeve's points that each other sleeve gives; the rest comes from cash."""
    shares = np.zeros(len(mix.names))
    if tilt.from_ in mix.names:
        shares[mix.names.index(tilt.from_)] = 1.0
    elif tilt.from_ == "pro_rata":
        others = mix.policy.copy()
        others[mix.names.index(name)] = 0.0
        shares = others / (others.sum() + mix.cash)
    return shares


def _asset_active(config: Config, panel: Panel, mix: Mix, stance: Stance) -> Matrix:
    """(D, N) where the stances are on assets: each tilted sleeve's points are split over its own members."""
    base = targets_of(mix, mix.policy)
    active = np.zeros_like(base)
    for name, tilt in config.tilt.items():
        active += _split_points(config, panel, mix, stance, name, tilt)
    return active * _room(config, base, active)


def _split_points(config: Config, panel: Panel, mix: Mix, stance: Stance, name: str, tilt: Tilt) -> Matrix:
    """(D, N) one sleeve's active weights: over points to the assets above neutral, under points from those below."""
    h = mix.names.index(name)
    columns = [s for s, label in enumerate(stance.names) if label in config.hold[name].members]
    assets = panel.columns(tuple(stance.names[s] for s in columns))
    values = np.zeros(mix.parts[h].shape)
    values[:, assets] = stance.values[:, columns]
    values = np.where(mix.parts[h] > 0, values, 0.0)
    points = np.zeros_like(values)
    own = mix.policy[h] * mix.parts[h]
    for sign, most in ((1.0, tilt.over), (-1.0, tilt.under_points(config.policy.get(name, 0.0)))):
        chosen = np.where(values * sign > 0, values, 0.0)
        count = (chosen != 0).sum(axis=1) if isinstance(config.stance, Rank) else (mix.parts[h] > 0).sum(axis=1)
        giving = _asset_giving(mix, tilt, name, own, chosen)
        moved = chosen * np.asarray(most / np.maximum(count, 1))[:, None]
        if tilt.from_ == "same":  # nobody is left to give where all members are chosen
            moved = moved * np.asarray(giving.any(axis=1))[:, None]
        points += moved - moved.sum(axis=1)[:, None] * giving
    return points


def _asset_giving(mix: Mix, tilt: Tilt, name: str, own: Matrix, chosen: Matrix) -> Matrix:
    """(D, N) the share of the points that each asset gives: `same` is the sleeve's other members, by their weight."""
    if tilt.from_ != "same":
        shared: Matrix = np.einsum("h,hdn->dn", _giving(mix, tilt, name), mix.parts)
        return shared
    return _shares(np.where(chosen == 0, own, 0.0))


def _shares(amounts: Matrix) -> Matrix:
    """(D, N) each amount's part of the sum of its row; 0 where that is 0."""
    total = amounts.sum(axis=1, keepdims=True)
    shares: Matrix = np.divide(amounts, total, out=np.zeros_like(amounts), where=total > 0)
    return shares


def _room(config: Config, base: Matrix, active: Matrix) -> Matrix:
    """(D, 1) the largest factor up to 1 at which no weight is negative; 1 where shorts are allowed."""
    if config.allow_short:
        return np.ones((len(base), 1))
    short = active < -base
    factors = np.where(short, np.divide(base, -active, out=np.ones_like(base), where=short), 1.0)
    smallest: Matrix = factors.min(axis=1, keepdims=True)
    return smallest
