"""The beginning: the earliest decision day on which the data can serve every sleeve that needs a price."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from engine.config import Config
from engine.errors import ConfigError
from engine.market.labels import is_label
from engine.market.panel import Panel
from engine.market.sleeves import SleeveSeries


def refuse_early(config: Config, panel: Panel, sleeves: Mapping[str, SleeveSeries], first: int) -> None:
    """Raise ConfigError where the first decision, on session `first`, is too early.

    Every sleeve with a policy weight needs a member on the first decision day; all of them with `members: all`.
    """
    needed = 0
    for name in config.hold:
        trading = sleeves[name].parts > 0
        if config.members == "any":
            begun = np.asarray(trading.any(axis=1))
        else:
            begun = np.asarray(np.logical_or.accumulate(trading).all(axis=1))
        if (config.policy.get(name, 0.0) != 0 or name in config.tilt) and not begun[first]:
            served = np.flatnonzero(begun[first:])
            if not len(served):
                _refuse_members_gone(config, panel, name, first)
            needed = max(needed, first + int(served[0]) if len(served) else len(panel.sessions))
    for name in filter(is_label, config.against):
        priced = np.flatnonzero(~np.isnan(panel.prices[first:, panel.column(name)]))
        if not len(priced):
            found = f"`{name}`, without a price from {panel.sessions[first]} to {panel.sessions[-1]}"
            cure = "name another, or the portfolio `policy`"
            raise ConfigError(config.fault("against", found, "something that has a price", cure))
        needed = max(needed, first + int(priced[0]) if len(priced) and priced[0] > 0 else 0)
    if config.trade.after == 0 and first == 0:
        needed = max(needed, 1)
    if needed == 0:
        return
    earliest = panel.sessions[needed] if needed < len(panel.sessions) else None
    cure = f"say `from: {earliest}`" if earliest else "hold assets that the data have"
    raise ConfigError(
        config.fault(
            "from",
            f"a decision on {panel.sessions[first]}, when the data cannot serve every sleeve",
            f"at the earliest {earliest}" if earliest else "sleeves whose members have prices",
            cure,
        )
    )


def _refuse_members_gone(config: Config, panel: Panel, name: str, first: int) -> None:
    """Raise ConfigError where a sleeve is never served because `membership` takes a member out that has prices."""
    for label in config.hold[name].members:
        said, priced = config.membership.get(label), np.isfinite(panel.prices[first:, panel.column(label)])
        if said is not None and priced.any():
            until = "" if said.to is None else f", with {label} in it until {said.to}"
            raise ConfigError(
                config.fault(
                    f"membership.{label}",
                    f"no day from {panel.sessions[first]} on which `{name}` has the members it needs{until}",
                    "an asset in every sleeve on the first decision day",
                    f"change the days of {label} here, or hold others in `{name}`",
                )
            )
