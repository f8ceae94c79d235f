"""Sleeves: named groups of assets, the parts their members have on each session, and the series a strategy sees.

A member trades on a session if it has a price above zero then. Its return runs from its last price before, down to a
price of zero; nothing in a sleeve's past changes when a member enters or leaves later.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from engine.config import Config, Sleeve
from engine.errors import ConfigError
from engine.market.levels import carry
from engine.market.panel import Panel
from engine.market.table import Indices, Matrix, Vector

#: For how many sessions a sleeve of which no member trades keeps its parts: the longest holidays of an exchange.
CLOSED = 7


@dataclass(frozen=True, slots=True)
class SleeveSeries:
    """One sleeve on every session.

    columns: (M,) positions of its members in the panel, ascending.
    parts: (T, M) the members' parts at the close of a session, summing to 1; those of the last
        session on which any traded where none does, for up to CLOSED sessions; then zeros.
    levels: (T,) what one unit held in the sleeve, rebalanced daily before costs, has become; NaN before it begins.
    """

    columns: Indices
    parts: Matrix
    levels: Vector


def sleeve_series(config: Config, panel: Panel) -> dict[str, SleeveSeries]:
    """Every sleeve of assets that a config holds or watches, built once per panel."""
    sleeves = {**config.watch, **config.hold}
    belongs = _belongs(config, panel)
    return {name: _one(panel, sleeve, belongs) for name, sleeve in sleeves.items() if sleeve.series is None}


def _belongs(config: Config, panel: Panel) -> NDArray[np.bool_]:
    """(T, N) whether an asset belongs to its sleeve on a session, by `membership`."""
    belongs = np.ones(panel.prices.shape, np.bool_)
    for label, membership in config.membership.items():
        if label not in panel.assets:
            raise ConfigError(
                config.fault(
                    f"membership.{label}", f"`{label}`, which no sleeve has", "an asset of a sleeve", "take it out"
                )
            )
        column = panel.column(label)
        priced = panel.sessions[~np.isnan(panel.prices[:, column])]
        if membership.from_ is not None:
            first = priced[0] if len(priced) else membership.from_
            if np.datetime64(membership.from_) < first:
                raise ConfigError(
                    config.fault(
                        f"membership.{label}.from",
                        f"{membership.from_}, before {label} had a price",
                        f"{first} or later",
                        f"say `from: {first}`, or leave it out",
                    )
                )
            belongs[panel.sessions < np.datetime64(membership.from_), column] = False
        if membership.to is not None:
            belongs[panel.sessions > np.datetime64(membership.to), column] = False
    return belongs


def _one(panel: Panel, sleeve: Sleeve, belongs: NDArray[np.bool_]) -> SleeveSeries:
    order = sorted(range(len(sleeve.members)), key=lambda i: sleeve.members[i])
    columns = panel.columns(tuple(sleeve.members[i] for i in order))
    prices = panel.prices[:, columns]
    quoted = ~np.isnan(prices) & belongs[:, columns]
    before = np.vstack([np.full((1, len(columns)), np.nan), carry(prices)[:-1]])
    returns = np.divide(prices, before, out=np.full_like(prices, np.nan), where=before != 0.0) - 1.0
    if sleeve.parts == "fixed":
        shares = np.broadcast_to(np.array([sleeve.weights[i] for i in order]), prices.shape)
    elif sleeve.parts == "inverse_volatility":
        shares = _inverse_volatility(returns, sleeve.lookback)
    else:
        shares = np.ones_like(prices)
    parts = _carried(_scaled(np.where(quoted & (prices > 0.0), shares, 0.0)))
    # Today's return is earned by the parts decided at the close before, among those with a price today.
    held = np.where(quoted, np.vstack([shares[:1], shares[:-1]]), np.nan)
    weights = _scaled(np.where(np.isnan(returns) | np.isnan(held), 0.0, held))
    daily = (weights * np.where(np.isnan(returns), 0.0, returns)).sum(axis=1)
    levels = np.cumprod(1.0 + daily)
    begun = np.logical_or.accumulate(parts.any(axis=1))
    return SleeveSeries(columns, parts, np.where(begun, levels, np.nan))


def _carried(parts: Matrix) -> Matrix:
    """Parts on sessions on which no member trades are those of the last on which any did, up to CLOSED sessions back.

    A holiday of the sleeve's own market must not sell it; that it has ended can only be told after a while.
    """
    rows = np.arange(len(parts))
    last = np.maximum.accumulate(np.where(parts.any(axis=1), rows, -1))
    near = (last >= 0) & (rows - last <= CLOSED)
    return np.where(near[:, None], parts[np.maximum(last, 0)], 0.0)


def _scaled(shares: Matrix) -> Matrix:
    """Rows scaled to sum to one; NaN counts as no part, a row without parts stays zero."""
    shares = np.where(np.isnan(shares), 0.0, shares)
    total = shares.sum(axis=1, keepdims=True)
    scaled: Matrix = np.divide(shares, total, out=np.zeros_like(shares), where=total > 0)
    return scaled


def _inverse_volatility(returns: Matrix, lookback: int) -> Matrix:
    """One over the standard deviation of the last `lookback` sessions' returns; NaN where most are missing."""
    shares = np.full_like(returns, np.nan)
    if len(returns) > lookback:
        windows = sliding_window_view(returns, lookback, axis=0)
        count = (~np.isnan(windows)).sum(axis=2)
        enough = count > max(lookback // 2, 1)
        mean = np.nansum(windows, axis=2) / np.maximum(count, 1)
        squares = np.nansum((windows - mean[..., None]) ** 2, axis=2)
        deviation = np.sqrt(squares / np.maximum(count - 1, 1))
        usable = enough & (deviation > 0)
        shares[lookback - 1 :] = np.divide(1.0, deviation, out=np.full_like(deviation, np.nan), where=usable)
    return shares
