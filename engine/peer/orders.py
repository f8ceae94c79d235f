"""Orders as vectorbt records them: one line each, with the price that was paid."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from engine.market.table import Indices, Vector


@dataclass(frozen=True, slots=True)
class PeerOrders:
    """J orders, (J,) each: session from the ledger's first, column, signed size, price paid, fees in money."""

    session: Indices
    column: Indices
    size: Vector
    price: Vector
    fees: Vector


def joined(*several: PeerOrders) -> PeerOrders:
    """One after the other."""
    return PeerOrders(*(np.concatenate([getattr(one, field.name) for one in several]) for field in fields(PeerOrders)))


def recorded(orders: PeerOrders) -> Any:
    """vectorbt's order records, by session, sales first."""
    place = np.lexsort((orders.column, orders.size > 0, orders.session))
    records = np.zeros(len(place), dtype=_dtype())
    records["id"] = np.arange(len(place))
    records["col"], records["idx"] = orders.column[place], orders.session[place]
    records["size"], records["price"] = np.abs(orders.size[place]), orders.price[place]
    records["fees"], records["side"] = orders.fees[place], np.where(orders.size[place] > 0, 0, 1)
    return records


def read(records: Any) -> PeerOrders:
    """vectorbt's order records, by session, then by column."""
    place = np.lexsort((records["col"], records["idx"]))
    size = np.where(records["side"] == 0, records["size"], -records["size"])
    return PeerOrders(
        records["idx"][place], records["col"][place], size[place], records["price"][place], records["fees"][place]
    )


def _dtype() -> Any:
    from vectorbt.portfolio.enums import order_dt

    return order_dt
