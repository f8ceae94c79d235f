"""Overweight what trails its long-run tie to its drivers, where it is the one that has closed such gaps, and fast."""

from engine.signals import Score, error_correction, momentum


def score(
    past,
    *,
    lagging: str,
    leading: str,
    versus: str,
    lookback: int = 756,
    lead: int = 126,
    slowest: float = 126.0,
    own_part: float = 0.5,
    condition: str = "stay",
):
    """Standard deviations by which `lagging` trails the level that `leading` and `versus` imply.

    Half of a gap must have closed within `slowest` sessions, `own_part` of it by `lagging` itself, and `leading` must
    have outrun `versus` over `lead` sessions: to stay in (`condition: stay`) or only to get in (`enter`).
    """
    drivers = (past.sleeve(leading), past.sleeve(versus))
    found = error_correction(past.sleeve(lagging), drivers, lookback=lookback)
    closes = found.half_life <= slowest and found.laggard_share >= own_part
    leads = momentum(past.sleeve(leading), lead) > momentum(past.sleeve(versus), lead)
    if (closes and leads) or found.gap != found.gap:
        return found.gap
    return Score(found.gap, may_enter=False) if condition == "enter" else None
