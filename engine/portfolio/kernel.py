"""The kernel: one pass over the sessions, in the order in which a day happens. Plain Python; `compiled` compiles it.

For each session t:
  1. cash earns its rate, and what was delisted the session before turns into cash;
  2. if a decision is due, it trades at the fill prices (`rebalance_net` or `rebalance_gross`);
  3. equity is cash plus holdings at the closing price.

Invariants: equity = cash + sum(units * price); cash stays at or above zero; no NaN gets in.
No fastmath, explicit loops in asset order, no unguarded division: compiled or not, the same bits come out.
"""

from __future__ import annotations

import math
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from engine.market.table import Indices, Matrix, Vector

#: One value per asset: an array, or a list where the plain rebalance runs on Python's own numbers.
Row: TypeAlias = "Vector | list[float]"
Flags: TypeAlias = "NDArray[np.bool_] | list[bool]"
Order: TypeAlias = "Indices | list[int]"

#: Most rounds of the fixed point for equity after costs. It contracts by the cost rate: a handful at usual costs.
ROUNDS = 500
#: Shortfalls of cash and changes of a holding up to this part of equity are rounding, neither debt nor trade.
ROUNDING = 1e-12


def rebalance_net(
    cash: float,
    units: Row,
    price: Row,
    target: Row,
    tradable: Flags,
    rate: Row,
    band: float,
    to_edge: bool,
    first: bool,
    wanted: Row,
    trades: Flags,
) -> float:
    """Trade so that targets hold after costs; DESIGN's five steps, less lots and fixed fees. Returns cash.

    wanted, trades (N,) are scratch: the weight aimed at, and whether the asset trades.
    """
    n = len(units)
    equity = cash
    for i in range(n):
        equity += units[i] * price[i]
    if equity <= 0.0:
        return cash
    # (i) Which assets trade, settled on equity before costs.
    for i in range(n):
        trades[i] = tradable[i] and not math.isnan(target[i])
        wanted[i] = target[i]
        if trades[i] and band > 0.0 and not first:
            drift = units[i] * price[i] / equity - target[i]
            if abs(drift) <= band + ROUNDING:
                trades[i] = False
            elif to_edge:
                wanted[i] = target[i] + band if drift > 0.0 else target[i] - band
    # (ii) Equity after costs: the one solution of V' = V - sum(rate |w V' - a|).
    after = equity
    for _ in range(ROUNDS):
        cost = 0.0
        for i in range(n):
            if trades[i]:
                cost += rate[i] * abs(wanted[i] * after - units[i] * price[i])
        solved = equity - cost
        moved = abs(solved - after)
        after = solved
        if moved <= 1e-15 * equity:
            break
    # (iii) If cash would fall below zero, all buys are cut by one factor. Rounding is no trade.
    freed = cash
    needed = 0.0
    for i in range(n):
        if trades[i]:
            change = wanted[i] * after - units[i] * price[i]
            if abs(change) <= ROUNDING * equity:
                trades[i] = False
            else:
                needed += max(change, 0.0) * (1.0 + rate[i])
                freed -= min(change, 0.0) * (1.0 - rate[i])
    cut = 1.0
    if needed > freed + ROUNDING * equity:
        cut = max(freed, 0.0) / needed
    left = freed - cut * needed
    for i in range(n):
        if trades[i]:
            aim = wanted[i] * after
            if cut < 1.0 and aim > units[i] * price[i]:
                aim = units[i] * price[i] + cut * (aim - units[i] * price[i])
            units[i] = aim / price[i]
    return left if left > ROUNDING * equity else 0.0


def rebalance_gross(
    cash: float,
    units: Row,
    price: Row,
    target: Row,
    tradable: Flags,
    fee: Row,
    slip: Row,
    wanted: Row,
    order: Order,
) -> float:
    """Trade as vectorbt's from_orders does: sized on equity before costs, sells first, a buy cut to cash. Returns cash.

    wanted (N,), order (N,) are scratch: each order's value, and the assets by that value, ties in asset order.
    """
    n = len(units)
    equity = cash
    for i in range(n):
        equity += units[i] * price[i]
    for i in range(n):
        wanted[i] = 0.0
        if tradable[i] and not math.isnan(target[i]):
            wanted[i] = target[i] * equity - units[i] * price[i]
        place = i
        while place > 0 and wanted[order[place - 1]] > wanted[i]:
            order[place] = order[place - 1]
            place -= 1
        order[place] = i
    for k in range(n):
        i = order[k]
        if not tradable[i] or math.isnan(target[i]) or equity <= 0.0:
            continue
        change = target[i] * equity / price[i] - units[i]
        if abs(change) <= ROUNDING:
            continue
        if change > 0.0:
            paid = price[i] * (1.0 + slip[i])
            cost = change * paid * (1.0 + fee[i])
            if cost > cash and abs(cost - cash) > 1e-9 * max(abs(cost), abs(cash)):
                change = cash / (1.0 + fee[i]) / paid
                cost = cash
            cash = cash - cost
            units[i] += change
        else:
            sold = min(units[i], -change)
            cash += sold * price[i] * (1.0 - slip[i]) * (1.0 - fee[i])
            units[i] -= sold
        if cash < 0.0:
            cash = 0.0
    return cash


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
    """Fill equity_path (T,), cash_path (T,) and units_path (K, N): the holdings right after each rebalance.

    prices (T, N): last known price, 0 before the first. growth (T,): 1 + return of cash into session t.
    ends (N,): last session with a price, T where there is no such end. due (K,): ascending sessions on which
    rebalance k trades. fill_prices, targets, tradable (K, N). fee, slip (N,): parts of traded value.
    gross: the sizing. band: 0 for none; to_edge: trade to the band's edge, not to target. capital: cash at the start.
    """
    sessions, n = prices.shape
    units = np.zeros(n)
    rate = fee + slip
    scratch = np.empty(n)
    trades = np.empty(n, np.bool_)
    order = np.zeros(n, np.int64)
    first_end = sessions
    for i in range(n):
        first_end = min(first_end, ends[i])
    cash = capital
    k = 0
    for t in range(sessions):
        cash *= growth[t]
        if t > first_end:
            for i in range(n):
                if ends[i] == t - 1:
                    cash += units[i] * prices[t, i]
                    units[i] = 0.0
        if k < len(due) and due[k] == t:
            if gross:
                cash = rebalance_gross(cash, units, fill_prices[k], targets[k], tradable[k], fee, slip, scratch, order)
            else:
                cash = rebalance_net(
                    cash, units, fill_prices[k], targets[k], tradable[k], rate, band, to_edge, k == 0,
                    scratch, trades,
                )  # fmt: skip
            for i in range(n):
                units_path[k, i] = units[i]
            k += 1
        equity = cash
        for i in range(n):
            equity += units[i] * prices[t, i]
        equity_path[t] = equity
        cash_path[t] = cash
