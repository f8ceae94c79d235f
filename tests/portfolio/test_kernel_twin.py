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
