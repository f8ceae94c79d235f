"""Money moves between hard and soft assets: lean to the side whose relative momentum is unusually strong."""

from engine.signals import drawdown, hedged, relative_momentum, z_score


def score(
    past,
    *,
    hard: str,
    soft: str,
    lookback: int = 126,
    window: int = 756,
    equal_beta: str = "",
    beta_lookback: int = 252,
    scared: str = "",
    fallen: float = 0.10,
    high_sessions: int = 252,
):
    """How unusual the return of `hard` over `soft` across `lookback` sessions is among the last `window` days.

    `equal_beta: equities` takes the beta to that sleeve out of both sides first, so that a rising market is no lead.
    `scared: software` has an opinion only while that sleeve is `fallen` below its high of `high_sessions`.
    """
    one, other = past.sleeve(hard), past.sleeve(soft)
    if equal_beta:
        market = past.sleeve(equal_beta)
        one, other = hedged(one, market, beta_lookback), hedged(other, market, beta_lookback)
        both = min(len(one), len(other))
        one, other = one[len(one) - both :], other[len(other) - both :]
    lead = z_score(relative_momentum(one, other, lookback), window)
    if scared and drawdown(past.sleeve(scared), high_sessions) > -fallen:
        return None
    return lead
