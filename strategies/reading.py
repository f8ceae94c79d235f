"""Lean on a published series: on its last known value, or on how unusual that value or its change is."""

from engine.signals import z_score


def score(past, *, series: str, change: int = 0, window: int = 0, against: bool = False):
    """The last value of `series` (its change over `change` values), in standard deviations of the last `window`.

    With `window: 0` the value itself. `against: true` turns the sign: high readings speak for less.
    """
    values = past.series(series)
    values = values[values == values]
    if change:
        values = values[change:] - values[:-change]
    if not window and not len(values):
        return None
    reading = z_score(values, window) if window else float(values[-1])
    return -reading if against else reading
