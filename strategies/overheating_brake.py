"""What has run too far too fast is trimmed: keep a part of the overweight until it has cooled."""

from math import nan

from engine.signals import above_trend, gains, is_engaged

MEASURES = ("gain", "trend", "series")


def score(
    past,
    *,
    on: str,
    gain: float = 0.40,
    release: float = 0.20,
    over_sessions: int = 126,
    keep: float = 0.50,
    measure: str = "gain",
):
    """The part of an overweight to keep, 0 to 1: `keep` from the day `on` is up by `gain`, until it is up by `release`.

    `measure: gain` is the return over `over_sessions`; `trend` the distance from the mean of `over_sessions`; `series`
    a watched series called `on`, such as the share of buy ratings. A `gain` below `release` brakes on the way down.
    """
    if measure not in MEASURES:
        raise ValueError(f"measure is `{measure}`; write one of {', '.join(MEASURES)}")
    if measure == "series":
        heat = past.series(on)
    else:
        heat = (gains if measure == "gain" else above_trend)(past.sleeve(on), over_sessions)
    if not len(heat) or heat[-1] != heat[-1]:
        return nan
    return keep if is_engaged(heat, gain, release) else 1.0
