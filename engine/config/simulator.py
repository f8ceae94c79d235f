"""`simulator: vectorbt`: which keys of a config its `from_orders` can express, and the faults for the others."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from engine.config.marked import Found
from engine.config.models import Config
from engine.config.record import Record, number
from engine.config.trading import Band

#: The keys of `trade` that from_orders has a word for. Any other one must be left at its default.
EXPRESSED = frozenset(
    {
        "after",
        "at",
        "sizing",
        "commission_bps",
        "commission_per_order",
        "half_spread_bps",
        "slippage_bps",
        "holding_sessions",
    }
)
CURE = "or write `simulator: overweight`"


def beyond_vectorbt(config: Config) -> Iterator[Found]:
    """What the config asks and vectorbt cannot do, as (path, found, expected, cure); nothing for our own simulator."""
    if config.simulator != "vectorbt":
        return
    if config.trade.sizing != "gross":
        expected = "`gross` with `simulator: vectorbt`, which sizes on equity before costs"
        yield ("trade", "sizing"), f"`{config.trade.sizing}`", expected, f"write `sizing: gross`, {CURE}"
    yield from _unexpressed("trade", config.trade, EXPRESSED)
    if config.cash.rate != 0.0:
        rate = config.cash.rate if isinstance(config.cash.rate, str) else number(config.cash.rate)
        expected = "0 with `simulator: vectorbt`, whose cash earns nothing"
        yield ("cash", "rate"), f"`{rate}`", expected, f"write `cash: {{rate: 0}}`, {CURE}"
    yield from _unexpressed("cash", config.cash, frozenset({"rate"}))
    if isinstance(config.rebalance, Band):
        expected = "`every_decision` or `on_change` with `simulator: vectorbt`, which knows no band"
        yield ("rebalance",), "a band", expected, f"write `rebalance: on_change`, {CURE}"
    if config.allow_short:
        expected = "`false` with `simulator: vectorbt`, which is long only here"
        yield ("allow_short",), "`true`", expected, f"leave it out, {CURE}"
    yield from _unexpressed("delisting", config.delisting, frozenset())
    if config.dividends is not None:
        yield ("dividends",), f"`{config.dividends}`", _none("dividends"), f"leave it out, {CURE}"


def _unexpressed(block: str, record: Record, expressed: frozenset[str]) -> Iterator[Found]:
    """Every key of a block that was changed and has no counterpart."""
    for key, field in type(record).model_fields.items():
        value = getattr(record, key)
        if key not in expressed and value != field.get_default(call_default_factory=True):
            yield (block, key), _shown(value), _none(key), f"leave it out, {CURE}"


def _none(key: str) -> str:
    return f"no `{key}` with `simulator: vectorbt`, whose from_orders has no word for it"


def _shown(value: Any) -> str:
    return f"the number {number(value)}" if isinstance(value, int | float) else "values by name"
