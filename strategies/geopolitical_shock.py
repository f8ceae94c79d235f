"""Geopolitical shocks once sank miners and are said to lift them now: after a shock, do what the last ones taught."""

import numpy as np

from engine.signals import (
    Score,
    changing_response,
    largest_shock,
    mean_response,
    shock_response,
    spaced,
    weekly_change,
)

WEEK = 5


def score(
    past,
    *,
    series: str,
    respond: str,
    market: str,
    metals: str = "",
    shock: float = 2.5,
    rule: str = "innovation",
    apart: int = 21,
    learn: str = "shocks",
    learn_from: int = 12,
    over_sessions: int = 21,
    half_life_weeks: float = 156.0,
    prior: float = 0.02,
    full_at: float = 2.0,
):
    """How sure it is, when a shock comes, that shocks lift `respond` (below 0: sink it), in units of `full_at`.

    A shock is a surprise in `series` of `shock` deviations (`rule: level`: a value of `shock` or more, such as a dated
    event), unless one came less than `apart` sessions before. What it did is measured from the first session on which
    one could have traded, with `market` and `metals` taken out. `learn: shocks` takes the mean of the last `learn_from`
    shocks, each over `over_sessions`, over its standard error. `learn: weekly` takes every week's change of the index,
    older weeks counting less, the response being zero give or take `prior` beforehand: posterior mean over deviation.

    If the truth flips, a mean of N shocks turns after about half of them: for 8 that is three years at the genuine
    index's 1.6 shocks of 2.5 deviations a year, five at the one a year of threats or acts alone.
    """
    shocks = spaced(np.flatnonzero(past.history(surprise, series, rule) >= shock), apart)
    if not len(shocks):
        return None
    latest = int(shocks[-1])
    levels = [past.sleeve(name)[: latest + 1] for name in (respond, market, metals) if name]
    if learn == "weekly":
        response = weekly_response(levels, past.history(change, series)[: latest + 1], half_life_weeks, prior)
    else:
        response = mean_response(last_responses(levels, shocks[:-1], learn_from, over_sessions))
    if response.certainty != response.certainty:
        return None
    return Score(response.certainty / full_at, sessions_ago=past.session - latest)


def surprise(past, series, rule):
    """The largest of the values that became known today: as a surprise, in deviations, or as it is."""
    new = past.new(series)
    if not len(new):
        return np.nan
    return largest_shock(past.series(series), len(new)) if rule == "innovation" else float(new.max())


def change(past, series):
    """The index of the last seven days against the seven before, on days on which some of it became known."""
    return weekly_change(past.series(series)) if len(past.new(series)) else np.nan


def last_responses(levels, shocks, count, over_sessions):
    """What the last `count` shocks did, those that are over; none at all while there are fewer."""
    found = []
    for known_at in shocks[::-1]:
        response = shock_response(levels[0], levels[1:], int(known_at), over_sessions=over_sessions)
        found += [response] if response == response else []
        if len(found) == count:
            return np.array(found)
    return np.empty(0)


def weekly_response(levels, changes, half_life, prior):
    """The response over the week in which one could have acted on each week's change."""
    logs = np.log(np.column_stack(levels))
    weeks = spaced(np.flatnonzero(np.isfinite(changes) & np.isfinite(logs).all(axis=1)), WEEK - 1)
    weeks = weeks[weeks + 1 + WEEK < len(logs)]
    if len(weeks) <= 2:
        return changing_response(np.empty(0), np.empty(0), np.empty((0, 0)), half_life=half_life, prior=prior)
    moves, moved = logs[weeks + 1 + WEEK] - logs[weeks + 1], changes[weeks]
    # An index that calms down after a shock is no news: the two changes before stand beside this week's.
    controls = np.column_stack([moves[2:, 1:], moved[1:-1], moved[:-2]])
    return changing_response(moves[2:, 0], moved[2:], controls, half_life=half_life, prior=prior)
