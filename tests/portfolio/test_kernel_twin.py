"""The compiled kernel and rules give the very bits of the plain ones, and so does the simulation without numba."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numba.core.registry import CPUDispatcher

from engine.portfolio import compiled, kernel, rules, stretches
from tests.portfolio.markets import random_market, run_kernel

SIZINGS = [(False, 0.0, False), (True, 0.0, False), (False, 0.03, False), (False, 0.03, True)]


def same_bits(one: np.ndarray, other: np.ndarray) -> None:
    assert one.tobytes() == other.tobytes(), f"largest difference {np.nanmax(np.abs(one - other))}"


@given(
    seed=st.integers(0, 2**32 - 1), sessions=st.integers(1, 60), assets=st.integers(1, 6),
    sizing=st.sampled_from(SIZINGS), most=st.sampled_from([0.3, 1.0, 1.2]), cost=st.sampled_from([0.0, 0.002, 0.2]),
)  # fmt: skip
@settings(max_examples=150, deadline=None, derandomize=True)
def test_kernel_is_its_twin_bit_for_bit(
    seed: int, sessions: int, assets: int, sizing: tuple[bool, float, bool], most: float, cost: float
) -> None:
    gross, band, to_edge = sizing
    market = random_market(np.random.default_rng(seed), sessions, assets, most=most, largest_cost=cost)
    by_numba, plain, by_stretches = (
        run_kernel(market, gross=gross, band=band, to_edge=to_edge, simulate=module.simulate)
        for module in (compiled, kernel, stretches)
    )
    for name in ("equity", "cash", "units"):
        same_bits(getattr(by_numba, name), getattr(plain, name))
        if band == 0.0:  # with a band the simulation without numba is not asked
            same_bits(getattr(by_stretches, name), getattr(plain, name))


def test_the_compiled_functions_are_compiled_and_the_plain_ones_plain() -> None:
    for name in ("simulate", "threshold", "proportional", "impulse"):
        assert isinstance(getattr(compiled, name), CPUDispatcher)
    assert not any(isinstance(value, CPUDispatcher) for module in (kernel, rules) for value in vars(module).values())


@pytest.mark.parametrize("sides", [(True, False), (False, True), (True, True)])
def test_rules_are_their_twins_bit_for_bit(sides: tuple[bool, bool]) -> None:
    rng = np.random.default_rng(7)
    for _ in range(20):
        scores = np.round(rng.normal(0, 1.2, 50), 2)
        scores[rng.random(50) < 0.2] = np.nan
        may_enter = rng.random(50) < 0.7
        decisions = np.cumsum(rng.integers(1, 30, 50)).astype(np.int64)
        ago = rng.integers(0, 15, 50).astype(np.int64)
        enter, full_at, half_life = rng.uniform(0.2, 1.5), rng.uniform(0.5, 3.0), rng.uniform(1.0, 40.0)
        cases = {
            "threshold": (scores, may_enter, enter, enter - 0.5, *sides),
            "proportional": (scores, full_at, 0.8, *sides),
            "impulse": (scores, ago, decisions, 63, half_life, *sides),
        }
        for name, given_ in cases.items():
            by_numba, plain = np.full(50, np.nan), np.full(50, np.nan)
            getattr(compiled, name)(*given_, by_numba)
            getattr(rules, name)(*given_, plain)
            same_bits(by_numba, plain)


@given(seed=st.integers(0, 2**32 - 1), sessions=st.integers(2, 50), assets=st.integers(1, 5))
@settings(max_examples=120, deadline=None, derandomize=True)
def test_every_cost_and_rule_gives_the_same_bits_and_adds_up(seed: int, sessions: int, assets: int) -> None:
    """Fixed and minimum fees, impact, borrow, management, dividends, debt, bands, caps, lots and floors, at random."""
    rng = np.random.default_rng(seed)
    made = random_market(rng, sessions, assets, most=rng.choice([0.6, 1.0, 1.3]))
    known, tradable, due = made.known, made.tradable, made.due
    targets = np.where(rng.random(made.targets.shape) < 0.1, -0.2 * made.targets, made.targets)
    fills = np.where(tradable, made.prices[due], known[due])

    def maybe(largest: float) -> np.ndarray:
        return rng.uniform(0, largest, assets) * (rng.random() < 0.6)

    rates = kernel.Rates(
        made.fee, made.slip, maybe(0.05), maybe(3.0), maybe(5.0), rng.uniform(0, 1e-5, targets.shape), maybe(1e-4),
        float(rng.choice([0.0, 1e-5])), False,
    )  # fmt: skip
    rules = kernel.Rules(
        False, float(rng.choice([0.0, 0.02])), bool(rng.random() < 0.5), bool(rng.random() < 0.5),
        float(rng.choice([0.0, 0.01])), float(rng.choice([np.inf, 0.3])), rng.choice([0.0, 1.0], assets),
        float(rng.choice([-0.5, 0.0, 0.05])), 1e5, False,
    )  # fmt: skip
    paid = rng.uniform(0, 0.05, known.shape) * (rng.random(known.shape) < 0.05)
    market = kernel.Market(known, made.growth, made.growth + 1e-4, paid, made.ends)
    orders = kernel.Orders(due, fills, targets, tradable)
    answers = []
    for module in (compiled, kernel):
        paths = kernel.Paths(
            np.empty(sessions), np.empty(sessions), np.zeros(targets.shape), np.ones(len(due)), np.ones(len(due))
        )
        module.simulate(market, orders, rates, rules, paths)
        answers.append(paths)
    for one, other in zip(*answers, strict=True):
        same_bits(one, other)
    # Equity is cash and holdings; nothing that came of it is no number.
    paths = answers[0]
    last = np.searchsorted(due, np.arange(sessions), side="right") - 1
    held = np.vstack([paths.units, np.zeros((1, assets))])[last]
    held = np.where(np.arange(sessions)[:, None] > made.ends, 0.0, held)
    assert np.isfinite(paths.equity).all()
    np.testing.assert_allclose(paths.equity, paths.cash + (held * known).sum(axis=1), rtol=1e-9, atol=1e-6)
    assert ((paths.cut >= 0) & (paths.cut <= 1) & (paths.capped > 0) & (paths.capped <= 1)).all()
    assert (held[:, rules.lots > 0] == np.round(held[:, rules.lots > 0])).all()
