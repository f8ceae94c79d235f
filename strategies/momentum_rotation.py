"""Inside a sleeve, hold more of what has risen most over the past year, its last month left out."""

from math import isnan

from engine.signals import momentum


def score(past, *, sleeve: str, lookback: int = 252, skip: int = 21):
    """12-1 momentum of each member that trades today and has a year behind it."""
    rises = {label: momentum(past.asset(label), lookback, skip) for label in past.members(sleeve)}
    return {label: rise for label, rise in rises.items() if not isnan(rise)}
