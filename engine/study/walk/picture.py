"""The picture of a walk-forward: growth out of sample with the choices below it; of splits, every path's figure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from engine.config.written import written
from engine.measure.metrics import METRICS
from engine.study.page import COLOURS, MISSING, PageText, can_draw, whole_page
from engine.study.walk.crossed import Crossed
from engine.study.walk.cut import span_of
from engine.study.walk.forward import Walked
from engine.study.walk.tables import tracks_of
from engine.study.walk.words import decay_words

Pictures = tuple[dict[str, str], tuple[str, ...]]
WORDS = {"walk_forward": "walk-forward", "policy": "policy", "base": "as written", "hindsight": "best in hindsight"}
HEADER = ("test from", "to", "chosen", "in sample", "out of sample", "active return")


def walk_picture(walked: Walked, figures: Mapping[str, Any], notes: Sequence[str]) -> Pictures:
    """The page by name, and what is missing: without the extra `report` there is none, and one caveat says so."""
    if not can_draw():
        return {}, (MISSING,)
    candidates, span = walked.candidates, figures["out_of_sample"]
    ends = {name: _growth(walked, track)[-1] for name, track in tracks_of(walked).items()}
    grown = ", ".join(f"{WORDS[name]} {end:.2f}" for name, end in ends.items())
    page = PageText(
        title=f"{candidates.config.name}: {len(walked.folds)} choices among {candidates.variants.count:,}",
        lead=f"{decay_words(figures, shown_by(walked.metric))}.",
        alt=f"Two charts. The first: growth of 1 from {span['from']} to {span['to']}, which ends at {grown}. "
        f"The second: {walked.metric} of each choice where it was chosen and in the window after.",
        caption=f"Above: growth of 1 out of sample, on a logarithmic scale. Below: {walked.metric} of each choice in "
        "its training window, and of the one run in the test window after it.",
        header=HEADER,
        rows=[_row(walked, fold) for fold in figures["folds"]],
        notes=notes,
    )
    return {"picture": whole_page(page, _walk_figure(walked, figures))}, ()


def shown_by(metric: str) -> Any:
    """A figure of a metric in words."""
    percent = METRICS[metric].unit in ("fraction", "per year")

    def shown(value: float | None) -> str:
        return "-" if value is None else f"{value:+.2%}" if percent else f"{value:.2f}"

    return shown


def values_words(values: Mapping[str, Any]) -> str:
    """What a variant sets, on one line."""
    return ", ".join(f"{key} {written(value)}" for key, value in values.items())


def _growth(walked: Walked, track: Any) -> Any:
    own = span_of(track, walked.candidates.beside.total, walked.opened, walked.candidates.last)
    return own.equity / own.equity[0]


def _row(walked: Walked, fold: Mapping[str, Any]) -> tuple[str, ...]:
    shown = shown_by(walked.metric)
    return (
        fold["test_from"],
        fold["test_to"],
        values_words(fold["values"]),
        shown(fold["in_sample"]),
        shown(fold["out_of_sample"]),
        shown_by("active_return")(fold["active_return"]),
    )


def _walk_figure(walked: Walked, figures: Mapping[str, Any]) -> Any:
    from plotly.subplots import make_subplots

    titles = ("growth of 1 out of sample", f"{walked.metric} of each choice")
    figure = make_subplots(rows=2, cols=1, vertical_spacing=0.14, row_heights=[0.65, 0.35], subplot_titles=titles)
    days = walked.candidates.setting.panel.sessions[walked.opened :].astype(str)
    for place, (name, track) in enumerate(tracks_of(walked).items()):
        line = {"color": COLOURS[place % len(COLOURS)], "width": 2.5 if name == "walk_forward" else 1.2}
        figure.add_scatter(x=days, y=_growth(walked, track), name=WORDS[name], mode="lines", line=line, row=1, col=1)
    middles = [fold["test_from"] for fold in figures["folds"]]
    for name, key, colour in (("where it was chosen", "in_sample", 4), ("in the test window", "out_of_sample", 0)):
        figure.add_bar(
            x=middles, y=[fold[key] for fold in figures["folds"]], name=name, marker_color=COLOURS[colour], row=2, col=1
        )
    for fold in figures["folds"]:
        figure.add_vline(x=fold["test_from"], line_width=1, line_dash="dot", line_color="#808080", row=1, col=1)
    figure.update_yaxes(type="log", row=1, col=1)
    figure.update_layout(
        height=820, margin={"l": 60, "r": 20, "t": 50, "b": 50}, legend={"orientation": "h", "y": -0.06}
    )
    return figure


def crossed_picture(crossed: Crossed, figures: Mapping[str, Any]) -> Pictures:
    """The figure of every path beside that of the run as written."""
    if not can_draw():
        return {}, (MISSING,)
    from plotly.graph_objects import Figure

    metric, shown = crossed.metric, shown_by(crossed.metric)
    values, base, spread = crossed.metrics[metric], figures["base"][metric], figures["paths"][metric]
    figure = Figure()
    order = np.sort(values[~np.isnan(values)])
    figure.add_bar(x=[str(i + 1) for i in range(len(order))], y=order, name="paths", marker_color=COLOURS[0])
    if base is not None:
        figure.add_hline(y=base, line_color=COLOURS[1], annotation_text="as written")
    figure.update_xaxes(title_text="paths, from the lowest to the highest")
    figure.update_yaxes(title_text=metric)
    figure.update_layout(height=460, margin={"l": 60, "r": 20, "t": 30, "b": 50})
    ends = f"from {shown(spread['lowest'])} to {shown(spread['highest'])}, median {shown(spread['median'])}"
    page = PageText(
        title=f"{crossed.candidates.config.name}: {len(crossed.paths)} paths over {len(crossed.splits)} splits",
        lead=f"{decay_words(figures, shown)}.",
        alt=f"A bar for each path: {metric} {ends}; the run as written has {shown(base)}",
        caption=f"{metric} of every path out of sample; the line is the run as it is written.",
        header=("figure", "lowest", "median", "highest", "as written", "policy"),
        rows=[
            (name, *(shown_by(name)(one[key]) for key in ("lowest", "median", "highest")),
             shown_by(name)(figures["base"][name]), shown_by(name)(figures["policy"][name]))
            for name, one in figures["paths"].items()
        ],
    )  # fmt: skip
    return {"picture": whole_page(page, figure)}, ()
