"""The charts of a run: paths, drawdown, active weights, stance and score, costs, rolling figures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.portfolio.costs import KINDS
from engine.results.opened import Opened
from engine.results.report.drawn import COLOURS, Chart, cut, days_of, first_on_top, line, over
from engine.results.report.marks import EventMarks, mark_axis, mark_traces, marks_in_words, marks_of
from engine.results.report.rolling import rolling_chart
from engine.results.report.series import Curves, costs_so_far, drawdown, kept, kept_decisions, sleeve_weights

#: Portfolios drawn beside the strategy, with the words for them.
DRAWN = {"strategy": "strategy", "policy": "policy", "policy_matched": "policy matched"}


@dataclass(frozen=True, slots=True)
class Drawing:
    """All charts of a run by their id, and the days that their traces name."""

    charts: Mapping[str, Chart]
    dates: dict[str, list[str]]


def drawing(run: Opened, paths: Curves) -> Drawing:
    """Every chart that a run has something for."""
    places = kept(paths.dates)
    days = {"dates": days_of(paths.dates[places])}
    marks = marks_of(run)
    charts: list[Chart | None] = [
        equity_chart(paths, places),
        relative_chart(paths, places),
        drawdown_chart(paths, places),
        weights_chart(run, paths, places, marks),
        *_decision_charts(run, paths, days, marks),
        costs_chart(run, places),
        rolling_chart(paths, places, int(run.document["config"]["sessions_per_year"])),
    ]
    spans = over(days["dates"])
    for one in charts:
        if one is not None:
            one.layout["xaxis"] = {**spans, **one.layout.get("xaxis", {})}
    return Drawing({one.id: one for one in charts if one is not None}, days)


def equity_chart(paths: Curves, places: NDArray[np.intp], names: Mapping[str, str] = DRAWN) -> Chart:
    """Growth of 1, on a ratio scale, with a range slider."""
    shown = {name: words for name, words in names.items() if name in paths.equity}
    traces = first_on_top(
        line(words, paths.equity[name][places], i, 4) for i, (name, words) in enumerate(shown.items())
    )
    ends = ", ".join(f"{words} {paths.equity[name][-1]:.2f}" for name, words in shown.items())
    reach = [paths.equity[name] for name in shown]
    axis = growth_axis(min(float(one.min()) for one in reach), max(float(one.max()) for one in reach))
    layout = {"yaxis": axis, "xaxis": {"rangeslider": {"visible": True, "thickness": 0.1}}}
    alt = f"At the end: {ends}. The strip below the chart chooses the span."
    return Chart("equity", "Growth of 1, after costs", alt, traces, layout, "high")


def growth_axis(low: float, high: float) -> dict[str, Any]:
    """A ratio scale with a line at 1, 2, 5, 10 ...; plotly's own where the span is too small for three of those."""
    axis: dict[str, Any] = {"type": "log", "title": "growth of 1, ratio scale", "hoverformat": ".3f"}
    ticks = [digit * 10.0**power for power in range(-6, 9) for digit in (1, 2, 5)]
    inside = [tick for tick in ticks if low * 0.9 <= tick <= high * 1.1]
    return axis | ({"tickvals": inside, "ticktext": [f"{tick:g}" for tick in inside]} if len(inside) > 2 else {})


def relative_chart(paths: Curves, places: NDArray[np.intp]) -> Chart:
    """Strategy over policy: what the bets came to, which two lines of growth side by side hide."""
    ratio = paths.equity["strategy"] / paths.equity["policy"]
    reach = f"Lowest {ratio.min():.3f}, highest {ratio.max():.3f}, at the end {ratio[-1]:.3f}."
    traces = [line("strategy / policy", ratio[places], 0, 5)]
    alt = f"Strategy over policy, from 1. {reach}"
    layout = {"yaxis": {"title": "ratio", "hoverformat": ".4f"}, "showlegend": False}
    return Chart("relative", "Strategy over policy", alt, traces, layout)


def drawdown_chart(paths: Curves, places: NDArray[np.intp], names: Mapping[str, str] = DRAWN) -> Chart:
    """Distance from the highest point so far."""
    shown = {name: words for name, words in names.items() if name in paths.equity and name != "policy_matched"}
    falls = {name: drawdown(paths.equity[name]) for name in shown}
    traces = first_on_top(line(words, falls[name][places], i, 4) for i, (name, words) in enumerate(shown.items()))
    worst = ", ".join(f"{words} {falls[name].min():.1%}" for name, words in shown.items())
    return Chart("drawdown", "Drawdown", f"Distance from the highest point so far. Deepest: {worst}.", traces,
                 {"yaxis": {"tickformat": ".0%", "hoverformat": ".1%", "title": "below the highest"}})  # fmt: skip


def weights_chart(run: Opened, paths: Curves, places: NDArray[np.intp], marks: EventMarks) -> Chart | None:
    """What is held over policy by sleeve, by session: what was drifted to as well as what was decided."""
    weights = sleeve_weights(run, "weights")
    policy = run.document["config"].get("policy") or {}
    invested = np.sum([np.abs(total) for total in weights.values()], axis=0) > 0.0 if weights else np.zeros(0)
    if not invested.any() or len(invested) <= int(places[-1]):
        return None
    active = {name: np.where(invested, total - float(policy.get(name, 0.0)), np.nan) for name, total in weights.items()}
    tilted = run.document["config"].get("tilt") or {}
    active = {name: active[name] for name in sorted(active, key=lambda name: name not in tilted)}
    traces = [line(name, values[places], i, 4) for i, (name, values) in enumerate(active.items())]
    traces += mark_traces(marks, paths.dates[0], paths.dates[-1])
    reach = ", ".join(f"{name} {np.nanmin(values):+.1%} to {np.nanmax(values):+.1%}" for name, values in active.items())
    layout = {"yaxis": {"tickformat": "+.0%", "hoverformat": "+.1%", "title": "weight less policy"}, **mark_axis()}
    alt = f"Active weights. Range: {reach}.{marks_in_words(marks)}"
    return Chart("weights", "Active weights by sleeve", alt, traces, layout, "usual",
                 "Held over and under the policy mix, drift between decisions included.")  # fmt: skip


def _decision_charts(run: Opened, paths: Curves, days: dict[str, list[str]], marks: EventMarks) -> list[Chart | None]:
    """Stance and score on decision days, with events marked on both."""
    whole = run.table("decisions")
    stances = [values for label, values in whole.items() if label.startswith("stance ")]
    places = kept_decisions(whole["date"], stances)
    table = {label: values[places] for label, values in whole.items()}
    days["decisions"] = days_of(table["date"])
    charts: list[Chart | None] = []
    for kind, title in (("stance", "Stance"), ("score", "Score that caused it")):
        columns = {
            label.removeprefix(f"{kind} "): values for label, values in table.items() if label.startswith(f"{kind} ")
        }
        shown = dict(list(columns.items())[: len(COLOURS)])
        if not shown:
            continue
        shape = {"shape": "hv"} if kind == "stance" else {}
        traces = [line(name, values, i, 4, "@decisions", shape) for i, (name, values) in enumerate(shown.items())]
        for trace in traces if kind == "score" else ():
            trace |= {"mode": "lines+markers", "marker": {"size": 3}}  # a score alone between two silences is a point
        traces += mark_traces(marks, paths.dates[0], paths.dates[-1])
        more = f" The first {len(shown)} of {len(columns)} are drawn." if len(columns) > len(shown) else ""
        layout: dict[str, Any] = {"yaxis": {"title": kind, "hoverformat": "+.2f"}, "showlegend": True, **mark_axis()}
        note = "From -1, fully under, to +1, fully over; 0 is the policy mix."
        if kind == "score":
            layout["shapes"], note = _levels(run.document["config"])
        alt = f"{title} on {len(whole['date']):,} decision days.{_ends(shown)}{more}{marks_in_words(marks)}"
        charts.append(Chart(kind, title, alt, traces, layout, note=note))
    return charts


def _ends(shown: Mapping[str, Any]) -> str:
    """The last value of each, in words."""
    last = [
        f"{cut(name)} {values[-1]:+.2f}".replace("+0.00", "0")
        for name, values in shown.items()
        if np.isfinite(values[-1])
    ]
    return f" At the end: {', '.join(last)}." if last else ""


def _levels(config: Mapping[str, Any]) -> tuple[list[dict[str, Any]], str]:
    """The thresholds that a score is held against, as lines and in words."""
    stance = config.get("stance") or {}
    given = {key: stance[key] for key in ("enter", "exit", "full_at") if isinstance(stance.get(key), (int, float))}
    if not given:
        return [], ""
    levels = [*given.values()]
    if stance.get("sides") in ("both", "under"):
        levels += [-level for level in levels]
    drawn = [
        {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": level, "y1": level,
         "line": {"color": "@faint", "dash": "dot", "width": 1}}
        for level in levels
    ]  # fmt: skip
    told = ", ".join(f"{key.replace('_', ' ')} {value:g}" for key, value in given.items())
    return drawn, f"Dotted lines: the levels of the stance rule ({told})."


def costs_chart(run: Opened, places: NDArray[np.intp]) -> Chart | None:
    """What was paid so far, by kind."""
    paid = costs_so_far(run, KINDS)
    if not paid:
        return None
    traces = [
        line(kind.replace("_", " "), total[places], i, 3) | {"stackgroup": "all", "hovertemplate": "%{y:.1f} bps"}
        for i, (kind, total) in enumerate(paid.items())
    ]
    ends = ", ".join(f"{kind.replace('_', ' ')} {total[-1]:.0f}" for kind, total in paid.items())
    alt = f"Basis points paid since the start. At the end: {ends}."
    layout = {"yaxis": {"title": "bps of equity"}}
    return Chart("costs", "Costs so far", alt, traces, layout, note="Each cost over the equity of its day, added up.")
