"""The plan of a sweep: its variants in the order of work, cut into blocks: what is done, kept and resumed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.config import Config
from engine.config.sweep import Span
from engine.market.table import Indices
from engine.study.sweep.kept import UNASKED, UNREAD
from engine.study.sweep.variants import Variants, variants_of

#: A block is a multiple of so many variants where there are many.
STEP = 32
#: A sweep has at most so many blocks, but one of fewer variants so few that what is made for each block costs little:
BLOCKS, FEWER = 256, 64
#: so many steps are enough for that. One of very few has blocks of FEW, that a stop costs little.
ENOUGH, FEW = 4, 8


@dataclass(frozen=True, slots=True)
class Plan:
    """What is done in which order, and hence the same in every process.

    order: (count,) numbers of variants; those of one market lie together, in it those that ask the same. size: how
    many make a block.
    """

    config: Config
    variants: Variants
    order: Indices
    size: int

    @property
    def blocks(self) -> int:
        """How many blocks there are."""
        return -(-self.variants.count // self.size)

    def rows(self, block: int) -> Indices:
        """The numbers of a block's variants."""
        return self.order[block * self.size : (block + 1) * self.size]


def plan_of(config: Config, variants: Variants | None = None) -> Plan:
    """The plan of a config's sweep; variants: where they are known. Raises ConfigError as `variants_of` does."""
    variants = variants or variants_of(config)
    return Plan(config, variants, _order(variants), block_size(variants.count))


def block_size(count: int) -> int:
    """How many variants make a block."""
    if count <= FEW * STEP:
        return FEW
    steps = -(-count // STEP)
    return STEP * max(-(-steps // BLOCKS), min(-(-steps // FEWER), ENOUGH))


def _order(variants: Variants) -> Indices:
    """By market first, then by what strategies are shown, then by whom is asked what; else by number."""
    rows = np.arange(variants.count)
    keys = [k for k, key in enumerate(variants.keys) if root_of(key) not in UNASKED]
    keys.sort(key=lambda k: root_of(variants.keys[k]) in UNREAD)
    keys += [k for k, key in enumerate(variants.keys) if root_of(key) in ("strategy", "with", "blend")]
    if not keys:
        return rows
    return np.lexsort([_ranks(variants, k, rows) for k in reversed(keys)])


def root_of(key: str) -> str:
    """The block of a config in which a dotted key lies."""
    return key.partition(".")[0]


def _ranks(variants: Variants, k: int, rows: Indices) -> Any:
    if isinstance(variants.axes[k], Span):
        assert variants.draws is not None
        return variants.draws[:, k]
    return variants.column(k, rows)
