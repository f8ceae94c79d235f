"""On what a sweep stands: every market, strategy and universe among its variants, read before anything is run."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.config.sweep import Span
from engine.config.vary import varied
from engine.decide import Setting, set_up
from engine.errors import OverweightError
from engine.fingerprint import question_id
from engine.market.table import Indices
from engine.study.sweep.kept import UNREAD, Kept
from engine.study.sweep.plan import Plan, root_of

#: Keys that change which strategies are asked, though not the market.
ASKING = ("strategy", "blend", "brake")


@dataclass(frozen=True, slots=True)
class SweepWorld:
    """One market and those who are asked about it. question, data: as the ledger of trials has them; empty where
    it cannot be read. identity: a hash of the data and of the sources of all strategies, or the fault.
    """

    question: str
    data: str
    identity: str


@dataclass(frozen=True, slots=True)
class SweepWorlds:
    """of: (V,) which world each variant is in. all: the worlds."""

    of: Indices
    all: tuple[SweepWorld, ...]

    @property
    def identity(self) -> str:
        """A hash of all of them."""
        return _digest(*(world.identity for world in self.all))


def worlds_of(plan: Plan) -> SweepWorlds:
    """The worlds of a plan, each read once."""
    variants = plan.variants
    keys = [k for k, key in enumerate(variants.keys) if root_of(key) not in UNREAD or root_of(key) in ASKING]
    rows = np.arange(variants.count)
    of, first = np.zeros(variants.count, np.int64), np.zeros(1, np.int64)
    for k in keys:
        # A world for each value of a key in each world so far.
        axis = variants.axes[k]
        place = rows if isinstance(axis, Span) else variants.column(k, rows)
        _, first, of = np.unique(of * (int(place.max()) + 1) + place, return_index=True, return_inverse=True)
    kept = Kept()
    return SweepWorlds(of, tuple(_world(plan, int(row), [variants.keys[k] for k in keys], kept) for row in first))


def _world(plan: Plan, row: int, keys: Sequence[str], kept: Kept) -> SweepWorld:
    """One world, as the base shows it; where the base cannot stand there, as its first variant does."""
    values = plan.variants.values(row)
    try:
        setting = _set_up(plan, {key: values[key] for key in keys}, kept)
    except OverweightError:
        try:
            setting = _set_up(plan, values, kept)
        except OverweightError as error:
            return SweepWorld("", "", str(error))
    data = setting.panel.fingerprint
    sources = [setting.strategy.source, *(brake.source for brake in setting.brakes)]
    return SweepWorld(question_id(setting), data, _digest(data, *sources, *(part.data for part in setting.parts)))


def _set_up(plan: Plan, values: Mapping[str, Any], kept: Kept) -> Setting:
    return set_up(varied(plan.config, values), market=kept.market)


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]
