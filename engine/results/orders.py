"""Orders that were cut or refused: how many and why, and what `--strict` makes of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import numpy as np

from engine.errors import CheckFailed, Fault
from engine.portfolio.trades import REASONS
from engine.result import Result

#: More orders than this are counted, not listed.
LISTED = 5


def short_orders(result: Result) -> Iterator[tuple[str, str, str]]:
    """Day, asset and reason of every order that was cut or refused, in the order of days."""
    trades, panel = result.own.ledger.trades, result.panel
    for j in np.flatnonzero(trades.reason > 0):
        day = str(panel.sessions[trades.session[j]])
        yield day, panel.assets[int(trades.asset[j])], REASONS[int(trades.reason[j])]


def short_words(result: Result) -> str | None:
    """`3 cut or refused (no price 2, cut to cash 1)`; None where every order was done as wanted."""
    reasons = Counter(reason for _, _, reason in short_orders(result))
    if not reasons:
        return None
    each = ", ".join(f"{reason} {count}" for reason, count in reasons.most_common())
    return f"{sum(reasons.values())} cut or refused ({each})"


def short_json(result: Result) -> dict[str, Any]:
    """What `run --strict --json` adds: the count, how many for each reason, and the first few."""
    orders = list(short_orders(result))
    first = [{"date": day, "asset": asset, "reason": reason} for day, asset, reason in orders[:LISTED]]
    return {"count": len(orders), "reasons": dict(Counter(one[2] for one in orders).most_common()), "first": first}


def refuse_short_orders(result: Result) -> None:
    """Raises CheckFailed, with the first few, where an order was cut or refused."""
    words = short_words(result)
    if words is None:
        return
    orders = list(short_orders(result))
    first = "".join(f"\n  {day}  {asset}  {reason}" for day, asset, reason in orders[:LISTED])
    more = f"\n  and {len(orders) - LISTED} more" if len(orders) > LISTED else ""
    found = words.replace(" ", f" order{'s' * (len(orders) != 1)} ", 1)
    cure = f"mend data, costs or limits, or run without --strict; the first of them:{first}{more}"
    raise CheckFailed(Fault(str(result.config.path), "", found, "every order done as wanted (--strict)", cure))
