"""Which configs the lanes can simulate; the others go alone, through the kernel of every run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from engine.config import Config
from engine.market.labels import is_label
from engine.portfolio.lanes.table import ASSETS, SLEEVES

#: Keys of `trade` that the lanes know. Any other one has to be left at its default.
TRADE = frozenset(
    {
        "after", "at", "sizing", "commission_bps", "commission_per_order", "commission_minimum", "half_spread_bps",
        "slippage_bps", "smallest_trade", "holding_sessions",
        # Nothing is sold short, and nothing pays dividends: what these would cost is nothing.
        "borrow_bps_a_year", "withholding",
    }
)  # fmt: skip


def lanes_can(config: Config) -> str | None:
    """None where variants of a config can go through the lanes, else why they cannot, in words."""
    return next(_reasons(config), None)


def _reasons(config: Config) -> Iterator[str]:
    if config.rule is None:
        yield "its strategy answers weights"
    if config.simulator != "overweight":
        yield f"`simulator: {config.simulator}`"
    if config.tranches > 1:
        yield "`tranches`"
    if config.trade.sizing != "net_of_costs":
        yield f"`sizing: {config.trade.sizing}`"
    for key, field in type(config.trade).model_fields.items():
        value = getattr(config.trade, key)
        if key not in TRADE and value != field.get_default(call_default_factory=True):
            yield f"`trade: {{{key}: ...}}`"
    if config.cash.debit_rate is not None and (config.trade.commission_per_order or config.trade.commission_minimum):
        yield "`debit_rate` where fees by the order may leave less than no cash"
    if config.allow_short:
        yield "`allow_short`"
    if config.dividends is not None:
        yield "`dividends`"
    if config.limits is not None and config.limits.least_cash < 0.0:
        yield "`limits` that let borrow"
    if config.limits is not None and config.limits.least_cash > 0.0 and is_label(config.against[0]):
        yield f"least cash, which `{config.against[0]}` has to leave as well"
    yield from _sizes(config)


def _sizes(config: Config) -> Iterator[str]:
    members = Counter(label for sleeve in config.hold.values() for label in sleeve.members)
    if max(members.values()) > 1:
        yield f"`{max(members, key=lambda label: members[label])}` in two sleeves"
    if len(members) > ASSETS:
        yield f"more than {ASSETS} assets"
    if len(config.hold) > SLEEVES:
        yield f"more than {SLEEVES} sleeves"
