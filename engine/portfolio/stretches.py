"""The simulation without numba, for one small run: the kernel's own rebalances, and whole stretches between them.

numba takes half a second to load, which a run of one config does not repay. Between two events nothing is traded, so
cash is a running product and equity a sum over assets in the kernel's order: the same bits as the kernel's.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.market.table import Indices, Matrix, Vector
from engine.portfolio.kernel import rebalance_gross, rebalance_net


def simulate(
    prices: Matrix,
    growth: Vector,
    ends: Indices,
    due: Indices,
    fill_prices: Matrix,
    targets: Matrix,
    tradable: NDArray[np.bool_],
    fee: Vector,
    slip: Vector,
    gross: bool,
    band: float,
    to_edge: bool,
    capital: float,
    equity_path: Vector,
    cash_path: Vector,
    units_path: Matrix,
) -> None:
    """What `kernel.simulate` does, with the same arguments."""
    sessions, n = prices.shape
    held, rate = [0.0] * n, (fee + slip).tolist()
    fees, slips = fee.tolist(), slip.tolist()
    scratch, trades, order = [0.0] * n, [False] * n, [0] * n
    finished = [int(t) + 1 for t in ends if 0 <= t + 1 < sessions]
    events = sorted({0, *finished, *due.tolist()})
    units_between = np.empty((len(events), n))
    cash, k = float(capital), 0
    for e, t in enumerate(events):
        cash *= float(growth[t])
        if t in finished:
            for gone in np.flatnonzero(ends == t - 1).tolist():
                cash += held[gone] * float(prices[t, gone])
                held[gone] = 0.0
        if k < len(due) and due[k] == t:
            row = (fill_prices[k].tolist(), targets[k].tolist(), tradable[k].tolist())
            if gross:
                cash = rebalance_gross(cash, held, *row, fees, slips, scratch, order)
            else:
                cash = rebalance_net(cash, held, *row, rate, band, to_edge, k == 0, scratch, trades)
            units_path[k] = held
            k += 1
        units_between[e] = held
        stop = events[e + 1] if e + 1 < len(events) else sessions
        cash_path[t:stop] = np.multiply.accumulate(np.concatenate([[cash], growth[t + 1 : stop]]))
        cash = float(cash_path[stop - 1])
    lengths = np.diff([*events, sessions])
    equity_path[:] = cash_path
    for i in range(n):
        equity_path += np.repeat(units_between[:, i], lengths) * prices[:, i]
