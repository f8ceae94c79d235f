"""Contributions: what changed a portfolio's equity, session by session and asset by asset, in money.

    equity[t] - equity[t-1] = sum over assets of local + currency + trading - costs, plus interest, less overhead

holds on every session. In money nothing has to be linked: over any span the parts add up as they are, and divided by
the money at the start they add up to the total return.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.market.panel import Panel
from engine.market.table import Matrix, Vector
from engine.portfolio.ledger import Ledger, currency_by_asset


@dataclass(frozen=True, slots=True)
class Contribution:
    """Money gained by asset (L, N) and without one (L,), costs as positive numbers; nothing is NaN, row 0 is zero.

    local: what price moves added to the units held over the session, at the exchange rate of the session before.
    currency: what exchange rates added to them. trading: units traded, times the close less the price they traded at.
    costs: of trades, all kinds. interest: on cash. overhead: (L, K) costs that no trade caused, by kind.
    """

    local: Matrix
    currency: Matrix
    trading: Matrix
    costs: Matrix
    interest: Vector
    overhead: Matrix

    @property
    def held(self) -> Matrix:
        """(L, N) what the units held over the session earned in the base currency."""
        return self.local + self.currency

    @property
    def total(self) -> Vector:
        """(L,) the change of equity."""
        assets = (self.held + self.trading - self.costs).sum(axis=1)
        return np.asarray(assets + self.interest - self.overhead.sum(axis=1))


def contributions(panel: Panel, ledger: Ledger) -> Contribution:
    """The contributions of one ledger.

    Dividends are part of what was held. An asset that has ended earns its recovery, less its last price.
    """
    known = panel.known[ledger.start :]
    held, currency = np.zeros_like(known), currency_by_asset(panel, ledger.start, ledger.units)
    held[1:] = ledger.units[:-1] * np.diff(known, axis=0)
    if panel.dividends is not None:
        held[1:] += ledger.units[:-1] * panel.dividends[ledger.start + 1 :]
    trades, row = ledger.trades, ledger.trades.session - ledger.start
    trading, costs, overhead = np.zeros_like(known), np.zeros_like(known), np.zeros_like(ledger.costs)
    np.add.at(trading, (row, trades.asset), trades.units * (known[row, trades.asset] - trades.price))
    np.add.at(costs, (row, trades.asset), trades.costs.sum(axis=1))
    # Summed as the ledger sums, so that where trades cause every cost the difference is zero to the last bit.
    np.add.at(overhead, row, trades.costs)
    return Contribution(held - currency, currency, trading, costs, ledger.interest, ledger.costs - overhead)
