"""Lean with the latest event of a calendar, in its direction; the stance rule says for how long."""


def score(past, *, events: str):
    """The sign and strength of the last event that became known since the decision before; no opinion without one."""
    new = past.new(events)
    return float(new[-1]) if len(new) else None
