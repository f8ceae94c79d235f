"""A sweep on a page: maps of its metric, parallel coordinates, the spread of all variants, the best, and the doubt."""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations, pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.config.written import written
from engine.market.table import Indices, Vector
from engine.results import figures, sure
from engine.results.opened import Opened
from engine.results.report.drawn import Chart, Trace, cut, numbers
from engine.results.report.studied.lines import lines_chart
from engine.results.report.studied.shown import Shown
from engine.results.report.tables import Cell, PageTable
from engine.results.report.words import metric_called
from engine.results.sweep import metric_words, reason_words

#: More values than MOST of a key are cut into PARTS; maps are drawn of the keys along which the metric moves most.
MOST, PARTS, TELLING = 24, 12, 3
#: Bars of the histogram, and variants in the table.
BARS, BEST = 40, 15
BESIDE = ("sharpe", "active_return", "max_drawdown", "turnover")


@dataclass(frozen=True, slots=True)
class Axis:
    """A key: the (V,) place of each variant on its axis, the words of each place, and how far the metric moves."""

    key: str
    place: Indices
    words: list[str]
    moved: float


def sweep_shown(study: Opened) -> Shown:
    """The parts of its page."""
    found = study.document["figures"]
    metric, best = found["choose_by"], found["best"]
    keys = [*found["keys"]]
    wanted = list(dict.fromkeys(["variant", *keys, metric, *BESIDE]))
    table = study.table("variants", wanted)
    values = np.asarray(table[metric], np.float64)
    axes = _axes(table, keys, values)
    charts = [_map(pair, values, metric, best["variant"]) for pair in combinations(axes, 2)]
    charts = charts or [_curve(axis, values, metric) for axis in axes[:1]]
    lines = lines_chart(table, keys, values, metric, best["variant"])
    charts += [*filter(None, [lines]), _spread(values, found, metric)]
    return Shown(
        _asked(found, keys),
        sweep_verdict(found),
        [*_told(found, metric)],
        charts,
        [_best(table, keys, values, metric)],
    )


def sweep_verdict(found: Mapping[str, Any]) -> str:
    """Its line, from the figures alone."""
    metric, best = found["choose_by"], found["best"]
    at = ", ".join(f"{key} {written(value)}" for key, value in best["values"].items())
    return f"best {metric_called(metric)} {metric_words(metric, best['figures'][metric])} at {at}; {_shape(found)}"


def _asked(found: Mapping[str, Any], keys: list[str]) -> list[str]:
    spans = [f"{key} ({_span(one)})" for key, one in found["keys"].items()]
    metric = metric_called(found["choose_by"])
    return [f"{found['variants']:,} variants of {', '.join(spans)}; the best by {metric}."]


def _span(one: Mapping[str, Any]) -> str:
    first, last = written(one["first"]), written(one["last"])
    return first if first == last else f"{one['values']} from {first} to {last}"


def _shape(found: Mapping[str, Any]) -> str:
    beside = found["neighbours"]
    if beside["shape"] is None:
        return "no neighbours to hold it against"
    near = f"{beside['within_one_se']} of its {beside['count']} neighbours are within one standard error of it"
    return f"a {beside['shape']}: {near}"


def _told(found: Mapping[str, Any], metric: str) -> Iterator[tuple[str, str]]:
    spread, trials, own = found["spread"], found["trials"], found["best"]["figures"]
    low, middle, high = (metric_words(metric, spread[name]) for name in ("p05", "median", "p95"))
    yield "all variants", f"{metric_called(metric)} median {middle}, 5% to 95% {low} to {high}"
    above = spread.get("share_above_reference")
    if above is not None:
        yield "ahead", f"{figures.share(above)} of all variants earned more than their reference"
    yield (
        "the best",
        f"return a year {figures.percent(own['cagr'])}, Sharpe {figures.ratio(own['sharpe'], own['sharpe_se'])}, "
        f"active {figures.signed_percent(own['active_return'])}, worst drawdown "
        f"{figures.percent(own['max_drawdown'], 1)}",
    )
    if trials["deflated_sharpe"] is not None:
        yield (
            "luck",
            f"the best of {trials['count']:,} without any skill would show a Sharpe ratio of "
            f"{trials['sharpe_by_luck']:.2f}; deflated Sharpe ratio {sure.confidence(trials['deflated_sharpe'])}; "
            f"policy alone has {figures.ratio(trials['policy_sharpe'])}",
        )
    for failure in found["failures"]:
        yield "failed", f"{failure['variants']:,}: {reason_words(failure)}"
    if found["best"]["run"] is not None:
        yield "as a run", found["best"]["run"]


def _axes(table: Mapping[str, Any], keys: list[str], values: Vector) -> list[Axis]:
    """The keys along which the mean of the metric moves most, in the order of the sweep."""
    axes = [_axis(key, table[key], values) for key in keys]
    told = sorted((one for one in axes if len(one.words) > 1), key=lambda one: -one.moved)[:TELLING]
    return [one for one in axes if one in told]


def _axis(key: str, column: NDArray[Any], values: Vector) -> Axis:
    if column.dtype.kind in "fiub":
        known, place = np.unique(column.astype(np.float64), return_inverse=True)
        words = [f"{value:.6g}" for value in known]
        if len(known) > MOST:
            edges = np.linspace(known[0], known[-1], PARTS + 1)
            place = np.clip(np.searchsorted(edges, column, side="right") - 1, 0, PARTS - 1)
            words = [f"{low:.3g} to {high:.3g}" for low, high in pairwise(edges)]
    else:
        texts, place = np.unique(np.array([str(one) for one in column]), return_inverse=True)
        words = [str(one) for one in texts[:MOST]]
        place = np.minimum(place, MOST - 1)
    means = _means(values, place, len(words))
    moved = float(np.nanmax(means) - np.nanmin(means)) if np.isfinite(means).any() else 0.0
    return Axis(key, place, words, moved)


def _means(values: Vector, place: Indices, count: int) -> Vector:
    """(count,) the mean of the values at each place; NaN where there is none."""
    known = np.isfinite(values)
    sums, sizes = np.bincount(place[known], values[known], count), np.bincount(place[known], minlength=count)
    means: Vector = np.divide(sums, sizes, out=np.full(count, np.nan), where=sizes > 0)
    return means


def _map(pair: tuple[Axis, Axis], values: Vector, metric: str, best: int) -> Chart:
    down, across = pair if len(pair[0].words) <= len(pair[1].words) else pair[::-1]
    shape = (len(down.words), len(across.words))
    means = _means(values, down.place * shape[1] + across.place, shape[0] * shape[1]).reshape(shape)
    form, called = _form(metric, means), metric_called(metric)
    names = [html.escape(one.key) for one in (across, down)]
    heat: Trace = {
        "type": "heatmap", "x": [html.escape(one) for one in across.words],
        "y": [html.escape(one) for one in down.words], "z": [numbers(row, 5) for row in means],
        "colorscale": "Cividis", "xgap": 1, "ygap": 1,
        "colorbar": {"tickformat": form, "thickness": 12, "outlinewidth": 0},
        "hovertemplate": f"{names[0]} %{{x}}<br>{names[1]} %{{y}}<br>{called} %{{z:{form}}}<extra></extra>",
    }  # fmt: skip
    if means.size <= 60:
        heat["texttemplate"] = f"%{{z:{form}}}"
    at, row = int(across.place[best]), int(down.place[best])
    layout = {
        "xaxis": {"type": "category", "title": names[0]}, "yaxis": {"type": "category", "title": names[1]},
        "hovermode": "closest",
        "shapes": [{"type": "rect", "x0": at - 0.5, "x1": at + 0.5, "y0": row - 0.5, "y1": row + 0.5,
                    "line": {"color": "@third", "width": 4}}],
    }  # fmt: skip
    reach = f"from {metric_words(metric, float(np.nanmin(means)))} to {metric_words(metric, float(np.nanmax(means)))}"
    alt = f"Means over all other keys, {reach}. The frame is where the best variant lies."
    title = f"{called[:1].upper()}{called[1:]} by {down.key} and {across.key}"
    return Chart(
        f"map-{_id(down.key)}-{_id(across.key)}", title, alt, [heat], layout, "usual" if shape[0] > 3 else "low"
    )


def _curve(axis: Axis, values: Vector, metric: str) -> Chart:
    means = _means(values, axis.place, len(axis.words))
    trace: Trace = {
        "type": "scatter", "mode": "lines+markers", "x": [html.escape(one) for one in axis.words],
        "y": numbers(means, 4), "line": {"color": "@own"},
        "hovertemplate": f"%{{x}}: %{{y:{_form(metric, means)}}}<extra></extra>",
    }  # fmt: skip
    layout = {
        "xaxis": {"type": "category", "title": html.escape(axis.key)},
        "yaxis": {"tickformat": _form(metric, means), "title": metric_called(metric)}, "showlegend": False,
    }  # fmt: skip
    reach = f"from {metric_words(metric, float(np.nanmin(means)))} to {metric_words(metric, float(np.nanmax(means)))}"
    return Chart(f"map-{_id(axis.key)}", f"{metric_called(metric)} by {axis.key}", f"{reach}.", [trace], layout)


def _spread(values: Vector, found: Mapping[str, Any], metric: str) -> Chart:
    known = values[np.isfinite(values)]
    counts, edges = np.histogram(known, bins=int(np.clip(2.0 * np.sqrt(len(known)), 5, BARS)))
    middles = (edges[1:] + edges[:-1]) / 2
    bars: Trace = {
        "type": "bar", "x": numbers(middles, 5), "y": counts.tolist(), "marker": {"color": "@own"},
        "hovertemplate": "%{y} variants near %{x}<extra></extra>", "showlegend": False,
    }  # fmt: skip
    lines = {"the best": (found["best"]["figures"][metric], "@third")}
    if metric == "sharpe" and found["trials"]["policy_sharpe"] is not None:
        lines["policy"] = (found["trials"]["policy_sharpe"], "@policy")
    ends: list[Trace] = [
        {"type": "scatter", "mode": "lines", "name": name, "x": [at, at], "y": [0, int(counts.max())],
         "line": {"color": ink, "width": 3}, "hovertemplate": f"{name} %{{x}}<extra></extra>"}
        for name, (at, ink) in lines.items()
    ]  # fmt: skip
    layout = {
        "xaxis": {"type": "linear", "title": metric_called(metric), "tickformat": _form(metric, known)},
        "yaxis": {"title": "variants"}, "bargap": 0.05, "hovermode": "closest",
    }  # fmt: skip
    low, high = metric_words(metric, float(known.min())), metric_words(metric, float(known.max()))
    alt = f"{len(known):,} variants from {low} to {high}; the best stands at the end because it is the best of them."
    return Chart("spread", "How all variants spread", alt, [bars, *ends], layout)


def _best(table: Mapping[str, Any], keys: list[str], values: Vector, metric: str) -> PageTable:
    order = np.argsort(-np.nan_to_num(values, nan=-np.inf), kind="stable")[:BEST]
    shown = list(dict.fromkeys([metric, *(name for name in BESIDE if name in table)]))
    rows = [
        [Cell(str(int(table["variant"][i]))), *(Cell(cut(written(_plain(table[key][i])), 30)) for key in keys),
         *(Cell(metric_words(name, float(table[name][i]))) for name in shown)]
        for i in order
        if np.isfinite(values[i])
    ]  # fmt: skip
    note = "Chosen with all results in view: the figures of the first are those of the luckiest as well."
    head = ["variant", *keys, *map(metric_called, shown)]
    return PageTable("best", f"The {len(rows)} best by {metric_called(metric)}", head, rows, note)


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value


def _form(metric: str, values: Vector) -> str:
    """As many decimals as tell the values apart."""
    if "%" in metric_words(metric, 0.1):
        return "+.2%"
    reach = float(np.nanmax(values) - np.nanmin(values))
    return ".2f" if reach >= 0.1 else ".3f" if reach >= 0.01 else ".4f"


def _id(key: str) -> str:
    return "".join(letter if letter.isalnum() else "_" for letter in key)
