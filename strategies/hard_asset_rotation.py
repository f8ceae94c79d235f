"""Money moves between hard and soft assets: lean to the side whose relative momentum is unusually strong."""

from engine.signals import relative_momentum, z_score


def score(past, *, hard: str, soft: str, lookback: int = 126, window: int = 756):
    """How unusual the return of `hard` over `soft` across `lookback` sessions is among the last `window` days."""
    return z_score(relative_momentum(past.sleeve(hard), past.sleeve(soft), lookback), window)
