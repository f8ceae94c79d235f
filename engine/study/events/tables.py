"""An event study as plain data: the figures of `study.json`, and its tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np

from engine.measure.track import FloatArray
from engine.study.events.abnormal import abnormal_returns, by_event
from engine.study.events.effect import CaarPath, trace_caar
from engine.study.events.eras import split_by_era
from engine.study.events.measured import POOLED, MeanDifference, MeasuredEvents, eras_of
from engine.study.events.outcome import EventOutcome
from engine.study.events.randomised import Randomised
from engine.study.events.statistic import Statistic
from engine.study.events.words import judge_difference, judge_effect, left_out_counts
from engine.tables import Columns

Paths = Mapping["str | None", CaarPath]


def figures_of(outcome: EventOutcome) -> dict[str, Any]:
    """What `study.json` says of the outcome."""
    placed, events, study = outcome.around.placed, outcome.events, outcome.study
    headline = judge_effect(outcome.effect())
    judged = [one for one in outcome.figures.differences if one.unit == outcome.unit]
    judged = [one for one in judged if one.window == study.window_sessions[0]]
    return {
        "verdict": asdict(headline),
        "differences_in_words": [judge_difference(one) for one in judged],
        "events": {
            "of": events.called,
            "found": len(events),
            "measured": len(placed.days),
            "left_out": left_out_counts(placed.left_out),
            "overlapping": len({one.later for one in placed.overlaps}),
            "chosen": dict(Counter(events.chosen[event] for event in placed.events.tolist())),
            "first": _day(outcome, 0),
            "last": _day(outcome, -1),
        },
        "units": list(outcome.around.names),
        "judged": {"unit": outcome.unit, "window_sessions": list(study.window_sessions[0])},
        "sessions": {
            "from": str(outcome.panel.sessions[min(outcome.around.first, len(outcome.panel.sessions) - 1)]),
            "to": str(outcome.panel.sessions[-1]),
        },
        "effects": [_effect(one) for one in outcome.figures.effects],
        "differences": [_difference(one) for one in outcome.figures.differences],
    }


def _day(outcome: EventOutcome, place: int) -> str | None:
    days = outcome.around.placed.days
    return str(outcome.panel.sessions[days[place]]) if len(days) else None


def _effect(one: MeasuredEvents) -> dict[str, Any]:
    judged = judge_effect(one)
    return {
        "unit": one.unit,
        "window_sessions": list(one.window),
        "era": one.era,
        "events": one.events,
        "pairs": one.pairs,
        "mean_car": one.mean_car,
        "standard_error": one.standard_error,
        "standard_error_from": None if one.standard_error is None else _source(one),
        "interval_95": None if one.low is None else [one.low, one.high],
        "share_up": one.share_up,
        "smallest_visible": one.smallest_visible,
        "correlation": one.correlation,
        "correlation_within_events": one.within_events,
        "tests": {
            **{name: _statistic(found) for name, found in one.tests.items()},
            "adjusted_bmp_by_event": _statistic(one.by_event),
            "sign_flip": _randomised(one.sign_flip),
            "random_days": _randomised(one.random_days),
        },
        "verdict": judged.words,
        "decided_by": judged.test,
        "p_value": judged.p_value,
    }


def _source(one: MeasuredEvents) -> str:
    return "the estimation window" if one.from_forecast else "the events"


def _statistic(one: Statistic | None) -> dict[str, Any] | None:
    return None if one is None else asdict(one)


def _randomised(one: Randomised | None) -> dict[str, Any] | None:
    return None if one is None else asdict(one)


def _difference(one: MeanDifference) -> dict[str, Any]:
    found = None if one.of is None else asdict(one.of)
    return {
        "unit": one.unit, "window_sessions": list(one.window), "earlier": one.earlier, "later": one.later,
        **(found or {}), "in_words": judge_difference(one),
    }  # fmt: skip


def tables_of(outcome: EventOutcome) -> dict[str, Columns]:
    """events: a row each, measured or not. abnormal: one per event, unit and session. path: how the mean CAR grows."""
    return {"events": _events(outcome), "abnormal": _abnormal(outcome), "path": _path(outcome)}


def paths_of(outcome: EventOutcome) -> Paths:
    """The mean CAR of the judged unit over all its windows together, session by session: of all events, and by era."""
    around = outcome.around
    eras = eras_of(outcome.study)
    spans: list[tuple[str | None, Any]] = [(None, np.ones(len(around.placed.days), np.bool_))]
    spans += zip((era.name for era in eras), split_by_era(_dates(outcome), eras), strict=True)
    found = {}
    for era, mask in spans:
        path = trace_caar(around.returns, around.placed.days[mask], around.hull, around.factors, observe=by_event)
        if path is not None:
            found[era] = path
    return found


def _dates(outcome: EventOutcome) -> Any:
    return outcome.panel.sessions[outcome.around.placed.days]


def _events(outcome: EventOutcome) -> Columns:
    events, placed, panel = outcome.events, outcome.around.placed, outcome.panel
    count = len(events)
    zero = outcome.events.day_zero(outcome.study, panel.sessions, outcome.config.trade.after)
    why = np.full(count, "", dtype=object)
    for one in placed.left_out:
        why[one.event] = one.why
    eras = np.full(count, "", dtype=object)
    for era, mask in zip(eras_of(outcome.study), split_by_era(_dates(outcome), eras_of(outcome.study)), strict=True):
        eras[placed.events[mask]] = era.name
    columns: Columns = {
        "event": np.arange(count, dtype=np.float64),
        "happened": events.happened.astype("datetime64[ms]"),
        "published": _session_days(outcome, events.published),
        "day_zero": _session_days(outcome, np.where(zero < 0, len(panel.sessions), zero)),
        "label": np.array(events.labels, dtype=object),
        "value": events.values,
        "chosen": np.array(events.chosen, dtype=object),
        "era": eras,
        "left_out": why,
    }
    for cars in outcome.figures.cars:
        first, last = cars.window
        for unit, values in _by_unit(outcome, cars.units, cars.pooled):
            whole = np.full(count, np.nan)
            whole[placed.events] = values
            columns[f"car {unit} {first:+d} {last:+d}"] = whole
    return columns


def _by_unit(outcome: EventOutcome, units: FloatArray, pooled: FloatArray) -> list[tuple[str, FloatArray]]:
    own = [(name, units[:, place]) for place, name in enumerate(outcome.around.names)]
    return [(POOLED, pooled), *own] if len(own) > 1 else own


def _session_days(outcome: EventOutcome, at: Any) -> Any:
    days = np.append(outcome.panel.sessions, np.datetime64("NaT"))
    return days[np.minimum(at, len(days) - 1)].astype("datetime64[ms]")


def _abnormal(outcome: EventOutcome) -> Columns:
    around = outcome.around
    abnormal = abnormal_returns(around.returns, around.placed.days, around.hull, around.factors)
    used = np.argwhere(abnormal.used)
    width = around.hull.width
    sessions = np.tile(np.arange(around.hull.first, around.hull.last + 1, dtype=np.float64), len(used))
    events, units = used[:, 0].repeat(width), used[:, 1].repeat(width)
    returns = abnormal.ar[abnormal.used].reshape(-1)
    return {
        "event": around.placed.events[events].astype(np.float64),
        "day_zero": _dates(outcome)[events].astype("datetime64[ms]"),
        "unit": np.array(around.names, dtype=object)[units],
        "session": sessions,
        "abnormal_return": returns,
        "cumulated": abnormal.ar[abnormal.used].cumsum(axis=1).reshape(-1),
    }


def _path(outcome: EventOutcome) -> Columns:
    paths = paths_of(outcome)
    eras = np.array([era or "" for era, path in paths.items() for _ in path.sessions], dtype=object)
    empty = np.empty(0)
    return {
        "era": eras,
        "session": np.concatenate([empty, *(path.sessions.astype(np.float64) for path in paths.values())]),
        "mean_car": np.concatenate([empty, *(path.caar for path in paths.values())]),
        "standard_error": np.concatenate([empty, *(path.standard_error for path in paths.values())]),
    }
