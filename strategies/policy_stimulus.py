"""Policy turns markets: lean with a stimulus or a tariff, if asked only once the price has turned up from its fall."""

from engine.signals import Score, has_turned_up, known_at


def score(
    past,
    *,
    events: str,
    turning: str = "",
    fallen: float = 0.10,
    risen: float = 0.05,
    high_sessions: int = 252,
    wait: int = 63,
):
    """The sign and strength of the latest event, and how many sessions ago it counts from.

    With `turning: miners` a positive event counts from the first session, within `wait` of its own, on which that
    sleeve, having been `fallen` below its high of `high_sessions`, is up by `risen` from its low; else not at all.
    """
    strengths = past.series(events)
    for strength, since in zip(strengths[::-1], known_at(past, events)[::-1], strict=True):
        if strength > 0 and turning:
            since = turn(past.sleeve(turning), int(since), wait, fallen=fallen, risen=risen, lookback=high_sessions)
        if strength and since is not None:
            return Score(float(strength), sessions_ago=past.session - int(since))
    return None


def turn(levels, since, wait, **shape):
    """The first session from `since` on, `wait` at most, on which the price has turned up; None if it has not."""
    days = range(since, min(since + wait + 1, len(levels)))
    return next((day for day in days if has_turned_up(levels[: day + 1], **shape)), None)
