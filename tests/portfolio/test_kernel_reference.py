"""The kernel against a second engine written from the conventions, and against the shared bench's known answers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.portfolio import reference
from tests.portfolio.markets import Market, random_market, run_kernel

BENCH = Path(__file__).parents[2].parent / "shared" / "bench" / "data"


@pytest.mark.parametrize(("band", "to_edge"), [(0.0, False), (0.03, False), (0.03, True)])
@pytest.mark.parametrize("largest_cost", [0.0, 0.003, 0.15])
def test_net_sizing_equals_the_second_engine(band: float, to_edge: bool, largest_cost: float) -> None:
    rng = np.random.default_rng(11)
    for _ in range(25):
        market = random_market(rng, 60, int(rng.integers(1, 7)), largest_cost=largest_cost)
        run = run_kernel(market, band=band, to_edge=to_edge)
        equity, _ = reference.simulate(market, reference.net_of_costs(band, to_edge))
        np.testing.assert_allclose(run.equity, equity, rtol=1e-11)


@pytest.mark.parametrize("largest_cost", [0.0, 0.003, 0.15])
def test_gross_sizing_equals_the_second_engine(largest_cost: float) -> None:
    rng = np.random.default_rng(12)
    for _ in range(40):
        market = random_market(rng, 60, int(rng.integers(1, 7)), largest_cost=largest_cost)
        equity, _ = reference.simulate(market, reference.gross)
        np.testing.assert_allclose(run_kernel(market, gross=True).equity, equity, rtol=1e-11)


def test_targets_hold_after_costs() -> None:
    """Where everything trades, weights after the trade are the targets, whatever the costs."""
    rng = np.random.default_rng(13)
    for _ in range(30):
        market = random_market(rng, 40, 4, lives=False, holes=0.0, untouched=0.0, largest_cost=0.2)
        run = run_kernel(market)
        value = run.units * market.prices[market.due]
        np.testing.assert_allclose(value / run.equity[market.due][:, None], market.targets, atol=1e-12)


@pytest.fixture(scope="module")
def w1() -> Market:
    if not (BENCH / "w1_prices.npy").exists():
        pytest.skip("the shared bench (../shared/bench/data) is not on this machine")
    prices, weights = np.load(BENCH / "w1_prices.npy"), np.load(BENCH / "w1_weights.npy")
    sessions, assets = prices.shape
    return Market(
        prices, np.full(assets, sessions), np.ones(sessions), np.arange(0, sessions, 21), weights,
        np.full(assets, 0.001), np.zeros(assets), capital=1_000_000.0,
    )  # fmt: skip


@pytest.mark.needs_reference
@pytest.mark.parametrize(("gross", "final"), [(False, "6971428.0252"), (True, "6965734.19453")])
def test_w1_ends_where_nine_engines_end(w1: Market, gross: bool, final: str) -> None:
    run = run_kernel(w1, gross=gross)
    decimals = len(final.partition(".")[2])
    assert f"{run.equity[-1]:.{decimals}f}" == final
    np.testing.assert_allclose(run.equity, np.load(BENCH / f"W1_ref_{'gross' if gross else 'net'}.npy"), rtol=1e-12)


@pytest.mark.needs_reference
def test_w1_pays_what_the_bench_says(w1: Market) -> None:
    run = run_kernel(w1)
    before = np.vstack([np.zeros(w1.prices.shape[1]), run.units[:-1]])
    costs = 0.001 * np.abs((run.units - before) * w1.prices[w1.due]).sum()
    assert f"{costs:.2f}" == "949223.03"
