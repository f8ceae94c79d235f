"""The metal is safer than the share that has run ahead of it: hold metal instead of miners that have outrun it."""

from engine.signals import Score, catch_up_gap, momentum


def score(
    past,
    *,
    miners: str,
    metal: str,
    market: str,
    lookback: int = 252,
    gap_sessions: int = 126,
    beta_sessions: int = 1,
    rising: int = 0,
):
    """Standard deviations by which `miners` have outrun what `metal` and `market` imply.

    `beta_sessions: 63` takes betas of quarterly returns, which know of what follows late; those of daily ones do not.
    `rising: 252` moves into the metal only while it is itself up over so many sessions.
    """
    drivers = (past.sleeve(metal), past.sleeve(market))
    windows = {"lookback": lookback, "gap_sessions": gap_sessions, "beta_sessions": beta_sessions}
    ahead = -catch_up_gap(past.sleeve(miners), drivers, **windows)
    return Score(ahead, may_enter=not rising or momentum(past.sleeve(metal), rising) > 0)
