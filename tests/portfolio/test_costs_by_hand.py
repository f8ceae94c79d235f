"""Every cost and every trading rule worked out by hand, through the ledger and the compiled kernel."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from engine.errors import ConfigError, DataError
from engine.market.panel import Panel
from engine.portfolio.costs import KINDS, costs_of
from engine.portfolio.ledger import Decisions, Ledger, run_ledger
from tests.portfolio.attributed import quiet_market
from tests.portfolio.markets import config_of, panel_of


def ledger(
    prices: list[list[float]],
    decided: list[int],
    targets: list[list[float]],
    cash: list[float] | None = None,
    panel: dict[str, Any] | None = None,
    **changes: Any,
) -> Ledger:
    """Decisions trade at the close of their own session; capital 1,000 and 252 sessions a year."""
    market = quiet_market(np.array(prices, dtype=np.float64), cash=cash)
    alive = ~np.isnan(market.prices)
    last = len(market.prices) - 1 - np.argmax(alive[::-1], axis=0)
    market = replace(market, ends=np.where(last < len(market.prices) - 1, last, len(market.prices)))
    trade = {"after": 0, **changes.pop("trade", {})}
    money = changes.pop("money", {})
    config = config_of(len(prices[0]), capital=1000.0, trade=trade, cash=money, **changes)
    made: Panel = replace(panel_of(market), **(panel or {}))
    orders = Decisions(np.array(decided), np.array(targets, dtype=np.float64), np.ones(len(decided), np.bool_))
    return run_ledger(config, made, orders, costs_of(config, made))


def paid(found: Ledger, kind: str) -> list[float]:
    return found.costs[:, KINDS.index(kind)].tolist()


FLAT = [[10.0], [10.0], [10.0]]


def test_commission_is_bps_shares_and_order_with_a_minimum() -> None:
    # 50 shares of 10 after costs: x + 0.001 x + 0.02 x / 10 + 1 is what half of equity after costs buys.
    found = ledger(
        FLAT, [1], [[0.5]], trade={"commission_bps": 10, "commission_per_share": 0.02, "commission_per_order": 1}
    )
    after = 999.0 / (1 + 0.5 * (0.001 + 0.002))
    assert found.equity[1] == pytest.approx(after, rel=1e-12)
    assert paid(found, "commission")[1] == pytest.approx(1000 - after, rel=1e-12)
    # The least commission of 5 is more than 10 bps of 500.
    least = ledger(FLAT, [1], [[0.5]], trade={"commission_bps": 10, "commission_minimum": 5})
    assert least.equity[1] == pytest.approx(995.0, rel=1e-12)
    assert paid(least, "commission")[1] == pytest.approx(5.0, rel=1e-12)


def test_costs_are_named_by_sleeve_asset_and_default() -> None:
    found = ledger([[10.0, 10.0]] * 2, [1], [[0.5, 0.5]], trade={"commission_per_order": {"a00": 2.0, "default": 3.0}})
    assert found.trades.costs[:, 0].tolist() == [2.0, 3.0]


def test_impact_is_deviations_times_the_root_of_the_days_volume() -> None:
    rng = np.random.default_rng(0)
    prices = (100 * np.exp(rng.normal(0, 0.01, 90).cumsum()))[:, None]
    volumes = np.full((90, 1), 40.0)
    found = ledger(prices.tolist(), [80], [[0.5]], panel={"volumes": volumes}, trade={"impact": 0.7})
    returns = np.diff(np.log(prices[:, 0]))[79 - 63 : 79]
    daily = (prices[80 - 21 : 80, 0] * 40).mean()
    value = found.trades.value[0]
    expected = 0.7 * returns.std(ddof=1) * value * np.sqrt(value / daily)
    assert paid(found, "impact")[80 - found.start] == pytest.approx(expected, rel=1e-12)
    assert found.equity[80 - found.start] == pytest.approx(1000 - expected, rel=1e-12)
    assert value == pytest.approx(0.5 * (1000 - expected), rel=1e-12)


def test_impact_needs_volumes() -> None:
    with pytest.raises(
        DataError, match=r"trade\.impact: found an impact, but data without volumes; expected prices that"
    ):
        ledger(FLAT, [1], [[0.5]], trade={"impact": 1.0})


def test_shorts_pay_for_what_they_borrow() -> None:
    found = ledger([[10.0]] * 4, [1], [[-0.5]], allow_short=True, trade={"borrow_bps_a_year": 252.0})
    # 1 bp a session of 500: 0.05.
    assert found.cash[1] == pytest.approx(1500.0)
    assert paid(found, "borrow") == pytest.approx([0, 0, 0.05, 0.05])
    assert found.equity[-1] == pytest.approx(999.9)


def test_what_is_borrowed_is_worth_the_close_before() -> None:
    found = ledger(
        [[10.0], [10.0], [12.0], [11.0]], [1], [[-0.5]], allow_short=True, trade={"borrow_bps_a_year": 252.0}
    )
    # 50 are short, at 10 and then at 12: 1 bp of 500 and of 600.
    assert paid(found, "borrow") == pytest.approx([0, 0, 0.05, 0.06])
    assert found.equity.tolist() == pytest.approx([1000, 1000, 900 - 0.05, 950 - 0.11])


def test_debt_is_financed_at_its_own_rate() -> None:
    session = 1.1 ** (1 / 252) - 1
    found = ledger([[10.0]] * 3, [1], [[1.5]], limits={"gross": 1.5}, money={"rate": 0.0, "debit_rate": 0.1})
    assert found.cash[1] == pytest.approx(-500.0)
    assert paid(found, "financing")[2] == pytest.approx(500 * session)
    assert found.interest.tolist() == [0.0, 0.0, 0.0]
    assert found.equity[2] == pytest.approx(1000 - 500 * session)


def test_the_manager_is_paid_of_equity_a_session() -> None:
    found = ledger(FLAT, [1], [[0.5]], trade={"management_bps_a_year": 252.0})
    # One basis point a session of the equity before.
    assert paid(found, "management")[1:] == pytest.approx([0.1, 0.09999], rel=1e-12)
    assert found.equity[2] == pytest.approx(1000 - 0.1 - 0.09999, rel=1e-12)


def test_dividends_come_in_less_what_is_withheld() -> None:
    found = ledger(
        FLAT, [1], [[0.5]], panel={"dividends": np.array([[0.0], [9.0], [0.2]])}, trade={"withholding": 0.15}
    )
    # 50 shares were held at the close before the last session only.
    assert found.dividends.tolist() == [0.0, 0.0, pytest.approx(10.0)]
    assert paid(found, "withholding") == pytest.approx([0, 0, 1.5])
    assert found.cash[2] == pytest.approx(508.5)


def test_what_has_ended_pays_its_recovery() -> None:
    prices = [[10.0], [10.0], [np.nan], [np.nan]]
    found = ledger(prices, [1], [[0.5]], panel={"recovery": np.array([0.4])})
    assert found.equity.tolist() == pytest.approx([1000, 1000, 700, 700])
    assert found.cash[2] == pytest.approx(700)


def test_a_band_may_be_a_part_of_the_target() -> None:
    prices = [[10.0, 10.0], [10.0, 10.0], [10.5, 10.0], [12.5, 10.0]]
    wide = {"band": 0.1, "of": "target"}
    found = ledger(prices, [1, 2, 3], [[0.4, 0.4]] * 3, rebalance=wide)
    # At 12.5 a is 500 of 1,100: 5.5 points off, more than a tenth of 40; b is 3.6 points off.
    assert [int(session) for session in found.trades.session] == [1, 1, 3]
    assert found.weights[3, 0] == pytest.approx(0.4)


def test_the_band_of_a_short_target_is_as_wide_as_that_of_a_long_one() -> None:
    # At 10.2 the short is 510 of 990, 1.5 points off; at 12 it is 600 of 900, 16.7 points off: a tenth of 50 is 5.
    prices = [[10.0], [10.0], [10.2], [12.0]]
    found = ledger(prices, [1, 2, 3], [[-0.5]] * 3, allow_short=True, rebalance={"band": 0.1, "of": "target"})
    assert [int(session) for session in found.trades.session] == [1, 3]


def test_the_cash_floor_is_a_part_of_what_costs_leave() -> None:
    # V' = 1000 - 0.01 x 0.9 V'; a tenth of V', not of 1000, stays in cash, so that nothing is cut.
    found = ledger(FLAT, [1], [[0.9]], limits={"cash_floor": 0.1}, trade={"commission_bps": 100})
    assert found.equity[1] == pytest.approx(1000 / 1.009)
    assert found.cash[1] == pytest.approx(100 / 1.009)
    assert found.stuck == 0


def test_small_trades_are_left_out() -> None:
    prices = [[10.0, 10.0], [10.0, 10.0], [10.1, 10.0], [12.0, 10.0]]
    found = ledger(prices, [1, 2, 3], [[0.5, 0.5]] * 3, trade={"smallest_trade": 0.01})
    assert [int(session) for session in found.trades.session] == [1, 1, 3, 3]


def test_turnover_is_capped_and_says_so() -> None:
    found = ledger([[10.0, 10.0]] * 3, [1, 2], [[1.0, 0.0], [0.0, 1.0]], trade={"turnover_cap": 0.25})
    assert found.weights[2].tolist() == pytest.approx([0.75, 0.25])
    assert found.trades.reason[-2:].tolist() == [3, 3]
    assert found.trades.wanted[-2:].tolist() == pytest.approx([-100.0, 100.0])
    assert found.stuck == 2


def test_lots_are_whole_and_the_rest_stays_in_cash() -> None:
    found = ledger([[30.0]] * 2, [1], [[1.0]], trade={"lots": 10, "commission_per_order": 1.0})
    assert found.units[1, 0] == 30.0
    assert found.cash[1] == pytest.approx(99.0)
    whole = ledger([[10.0]] * 2, [1], [[0.5]], trade={"lots": 1})
    assert whole.units[1, 0] == 50.0


def test_lots_of_a_short_are_rounded_toward_zero_too() -> None:
    # 500 short at 30 are 16.67 units: one lot of 10, not two.
    found = ledger([[30.0]] * 2, [1], [[-0.5]], allow_short=True, trade={"lots": 10})
    assert found.units[1, 0] == -10.0
    assert found.cash[1] == pytest.approx(1300.0)


def test_a_rate_that_moves_while_there_is_no_price_counts_with_the_next_price() -> None:
    # 100 units of 10 local; on the gap nothing is known to have moved. Then 12 at 1.2 are 10 local: all of it currency.
    rates = np.array([[1.0], [1.0], [1.5], [1.2]])
    found = ledger([[10.0], [10.0], [np.nan], [12.0]], [1], [[1.0]], panel={"fx": rates})
    assert found.currency.tolist() == pytest.approx([0.0, 0.0, 0.0, 200.0])


def test_buys_are_cut_to_cash_by_one_factor_where_a_sale_is_stuck() -> None:
    prices = [[10.0, 10.0, 10.0], [10.0, 10.0, 10.0], [np.nan, 10.0, 10.0], [10.0, 10.0, 10.0]]
    found = ledger(prices, [1, 2], [[0.8, 0.0, 0.0], [0.0, 0.6, 0.2]], trade={"commission_per_order": 1.0})
    # 199.8 of cash: 1 + f 0.6 V' and 1 + f 0.2 V' of buys.
    bought = found.trades.units[-2:] * 10
    assert bought.sum() == pytest.approx(199.8 - 2, rel=1e-9)
    assert bought[0] / bought[1] == pytest.approx(3.0, rel=1e-9)
    assert found.cash[2] == pytest.approx(0.0, abs=1e-9)
    reasons = dict(
        zip(
            found.trades.asset[found.trades.session == 2].tolist(),
            found.trades.reason[found.trades.session == 2].tolist(),
            strict=True,
        )
    )
    assert reasons == {0: 1, 1: 2, 2: 2}


def test_fees_beyond_equity_trade_nothing() -> None:
    found = ledger(FLAT, [1], [[0.5]], trade={"commission_per_order": 2000.0})
    assert found.equity.tolist() == [1000.0] * 3
    assert not found.units.any()


def test_a_portfolio_that_is_ruined_is_named_by_its_day() -> None:
    with pytest.raises(ConfigError) as caught:
        ledger([[10.0], [10.0], [40.0]], [1], [[-0.5]], allow_short=True)
    assert "found equity at or below zero on 2015-01-05; expected a portfolio that survives its window" in str(
        caught.value
    )
