"""The brake: strategies that say which share of a sleeve's overweight to keep, and what that changed."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.config import Config
from engine.market.panel import Panel
from engine.market.table import Matrix, Vector
from engine.portfolio.asking import Asked, answers, is_number
from engine.portfolio.scores import rounded
from engine.portfolio.stance import Stance
from engine.portfolio.tilt import Mix, active_weights, tilted_targets

#: By sleeve, the share (D,) of its overweight that is kept; those of several brakes on one sleeve multiplied.
Keep = Mapping[str, Vector]
#: A freed weight up to this is rounding.
ROUNDING = 1e-12


@dataclass(frozen=True, slots=True)
class Braked:
    """What brakes said and did on D decisions.

    keep: by sleeve, in alphabetical order. bites: (D, B) whether the sleeve was overweight, and not all of it was kept.
    unbraked: (D, N) targets without any brake, before limits.
    """

    keep: Keep
    bites: NDArray[np.bool_]
    unbraked: Matrix

    @property
    def changed(self) -> NDArray[np.bool_]:
        """(D,) on which decisions a brake changed anything."""
        return np.asarray(self.bites.any(axis=1))

    @property
    def kept(self) -> Matrix:
        """(D, B) the share of its overweight that each sleeve kept: 1 where there was none to brake."""
        return np.where(self.bites, np.column_stack([*self.keep.values()]), 1.0)


def shares_to_keep(brakes: Sequence[Asked]) -> Keep:
    """Each brake asked on every decision day. None is no opinion: all is kept.

    Raises StrategyError for anything but a number from 0 to 1 or None, ConfigError where the past is too short.
    """
    keep: dict[str, Vector] = {}
    for asked in brakes:
        assert asked.strategy.brake is not None
        said, _ = answers(asked, _is_share, "a share from 0 to 1, or None")
        shares = np.array([1.0 if share is None else rounded(float(share)) for share in said])
        on = asked.config.brake[asked.strategy.brake].on
        keep[on] = keep.get(on, 1.0) * shares
    return dict(sorted(keep.items()))


def braked_targets(config: Config, panel: Panel, mix: Mix, stance: Stance, keep: Keep) -> tuple[Matrix, Braked | None]:
    """Target weights (D, N) of stances, and what the brakes changed in them; None where there is no brake."""
    unbraked = tilted_targets(config, panel, mix, stance)
    if not keep:
        return unbraked, None
    active = active_weights(config, panel, mix, stance)
    freed = [(1.0 - share) * active.overweight(mix, name).sum(axis=1) for name, share in keep.items()]
    bites = np.column_stack(freed) > ROUNDING
    return tilted_targets(config, panel, mix, stance, keep), Braked(keep, bites, unbraked)


def brake_caveats(braked: Braked | None) -> tuple[str, ...]:
    """On how many decisions each brake changed anything, in sentences."""
    if braked is None:
        return ()
    said, kept = [], braked.kept
    for b, name in enumerate(braked.keep):
        times = int(braked.bites[:, b].sum())
        words = f"the brake on {name} changed {times} of {len(kept)} decision{'s' * (len(kept) != 1)}"
        if times:
            words += f", keeping {kept[:, b].min():.0%} of its overweight at the least"
        said.append(words)
    return tuple(said)


def stances_left(config: Config, stance: Stance, braked: Braked) -> Matrix:
    """(D, S) the stances, 0 for the overweight of which the brakes left nothing: no bet was taken on it."""
    values = stance.values.copy()
    for b, (sleeve, share) in enumerate(braked.keep.items()):
        gone = (share == 0.0) & braked.bites[:, b]
        for s, name in enumerate(stance.names):
            if name == sleeve or name in config.hold[sleeve].members:
                values[gone, s] = np.minimum(values[gone, s], 0.0)
    return values


def _is_share(answer: Any) -> bool:
    return answer is None or (is_number(answer) and (math.isnan(answer) or 0.0 <= answer <= 1.0))
