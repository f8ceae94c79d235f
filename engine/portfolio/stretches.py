"""The simulation without numba, for one small run: the kernel's own rebalances, and whole stretches between them.

numba takes half a second to load, which a run of one config does not repay. Between two events nothing is traded, so
cash is a running product and equity a sum over assets in the kernel's order: the same bits as the kernel's.
"""

from __future__ import annotations

import numpy as np

from engine.portfolio.kernel import Market, Orders, Paths, Rates, Rules, rebalance_gross, rebalance_net


def serves(market: Market, rates: Rates, rules: Rules) -> bool:
    """Whether nothing happens between events: costs are mere rates, rules plain, and nothing accrues or is paid."""
    accrues = rates.management > 0.0 or rates.borrow.any() or market.dividends.size > 0
    return (rules.gross or (rates.mere and rules.plain)) and not accrues


def simulate(market: Market, orders: Orders, rates: Rates, rules: Rules, paths: Paths) -> None:
    """What `kernel.simulate` does, where `serves` holds."""
    prices, growth, ends, due = market.prices, market.growth, market.ends, orders.due
    sessions, n = prices.shape
    held, rate = [0.0] * n, (rates.fee + rates.slip).tolist()
    fees, fixed, slips = rates.fee.tolist(), rates.per_order.tolist(), rates.slip.tolist()
    scratch, value, order = [0.0] * n, [0.0] * n, [0] * n
    finished = [int(t) + 1 for t in ends if 0 <= t + 1 < sessions]
    events = sorted({0, *finished, *due.tolist()})
    units_between = np.empty((len(events), n))
    cash, k = float(rules.capital), 0
    for e, t in enumerate(events):
        cash *= float(growth[t])
        if t in finished:
            for gone in np.flatnonzero(ends == t - 1).tolist():
                cash += held[gone] * float(prices[t, gone])
                held[gone] = 0.0
        if k < len(due) and due[k] == t:
            row = (orders.fill_prices[k].tolist(), orders.targets[k].tolist(), orders.tradable[k].tolist())
            if rules.gross:
                cash = rebalance_gross(cash, held, *row, fees, fixed, slips, scratch, order)
            else:
                cash, paths.cut[k] = rebalance_net(cash, held, *row, rate, scratch, value)
            paths.units[k] = held
            k += 1
        units_between[e] = held
        stop = events[e + 1] if e + 1 < len(events) else sessions
        paths.cash[t:stop] = np.multiply.accumulate(np.concatenate([[cash], growth[t + 1 : stop]]))
        cash = float(paths.cash[stop - 1])
    lengths = np.diff([*events, sessions])
    paths.equity[:] = paths.cash
    for i in range(n):
        paths.equity[:] += np.repeat(units_between[:, i], lengths) * prices[:, i]
