"""An event study on a page: how the mean CAR grows, every event as a mark, every window and era with its tests."""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from engine.results import figures
from engine.results.opened import Columns, Opened
from engine.results.report.drawn import Chart, Trace, colour, cut, days_of, line, numbers
from engine.results.report.studied.shown import Shown
from engine.results.report.tables import Cell, PageTable, signed
from engine.study.events.statistic import student_quantile
from engine.study.events.words import p_words, window_words

ALL = "all events"
#: Colours of eras: all but the grey that means policy.
PLACES = (0, 2, 3, 4, 5, 6)
#: Tests in the table: those that allow for what moves together.
TESTS = {"adjusted_bmp": "p, adjusted BMP", "corrado_rank": "p, ranks", "random_days": "p, drawn days"}


def event_study_shown(study: Opened) -> Shown:
    """The parts of its page."""
    shown = study.document["figures"]
    events = study.table("events")
    charts = [_path_chart(study, shown), _dots_chart(study, shown, events)]
    told = [("eras", words) for words in shown["differences_in_words"]]
    left = ", ".join(f"{count} {why}" for why, count in shown["events"]["left_out"].items())
    told += [("left out", left)] if left else []
    return Shown(
        _asked(study, shown),
        event_study_verdict(shown),
        told,
        [one for one in charts if one is not None],
        [_effects(shown), _events(study, shown, events)],
    )


def event_study_verdict(found: Mapping[str, Any]) -> str:
    """Its line, from the figures alone."""
    return str(found["verdict"]["sentence"])


def _asked(study: Opened, shown: Mapping[str, Any]) -> list[str]:
    asked, found = study.document["question"]["event_study"], shown["events"]
    windows = [window_words(window) for window in asked["window_sessions"]]
    normal = asked["normal"]
    beyond = " and ".join(str(name) for name in (normal or {}).values() if isinstance(name, str)) or "their own mean"
    more = f" Looked at as well: {', '.join(windows[1:])}." if windows[1:] else ""
    return [
        f"What did {', '.join(asked['of'])} earn in sessions {windows[0]} around {found['measured']} events "
        f"({found['of']}), beyond {beyond}?{more}",
        f"Day zero is the {_ZERO.get(asked['day_zero'], asked['day_zero'])}. Normal returns are estimated on "
        f"{asked['estimation_sessions']} sessions, which end {asked['gap_sessions']} before the windows.",
    ]


_ZERO = {
    "published": "session on which an event came out, or the next one",
    "tradable": "session on which a decision that knew of it could trade",
}


def _judged(shown: Mapping[str, Any], era: str | None) -> Mapping[str, Any]:
    """The effect in the first window of the unit that is judged."""
    unit, window = shown["judged"]["unit"], shown["judged"]["window_sessions"]
    found: Mapping[str, Any] = next(
        one
        for one in shown["effects"]
        if (one["unit"], one["era"], one["window_sessions"]) == (unit, era, window)
    )  # fmt: skip
    return found


def _path_chart(study: Opened, shown: Mapping[str, Any]) -> Chart | None:
    path = study.table("path")
    eras = [era for era in dict.fromkeys(path["era"].tolist()) if era]
    drawn = eras if len(eras) > 1 else [""]
    if not len(path["session"]):
        return None
    traces: list[Trace] = []
    said = []
    for place, era in enumerate(drawn):
        own = path["era"] == era
        sessions, mean, error = path["session"][own], path["mean_car"][own], path["standard_error"][own]
        if not len(sessions):
            continue
        events = int(_judged(shown, era or None)["events"])
        reach = student_quantile(0.975, events - 1 if events > 1 else None) * error
        name = f"{era or ALL}, {events} event{'s' * (events != 1)}"
        if np.isfinite(reach).all():
            traces.append(_band(sessions, mean - reach, mean + reach, PLACES[place % len(PLACES)], era or ALL))
        traces.append(
            line(name, mean, PLACES[place % len(PLACES)], 4, numbers(sessions, 6))
            | {"legendgroup": html.escape(era or ALL), "hovertemplate": "%{y:+.2%}"}
        )
        said.append(f"{era or ALL}: {mean[-1]:+.1%} at session {int(sessions[-1])}")
    layout = {
        "xaxis": {"type": "linear", "title": "sessions from day zero"},
        "yaxis": {"tickformat": "+.1%", "title": "mean CAR"},
        "shapes": [{"type": "line", "yref": "paper", "x0": 0, "x1": 0, "y0": 0, "y1": 1,
                    "line": {"color": "@faint", "dash": "dot", "width": 1}}],
    }  # fmt: skip
    alt = f"{'; '.join(said)}. Bands: 95% interval of the mean over events."
    return Chart("path", f"Mean cumulative abnormal return of {_who(shown)}", alt, traces, layout, "usual")


def _band(sessions: Any, low: Any, high: Any, place: int, group: str) -> Trace:
    return {
        "type": "scatter", "mode": "lines", "x": numbers(np.concatenate([sessions, sessions[::-1]]), 6),
        "y": numbers(np.concatenate([high, low[::-1]]), 4), "fill": "toself", "fillcolor": colour(place),
        "opacity": 0.18, "line": {"width": 0}, "hoverinfo": "skip", "showlegend": False,
        "legendgroup": html.escape(group),
    }  # fmt: skip


def _who(shown: Mapping[str, Any]) -> str:
    units = shown["units"]
    return f"{len(units)} units together" if len(units) > 1 else str(units[0])


def _car(shown: Mapping[str, Any]) -> str:
    first, last = shown["judged"]["window_sessions"]
    return f"car {shown['judged']['unit']} {first:+d} {last:+d}"


def _dots_chart(study: Opened, shown: Mapping[str, Any], events: Columns) -> Chart | None:
    values = events[_car(shown)]
    measured = np.isfinite(values)
    if not measured.any():
        return None
    eras = [*dict.fromkeys(events["era"][measured].tolist())]
    traces = []
    for place, era in enumerate(eras):
        own = np.flatnonzero(measured & (events["era"] == era))
        said = [html.escape(cut(str(label) or f"{value:.3g}", 48)) for label, value in
                zip(events["label"][own], events["value"][own], strict=True)]  # fmt: skip
        traces.append(
            {"type": "scatter", "mode": "markers", "name": html.escape(era or ALL),
             "x": days_of(events["day_zero"][own]), "y": numbers(values[own], 4), "text": said,
             "hovertemplate": "%{x}: %{y:+.2%}<br>%{text}<extra></extra>",
             "marker": {"color": colour(PLACES[place % len(PLACES)]), "size": 8,
                        "symbol": ("circle", "diamond", "square")[place % 3]}}
        )  # fmt: skip
    low, high = float(values[measured].min()), float(values[measured].max())
    layout = {
        "yaxis": {"tickformat": "+.0%", "title": "CAR"}, "hovermode": "closest", "showlegend": len(eras) > 1,
    }  # fmt: skip
    window = window_words(shown["judged"]["window_sessions"])
    alt = f"{int(measured.sum())} events by day zero, from {low:+.1%} to {high:+.1%}."
    return Chart("dots", f"Each event: its CAR over sessions {window}", alt, traces, layout, "usual")


def _effects(shown: Mapping[str, Any]) -> PageTable:
    head = ["sessions", "events", "mean CAR", "95% interval", "up", *TESTS.values(), "would be missed", "verdict"]
    rows = [[*_row(one, several=len(shown["units"]) > 1)] for one in shown["effects"]]
    note = "Abnormal returns by window, era and unit. The first row is judged; the others are beside it. Would be "
    note += "missed: effects below this size, more than one time in five."
    return PageTable("effects", "Windows and eras", head, rows, note)


def _row(one: Mapping[str, Any], several: bool) -> Iterator[Cell]:
    parts = [window_words(one["window_sessions"]), one["era"] or "", one["unit"] if several else ""]
    yield Cell(", ".join(part for part in parts if part))
    yield Cell(str(one["events"]))
    yield signed(one["mean_car"]) if one["mean_car"] is not None else Cell(figures.DASH)
    yield Cell(figures.DASH if one["interval_95"] is None else figures.span(*one["interval_95"]))
    yield Cell(figures.share(one["share_up"]))
    for name in TESTS:
        test = one["tests"].get(name)
        yield Cell(figures.DASH if test is None else p_words(test["p_value"]))
    yield Cell(figures.percent(one["smallest_visible"], 1))
    yield Cell(one["verdict"], "words")


def _events(study: Opened, shown: Mapping[str, Any], events: Columns) -> PageTable:
    values = events[_car(shown)]
    count = len(values)
    rows = [
        [
            Cell(str(events["happened"][i])),
            Cell("" if np.isnat(events["day_zero"][i]) else str(events["day_zero"][i])),
            Cell(str(events["label"][i]) or f"{events['value'][i]:.3g}", "words"),
            signed(float(values[i])) if np.isfinite(values[i]) else Cell("left out", "none"),
            Cell(str(events["left_out"][i]), "words"),
        ]
        for i in range(max(count - 300, 0), count)
    ]
    head = ["happened", "day zero", "what", "CAR", "why it is left out"]
    return PageTable("events", f"The {count:,} events in words", head, rows, folded=True)
