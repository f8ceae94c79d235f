"""Trades worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from tests.portfolio.markets import Market, Simulated, run_kernel

ALIVE = np.full(2, 99, dtype=np.int64)


def market(
    prices: list[list[float]], due: list[int], targets: list[list[float]], *, bps: float = 0.0, slip_bps: float = 0.0,
    growth: list[float] | None = None, ends: list[int] | None = None,
) -> Market:  # fmt: skip
    count = len(prices[0])
    return Market(
        np.array(prices, dtype=float),
        np.array(ends if ends is not None else [len(prices)] * count, dtype=np.int64),
        np.array(growth or [1.0] * len(prices)),
        np.array(due, dtype=np.int64),
        np.array(targets, dtype=float).reshape(len(due), count),
        np.full(count, bps / 1e4),
        np.full(count, slip_bps / 1e4),
    )


def traded(run: Simulated, prices: list[float], k: int) -> np.ndarray:
    before = run.units[k - 1] if k else np.zeros(run.units.shape[1])
    return (run.units[k] - before) * np.array(prices)


def test_70_30_to_60_40_at_10_bp() -> None:
    """V' = 100,000 - 0.001 (|0.6 V' - 70,000| + |0.4 V' - 30,000|): 0.9998 V' = 99,960 ... V' = 99,979.995999."""
    # Bought free of cost by way of prices that move from 1:1 to 70:30.
    free = market([[1, 1], [1.4, 0.6]], [0], [[0.5, 0.5]])
    assert run_kernel(free).equity.tolist() == [100_000.0, 100_000.0]
    costly = Market(
        np.array([[1.0, 1.0], [1.4, 0.6]]), np.array([2, 2]), np.ones(2), np.array([0, 1]),
        np.array([[0.5, 0.5], [0.6, 0.4]]), np.full(2, 0.001), np.zeros(2), capital=100_000 * 1.001,
    )  # fmt: skip
    run = run_kernel(costly)
    assert run.units[0] == pytest.approx([50_000, 50_000], abs=1e-6)
    assert run.equity[0] == pytest.approx(100_000, abs=1e-6)
    assert run.equity[1] == pytest.approx(99_979.995999, abs=5e-7)
    assert 100_000 - run.equity[1] == pytest.approx(20.004001, abs=5e-7)
    assert traded(run, [1.4, 0.6], 1) == pytest.approx([-10_012.00240, 9_991.99840], abs=5e-6)
    assert run.units[1] * [1.4, 0.6] / run.equity[1] == pytest.approx([0.6, 0.4], abs=1e-14)
    assert run.cash[1] == 0.0


@pytest.mark.parametrize("gross", [False, True])
def test_all_in_from_100k_at_10_bp(gross: bool) -> None:
    run = run_kernel(market([[50.0]], [0], [[1.0]], bps=10), gross=gross)
    assert run.units[0, 0] * 50 == pytest.approx(99_900.0999001, abs=1e-6)
    assert run.equity[0] == pytest.approx(99_900.0999001, abs=1e-6)
    assert run.cash[0] == 0.0


def test_60_40_drifts_to_63_46_after_plus_10_and_minus_5() -> None:
    run = run_kernel(market([[100, 100], [110, 95]], [0], [[0.6, 0.4]]))
    weights = run.units[0] * [110, 95] / run.equity[1]
    assert weights == pytest.approx([0.63461538, 0.36538462], abs=5e-9)


def test_cash_earns_its_rate_before_the_trade() -> None:
    """100,000 grows by 1% on the second session, and only then is half of it invested."""
    run = run_kernel(market([[10.0], [10.0], [10.0]], [1], [[0.5]], growth=[1.0, 1.01, 1.01]))
    assert run.cash.tolist() == pytest.approx([100_000, 50_500, 51_005])
    assert run.units[0, 0] == pytest.approx(5_050)


def test_delisted_turns_into_cash_on_the_session_after_its_last_price() -> None:
    nan = np.nan
    run = run_kernel(
        market([[10, 10], [12, 10], [nan, 10], [nan, 11]], [0], [[0.5, 0.5]], ends=[1, 4], growth=[1, 1, 1, 1.1])
    )
    assert run.equity.tolist() == pytest.approx([100_000, 110_000, 110_000, 60_000 * 1.1 + 55_000])
    assert run.cash.tolist() == pytest.approx([0, 0, 60_000, 66_000])


def test_an_asset_without_a_price_is_carried_and_cannot_trade() -> None:
    nan = np.nan
    run = run_kernel(market([[10, 10], [nan, 20], [10, 20]], [0, 1, 2], [[0.5, 0.5]] * 3))
    # At the gap a is worth 50,000 and b 100,000; only b may go, to half of 150,000.
    assert run.units[1] == pytest.approx([5_000, 3_750])
    assert run.cash[1] == pytest.approx(25_000)
    assert run.units[2] == pytest.approx([7_500, 3_750])


def test_buys_are_cut_by_one_factor_where_a_position_cannot_be_sold() -> None:
    """All of a is to go into b and c, but a has no price: with 20,000 of cash both buys shrink alike."""
    nan = np.nan
    run = run_kernel(
        market([[10, 10, 10], [nan, 10, 10]], [0, 1], [[0.8, 0.0, 0.0], [0.0, 0.75, 0.25]], bps=100),
    )
    cash = 100_000 - 0.8 * run.equity[0] * 1.01
    spent = cash / 1.01
    assert run.units[1] * 10 == pytest.approx([0.8 * run.equity[0], 0.75 * spent, 0.25 * spent])
    assert run.cash[1] == 0.0


@pytest.mark.parametrize(("to_edge", "expected"), [(False, [0.5, 0.5]), (True, [0.55, 0.45])])
def test_band_trades_what_has_left_it(to_edge: bool, expected: list[float]) -> None:
    """50/50 drifts to 57.1/42.9: more than 5 points from target."""
    run = run_kernel(market([[10, 10], [12, 9]], [0, 1], [[0.5, 0.5]] * 2), band=0.05, to_edge=to_edge)
    assert run.units[1] * [12, 9] / run.equity[1] == pytest.approx(expected)


def test_band_leaves_what_is_inside_it() -> None:
    run = run_kernel(market([[10, 10], [12, 9]], [0, 1], [[0.5, 0.5]] * 2), band=0.08)
    assert run.units[1].tolist() == run.units[0].tolist() == [5_000, 5_000]


def test_drift_of_exactly_the_band_does_not_trade() -> None:
    """8/8 moves to 10/6: exactly 12.5 points on a band of 12.5 points."""
    run = run_kernel(market([[8, 8], [10, 6]], [0, 1], [[0.5, 0.5]] * 2), band=0.125)
    assert run.units[1].tolist() == run.units[0].tolist()


def test_first_purchase_ignores_the_band() -> None:
    run = run_kernel(market([[10, 10]], [0], [[0.03, 0.02]]), band=0.5)
    assert run.units[0].tolist() == pytest.approx([300, 200])


def test_gross_sells_first_and_cuts_the_last_buy_to_the_cash_left() -> None:
    """All of a into b at 1%: 99,000 come in, 99,000 / 1.01 is bought, nothing is left."""
    run = run_kernel(market([[10, 10], [10, 10]], [0, 1], [[0.9, 0.0], [0.0, 1.0]], bps=100), gross=True)
    start = 100_000 - 90_000 * 1.01
    assert run.units[1] * 10 == pytest.approx([0.0, (start + 90_000 * 0.99) / 1.01])
    assert run.cash[1] == 0.0


def test_gross_takes_commission_on_the_price_paid_slippage_included() -> None:
    """Buying 50,000 at 100 bp of slippage and 100 bp of commission costs 50,000 x 1.01 x 1.01."""
    run = run_kernel(market([[10.0]], [0], [[0.5]], bps=100, slip_bps=100), gross=True)
    assert run.cash[0] == pytest.approx(100_000 - 51_005)
    assert run.units[0, 0] == pytest.approx(5_000)


def test_without_a_rebalance_cash_is_all_there_is() -> None:
    run = run_kernel(market([[10.0], [11.0]], [], []))
    assert run.equity.tolist() == [100_000.0, 100_000.0]


def test_gross_is_long_only_a_negative_target_sells_what_there_is() -> None:
    run = run_kernel(market([[10], [10]], [0, 1], [[0.5], [-0.5]]), gross=True)
    assert run.units[:, 0].tolist() == [5_000, 0]
    assert run.cash[1] == 100_000


def test_net_of_costs_can_sell_short() -> None:
    run = run_kernel(market([[10], [12]], [0], [[-0.5]]))
    assert run.units[0, 0] == -5_000
    assert run.equity.tolist() == [100_000, 90_000]


def test_costs_of_long_and_short_together_may_exceed_what_is_left() -> None:
    """Twice long, once short at 40%: V' = V - 0.4 (2 V' + V'), so V' = V / 2.2, less than the costs of 1.2 V'."""
    run = run_kernel(market([[10, 10]], [0], [[2.0, -1.0]], bps=4_000))
    assert run.equity[0] == pytest.approx(100_000 / 2.2)
    assert run.units[0] * 10 == pytest.approx([200_000 / 2.2, -100_000 / 2.2])
