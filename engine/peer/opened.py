"""A run opened as a `vectorbt.Portfolio`, from the very trades of its ledger.

Nothing is simulated again, so both sizings, every cost and every gap come through as they were. What vectorbt has
no word for becomes an order it has one for:

- what moves the price (half-spread, slippage, impact) stands in the price of an order, commission in its fees;
- the proceeds of a delisted asset are a sale at what it paid, without fees, on the session after;
- where cash changes without a trade (interest, dividends, borrow and management fees) all of it is held as the column
  `CASH`, priced at what one unit of cash has grown to; what is no interest comes and goes there at a price of 0.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from engine.market.levels import carry
from engine.market.panel import Panel
from engine.market.table import Matrix, Vector
from engine.peer.orders import PeerOrders, joined, recorded
from engine.portfolio.costs import KINDS
from engine.portfolio.ledger import Ledger

if TYPE_CHECKING:
    import vectorbt

    from engine.result import Result

#: The column in which cash stands where it changes by more than trades.
CASH = "CASH"
#: Money up to this part of equity is rounding.
ROUNDING = 1e-11


def open_in_vectorbt(result: Result) -> vectorbt.Portfolio:
    """The strategy's portfolio as one vectorbt group with shared cash; its value is the ledger's equity to 1e-9.

    Columns are the assets held, in alphabetical order. Annual figures need the sessions of a year, for example
    `portfolio.sharpe_ratio(year_freq="252 days")`. Needs the extra `vectorbt`.
    """
    # vectorbt takes seconds to import, and nothing else of the engine needs it.
    from vectorbt import Portfolio
    from vectorbt.base.array_wrapper import ArrayWrapper
    from vectorbt.portfolio.enums import log_dt

    ledger, panel = result.own.ledger, result.panel
    prices = _closes(panel, ledger)
    labels = list(np.array(panel.assets)[panel.held])
    orders = joined(_trades(panel, ledger), _exits(result, prices))
    flows = _flows(ledger, orders)
    if flows.any() or ledger.interest.any():
        index = _cash_index(panel, ledger)
        orders = joined(orders, _cash_orders(ledger, flows, index, len(labels)))
        prices = np.column_stack([prices, index])
        labels.append(CASH)
    days = pd.DatetimeIndex(ledger.sessions.astype("datetime64[ns]"), name="date")
    close = pd.DataFrame(prices, days, pd.Index(labels, name="asset"))
    wrapper = ArrayWrapper.from_obj(close, freq="1D", group_by=True)
    no_logs = np.empty(0, dtype=log_dt)
    return Portfolio(wrapper, close, recorded(orders), no_logs, np.array([result.config.capital]), cash_sharing=True)


def _closes(panel: Panel, ledger: Ledger) -> Matrix:
    """(L, H) last known prices of the assets held; before its first price an asset has that one, as vectorbt fills."""
    known = carry(panel.prices[:, panel.held])
    first = np.array([column[~np.isnan(column)][0] for column in known.T])
    closes: Matrix = np.where(np.isnan(known), first, known)[ledger.start :]
    return closes


def _trades(panel: Panel, ledger: Ledger) -> PeerOrders:
    """The ledger's trades; what was refused is none."""
    column = np.cumsum(panel.held) - 1
    own = ledger.trades
    done = own.units != 0.0
    units, fees = own.units[done], own.costs[done, KINDS.index("commission")]
    in_price = own.costs[done].sum(axis=1) - fees
    return PeerOrders(
        own.session[done] - ledger.start, column[own.asset[done]], units, own.price[done] + in_price / units, fees
    )


def _exits(result: Result, prices: Matrix) -> PeerOrders:
    """A sale of whatever was held when its prices ended, at what is paid for it."""
    panel, ledger = result.panel, result.own.ledger
    gone = np.flatnonzero(panel.held & (panel.ends - ledger.start >= 0) & (panel.ends + 1 < len(panel.sessions)))
    last = panel.ends[gone] - ledger.start
    units = ledger.units[last, gone]
    gone, last, units = gone[units != 0.0], last[units != 0.0], units[units != 0.0]
    column = (np.cumsum(panel.held) - 1)[gone]
    paid = np.array([result.config.delisting.recovery_of(panel.assets[i]) for i in gone])
    return PeerOrders(last + 1, column, -units, prices[last, column] * paid, np.zeros(len(gone)))


def _flows(ledger: Ledger, orders: PeerOrders) -> Vector:
    """(L,) what changed cash and was neither a trade nor interest: dividends, fees for holding."""
    spent = np.bincount(orders.session, orders.size * orders.price + orders.fees, len(ledger.sessions))
    flows: Vector = np.diff(ledger.cash, prepend=ledger.cash[0]) + spent - ledger.interest
    flows[np.abs(flows) <= ROUNDING * ledger.equity] = 0.0
    return flows


def _cash_index(panel: Panel, ledger: Ledger) -> Vector:
    """(L,) what one unit of cash at the start has grown to."""
    growth = np.concatenate([[1.0], 1.0 + panel.cash_rate[ledger.start + 1 :]])
    index: Vector = np.multiply.accumulate(growth)
    return index


def _cash_orders(ledger: Ledger, flows: Vector, index: Vector, column: int) -> PeerOrders:
    """Orders that keep all cash in the column `CASH`: capital goes in first, then what each session adds or takes."""
    size = np.diff(ledger.cash / index, prepend=0.0)
    # What cash earned beyond its index (a debit rate) and what no trade paid for is given and taken at a price of 0.
    debt = ledger.interest - np.append(0.0, ledger.cash[:-1] * (index[1:] / index[:-1] - 1.0))
    debt[np.abs(debt) <= ROUNDING * ledger.equity] = 0.0
    free = (flows + debt) / index
    parts = []
    for amount, price in ((size - free, index), (free, np.zeros(len(index)))):
        # What a session without a trade changes is rounding.
        session = np.flatnonzero(np.abs(amount * index) > ROUNDING * ledger.equity)
        fees = np.zeros(len(session))
        parts.append(PeerOrders(session, np.full(len(session), column), amount[session], price[session], fees))
    return joined(*parts)
