"""Overweight what has fallen behind its drivers, while the drivers lead the market."""

from engine.signals import Score, catch_up_gap, momentum


def score(
    past,
    *,
    lagging: str,
    leading: str,
    versus: str,
    lookback: int = 252,
    gap_sessions: int = 126,
    lead: int = 126,
    condition: str = "stay",
):
    """Standard deviations by which `lagging` trails what `leading` and `versus` imply.

    `leading` must have outrun `versus` over `lead` sessions: to stay in (`condition: stay`)
    or only to get in (`enter`).
    """
    drivers = (past.sleeve(leading), past.sleeve(versus))
    gap = catch_up_gap(past.sleeve(lagging), drivers, lookback=lookback, gap_sessions=gap_sessions)
    leads = momentum(past.sleeve(leading), lead) > momentum(past.sleeve(versus), lead)
    if leads:
        return gap
    return Score(gap, may_enter=False) if condition == "enter" else None
