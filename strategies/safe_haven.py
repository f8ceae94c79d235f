"""Precious metals and their miners are called defensive: hold them while equities fall or swing wildly."""

import numpy as np

from engine.signals import drawdown, percentile, volatilities


def score(
    past,
    *,
    market: str,
    fallen: float = 0.10,
    high_sessions: int = 252,
    wild: float = 0.90,
    swing_sessions: int = 21,
    window: int = 756,
):
    """How far `market` is into a storm: 1 where it is `fallen` below its high, or swings more than on `wild` of days.

    The larger of its drawdown from the high of `high_sessions` over `fallen`, and the rank of its volatility of
    `swing_sessions` among the last `window` days over `wild`.
    """
    levels = past.sleeve(market)
    swings = percentile(volatilities(levels[-window - swing_sessions :], swing_sessions), window)
    return float(np.maximum(-drawdown(levels, high_sessions) / fallen, swings / wild))
