"""vectorbt, the peer: a run opened as a `vectorbt.Portfolio`, from the very trades of its ledger.

Nothing is simulated again, so both sizings, every cost and every gap come through as they were. What vectorbt has
no word for becomes an order it has one for:

- half-spread and slippage stand in the price of an order, commission in its fees;
- the proceeds of a delisted asset are a sale at its last price, without fees, on the session after;
- where cash earns interest it is held as the column `CASH`, priced at what one unit of cash has grown to.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from engine.market.levels import carry
from engine.market.panel import Indices, Panel, Vector
from engine.market.table import Matrix
from engine.portfolio.ledger import Ledger

if TYPE_CHECKING:
    import vectorbt

    from engine.result import Result

#: The column in which cash stands where it earns interest.
CASH = "CASH"


@dataclass(frozen=True, slots=True)
class PeerOrders:
    """J orders, (J,) each: session from the ledger's first, column, signed size, price paid, fees in money."""

    session: Indices
    column: Indices
    size: Vector
    price: Vector
    fees: Vector


def open_in_vectorbt(result: Result) -> vectorbt.Portfolio:
    """The strategy's portfolio as one vectorbt group with shared cash; its value is the ledger's equity to 1e-9.

    Columns are the assets held, in alphabetical order. Annual figures need the sessions of a year, for example
    `portfolio.sharpe_ratio(year_freq="252 days")`. Needs the extra `vectorbt`.
    """
    # vectorbt takes seconds to import, and nothing else of the engine needs it.
    from vectorbt import Portfolio
    from vectorbt.base.array_wrapper import ArrayWrapper

    ledger, panel = result.own.ledger, result.panel
    prices = _closes(panel, ledger)
    labels = list(np.array(panel.assets)[panel.held])
    orders = _trades(panel, ledger, prices)
    if ledger.interest.any():
        orders = _joined(orders, _cash_orders(panel, ledger, len(labels)))
        prices = np.column_stack([prices, _cash_index(panel, ledger)])
        labels.append(CASH)
    days = pd.DatetimeIndex(ledger.sessions.astype("datetime64[ns]"), name="date")
    close = pd.DataFrame(prices, days, pd.Index(labels, name="asset"))
    wrapper = ArrayWrapper.from_obj(close, freq="1D", group_by=True)
    no_logs = np.empty(0, dtype=_dtypes()[1])
    return Portfolio(wrapper, close, _records(orders), no_logs, np.array([result.config.capital]), cash_sharing=True)


def _closes(panel: Panel, ledger: Ledger) -> Matrix:
    """(L, H) last known prices of the assets held; before its first price an asset has that one, as vectorbt fills."""
    known = carry(panel.prices[:, panel.held])
    first = np.array([column[~np.isnan(column)][0] for column in known.T])
    closes: Matrix = np.where(np.isnan(known), first, known)[ledger.start :]
    return closes


def _trades(panel: Panel, ledger: Ledger, prices: Matrix) -> PeerOrders:
    """The ledger's trades, and a sale of whatever was held when its prices ended."""
    column = np.cumsum(panel.held) - 1
    own = ledger.trades
    slip = own.costs[:, 1] + own.costs[:, 2]
    trades = PeerOrders(
        own.session - ledger.start, column[own.asset], own.units, own.price + slip / own.units, own.costs[:, 0]
    )
    gone = np.flatnonzero(panel.held & (panel.ends - ledger.start >= 0) & (panel.ends + 1 < len(panel.sessions)))
    last = panel.ends[gone] - ledger.start
    units = ledger.units[last, gone]
    gone, last, units = gone[units != 0.0], last[units != 0.0], units[units != 0.0]
    nothing = np.zeros(len(gone))
    return _joined(trades, PeerOrders(last + 1, column[gone], -units, prices[last, column[gone]], nothing))


def _cash_index(panel: Panel, ledger: Ledger) -> Vector:
    """(L,) what one unit of cash at the start has grown to."""
    growth = np.concatenate([[1.0], 1.0 + panel.cash_rate[ledger.start + 1 :]])
    index: Vector = np.multiply.accumulate(growth)
    return index


def _cash_orders(panel: Panel, ledger: Ledger, column: int) -> PeerOrders:
    """Orders that keep all cash in the column `CASH`: capital goes in first, then what each session adds or takes."""
    index = _cash_index(panel, ledger)
    size = np.diff(ledger.cash / index, prepend=0.0)
    # What a session without a trade changes is rounding.
    quiet = np.abs(size * index) <= 1e-12 * ledger.equity
    session = np.flatnonzero(~quiet)
    fees = np.zeros(len(session))
    return PeerOrders(session, np.full(len(session), column), size[session], index[session], fees)


def _joined(one: PeerOrders, other: PeerOrders) -> PeerOrders:
    return PeerOrders(*(np.concatenate([getattr(one, name), getattr(other, name)]) for name in PeerOrders.__slots__))


def _records(orders: PeerOrders) -> Any:
    """vectorbt's order records, by session, sales first."""
    place = np.lexsort((orders.column, orders.size > 0, orders.session))
    records = np.zeros(len(place), dtype=_dtypes()[0])
    records["id"] = np.arange(len(place))
    records["col"], records["idx"] = orders.column[place], orders.session[place]
    records["size"], records["price"] = np.abs(orders.size[place]), orders.price[place]
    records["fees"], records["side"] = orders.fees[place], np.where(orders.size[place] > 0, 0, 1)
    return records


def _dtypes() -> tuple[Any, Any]:
    from vectorbt.portfolio.enums import log_dt, order_dt

    return order_dt, log_dt
