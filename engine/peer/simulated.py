"""`simulator: vectorbt`: a portfolio's targets simulated by `vectorbt.Portfolio.from_orders`, and read into a Ledger.

Nothing of our kernel goes in: vectorbt is handed prices, targets and costs, and answers with its own orders. Of these
are made the ledger's equity, cash, holdings, trades and costs. Half-spread and slippage together are its `slippage`,
`commission_bps` its `fees`, `commission_per_order` its `fixed_fees`. An asset that ends is sold by an order without
costs at its last price, on the session after.

Our own ledger of the same portfolio is made as well: it says what vectorbt has no record of (why an order was
refused, currency effects), and the two must agree to 1e-9 of equity on every session.
"""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np

from engine.config import Config
from engine.errors import ConfigError
from engine.market.levels import carry
from engine.market.panel import Panel
from engine.market.table import Indices, Matrix, Vector
from engine.peer.book import Book, PeerAnswer, ask_vectorbt
from engine.peer.orders import PeerOrders
from engine.portfolio.costs import KINDS, Costs
from engine.portfolio.ledger import Decisions, Ledger
from engine.portfolio.trades import Trades

#: vectorbt's equity and ours differ by at most this part, on every session.
AGREEMENT = 1e-9
#: Money up to this part of equity is rounding.
ROUNDING = 1e-12
CURE = "write `simulator: overweight`"


def simulate_in_vectorbt(
    config: Config, panel: Panel, decisions: Decisions, costs: Costs, own: Ledger, engine: str = "auto"
) -> Ledger:
    """`own`, with everything that vectorbt knows replaced by what it says.

    Raises ConfigError for targets and prices that from_orders cannot take, or where vectorbt is not installed;
    RuntimeError where the two simulators disagree.
    """
    targets = decisions.targets[np.searchsorted(decisions.sessions, own.rebalances - config.trade.after)]
    columns = np.flatnonzero(np.nan_to_num(targets).any(axis=0))
    if len(columns) == 0:
        return own
    book = lay_out(config, panel, own, targets[:, columns], costs, columns)
    _refuse(config, own, book)
    try:
        (answer,) = ask_vectorbt([book], engine)
    except ImportError as error:
        raise _missing(config, error) from error
    _demand_agreement(answer, own)
    return _ledger(own, answer, costs, columns, panel)


def lay_out(config: Config, panel: Panel, own: Ledger, targets: Matrix, costs: Costs, columns: Indices) -> Book:
    """The book of the assets in `columns`, from the ledger's first session on; targets (K, H) of its rebalances."""
    start, shape = own.start, (len(own.sessions), len(columns))
    close = _closes(panel, start, columns)
    quoted, last = panel.prices, close
    if config.trade.at == "open" and panel.opens is not None:
        quoted, last = panel.opens, np.vstack([close[:1], close[:-1]])
    price, weight = quoted[start:, columns].copy(), np.full(shape, np.nan)
    weight[own.rebalances - start] = targets
    fees, fixed, slippage = (
        np.tile(rate[columns], (shape[0], 1)) for rate in (costs.commission, costs.per_order, costs.slip)
    )
    row, gone = _exits(panel, own, columns)
    price[row, gone], weight[row, gone] = close[row, gone], 0.0
    for cost in (fees, fixed, slippage):
        cost[row, gone] = 0.0
    worth = np.where(np.isnan(price), last, price)
    return Book(close, price, worth, weight, fees, fixed, slippage, config.capital)


def _closes(panel: Panel, start: int, columns: Indices) -> Matrix:
    """(L, H) last known prices; before its first price an asset has that one (nothing of it is held then)."""
    known = panel.known[:, columns]
    begun = ~np.isnan(carry(panel.prices[:, columns]))
    first = np.array([known[np.argmax(begun[:, h]), h] for h in range(len(columns))])
    closes: Matrix = np.where(begun, known, np.where(begun.any(axis=0), first, 1.0))[start:]
    return closes


def _exits(panel: Panel, own: Ledger, columns: Indices) -> tuple[Indices, Indices]:
    """Rows and columns of the book on which what has ended turns into cash."""
    row = panel.ends[columns] + 1 - own.start
    gone = np.flatnonzero((row > 0) & (row < len(own.sessions)))
    return row[gone], gone


def _refuse(config: Config, own: Ledger, book: Book) -> None:
    """What only the targets and prices show: shorts, borrowed money, prices of zero."""
    weights = np.nan_to_num(book.weight)
    asked = ~np.isnan(book.weight)
    beyond = {
        "a short position": np.any(weights < 0, axis=1),
        "weights that sum to more than 1": weights.sum(axis=1) > 1.0 + AGREEMENT,
        "a price of 0": np.any(asked & (book.price <= 0), axis=1),
    }
    for what, rows in beyond.items():
        if np.any(rows):
            day = own.sessions[int(np.argmax(rows))]
            expected = "long positions, paid in full, at prices above 0: all that vectorbt's from_orders takes here"
            raise ConfigError(config.fault("simulator", f"{what} on {day}", expected, CURE))


def _missing(config: Config, error: ImportError) -> ConfigError:
    return ConfigError(
        config.fault(
            "simulator", f"`vectorbt`, which this Python cannot import ({error})", "the extra `vectorbt`",
            f'pip install "overweight[vectorbt]", or {CURE}',
        )
    )  # fmt: skip


def _demand_agreement(answer: PeerAnswer, own: Ledger) -> None:
    gap = np.abs(answer.equity / own.equity - 1.0)
    worst = int(np.argmax(gap))
    if not gap[worst] <= AGREEMENT:
        raise RuntimeError(
            f"the simulators disagree on {own.sessions[worst]}: equity {float(answer.equity[worst])!r} by vectorbt, "
            f"{float(own.equity[worst])!r} by overweight"
        )


def _ledger(own: Ledger, answer: PeerAnswer, costs: Costs, columns: Indices, panel: Panel) -> Ledger:
    trades = _trades(own, answer.orders, costs, columns, panel)
    row, sessions = trades.session - own.start, len(own.sessions)
    money, traded = np.zeros_like(own.costs), np.zeros(sessions)
    np.add.at(money, row, trades.costs)
    np.add.at(traded, row, np.abs(trades.value))
    units = np.zeros_like(own.units)
    units[:, columns] = answer.units
    weights = units * panel.known[own.start :] / answer.equity[:, None]
    # vectorbt adds up all that flowed: what is left of a portfolio without cash is rounding.
    cash = np.where(np.abs(answer.cash) <= ROUNDING * answer.equity, 0.0, answer.cash)
    return replace(
        own, equity=answer.equity, cash=cash, units=units, weights=weights, trades=trades, costs=money,
        traded=traded,
    )  # fmt: skip


def _trades(own: Ledger, orders: PeerOrders, costs: Costs, columns: Indices, panel: Panel) -> Trades:
    """vectorbt's orders in the places of ours, and what was refused.

    An order that only one of the two has is rounding (`_demand_agreement`) and stands in no table.
    """
    width, trades = len(panel.assets), own.trades
    ours = trades.session * width + trades.asset
    theirs = (orders.session + own.start) * width + columns[orders.column]
    order = np.searchsorted(theirs, ours)
    found = np.append(theirs, -1)[order] == ours
    keep = found | (trades.units == 0.0)
    kept = replace(trades, **{field.name: getattr(trades, field.name)[keep] for field in fields(Trades)})
    done, order = found[keep] & (kept.units != 0.0), order[keep]
    units, by_kind = np.zeros(len(kept.units)), np.zeros_like(kept.costs)
    units[done] = orders.size[order[done]]
    by_kind[done] = _costs(kept.price[done], costs, kept.asset[done], orders, order[done])
    return replace(kept, units=units, costs=by_kind)


def _costs(fill: Vector, costs: Costs, asset: Indices, orders: PeerOrders, order: Indices) -> Matrix:
    """(J, kinds) money: vectorbt's fees, and what it paid beyond the fill price, half-spread and slippage apart."""
    by_kind = np.zeros((len(order), len(KINDS)))
    by_kind[:, KINDS.index("commission")] = orders.fees[order]
    in_price = np.abs(orders.size[order] * (orders.price[order] - fill))
    slip = costs.slip[asset]
    for kind, rate in (("half_spread", costs.half_spread[asset]), ("slippage", costs.slippage[asset])):
        by_kind[:, KINDS.index(kind)] = in_price * np.divide(rate, slip, out=np.zeros_like(slip), where=slip > 0)
    return by_kind
