"""Geopolitical shocks once sank miners and are said to lift them now: after a shock, do what the last ones taught."""

import numpy as np

from engine.signals import (
    Score,
    changing_response,
    largest_shock,
    mean_response,
    shock_response,
    shocks_until_flip,
    spaced,
    weekly_change,
    weeks_until_flip,
)

WEEK, WEEKS, YEAR = 5, 52, 252


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
        response = weekly_response(*weekly(levels, past.history(change, series)), half_life_weeks, prior)
    else:
        response = mean_response(last_responses(levels, shocks[:-1], learn_from, over_sessions))
    if response.certainty != response.certainty:
        return None
    return Score(response.certainty / full_at, sessions_ago=past.session - latest)


def explain(
    past,
    *,
    series: str,
    respond: str,
    market: str,
    metals: str,
    shock: float,
    rule: str,
    apart: int,
    learn: str,
    learn_from: int,
    over_sessions: int,
    half_life_weeks: float,
):
    """What the sign was learnt from; how many shocks that do the opposite would turn it, and how many years' worth.

    A year's shocks are counted from the first day on which there could have been one.
    """
    surprises = past.history(surprise, series, rule)
    shocks = spaced(np.flatnonzero(surprises >= shock), apart)
    if not len(shocks):
        return {"learnt from": "no shock so far"}
    latest, first = int(shocks[-1]), int(np.flatnonzero(np.isfinite(surprises))[0])
    a_year = len(shocks) * YEAR / max(past.session - first, 1)
    levels = [past.sleeve(name)[: latest + 1] for name in (respond, market, metals) if name]
    if learn == "weekly":
        moves, _ = weekly(levels, past.history(change, series))
        years = weeks_until_flip(len(moves), half_life_weeks) / WEEKS
        learnt, flips = f"{len(moves)} weeks", years * a_year
    else:
        responses = last_responses(levels, shocks[:-1], learn_from, over_sessions)
        if not len(responses):
            return {"learnt from": f"too few of {len(shocks) - 1} shocks before the last: it takes {learn_from}"}
        flips = shocks_until_flip(responses)
        years, learnt = flips / a_year, f"the last {len(responses)} shocks, mean answer {responses.mean():+.1%}"
    return {
        "learnt from": learnt,
        "shocks a year": a_year,
        "shocks until the sign would flip": flips,
        "years until the sign would flip": years,
    }


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


def weekly(levels, changes):
    """(n, s) log returns over the week in which one could have acted on each week's change; and (n,) the changes."""
    logs, changes = np.log(np.column_stack(levels)), changes[: len(levels[0])]
    weeks = spaced(np.flatnonzero(np.isfinite(changes) & np.isfinite(logs).all(axis=1)), WEEK - 1)
    weeks = weeks[weeks + 1 + WEEK < len(logs)]
    return logs[weeks + 1 + WEEK] - logs[weeks + 1], changes[weeks]


def weekly_response(moves, moved, half_life, prior):
    """The response of the first column to the change, its rest and the two changes before held still."""
    if len(moves) <= 2:
        return changing_response(np.empty(0), np.empty(0), np.empty((0, 0)), half_life=half_life, prior=prior)
    # An index that calms down after a shock is no news: the two changes before stand beside this week's.
    controls = np.column_stack([moves[2:, 1:], moved[1:-1], moved[:-2]])
    return changing_response(moves[2:, 0], moved[2:], controls, half_life=half_life, prior=prior)
