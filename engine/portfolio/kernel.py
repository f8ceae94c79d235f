"""The kernel: one pass over the sessions, in the order in which a day happens. Plain Python; `compiled` compiles it.

For each session t:
  1. cash earns its rate (or pays for its debt), dividends come in, borrowed assets and the manager are paid;
  2. what ended the session before turns into cash;
  3. if a decision is due, it trades at the fill prices (`rebalance_net`, `rebalance_any` or `rebalance_gross`);
  4. equity is cash plus holdings at the closing price.

Between two sessions with an event nothing but the first and the last happens: `_hold`.

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
#: Positions of assets, unsigned: compiled code need not ask of each whether it counts from the end.
Order: TypeAlias = "NDArray[np.uint64] | list[int]"

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
    wanted buy that cash allowed; capped (K,): the part of every wanted trade that the turnover cap allowed, 0 where
    costs would have exceeded equity.
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
    return left if abs(left) > ROUNDING * equity else 0.0, cut


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
    held: Vector,
    moving: Order,
) -> tuple[float, float, float]:
    """Trade so that targets hold after costs, with every rule there is. Returns cash, the cut of buys, the part capped.

    wanted, held, moving (N,) are scratch: the weight aimed at, the value held, and the assets that trade.
    """
    n = len(units)
    price, target, tradable = orders.fill_prices[k], orders.targets[k], orders.tradable[k]
    impacts = rates.impact.shape[0] > 0
    equity = cash
    for i in range(n):
        held[i] = units[i] * price[i]
        equity += held[i]
    if equity <= 0.0:
        return cash, 1.0, 1.0
    # (i) Which assets trade, settled on equity before costs: band, smallest trade and missing prices take assets out.
    turnover = 0.0
    count = 0
    for i in range(n):
        if not tradable[i] or math.isnan(target[i]):
            continue
        weight = held[i] / equity
        wanted[i] = target[i]
        if rules.band > 0.0 and k > 0:
            width = rules.band * abs(target[i]) if rules.relative else rules.band
            if abs(weight - target[i]) <= width + ROUNDING:
                continue
            if rules.to_edge:
                wanted[i] = target[i] + width if weight > target[i] else target[i] - width
        if abs(wanted[i] - weight) <= max(rules.smallest, ROUNDING):
            continue
        turnover += 0.5 * abs(wanted[i] - weight)
        moving[count] = i
        count += 1
    capped = 1.0
    if turnover > rules.cap and k > 0:
        capped = rules.cap / turnover
        for j in range(count):
            i = moving[j]
            weight = held[i] / equity
            wanted[i] = weight + capped * (wanted[i] - weight)
    # (ii) Equity after costs, iterated from equity before.
    after = equity
    for _ in range(ROUNDS):
        cost = 0.0
        for j in range(count):
            i = moving[j]
            cost += cost_of(
                abs(wanted[i] * after - held[i]), price[i], rates.fee[i], rates.slip[i],
                rates.per_share[i], rates.per_order[i], rates.minimum[i], rates.impact[k, i] if impacts else 0.0,
            )  # fmt: skip
        solved = equity - cost
        moved = abs(solved - after)
        after = solved
        if moved <= 1e-15 * equity or after <= 0.0:
            break
    # (v) Where fees exceed equity nothing trades.
    if after <= 0.0:
        return cash, 0.0, 0.0
    # (iii) If cash would fall below its floor, all buys are cut by one factor: what they may cost over what they do.
    least = rules.floor * after
    cut = 1.0
    for _ in range(ROUNDS):
        freed = cash
        left = cash
        for j in range(count):
            i = moving[j]
            change = wanted[i] * after - held[i]
            bought = change > 0.0
            if bought:
                change *= cut
            paid = change + cost_of(
                abs(change), price[i], rates.fee[i], rates.slip[i],
                rates.per_share[i], rates.per_order[i], rates.minimum[i], rates.impact[k, i] if impacts else 0.0,
            )  # fmt: skip
            left -= paid
            freed -= 0.0 if bought else paid
        needed = freed - left
        if needed <= max(freed - least, 0.0) + ROUNDING * equity:
            break
        cut *= max(freed - least, 0.0) / needed
        if cut < ROUNDING:
            cut = 0.0
    # (iv) Units; lots are rounded toward zero and the rest stays in cash.
    left = cash
    for j in range(count):
        i = moving[j]
        aim = wanted[i] * after
        if aim > held[i]:
            aim = held[i] + cut * (aim - held[i])
        new = aim / price[i]
        if rules.lots[i] > 0.0:
            # A hair above, so that a whole number of lots stays whole.
            new = math.trunc(new / rules.lots[i] * (1.0 + ROUNDING)) * rules.lots[i]
        change = (new - units[i]) * price[i]
        if abs(change) <= ROUNDING * equity:
            continue
        left -= change + cost_of(
            abs(change), price[i], rates.fee[i], rates.slip[i],
            rates.per_share[i], rates.per_order[i], rates.minimum[i], rates.impact[k, i] if impacts else 0.0,
        )  # fmt: skip
        units[i] = new
    return left if abs(left) > ROUNDING * equity else 0.0, cut, capped


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


def _hold(
    cash: float, units: Vector, prices: Matrix, growth: Vector, debit: Vector, first: int, stop: int,
    equity_path: Vector, cash_path: Vector,
) -> float:  # fmt: skip
    """The sessions from `first` to before `stop`, on which cash earns its rate and nothing else happens. Returns cash.

    Four at a time: what is held is read once for all of them. Growth is above zero, so that what is owed stays owed.
    """
    n = len(units)
    whole = stop - (stop - first) % 4
    owes = cash < 0.0
    for t in range(first, whole, 4):
        a = cash * (debit[t] if owes else growth[t])
        b = a * (debit[t + 1] if owes else growth[t + 1])
        c = b * (debit[t + 2] if owes else growth[t + 2])
        d = c * (debit[t + 3] if owes else growth[t + 3])
        cash = d
        cash_path[t], cash_path[t + 1], cash_path[t + 2], cash_path[t + 3] = a, b, c, d
        for i in range(n):
            held = units[i]
            a += held * prices[t, i]
            b += held * prices[t + 1, i]
            c += held * prices[t + 2, i]
            d += held * prices[t + 3, i]
        equity_path[t], equity_path[t + 1], equity_path[t + 2], equity_path[t + 3] = a, b, c, d
    for t in range(whole, stop):
        cash *= debit[t] if owes else growth[t]
        equity = cash
        for i in range(n):
            equity += units[i] * prices[t, i]
        equity_path[t] = equity
        cash_path[t] = cash
    return cash


def simulate(market: Market, orders: Orders, rates: Rates, rules: Rules, paths: Paths) -> None:
    """Simulate one portfolio and fill `paths`."""
    prices, growth, debit, dividends, ends = market
    due, fill_prices, targets, tradable = orders
    equity_path, cash_path, units_path, cut, capped = paths
    sessions, n = prices.shape
    rate = rates.fee + rates.slip
    units, scratch, value = np.zeros(n), np.empty(n), np.empty(n)
    order = np.zeros(n, np.uint64)
    pays = dividends.shape[0] > 0
    accrues = rates.management > 0.0
    gone = sessions
    for i in range(n):
        accrues = accrues or rates.borrow[i] > 0.0
        if ends[i] >= 0:
            gone = min(gone, ends[i] + 1)
    simple = rates.mere and rules.plain
    cash = rules.capital
    equity = cash
    short = False
    k = 0
    t = 0
    while t < sessions:
        cash *= growth[t] if cash >= 0.0 else debit[t]
        if pays:
            for i in range(n):
                if dividends[t, i] != 0.0:
                    cash += units[i] * dividends[t, i]
        if accrues and t > 0:
            cash -= rates.management * equity
            if short:
                for i in range(n):
                    cash -= rates.borrow[i] * max(-units[i] * prices[t - 1, i], 0.0)
        if t == gone:
            gone = sessions
            for i in range(n):
                if ends[i] == t - 1:
                    cash += units[i] * prices[t, i]
                    units[i] = 0.0
                elif ends[i] >= t:
                    gone = min(gone, ends[i] + 1)
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
                cash, cut[k], capped[k] = rebalance_any(cash, units, k, orders, rates, rules, scratch, value, order)
            short = False
            for i in range(n):
                units_path[k, i] = units[i]
                short = short or units[i] < 0.0
            k += 1
        equity = cash
        for i in range(n):
            equity += units[i] * prices[t, i]
        equity_path[t] = equity
        cash_path[t] = cash
        t += 1
        if not pays and not accrues:
            stop = min(due[k], gone) if k < len(due) else gone
            if t < stop:
                cash = _hold(cash, units, prices, growth, debit, t, stop, equity_path, cash_path)
                t = stop
