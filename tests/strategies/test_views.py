"""Black and Litterman by PyPortfolioOpt: the figures that He and Litterman printed in 1999."""

from __future__ import annotations

import numpy as np
import pytest

from engine.signals import black_litterman

pytest.importorskip("pypfopt")

#: Australia, Canada, France, Germany, Japan, UK, USA.
DEVIATIONS = np.array([16.0, 20.3, 24.8, 27.1, 21.0, 20.0, 18.7]) / 100
WEIGHTS = np.array([1.6, 2.2, 5.2, 5.5, 11.6, 12.4, 61.5]) / 100
CORRELATIONS = np.array(
    [
        [1.000, 0.488, 0.478, 0.515, 0.439, 0.512, 0.491],
        [0.488, 1.000, 0.664, 0.655, 0.310, 0.608, 0.779],
        [0.478, 0.664, 1.000, 0.861, 0.355, 0.783, 0.668],
        [0.515, 0.655, 0.861, 1.000, 0.354, 0.777, 0.653],
        [0.439, 0.310, 0.355, 0.354, 1.000, 0.405, 0.306],
        [0.512, 0.608, 0.783, 0.777, 0.405, 1.000, 0.652],
        [0.491, 0.779, 0.668, 0.653, 0.306, 0.652, 1.000],
    ]
)
COVARIANCE = CORRELATIONS * np.outer(DEVIATIONS, DEVIATIONS)
#: Germany beats the rest of Europe, by capitalisation, by 5%.
GERMANY = np.array([[0, 0, -5.2 / 17.6, 1.0, 0, -12.4 / 17.6, 0]])


def test_without_views_the_implied_returns_are_theirs() -> None:
    found = black_litterman(COVARIANCE, WEIGHTS, np.empty((0, 7)), np.empty(0), risk_aversion=2.5, tau=0.05)
    assert (100 * found.returns).round(1).tolist() == [3.9, 6.9, 8.4, 9.0, 4.3, 6.8, 7.6]
    np.testing.assert_allclose(found.weights * 1.05, WEIGHTS)


def test_with_their_view_on_germany_returns_and_weights_are_theirs() -> None:
    found = black_litterman(COVARIANCE, WEIGHTS, GERMANY, np.array([0.05]), risk_aversion=2.5, tau=0.05)
    assert (100 * found.returns).round(1).tolist() == [4.3, 7.6, 9.3, 11.0, 4.5, 7.0, 8.1]
    assert (100 * found.weights).round(1).tolist() == [1.5, 2.1, -4.0, 35.4, 11.0, -9.5, 58.6]
    moved = 100 * (found.weights - WEIGHTS / 1.05)
    assert (moved.round(1) + 0.0).tolist() == [0.0, 0.0, -8.9, 30.2, 0.0, -21.3, 0.0]


def test_a_view_that_the_mix_implies_teaches_nothing() -> None:
    implied = 2.5 * COVARIANCE @ WEIGHTS
    found = black_litterman(COVARIANCE, WEIGHTS, GERMANY, GERMANY @ implied, risk_aversion=2.5, tau=0.05)
    np.testing.assert_allclose(found.returns, implied, rtol=1e-9)
