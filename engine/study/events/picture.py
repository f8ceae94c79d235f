"""The picture of an event study: the mean CAR as it grows, with its interval and by era, and every event as a dot."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from engine.study.events.effect import CaarPath
from engine.study.events.eras import split_by_era
from engine.study.events.measured import LEVEL, POOLED, MeasuredEvents, eras_of
from engine.study.events.outcome import EventOutcome
from engine.study.events.statistic import student_quantile
from engine.study.events.tables import Paths, paths_of
from engine.study.events.words import HINDSIGHT, caveats_of, judge_effect, p_words, window_words
from engine.study.page import COLOURS, MISSING, PageText, can_draw, whole_page

ALL = "all events"
SYMBOLS = ("circle", "diamond", "square", "triangle-up", "cross")
HEADER = ("sessions", "events", "mean CAR", "95% interval", "p", "verdict")


def picture_of(outcome: EventOutcome) -> tuple[dict[str, str], tuple[str, ...]]:
    """The page by name, and what is missing: without the extra `report` there is none, and one caveat says so."""
    if not can_draw():
        return {}, (MISSING,)
    paths = paths_of(outcome)
    return ({"picture": whole_page(_page(outcome, paths), _figure(outcome, paths))}, ()) if paths else ({}, ())


def _figure(outcome: EventOutcome, paths: Paths) -> Any:
    from plotly.subplots import make_subplots

    first = window_words(outcome.study.window_sessions[0])
    titles = (f"mean cumulative abnormal return of {_who(outcome)}", f"each event: its CAR over sessions {first}")
    figure = make_subplots(rows=2, cols=1, vertical_spacing=0.16, subplot_titles=titles)
    for place, (era, path) in enumerate(_drawn(outcome, paths).items()):
        _band(figure, path, outcome.effect(era=era).events, COLOURS[place % len(COLOURS)], era or ALL)
    _dots(figure, outcome)
    figure.add_vline(x=0, line_width=1, line_dash="dot", line_color="#808080", row=1, col=1)
    figure.update_xaxes(title_text="sessions from day zero", row=1, col=1)
    for row in (1, 2):
        figure.update_yaxes(tickformat="+.1%", row=row, col=1)
    figure.update_layout(
        height=820, margin={"l": 60, "r": 20, "t": 50, "b": 50}, legend={"orientation": "h", "y": -0.08}
    )
    return figure


def _who(outcome: EventOutcome) -> str:
    return f"{len(outcome.around.names)} units together" if outcome.unit == POOLED else outcome.unit


def _drawn(outcome: EventOutcome, paths: Paths) -> dict[str | None, CaarPath]:
    """Every era; all events together where there are no two eras to tell apart."""
    eras: dict[str | None, CaarPath] = {era: path for era, path in paths.items() if era is not None}
    return eras if len(eras) > 1 else {None: paths[None]}


def _band(figure: Any, path: CaarPath, events: int, colour: str, name: str) -> None:
    reach = student_quantile(0.5 + LEVEL / 2.0, events - 1 if events > 1 else None) * path.standard_error
    there = np.concatenate([path.sessions, path.sessions[::-1]])
    edge = np.concatenate([path.caar + reach, (path.caar - reach)[::-1]])
    if np.isfinite(edge).all():
        figure.add_scatter(
            x=there, y=edge, fill="toself", fillcolor=colour, opacity=0.18, line_width=0, hoverinfo="skip",
            showlegend=False, legendgroup=name, row=1, col=1,
        )  # fmt: skip
    count = f"{name}, {events} event{'s' * (events != 1)}"
    figure.add_scatter(
        x=path.sessions, y=path.caar, mode="lines", line={"color": colour, "width": 2.5}, name=count,
        legendgroup=name, hovertemplate=f"session %{{x}}: %{{y:+.2%}}<extra>{name}</extra>", row=1, col=1,
    )  # fmt: skip


def _dots(figure: Any, outcome: EventOutcome) -> None:
    placed, events = outcome.around.placed, outcome.events
    cars = outcome.figures.cars[0]
    days = outcome.panel.sessions[placed.days]
    eras = eras_of(outcome.study)
    words = np.array([events.labels[event] or f"{events.values[event]:.3g}" for event in placed.events.tolist()])
    for place, mask in enumerate(split_by_era(days, eras) if len(eras) > 1 else (np.ones(len(days), np.bool_),)):
        look = {"color": COLOURS[place % len(COLOURS)], "symbol": SYMBOLS[place % len(SYMBOLS)], "size": 8}
        figure.add_scatter(
            x=days[mask].astype(str), y=cars.pooled[mask], mode="markers", marker=look, text=words[mask],
            hovertemplate="%{x}: %{y:+.2%}<br>%{text}<extra></extra>", showlegend=False, row=2, col=1,
        )  # fmt: skip


def _page(outcome: EventOutcome, paths: Paths) -> PageText:
    said = caveats_of(outcome)
    shown = [
        outcome.effect(window=window, era=era) for window in outcome.study.window_sessions for era in _eras(outcome)
    ]
    return PageText(
        title=f"{outcome.config.name}: {_who(outcome)} around {len(outcome.around.placed.days)} events",
        lead=judge_effect(outcome.effect()).sentence,
        alt=". ".join(_alt(outcome, paths)),
        caption=f"Above: lines are means over events, bands their 95% interval. Below: a mark for each "
        f"event ({outcome.events.called}). CAR: cumulative abnormal return.",
        header=HEADER,
        rows=[_row(one) for one in shown],
        cautions=[line for line in said if line.startswith(HINDSIGHT)],
        notes=[line for line in said if not line.startswith(HINDSIGHT)],
    )


def _eras(outcome: EventOutcome) -> tuple[str | None, ...]:
    return (None, *(one.title for one in outcome.study.eras))


def _alt(outcome: EventOutcome, paths: Paths) -> Iterator[str]:
    yield f"Two charts. The first: the mean cumulative abnormal return of {_who(outcome)}, session by session"
    for era, path in _drawn(outcome, paths).items():
        low, high = float(path.caar.min()), float(path.caar.max())
        first, last = int(path.sessions[0]), int(path.sessions[-1])
        ends = f"from session {first} to {last} it ends at {path.caar[-1]:+.1%}, lowest {low:+.1%}, highest {high:+.1%}"
        yield f"{era or ALL}: {ends}"
    values = outcome.figures.cars[0].pooled
    values = values[np.isfinite(values)]
    if len(values):
        yield f"The second: {len(values)} events as dots by date, from {values.min():+.1%} to {values.max():+.1%}"


def _row(one: MeasuredEvents) -> tuple[str, ...]:
    judged = judge_effect(one)
    where = window_words(one.window) + (f", {one.era}" if one.era else "")
    if one.mean_car is None:
        return where, str(one.events), "-", "-", "-", judged.words
    interval = "-" if one.low is None else f"{one.low:+.2%} to {one.high:+.2%}"
    p_value = "-" if judged.p_value is None else p_words(judged.p_value)
    return where, str(one.events), f"{one.mean_car:+.2%}", interval, p_value, judged.words
