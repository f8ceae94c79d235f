"""Events marked on the charts of a run: what it could know of, or, where it knows of none, changes of its stance."""

from __future__ import annotations

import html
from contextlib import suppress
from dataclasses import dataclass

import numpy as np

from engine.errors import DataError
from engine.results import figures
from engine.results.opened import Columns, Opened
from engine.results.report.drawn import Trace, cut, days_of
from engine.results.report.tables import Cell, PageTable

#: A page is so many marks wide: events nearer to each other than a part of the span share one.
PLACES = 80
#: Of more events than NAMED under one mark the others are counted; of more than LISTED the table shows the last.
NAMED, LISTED = 4, 200
#: A stance that grows by so much at once is marked, beside one that is taken, left or turned; of more changes than
#: MOST only the latter, and of more still none, for a stance that always moves is no event.
JUMP, MOST = 0.25, 60
#: More marks than this have no lines down the chart.
LINES = 45


@dataclass(frozen=True, slots=True)
class Happened:
    """One event: its day, what it was, and whether the strategy acted on it (None: it is not known)."""

    day: np.datetime64
    words: str
    acted: bool | None


@dataclass(frozen=True, slots=True)
class EventMarks:
    """The events of a run inside its window. called: what they are, in words for a legend and for a caption."""

    events: list[Happened]
    called: str


def marks_of(run: Opened) -> EventMarks:
    """Dated events where the run has any, otherwise the days on which its stance was taken, turned or left."""
    known = known_events(run)
    if not len(known["date"]):
        found = _changes(run, JUMP)
        found = found if len(found) <= MOST else _changes(run, np.inf)
        return EventMarks(found if len(found) <= MOST else [], "change of stance")
    scored = np.isfinite(known["score"])
    rows = zip(known["date"], known["happened"], known["label"], known["score"], strict=True)
    found = [
        Happened(day, _words(day, happened, label, score), bool(np.isfinite(score)) if scored.any() else None)
        for day, happened, label, score in rows
    ]
    return EventMarks(found, "event")


def known_events(run: Opened) -> Columns:
    """The dated events of a run from its first decision on; none for a run that was saved before they were kept."""
    empty: Columns = {name: np.array([]) for name in ("happened", "source", "label", "value", "score")}
    found = {"date": np.array([], dtype="datetime64[D]"), **empty}
    with suppress(DataError):
        found = run.table("known_events")
    window = run.document["window"]
    inside = (found["date"] >= np.datetime64(window["from"])) & (found["date"] <= np.datetime64(window["to"]))
    return {name: values[inside] for name, values in found.items()}


def events_table(run: Opened) -> PageTable | None:
    """Every dated event in words, for who cannot hover; folded away."""
    known = known_events(run)
    count = len(known["date"])
    if not count:
        return None
    rows = [
        [
            Cell(str(known["date"][i])),
            Cell(str(known["happened"][i])),
            Cell(str(known["label"][i]), "words"),
            Cell(str(known["source"][i]), "words"),
            Cell("" if not np.isfinite(known["score"][i]) else f"{known['score'][i]:+.2f}"),
        ]
        for i in range(max(count - LISTED, 0), count)
    ]
    note = "The close after which a decision could first know of it, and what the strategy scored it with."
    note += f" The last {LISTED} of {count:,}." if count > LISTED else ""
    head = ["known", "happened", "what", "source", "score"]
    return PageTable("events", f"The {count:,} event{'s' * (count != 1)} in words", head, rows, note, folded=True)


def mark_traces(marks: EventMarks, first: np.datetime64, last: np.datetime64) -> list[Trace]:
    """A line down the chart for each mark, and a triangle above it that says what happened. They hang on `yaxis2`."""
    if not marks.events:
        return []
    groups = _thinned(marks.events, (last - first).astype("timedelta64[D]").astype(int) / PLACES)
    days = days_of(np.array([group[0].day for group in groups], dtype="datetime64[D]"))
    ends = [spot for day in days for spot in (day, day, None)]
    down: Trace = {
        "type": "scatter", "mode": "lines", "x": ends, "y": [0, 1, None] * len(days), "yaxis": "y2",
        "line": {"color": "@mark", "width": 1, "dash": "dot"}, "hoverinfo": "skip", "showlegend": False,
    }  # fmt: skip
    traces = [down] if len(days) <= LINES else []
    told = any(one.acted is not None for one in marks.events)
    looks = (
        ((True, f"{marks.called} acted on", "@mark"), (False, f"{marks.called} known, not acted on", "@paper"))
        if told
        else ((False, marks.called, "@mark"),)
    )
    for acted, name, fill in looks:
        own = [i for i, group in enumerate(groups) if bool(any(one.acted for one in group)) == acted]
        if own:
            traces.append(
                {"type": "scatter", "mode": "markers", "name": name, "x": [days[i] for i in own], "y": [1] * len(own),
                 "yaxis": "y2", "text": [_told(groups[i]) for i in own],
                 "hovertemplate": "%{text}<extra></extra>", "cliponaxis": False,
                 "marker": {"symbol": "triangle-down", "size": 9, "color": fill,
                            "line": {"color": "@mark", "width": 1.2}}}
            )  # fmt: skip
    return traces


def mark_axis() -> dict[str, object]:
    """The axis on which marks hang: from the foot of the chart to its top, unseen."""
    return {"yaxis2": {"overlaying": "y", "range": [0, 1], "visible": False, "fixedrange": True}}


def marks_in_words(marks: EventMarks) -> str:
    """For a caption."""
    count = len(marks.events)
    if not count:
        return ""
    acted = sum(bool(one.acted) for one in marks.events)
    plural = marks.called if count == 1 else "changes of stance" if marks.called != "event" else "events"
    told = f", {acted} of them acted on" if any(one.acted is not None for one in marks.events) else ""
    return f" Triangles mark {count:,} {plural}{told}."


def _thinned(events: list[Happened], apart_days: float) -> list[list[Happened]]:
    """Events in groups, each of those within so many days after its first."""
    groups: list[list[Happened]] = []
    for one in sorted(events, key=lambda one: one.day):
        if groups and (one.day - groups[-1][0].day).astype("timedelta64[D]").astype(int) < apart_days:
            groups[-1].append(one)
        else:
            groups.append([one])
    return groups


def _told(group: list[Happened]) -> str:
    lines = [html.escape(cut(one.words, 96)) for one in group[:NAMED]]
    if len(group) > NAMED:
        lines.append(f"and {len(group) - NAMED} more")
    return "<br>".join(lines)


def _words(day: np.datetime64, happened: np.datetime64, label: str, score: float) -> str:
    scored = f" (score {score:+.2f})" if np.isfinite(score) else ""
    when = f"{happened}" if day == happened else f"{happened}, known {day}"
    return f"{when}: {cut(str(label), 46)}{scored}"


def _changes(run: Opened, jump: float) -> list[Happened]:
    """The days on which a stance was taken, turned, left, or grew by a jump."""
    table = run.table("decisions")
    found = []
    for label, values in table.items():
        if not label.startswith("stance "):
            continue
        name, before = label.removeprefix("stance "), np.concatenate([[0.0], np.nan_to_num(values[:-1])])
        now = np.nan_to_num(values)
        moved = (np.sign(now) != np.sign(before)) | (np.abs(now) - np.abs(before) >= jump)
        score = table.get(f"score {name}")
        for i in np.flatnonzero(moved):
            by = "" if score is None or not np.isfinite(score[i]) else f" (score {figures.number(float(score[i]))})"
            found.append(Happened(table["date"][i], f"{table['date'][i]}: {name} stance {now[i]:+.2f}{by}", None))
    return found
