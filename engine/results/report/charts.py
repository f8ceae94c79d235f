"""The charts of a report as plotly's own JSON. Days stand once in the page; a trace names them by `@dates`.

Colours are named, not given: the page fills them in from its theme, light or dark.
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.market.table import Vector
from engine.portfolio.costs import KINDS
from engine.results.opened import Opened
from engine.results.report.series import (
    Paths,
    costs_so_far,
    drawdown,
    kept,
    rolling_active,
    sleeve_weights,
)

#: Names of theme colours, in the order in which series take them; the page gives each a value in light and in dark.
COLOURS = ("own", "policy", "third", "fourth", "fifth", "sixth", "seventh")
#: Portfolios drawn beside the strategy, with the words for them.
DRAWN = {"strategy": "strategy", "policy": "policy", "policy_matched": "policy matched"}


@dataclass(frozen=True, slots=True)
class Chart:
    """One chart: an id, a title, what it shows in words for who cannot see it, and plotly's traces and layout."""

    id: str
    title: str
    alt: str
    traces: list[dict[str, Any]]
    layout: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Drawing:
    """All charts of a page, and the days that their traces name."""

    charts: list[Chart]
    dates: dict[str, list[str]]


def drawing(run: Opened, paths: Paths) -> Drawing:
    """Every chart that a run has something for."""
    places = kept(paths.dates)
    days = {"dates": _days(paths.dates[places])}
    charts: list[Chart | None] = [
        equity_chart(paths, places),
        relative_chart(paths, places),
        drawdown_chart(paths, places),
        weights_chart(run, places),
        *_decision_charts(run, days),
        costs_chart(run, places),
        rolling_chart(paths, places),
    ]
    return Drawing([one for one in charts if one is not None], days)


def equity_chart(paths: Paths, places: NDArray[np.intp], names: Mapping[str, str] = DRAWN) -> Chart:
    """Growth of 1, on a ratio scale, with a range slider."""
    shown = {name: words for name, words in names.items() if name in paths.equity}
    traces = _first_on_top(
        _line(words, paths.equity[name][places], i, 4) for i, (name, words) in enumerate(shown.items())
    )
    ends = ", ".join(f"{words} {paths.equity[name][-1]:.2f}" for name, words in shown.items())
    layout = {"yaxis": {"type": "log", "title": "growth of 1"}, "xaxis": {"rangeslider": {"visible": True}}}
    return Chart("equity", "Growth of 1, after costs", f"Growth of 1 by session. At the end: {ends}.", traces, layout)


def relative_chart(paths: Paths, places: NDArray[np.intp]) -> Chart:
    """Strategy over policy: what the bets came to, which two lines of growth side by side hide."""
    ratio = paths.equity["strategy"] / paths.equity["policy"]
    reach = f"Lowest {ratio.min():.3f}, highest {ratio.max():.3f}, at the end {ratio[-1]:.3f}."
    traces = [_line("strategy / policy", ratio[places], 0, 5)]
    alt = f"Strategy over policy, from 1. {reach}"
    return Chart("relative", "Strategy over policy", alt, traces, {"showlegend": False})


def drawdown_chart(paths: Paths, places: NDArray[np.intp], names: Mapping[str, str] = DRAWN) -> Chart:
    """Distance from the highest point so far."""
    shown = {name: words for name, words in names.items() if name in paths.equity and name != "policy_matched"}
    falls = {name: drawdown(paths.equity[name]) for name in shown}
    traces = _first_on_top(_line(words, falls[name][places], i, 4) for i, (name, words) in enumerate(shown.items()))
    worst = ", ".join(f"{words} {falls[name].min():.1%}" for name, words in shown.items())
    return Chart("drawdown", "Drawdown", f"Distance from the highest point so far. Deepest: {worst}.", traces,
                 {"yaxis": {"tickformat": ".0%"}})  # fmt: skip


def weights_chart(run: Opened, places: NDArray[np.intp]) -> Chart | None:
    """What is held over policy by sleeve, by session: what was drifted to as well as what was decided."""
    weights = sleeve_weights(run, "weights")
    policy = run.document["config"].get("policy") or {}
    invested = np.sum([np.abs(total) for total in weights.values()], axis=0) > 0.0 if weights else np.zeros(0)
    if not invested.any() or len(invested) <= int(places[-1]):
        return None
    active = {name: np.where(invested, total - float(policy.get(name, 0.0)), np.nan) for name, total in weights.items()}
    traces = [_line(name, values[places], i, 4) for i, (name, values) in enumerate(active.items())]
    reach = ", ".join(f"{name} {np.nanmin(values):+.1%} to {np.nanmax(values):+.1%}" for name, values in active.items())
    return Chart("weights", "Active weights by sleeve (over and under policy)", f"Active weights. Range: {reach}.",
                 traces, {"yaxis": {"tickformat": "+.0%"}})  # fmt: skip


def _decision_charts(run: Opened, days: dict[str, list[str]]) -> list[Chart | None]:
    """Stance and score on decision days, with the days on which a stance changed marked."""
    table = run.table("decisions")
    days["decisions"] = _days(table["date"])
    charts: list[Chart | None] = []
    for kind, title in (("stance", "Stance"), ("score", "Score that caused it")):
        columns = {
            label.removeprefix(f"{kind} "): values for label, values in table.items() if label.startswith(f"{kind} ")
        }
        shown = dict(list(columns.items())[: len(COLOURS)])
        if not shown:
            continue
        shape = {"shape": "hv"} if kind == "stance" else {}
        traces = [_line(name, values, i, 6, "@decisions", shape) for i, (name, values) in enumerate(shown.items())]
        for trace in traces if kind == "score" else ():
            trace |= {"mode": "lines+markers", "marker": {"size": 3}}  # a score alone between two silences is a point
        if kind == "stance":
            traces += [_changes(name, values, i) for i, (name, values) in enumerate(shown.items())]
        more = f" The first {len(shown)} of {len(columns)} are drawn." if len(columns) > len(shown) else ""
        layout: dict[str, Any] = {"shapes": _levels(run.document["config"])} if kind == "score" else {}
        charts.append(Chart(kind, title, f"{title} on {len(table['date'])} decision days.{more}", traces, layout))
    return charts


def _changes(name: str, values: Vector, colour: int) -> dict[str, Any]:
    """Marks where a stance changed: the events of the strategy."""
    changed = np.flatnonzero(np.diff(values, prepend=0.0) != 0.0)
    return {
        "type": "scatter", "mode": "markers", "name": f"{html.escape(name)} changes",
        "x": {"of": "@decisions", "at": changed.tolist()}, "y": _numbers(values[changed], 6),
        "marker": {"color": f"@{COLOURS[colour % len(COLOURS)]}", "size": 7}, "showlegend": False,
    }  # fmt: skip


def _levels(config: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The thresholds that a score is held against."""
    stance = config.get("stance") or {}
    levels = [stance[key] for key in ("enter", "exit") if isinstance(stance.get(key), (int, float))]
    if stance.get("sides") in ("both", "under"):
        levels += [-level for level in levels]
    return [
        {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": level, "y1": level,
         "line": {"color": "@faint", "dash": "dot", "width": 1}}
        for level in levels
    ]  # fmt: skip


def costs_chart(run: Opened, places: NDArray[np.intp]) -> Chart | None:
    """What was paid so far, by kind."""
    paid = costs_so_far(run, KINDS)
    if not paid:
        return None
    traces = [
        _line(kind.replace("_", " "), total[places], i, 2) | {"stackgroup": "all"}
        for i, (kind, total) in enumerate(paid.items())
    ]
    ends = ", ".join(f"{kind.replace('_', ' ')} {total[-1]:.0f}" for kind, total in paid.items())
    return Chart("costs", "Costs so far, basis points of equity", f"Costs paid since the start. At the end: {ends}.",
                 traces)  # fmt: skip


def rolling_chart(paths: Paths, places: NDArray[np.intp]) -> Chart | None:
    """Active return of the last year of sessions."""
    values = rolling_active(paths)
    if np.isnan(values).all():
        return None
    above = float((values[~np.isnan(values)] > 0.0).mean())
    return Chart(
        "rolling",
        "Active return over the last 252 sessions",
        f"Strategy less policy over the last 252 sessions; above zero on {above:.0%} of sessions.",
        [_line("active return", values[places], 0, 5)],
        {"yaxis": {"tickformat": "+.1%"}, "showlegend": False},
    )


def _first_on_top(lines: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """What is drawn last lies on top; the legend keeps the order of reading."""
    return [line | {"legendrank": i} for i, line in enumerate(lines)][::-1]


def _line(
    name: str, values: Vector, colour: int, digits: int, x: str = "@dates", shape: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    return {
        "type": "scatter", "mode": "lines", "name": html.escape(name), "x": x, "y": _numbers(values, digits),
        "line": {"color": f"@{COLOURS[colour % len(COLOURS)]}", "width": 1.6, **(shape or {})},
    }  # fmt: skip


def _numbers(values: Vector, digits: int) -> list[float | None]:
    """Rounded to what a screen can show, so that the page stays small; a gap where there is no number."""
    return [float(f"{value:.{digits}g}") if np.isfinite(value) else None for value in values.tolist()]


def _days(dates: NDArray[np.datetime64]) -> list[str]:
    return [str(day) for day in dates.astype("datetime64[D]")]
