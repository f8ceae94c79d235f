"""Made returns around events, for the tests of the event study."""

from __future__ import annotations

import numpy as np

from engine.measure.track import FloatArray


def correlated_returns(
    random: np.random.Generator, sessions: int, assets: int, rho: float, sd: float = 0.02
) -> FloatArray:
    """(T, N) normal returns with one correlation between all assets."""
    common = random.standard_normal((sessions, 1))
    own = random.standard_normal((sessions, assets))
    return sd * (np.sqrt(rho) * common + np.sqrt(1.0 - rho) * own)
