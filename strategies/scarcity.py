"""What runs short is worth more: overweight those who own it while stocks are low, or outages many."""

from engine.signals import known_so_far, percentile


def score(past, *, series: str, scarce: str = "low", window: int = 1260, counting: int = 0):
    """How scarce it is, 0 to 1: the rank of the last value of `series` among the last `window`, low being scarce.

    `scarce: high` turns it round (concentration, premiums). `counting: 252` ranks how many values became known in the
    last 252 sessions, among the last `window` sessions: for outages, of which each is one.
    """
    if counting:
        known = past.history(known_so_far, series)
        values = known[counting:] - known[:-counting]
    else:
        values = past.series(series)
        values = values[values == values]
    rank = percentile(values, window)
    return rank if scarce == "high" else 1.0 - rank
