"""`event_study:` answered: find the events, place them on sessions, measure, and say what may be said.

`event_study_of(config)` is all of it without files; `study_events` is what `overweight run` calls.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np

from engine.config import Config
from engine.config.event_study import EventStudy
from engine.market.assemble import build_panel
from engine.market.sleeves import sleeve_series
from engine.signals import spaced
from engine.study.answered import Studied, study_id
from engine.study.events.days import find_events
from engine.study.events.measured import Around, measure_figures
from engine.study.events.outcome import EventOutcome
from engine.study.events.picture import picture_of
from engine.study.events.returns import unit_returns
from engine.study.events.tables import figures_of, tables_of
from engine.study.events.windows import IntArray, Placement, UnmeasuredEvent, Windows, place_events
from engine.study.events.words import caveats_of


def event_study_of(config: Config) -> EventOutcome:
    """The event study of a config that has one; nothing is saved. Raises ConfigError or DataError."""
    study = config.event_study
    assert study is not None
    panel = build_panel(config)
    sleeves = sleeve_series(config, panel)
    returns = unit_returns(config, panel, sleeves)
    events = find_events(config, panel)
    days = events.day_zero(study, panel.sessions, config.trade.after)
    first = 0 if config.from_ is None else int(np.searchsorted(panel.sessions, np.datetime64(config.from_, "D")))
    placed = _placed(study, days, len(panel.sessions), first)
    around = Around(returns.names, returns.units, returns.factors, panel.sessions, first, hull_of(study), placed)
    return EventOutcome(
        config, study, panel, events, placed.left_out, around, returns, measure_figures(study, around)
    )  # fmt: skip


def study_events(config: Config, results: Path | None) -> Studied:
    """The study as `overweight run` saves and prints it; nothing that other runs left is read."""
    outcome = event_study_of(config)
    picture, missing = picture_of(outcome)
    return Studied(
        kind="event_study",
        config=config,
        id=study_id(config, _data(outcome)),
        figures=figures_of(outcome),
        tables=tables_of(outcome),
        caveats=(*caveats_of(outcome), *missing),
        pictures=picture,
    )


def hull_of(study: EventStudy) -> Windows:
    """From the first session of all its windows to the last."""
    first = min(window[0] for window in study.window_sessions)
    last = max(window[1] for window in study.window_sessions)
    return Windows(study.estimation_sessions, study.gap_sessions, first, last)


def _placed(study: EventStudy, days: IntArray, n_sessions: int, first: int) -> Placement:
    """The events that can be measured, of those from session `first` on that follow no other too closely."""
    own = _left_out_before(study, days, first)
    wanted = days.copy()
    wanted[[one.event for one in own]] = -1
    placed = place_events(wanted, n_sessions, hull_of(study), study.overlap)
    known = {one.event for one in own}
    others = tuple(one for one in placed.left_out if one.event not in known)
    left_out = tuple(sorted((*own, *others), key=lambda one: one.event))
    return Placement(placed.days, placed.events, left_out, placed.overlaps, placed.disturbed)


def _left_out_before(study: EventStudy, days: IntArray, first: int) -> list[UnmeasuredEvent]:
    with_day = np.flatnonzero(days >= 0)
    order = with_day[np.argsort(days[with_day], kind="stable")]
    kept = _spaced_places(days[order], study.separation_sessions)
    close = {int(order[place]) for place in range(len(order)) if place not in kept}
    left_out = []
    for event in order.tolist():
        day = int(days[event])
        if event in close:
            why = f"follows another by fewer than {study.separation_sessions} sessions"
            left_out.append(UnmeasuredEvent(event, day, why, "separation"))
        elif day < first:
            left_out.append(UnmeasuredEvent(event, day, "before `from`", "before from"))
    return left_out


def _spaced_places(days: IntArray, apart: int) -> set[int]:
    """Places (of days, ascending) that `spaced` keeps; all of them where nothing has to lie apart."""
    if apart < 1:
        return set(range(len(days)))
    return set(np.searchsorted(days, spaced(days.astype(np.int64), apart)).tolist())


def _data(outcome: EventOutcome) -> str:
    """The panel's fingerprint, and the events with their days and words, which it does not hold."""
    events = outcome.events
    parts = (events.happened, events.published, events.seen, events.values)
    words = "\0".join((*events.labels, *events.chosen))
    hashed = hashlib.sha256(b"".join(np.ascontiguousarray(part).tobytes() for part in parts) + words.encode())
    return f"{outcome.panel.fingerprint} {hashed.hexdigest()}"
