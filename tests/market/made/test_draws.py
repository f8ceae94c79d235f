"""Streams, tails and autoregressions against independent calculations."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import signal, stats

from engine.market.made.draws import STREAMS, autoregression, stream, tailed


@pytest.mark.parametrize("length", [1, 63, 64, 65, 1000])
@pytest.mark.parametrize("persistence", [0.9, 0.9925])
def test_the_autoregression_is_the_recursion(length: int, persistence: float) -> None:
    steps = np.random.default_rng(1).standard_normal((3, length))
    scaled = steps * np.sqrt(1 - persistence**2)
    scaled[:, 0] = steps[:, 0]
    expected = signal.lfilter([1.0], [1.0, -persistence], scaled, axis=1)
    assert autoregression(steps, persistence) == pytest.approx(expected, abs=1e-12)


def test_the_autoregression_leaves_its_steps_alone_and_begins_stationary() -> None:
    steps = np.random.default_rng(2).standard_normal((20_000, 3))
    kept = steps.copy()
    drawn = autoregression(steps, 0.95)
    assert np.array_equal(steps, kept)
    assert drawn.std(axis=0) == pytest.approx(1.0, abs=0.03)
    assert np.corrcoef(drawn.T)[0, 1] == pytest.approx(0.95, abs=0.005)


def test_tails_are_students_with_variance_one() -> None:
    drawn = tailed(3, "equities", 2, 100_000, 9.0)
    for row in drawn:
        assert row.std() == pytest.approx(1.0, abs=0.015)
        assert stats.kstest(row * np.sqrt(9 / 7), "t", args=(9.0,)).pvalue > 0.001
    assert abs(np.corrcoef(drawn)[0, 1]) < 4 / np.sqrt(100_000)


def test_every_stream_is_its_own() -> None:
    first = {(use, place): stream(0, use, place).random() for use in STREAMS for place in range(3)}
    assert len(set(first.values())) == len(first)
    assert len(set(STREAMS.values())) == len(STREAMS)
    assert stream(0, "market").random() != stream(1, "market").random()
    assert stream(2**63 - 1, "market").random() == stream(2**63 - 1, "market").random()
