"""The Book: a portfolio as vectorbt's `from_orders` takes it; and what comes back, for any number of books at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from engine.market.table import Matrix, Vector
from engine.peer.orders import PeerOrders, read


@dataclass(frozen=True, slots=True)
class Book:
    """T sessions, H columns; each (T, H) but the capital.

    close: what a holding is worth at the end of a session, no NaN. price: at which orders are done, NaN where there is
    none. worth: what a holding counts when orders are sized, the price, or without one the last close. weight: target,
    NaN for no order. fees, slippage: parts of what is paid, and of the price. fixed: money an order.
    capital: cash at the start.
    """

    close: Matrix
    price: Matrix
    worth: Matrix
    weight: Matrix
    fees: Matrix
    fixed: Matrix
    slippage: Matrix
    capital: float


@dataclass(frozen=True, slots=True)
class PeerAnswer:
    """What vectorbt says of one book: equity, cash (T,), units (T, H) at the close, and its orders."""

    equity: Vector
    cash: Vector
    units: Matrix
    orders: PeerOrders


def ask_vectorbt(books: Sequence[Book], engine: str = "auto") -> list[PeerAnswer]:
    """Simulate books of the same sessions as groups of one call of `vectorbt.Portfolio.from_orders`.

    Each group shares its cash; it is sized on its value before costs, sells first, and never short.
    engine: `numba`, `rust` (needs the extra `rust`), or `auto`: rust where it is installed.
    """
    # vectorbt takes seconds to import, and nothing else of the engine needs it.
    from vectorbt import Portfolio

    widths = [book.close.shape[1] for book in books]
    portfolio = Portfolio.from_orders(
        np.hstack([book.close for book in books]),
        size=np.hstack([book.weight for book in books]),
        size_type="targetpercent",
        price=np.hstack([book.price for book in books]),
        val_price=np.hstack([book.worth for book in books]),
        fees=np.hstack([book.fees for book in books]),
        fixed_fees=np.hstack([book.fixed for book in books]),
        slippage=np.hstack([book.slippage for book in books]),
        # vectorbt's settings refuse orders below 1e-8 units; with a fixed fee such an order is not without effect.
        min_size=0.0,
        direction="longonly",
        init_cash=np.array([book.capital for book in books]),
        group_by=np.repeat(np.arange(len(books)), widths),
        cash_sharing=True,
        call_seq="auto",
        freq="1D",
        engine=engine,
    )
    return _answers(portfolio, np.cumsum([0, *widths]), engine)


def _answers(portfolio: Any, edges: Any, engine: str) -> list[PeerAnswer]:
    """One answer per group; `edges` are its first column and the next group's."""
    equity, cash = (_matrix(path) for path in (portfolio.value(engine=engine), portfolio.cash(engine=engine)))
    units, records = _matrix(portfolio.assets(engine=engine)), portfolio.order_records
    book = np.searchsorted(edges, records["col"], side="right") - 1
    answers = []
    for group, (first, last) in enumerate(pairwise(edges)):
        own = records[book == group].copy()
        own["col"] -= first
        answers.append(PeerAnswer(equity[:, group], cash[:, group], units[:, first:last], read(own)))
    return answers


def _matrix(path: Any) -> Matrix:
    """vectorbt answers with a Series where there is one group."""
    values: Matrix = np.asarray(path, dtype=np.float64)
    return values.reshape(len(values), -1)
