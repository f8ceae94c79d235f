"""A second engine, written from DESIGN's words alone: dictionaries of positions, equity after costs by bisection.

Slow and plain; shares no line and no method with the kernel.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from tests.portfolio.markets import Market, Vector


def simulate(market: Market, trade: Callable[..., float]) -> tuple[Vector, Vector]:
    """Equity (T,) and the total cost of each session (T,). `trade` changes the positions and answers with the cash."""
    positions: dict[int, float] = {}
    last: dict[int, float] = {}
    cash, equity, costs = market.capital, [], []
    for t, row in enumerate(market.prices):
        cash *= market.growth[t]
        for i in [i for i in positions if market.ends[i] == t - 1]:
            cash += positions.pop(i) * last[i]
        last.update({i: float(price) for i, price in enumerate(row) if not np.isnan(price)})
        spent = 0.0
        if t in market.due:
            k = int(np.flatnonzero(market.due == t)[0])
            quoted = {i for i, price in enumerate(row) if not np.isnan(price)}
            targets = {i: w for i, w in enumerate(market.targets[k]) if i in quoted and not np.isnan(w)}
            before = cash + sum(n * last[i] for i, n in positions.items())
            cash = trade(market, cash, positions, last, targets, k == 0)
            spent = before - cash - sum(n * last[i] for i, n in positions.items())
        equity.append(cash + sum(n * last[i] for i, n in positions.items()))
        costs.append(spent)
    return np.array(equity), np.array(costs)


def net_of_costs(band: float = 0.0, to_edge: bool = False) -> Callable[..., float]:
    """DESIGN's five steps: who trades, equity after costs, buys cut to the cash there is."""

    def trade(market: Market, cash: float, positions: dict, last: dict, targets: dict, first: bool) -> float:
        held = {i: positions.get(i, 0.0) * last[i] for i in targets}
        equity = cash + sum(n * last[i] for i, n in positions.items())
        rate = market.fee + market.slip
        aims = {}
        for i, target in targets.items():
            drift = held[i] / equity - target
            if first or band == 0.0:
                aims[i] = target
            elif abs(drift) > band + 1e-12:
                aims[i] = target + np.sign(drift) * band if to_edge else target

        def excess(value: float) -> float:
            return value + sum(rate[i] * abs(aim * value - held[i]) for i, aim in aims.items()) - equity

        after = _root(excess, 0.0, equity)
        wish = {i: aim * after - held[i] for i, aim in aims.items()}
        proceeds = cash - sum(w * (1 - rate[i]) for i, w in wish.items() if w < 0)
        bill = sum(w * (1 + rate[i]) for i, w in wish.items() if w > 0)
        cut = min(1.0, proceeds / bill) if bill > 0 else 1.0
        for i, w in wish.items():
            positions[i] = positions.get(i, 0.0) + (w * cut if w > 0 else w) / last[i]
        return max(proceeds - cut * bill, 0.0)

    return trade


def gross(market: Market, cash: float, positions: dict, last: dict, targets: dict, first: bool) -> float:
    """vectorbt's convention: sized before costs, sells first by signed value, a buy cut to what cash can pay."""
    equity = cash + sum(n * last[i] for i, n in positions.items())
    wish = {i: w * equity - positions.get(i, 0.0) * last[i] for i, w in targets.items()}
    for i in sorted(wish, key=lambda i: wish[i]):
        size = wish[i] / last[i]
        if size < 0:
            cash -= size * last[i] * (1 - market.slip[i]) * (1 - market.fee[i])
        else:
            size = min(size, cash / (last[i] * (1 + market.slip[i]) * (1 + market.fee[i])))
            cash -= size * last[i] * (1 + market.slip[i]) * (1 + market.fee[i])
        positions[i] = positions.get(i, 0.0) + size
    return max(cash, 0.0)


def _root(function: Callable[[float], float], low: float, high: float) -> float:
    """The zero of a rising function, by bisection to the last bit."""
    for _ in range(200):
        middle = 0.5 * (low + high)
        if middle in (low, high):
            break
        low, high = (low, middle) if function(middle) > 0 else (middle, high)
    return high
