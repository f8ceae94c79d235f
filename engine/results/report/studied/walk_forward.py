"""A walk-forward on a page: growth out of sample, each choice in and out of sample; of splits, every path."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from engine.results import figures
from engine.results.opened import Opened
from engine.results.report import words
from engine.results.report.charts import growth_axis
from engine.results.report.drawn import Chart, Trace, days_of, first_on_top, line, numbers, over
from engine.results.report.series import kept
from engine.results.report.studied.shown import Shown
from engine.results.report.tables import Cell, PageTable, plain
from engine.results.report.words import metric_called
from engine.study.walk.picture import WORDS, shown_by, values_words
from engine.study.walk.words import decay_words

KEPT = {"cagr", "sharpe", "sharpe_se", "max_drawdown", "turnover", "active_return", "information_ratio"}
ROWS = tuple(row for row in words.ROWS if row[1] in KEPT)


def walk_forward_shown(study: Opened) -> Shown:
    """The parts of its page."""
    return (_windows if study.document["figures"]["way"] == "windows" else _splits)(study)


def walk_forward_verdict(found: Mapping[str, Any]) -> str:
    """Its line, from the figures alone."""
    kept = decay_words(found, shown_by(found["choose_by"]))
    if found["way"] == "windows":
        return f"{found['verdict']}; {kept}"
    lower = found["decay"]["share_in_lower_half"]
    if lower is None:
        return kept
    return f"in {figures.share(lower)} of all splits the choice was in the lower half of the test"


def _windows(study: Opened) -> Shown:
    found, asked = study.document["figures"], study.document["question"]["walk_forward"]
    span, metric = found["out_of_sample"], found["choose_by"]
    train, test = _years(asked, "train"), _years(asked, "test")
    own = found["portfolios"]["walk_forward"]
    interval = "" if found["interval_95"] is None else f"; 95% interval {figures.span(*found['interval_95'])}"
    gained = f"{figures.signed_percent(own['active_return'])} a year against {found['against']}{interval}"
    told = [
        ("active return", gained),
        ("choices", f"changed at {found['decay']['changes']} of {found['decay']['folds'] - 1} seams"),
    ]
    if found["hindsight"] is not None:
        told.append(("hindsight", f"{values_words(found['hindsight']['values'])}, which nobody could know"))
    growth, dates = _growth_chart(study)
    among = f"{found['candidates']['variants']:,} candidates by {metric_called(metric)}"
    return Shown(
        [f"Every {test} the best of {among} over the {train} before, {asked['embargo_sessions']} sessions left out "
         f"between: would that have done well? Out of sample from {span['from']} to {span['to']}."],
        walk_forward_verdict(found),
        told,
        [growth, _folds_chart(found)],
        [_portfolios(found), _folds(found)],
        dates,
    )  # fmt: skip


def _years(asked: Mapping[str, Any], what: str) -> str:
    years, sessions = asked.get(f"{what}_years"), asked.get(f"{what}_sessions")
    return f"{sessions} sessions" if sessions else f"{years:g} years"


def _growth_chart(study: Opened) -> tuple[Chart, dict[str, list[str]]]:
    table = study.table("equity")
    opened = max(int(np.argmax(table["fold"] > 0)) - 1, 0)
    days = table["date"][opened:]
    places = kept(days)
    paths = {name: table[name][opened:] / table[name][opened] for name in WORDS if name in table}
    traces = first_on_top(
        line(WORDS[name], path[places], i, 4, "@walk") for i, (name, path) in enumerate(paths.items())
    )
    ends = ", ".join(f"{WORDS[name]} {path[-1]:.2f}" for name, path in paths.items())
    shown = days_of(days[places])
    low, high = (float(take([take(path) for path in paths.values()])) for take in (np.min, np.max))
    layout = {"yaxis": growth_axis(low, high), "xaxis": over(shown)}
    return Chart("walk", "Growth of 1 out of sample", f"At the end: {ends}.", traces, layout, "high"), {"walk": shown}


def _folds_chart(found: Mapping[str, Any]) -> Chart:
    metric, folds = found["choose_by"], found["folds"]
    form = "+.1%" if "%" in shown_by(metric)(0.1) else ".2f"
    traces: list[Trace] = [
        {"type": "bar", "name": name, "x": [fold["test_from"] for fold in folds],
         "y": numbers(np.array([np.nan if fold[key] is None else fold[key] for fold in folds]), 4),
         "marker": {"color": colour}, "hovertemplate": f"%{{y:{form}}}"}
        for name, key, colour in (("where it was chosen", "in_sample", "@policy"),
                                  ("in the test window", "out_of_sample", "@own"))
    ]  # fmt: skip
    layout = {"yaxis": {"tickformat": form, "title": metric_called(metric)}, "barmode": "group"}
    alt = f"{len(folds)} choices: {decay_words(found, shown_by(metric))}."
    return Chart("folds", f"{metric_called(metric, True)} of each choice", alt, traces, layout, "usual")


def _portfolios(found: Mapping[str, Any]) -> PageTable:
    names = [name for name in WORDS if name in found["portfolios"]]
    rows = [[label, *(text(found["portfolios"][name].get(key)) for name in names)] for label, key, text in ROWS]
    return PageTable("figures", "Figures out of sample", ["", *(WORDS[name] for name in names)], plain(rows))


def _folds(found: Mapping[str, Any]) -> PageTable:
    shown = shown_by(found["choose_by"])
    rows = [
        [Cell(fold["known"]), Cell(f"{fold['test_from']} to {fold['test_to']}"),
         Cell(values_words(fold["values"]), "words"), Cell(shown(fold["in_sample"])),
         Cell(shown(fold["out_of_sample"])), Cell(figures.signed_percent(fold["active_return"]))]
        for fold in found["folds"]
    ]  # fmt: skip
    head = ["known on", "tested", "chosen", "in sample", "out of sample", "active return"]
    return PageTable(
        "choices", "Every choice", head, rows, f"In and out of sample: {metric_called(found['choose_by'])}."
    )


def _splits(study: Opened) -> Shown:
    found, metric = study.document["figures"], study.document["figures"]["choose_by"]
    shown = shown_by(metric)
    told = [("decay", decay_words(found, shown))]
    if found["paths_ahead"] is not None:
        told.append(
            ("ahead", f"{figures.share(found['paths_ahead'])} of all paths earned more than {found['against']}")
        )
    among = f"{found['candidates']['variants']:,} candidates by {metric_called(metric)}"
    splits = f"{found['splits']:,} splits of {found['groups']} groups of sessions, {found['path_count']:,} paths"
    return Shown(
        [f"{splits}; in each the best of {among}; {found['from']} to {found['to']}."],
        walk_forward_verdict(found),
        told,
        [_paths_chart(study, found)],
        [_paths(found)],
    )  # fmt: skip


def _paths_chart(study: Opened, found: Mapping[str, Any]) -> Chart:
    metric = found["choose_by"]
    values = np.sort(study.table("paths")[metric])
    values = values[np.isfinite(values)]
    form, shown = ("+.2%" if "%" in shown_by(metric)(0.1) else ".2f"), shown_by(metric)
    trace: Trace = {
        "type": "bar", "x": list(range(1, len(values) + 1)), "y": numbers(values, 4), "marker": {"color": "@own"},
        "hovertemplate": f"path %{{x}}: %{{y:{form}}}<extra></extra>", "showlegend": False,
    }  # fmt: skip
    base = found["base"][metric]
    layout: dict[str, Any] = {
        "xaxis": {"type": "linear", "title": "paths, the lowest first", "dtick": max(len(values) // 10, 1)},
        "yaxis": {"tickformat": form, "title": metric_called(metric)}, "hovermode": "closest",
    }  # fmt: skip
    if base is not None:
        layout["shapes"] = [{"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": base, "y1": base,
                             "line": {"color": "@third", "width": 2, "dash": "dash"}}]  # fmt: skip
    spread = found["paths"][metric]
    alt = f"From {shown(spread['lowest'])} to {shown(spread['highest'])}, median {shown(spread['median'])}; the dashed "
    alt += f"line is the run as written, {shown(base)}."
    return Chart("paths", f"{metric_called(metric, True)} of every path", alt, [trace], layout, "usual")


def _paths(found: Mapping[str, Any]) -> PageTable:
    rows = [
        [name.replace("_", " "), *(shown_by(name)(one[key]) for key in ("lowest", "p05", "median", "p95", "highest")),
         shown_by(name)(found["base"][name]), shown_by(name)(found["policy"][name])]
        for name, one in found["paths"].items()
    ]  # fmt: skip
    head = ["over all paths", "lowest", "5%", "median", "95%", "highest", "as written", "policy"]
    return PageTable("spread", "Figures over all paths", head, plain(rows))
