"""What `--full` adds to a sweep: whether choosing among its variants is worth anything, and what is left of the best.

Lanes keep no equity, so variants are run anew for their active returns: all of them, or a sample that is drawn without
a look at what they earned. The best one stays out of it unless it is drawn: among a few hundred it would pass for the
best of a few hundred. It is run beside them, for its haircut alone, which pays for all that were tried.
"""

from __future__ import annotations

from functools import reduce
from typing import Any

import numpy as np

from engine.backtest import own_tracks
from engine.config.vary import varied
from engine.decide import set_up
from engine.market.table import Indices, Matrix
from engine.measure.track import Track
from engine.study.person import who_waits
from engine.study.snooped import snooped
from engine.study.sweep.block import FAILED
from engine.study.sweep.kept import Kept
from engine.study.sweep.outcome import SweepOutcome
from engine.study.sweep.plan import Plan
from engine.study.sweep.single import decide_kept

#: So many variants are run anew; more of them tell little more.
MOST, SEED = 200, 20260103
Pair = tuple[Track, Track]


def choosing(outcome: SweepOutcome) -> dict[str, Any]:
    """Plain data with words, as `full.json` says it. Raises what a run raises."""
    numbers = sampled(np.flatnonzero(outcome.found.way != FAILED))
    pairs = _pairs(outcome.plan, numbers, outcome.best)
    active = common_active([pairs[number] for number in (*numbers.tolist(), outcome.best)])
    trials = int((outcome.found.way != FAILED).sum())
    per_year = outcome.plan.config.sessions_per_year
    found = snooped(active[:, :-1], per_year, numbers, trials, chosen=active[:, -1])
    if len(numbers) == trials:
        return found
    sample = f"{len(numbers):,} of {trials:,} variants, from all over the sweep, drawn before any was looked at"
    return {**found, "words": {"sample": sample, **found["words"]}}


def sampled(numbers: Indices) -> Indices:
    """All of them, or one at random of each of MOST equal parts of their order, so that every corner has its share."""
    if len(numbers) <= MOST:
        return numbers
    edges = np.arange(MOST + 1) * len(numbers) // MOST
    return numbers[np.random.default_rng(SEED).integers(edges[:-1], edges[1:])]


def _pairs(plan: Plan, numbers: Indices, best: int) -> dict[int, Pair]:
    """By number the tracks of a variant and of its reference. Run in the order of work, that what is shared lasts."""
    wanted, kept = np.append(numbers, best), Kept()
    found: dict[int, Pair] = {}
    for number in plan.order[np.isin(plan.order, wanted)].tolist():
        who_waits().say(f"{plan.config.path}: run anew for its active returns, {len(found) + 1} of {len(wanted)}")
        setting = set_up(varied(plan.config, plan.variants.values(number)), market=kept.market)
        tracks = own_tracks(setting, decide_kept(setting, kept))
        found[number] = tracks["strategy"], tracks[setting.config.against[0]]
    return found


def common_active(pairs: list[Pair]) -> Matrix:
    """(T, V) active returns, simple, between the sessions that all tracks have; T may be 0."""
    days = reduce(np.intersect1d, [track.sessions for pair in pairs for track in pair])
    columns = []
    for own, reference in pairs:
        one, other = (track.equity[np.searchsorted(track.sessions, days)] for track in (own, reference))
        columns.append(one[1:] / one[:-1] - other[1:] / other[:-1])
    return np.column_stack(columns)
