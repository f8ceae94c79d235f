"""Views: what others say of sleeves, weighed against what the neutral mix implies, by Black and Litterman."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.signals.regression import Matrix
from engine.signals.score import Vector


@dataclass(frozen=True, slots=True)
class Believed:
    """What is believed after the views: excess returns (N,), and the unconstrained weights (N,) they ask for."""

    returns: Vector
    weights: Vector


def black_litterman(
    covariance: Matrix, weights: Vector, picks: Matrix, views: Vector, *, risk_aversion: float, tau: float
) -> Believed:
    """Blend equilibrium and views; by PyPortfolioOpt (the extra `views`).

    covariance (N, N) and views (K,) are a year's. weights (N,): the mix in equilibrium, of which the implied returns
    are risk_aversion * covariance @ weights. picks (K, N): each view's long and short side. A view's uncertainty is
    that of its portfolio, tau * picks @ covariance @ picks.T on the diagonal. Weights are unconstrained, and those of
    He and Litterman (1999): they may not sum to one; in sleeves without a view they are weights / (1 + tau).
    """
    implied = risk_aversion * covariance @ weights
    if not len(views):
        return Believed(implied, weights / (1.0 + tau))
    try:
        from pypfopt import BlackLittermanModel
    except ImportError:
        raise ImportError("Black and Litterman's views need PyPortfolioOpt: pip install 'overweight[views]'") from None

    uncertainty = np.diag(np.diag(tau * picks @ covariance @ picks.T))
    model = BlackLittermanModel(covariance, pi=implied, Q=views, P=picks, omega=uncertainty, tau=tau)
    returns = np.asarray(model.bl_returns(), dtype=np.float64)
    spread = np.asarray(model.bl_cov(), dtype=np.float64)
    return Believed(returns, np.asarray(np.linalg.solve(risk_aversion * spread, returns), dtype=np.float64))
