"""The kernel: one pass over the sessions, in the order in which a day happens. Plain Python; `compiled` compiles it.

For each session t:
  1. cash earns its rate (or pays for its debt), dividends come in, borrowed assets and the manager are paid;
  2. what ended the session before turns into cash;
  3. if a decision is due, it trades at the fill prices (`rebalance_net`, `rebalance_any` or `rebalance_gross`);
  4. equity is cash plus holdings at the closing price.

Invariants: equity = cash + sum(units * price); cash stays at or above its floor; no NaN gets in.
No fastmath, explicit loops in asset order, no unguarded division: compiled or not, the same bits come out.
"""

from __future__ import annotations

import math
from typing import NamedTuple, TypeAlias

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


class Market(NamedTuple):
    """What the market pays.

    prices (T, N): what a holding is worth, 0 before the first price. growth, debit (T,): 1 + return of cash into
    session t, where it is above zero and where below; dividends (T, N): per unit, after withholding; (0, 0) if none.
    ends (N,): last session with a price, T where there is no such end.
    """

    prices: Matrix
    growth: Vector
    debit: Vector
    dividends: Matrix
    ends: Indices


class Orders(NamedTuple):
    """What is to be traded. due (K,): ascending sessions of the rebalances. fill_prices, targets, tradable (K, N)."""

    due: Indices
    fill_prices: Matrix
    targets: Matrix
    tradable: NDArray[np.bool_]


class Rates(NamedTuple):
    """What trading and holding cost. fee, slip, per_share, per_order, minimum, borrow (N,); impact (K, N), or (0, 0).

    Costs of a trade of value v in n shares: max(minimum, fee v + per_share n + per_order) + slip v + impact v^1.5.
    borrow: of the value of a short position, per session. management: of equity, per session.
    mere: fee and slip are all there is.
    """

    fee: Vector
    slip: Vector
    per_share: Vector
    per_order: Vector
    minimum: Vector
    impact: Matrix
    borrow: Vector
    management: float
    mere: bool


class Rules(NamedTuple):
    """How targets are traded.

    gross: the sizing. band: 0 for none; relative: it is a part of the target; to_edge: trade to the band's edge.
    smallest: trades below this part of equity are left out. cap: most one-way turnover of a rebalance. lots (N,): units
    come in whole multiples, 0 for fractions. floor: least cash, as part of equity. capital: cash at the start.
    plain: no band, smallest, cap, lots or floor.
    """

    gross: bool
    band: float
    relative: bool
    to_edge: bool
    smallest: float
    cap: float
    lots: Vector
    floor: float
    capital: float
    plain: bool


class Paths(NamedTuple):
    """What the kernel fills: equity, cash (T,); units (K, N) right after each rebalance; cut (K,): the part of every
    wanted buy that cash allowed; capped (K,): the part of every wanted trade that the turnover cap allowed.
    """

    equity: Vector
    cash: Vector
    units: Matrix
    cut: Vector
    capped: Vector


def rebalance_net(
    cash: float, units: Row, price: Row, target: Row, tradable: Flags, rate: Row, goal: Row, value: Row
) -> tuple[float, float]:
    """Trade so that targets hold after costs that are mere rates. Returns cash and the cut of buys.

    goal, value (N,) are scratch: target and value held of what trades, zero for what does not.
    """
    n = len(units)
    equity = cash
    # (i) Which assets trade.
    for i in range(n):
        held = units[i] * price[i]
        equity += held
        trades = tradable[i] and not math.isnan(target[i])
        goal[i] = target[i] if trades else 0.0
        value[i] = held if trades else 0.0
    if equity <= 0.0:
        return cash, 1.0
    # (ii) Equity after costs: the one solution of V' = V - sum(rate |w V' - a|), by Newton's steps from V. Between
    # kinks the sum is a straight line, so one step finds the solution and one more confirms it.
    after = equity
    for _ in range(ROUNDS):
        cost = 0.0
        slope = 1.0
        for i in range(n):
            change = goal[i] * after - value[i]
            marginal = rate[i] if change > 0.0 else -rate[i]
            cost += marginal * change
            slope += marginal * goal[i]
        moved = (after + cost - equity) / max(slope, 0.1)
        after -= moved
        if abs(moved) <= 1e-15 * equity:
            break
    # (iii) If cash would fall below zero, all buys are cut by one factor. Rounding is no trade.
    freed = cash
    needed = 0.0
    for i in range(n):
        change = goal[i] * after - value[i]
        if abs(change) > ROUNDING * equity:
            needed += max(change, 0.0) * (1.0 + rate[i])
            freed -= min(change, 0.0) * (1.0 - rate[i])
    cut = 1.0
    if needed > freed + ROUNDING * equity:
        cut = max(freed, 0.0) / needed
    left = freed - cut * needed
    for i in range(n):
        aim = goal[i] * after
        if abs(aim - value[i]) > ROUNDING * equity:
            if cut < 1.0 and aim > value[i]:
                aim = value[i] + cut * (aim - value[i])
            units[i] = aim / price[i]
    return left if left > ROUNDING * equity else 0.0, cut


def cost_of(
    value: float, price: float, fee: float, slip: float, per_share: float, per_order: float, least: float, impact: float
) -> float:
    """What a trade of an absolute value costs; see Rates."""
    if value <= 0.0:
        return 0.0
    commission = fee * value + per_share * value / price + per_order
    return max(commission, least) + slip * value + impact * value * math.sqrt(value)


def rebalance_any(
    cash: float,
    units: Vector,
    k: int,
    orders: Orders,
    rates: Rates,
    rules: Rules,
    wanted: Vector,
    trades: NDArray[np.bool_],
) -> tuple[float, float, float]:
    """Trade so that targets hold after costs, with every rule there is. Returns cash, the cut of buys, the part capped.

    wanted, trades (N,) are scratch: the weight aimed at, and whether the asset trades.
    """
    n = len(units)
    price, target, tradable = orders.fill_prices[k], orders.targets[k], orders.tradable[k]
    equity = cash
    for i in range(n):
        equity += units[i] * price[i]
    if equity <= 0.0:
        return cash, 1.0, 1.0
    # (i) Which assets trade, settled on equity before costs: band, smallest trade and missing prices take assets out.
    turnover = 0.0
    for i in range(n):
        held = units[i] * price[i] / equity
        trades[i] = tradable[i] and not math.isnan(target[i])
        wanted[i] = target[i]
        if trades[i] and rules.band > 0.0 and k > 0:
            width = rules.band * abs(target[i]) if rules.relative else rules.band
            if abs(held - target[i]) <= width + ROUNDING:
                trades[i] = False
            elif rules.to_edge:
                wanted[i] = target[i] + width if held > target[i] else target[i] - width
        if trades[i] and abs(wanted[i] - held) <= max(rules.smallest, ROUNDING):
            trades[i] = False
        if trades[i]:
            turnover += 0.5 * abs(wanted[i] - held)
    capped = 1.0
    if turnover > rules.cap and k > 0:
        capped = rules.cap / turnover
        for i in range(n):
            held = units[i] * price[i] / equity
            wanted[i] = held + capped * (wanted[i] - held)
    # (ii) Equity after costs, iterated from equity before.
    after = equity
    for _ in range(ROUNDS):
        cost = 0.0
        for i in range(n):
            if trades[i]:
                impact = rates.impact[k, i] if rates.impact.shape[0] > 0 else 0.0
                cost += cost_of(
                    abs(wanted[i] * after - units[i] * price[i]), price[i], rates.fee[i], rates.slip[i],
                    rates.per_share[i], rates.per_order[i], rates.minimum[i], impact,
                )  # fmt: skip
        solved = equity - cost
        moved = abs(solved - after)
        after = solved
        if moved <= 1e-15 * equity or after <= 0.0:
            break
    # (v) Where fees exceed equity nothing trades.
    if after <= 0.0:
        return cash, 0.0, capped
    # (iii) If cash would fall below its floor, all buys are cut by one factor: what they may cost over what they do.
    least = rules.floor * after
    freed = _cash_after(cash, units, k, orders, rates, wanted, trades, after, 0.0)
    cut = 1.0
    for _ in range(ROUNDS):
        needed = freed - _cash_after(cash, units, k, orders, rates, wanted, trades, after, cut)
        if needed <= max(freed - least, 0.0) + ROUNDING * equity:
            break
        cut *= max(freed - least, 0.0) / needed
        if cut < ROUNDING:
            cut = 0.0
    # (iv) Units; lots are rounded toward zero and the rest stays in cash.
    left = cash
    for i in range(n):
        if trades[i]:
            held = units[i] * price[i]
            aim = wanted[i] * after
            if aim > held:
                aim = held + cut * (aim - held)
            new = aim / price[i]
            if rules.lots[i] > 0.0:
                # A hair above, so that a whole number of lots stays whole.
                new = math.trunc(new / rules.lots[i] * (1.0 + ROUNDING)) * rules.lots[i]
            change = (new - units[i]) * price[i]
            if abs(change) <= ROUNDING * equity:
                continue
            impact = rates.impact[k, i] if rates.impact.shape[0] > 0 else 0.0
            left -= change + cost_of(
                abs(change), price[i], rates.fee[i], rates.slip[i],
                rates.per_share[i], rates.per_order[i], rates.minimum[i], impact,
            )  # fmt: skip
            units[i] = new
    return left if abs(left) > ROUNDING * equity else 0.0, cut, capped


def _cash_after(
    cash: float, units: Vector, k: int, orders: Orders, rates: Rates, wanted: Vector, trades: NDArray[np.bool_],
    after: float, cut: float,
) -> float:  # fmt: skip
    """Cash once all sells and the part `cut` of every buy are done and paid for."""
    for i in range(len(units)):
        if trades[i]:
            price = orders.fill_prices[k, i]
            change = wanted[i] * after - units[i] * price
            if change > 0.0:
                change *= cut
            impact = rates.impact[k, i] if rates.impact.shape[0] > 0 else 0.0
            cash -= change + cost_of(
                abs(change), price, rates.fee[i], rates.slip[i],
                rates.per_share[i], rates.per_order[i], rates.minimum[i], impact,
            )  # fmt: skip
    return cash


def rebalance_gross(
    cash: float, units: Row, price: Row, target: Row, tradable: Flags, fee: Row, fixed: Row, slip: Row, wanted: Row,
    order: Order,
) -> float:  # fmt: skip
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
            cost = change * paid * (1.0 + fee[i]) + fixed[i]
            if cost > cash and abs(cost - cash) > 1e-9 * max(abs(cost), abs(cash)):
                change = (cash - fixed[i]) / (1.0 + fee[i]) / paid
                cost = cash
            if change <= 0.0:
                continue
            cash = cash - cost
            units[i] += change
        else:
            sold = min(units[i], -change)
            proceeds = sold * price[i] * (1.0 - slip[i]) * (1.0 - fee[i]) - fixed[i]
            if sold <= 0.0 or proceeds < 0.0:
                continue
            cash += proceeds
            units[i] -= sold
        if cash < 0.0:
            cash = 0.0
    return cash


def simulate(market: Market, orders: Orders, rates: Rates, rules: Rules, paths: Paths) -> None:
    """Simulate one portfolio and fill `paths`."""
    prices, growth, debit, dividends, ends = market
    due, fill_prices, targets, tradable = orders
    equity_path, cash_path, units_path, cut, capped = paths
    sessions, n = prices.shape
    rate = rates.fee + rates.slip
    units, scratch, value = np.zeros(n), np.empty(n), np.empty(n)
    trades, order = np.empty(n, np.bool_), np.zeros(n, np.int64)
    first_end = sessions
    accrues = rates.management > 0.0
    for i in range(n):
        first_end = min(first_end, ends[i])
        accrues = accrues or rates.borrow[i] > 0.0
    pays = dividends.shape[0] > 0
    simple = rates.mere and rules.plain
    cash = rules.capital
    equity = cash
    k = 0
    for t in range(sessions):
        cash *= growth[t] if cash >= 0.0 else debit[t]
        if pays:
            for i in range(n):
                cash += units[i] * dividends[t, i]
        if accrues and t > 0:
            cash -= rates.management * equity
            for i in range(n):
                cash -= rates.borrow[i] * max(-units[i] * prices[t - 1, i], 0.0)
        if t > first_end:
            for i in range(n):
                if ends[i] == t - 1:
                    cash += units[i] * prices[t, i]
                    units[i] = 0.0
        if k < len(due) and due[k] == t:
            cut[k] = 1.0
            capped[k] = 1.0
            if rules.gross:
                cash = rebalance_gross(
                    cash, units, fill_prices[k], targets[k], tradable[k], rates.fee, rates.per_order, rates.slip,
                    scratch, order,
                )  # fmt: skip
            elif simple:
                cash, cut[k] = rebalance_net(cash, units, fill_prices[k], targets[k], tradable[k], rate, scratch, value)
            else:
                cash, cut[k], capped[k] = rebalance_any(cash, units, k, orders, rates, rules, scratch, trades)
            for i in range(n):
                units_path[k, i] = units[i]
            k += 1
        equity = cash
        for i in range(n):
            equity += units[i] * prices[t, i]
        equity_path[t] = equity
        cash_path[t] = cash
