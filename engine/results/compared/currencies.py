"""Runs that are counted in different currencies: what to know before they are compared."""

from __future__ import annotations

from collections.abc import Sequence


def different_currencies(currencies: Sequence[str], labels: Sequence[str]) -> str | None:
    """The caution, with the runs of each currency; None where all are counted in the same one."""
    by_currency: dict[str, list[str]] = {}
    for currency, label in zip(currencies, labels, strict=True):
        by_currency.setdefault(currency, []).append(label)
    if len(by_currency) < 2:
        return None
    each = "; ".join(f"{', '.join(names)} in {currency}" for currency, names in by_currency.items())
    return (
        f"counted in different currencies ({each}): returns, Sharpe ratios and drawdowns have the rates of exchange "
        "in them and cannot be compared; give the configs one `base_currency`"
    )
