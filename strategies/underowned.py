"""What few own can be bought by many: overweight it while positions in it are low, once its price has turned up."""

import numpy as np

from engine.signals import Score, momentum, percentile


def score(past, *, sleeve: str, versus: str, positioning: str = "", window: int = 1260, turned: int = 63):
    """How low positions in `sleeve` are, 0 to 1; it may be entered only if its price is up over `turned` sessions.

    The rank of the last value of `positioning` among the last `window`, low ones on top. Without such a series the
    weight that prices alone give it stands in: `sleeve` over `versus`, each from where it began.
    """
    levels = past.sleeve(sleeve)
    if positioning:
        held = past.series(positioning)
        held = held[held == held]
    else:
        held = np.log(levels[-window:] / past.sleeve(versus)[-window:])
    return Score(1.0 - percentile(held, window), may_enter=momentum(levels, turned) > 0.0)
