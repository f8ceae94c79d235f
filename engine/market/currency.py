"""Currencies: every price turned into the base currency at the rate last known by the session."""

from __future__ import annotations

from engine.config import Config
from engine.errors import ConfigError

#: London quotes shares in pence.
PENCE = "GBp"


def rate_label(config: Config, currency: str, key: str) -> str | None:
    """The label whose price is units of the base currency for one of `currency`; None for the base itself.

    Raises ConfigError where `fx` does not name one.
    """
    pounds = "GBP" if currency == PENCE else currency
    if pounds == config.base_currency:
        return None
    if pounds in config.fx:
        return config.fx[pounds]
    raise ConfigError(
        config.fault(
            key,
            f"prices in {currency}, and no rate to {config.base_currency}",
            f"`fx: {{{pounds}: <label>}}`, a price of one {pounds} in {config.base_currency}",
            f"add it, or choose `base_currency: {pounds}`",
        )
    )


def scale(currency: str) -> float:
    """How many units of the currency's pound one unit is: a hundredth for pence."""
    return 0.01 if currency == PENCE else 1.0
