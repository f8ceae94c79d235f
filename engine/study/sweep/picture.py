"""The picture of a sweep: how the metric moves with two keys, as a heat map; with one, as a line. Below it, where three
keys or more vary, all of them at once: parallel coordinates.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.config.sweep import Span
from engine.config.written import written
from engine.market.table import Indices, Vector
from engine.study.coordinates import LEAST
from engine.study.page import COLOURS, MISSING, PageText, can_draw, whole_page
from engine.study.sweep.lines import add_lines, lines_of, moving_keys, places
from engine.study.sweep.outcome import SweepOutcome

#: So many parts a range that variants are drawn from is cut into; of more values than MOST nothing can be read.
PARTS, MOST = 12, 60
#: Where a picture of two parts has its lines, and its map: shares of its height.
LOW, HIGH = 0.4, 0.56


def picture_of(outcome: SweepOutcome) -> tuple[dict[str, str], tuple[str, ...]]:
    """The page by name, and what is missing: without the extra `report` there is none, and one caveat says so."""
    if not can_draw():
        return {}, (MISSING,)
    keys = _telling_keys(outcome)
    return ({"picture": whole_page(_page(outcome, keys), _figure(outcome, keys))}, ()) if keys else ({}, ())


def _telling_keys(outcome: SweepOutcome) -> list[int]:
    """The one or two keys along which the metric moves most: by the range of its means."""
    values, moved = outcome.found.metric(outcome.choose_by), []
    for k in range(len(outcome.plan.variants.keys)):
        place, labels = _axis(outcome, k)
        means = _means(values, place, len(labels))
        if 1 < len(labels) <= MOST and not np.isnan(means).all():
            moved.append((float(np.nanmax(means) - np.nanmin(means)), -k))
    return sorted(-k for _, k in sorted(moved, reverse=True)[:2])


def _axis(outcome: SweepOutcome, k: int) -> tuple[Indices, list[str]]:
    """(V,) the place of each variant on an axis, in order of numbers where they are; and the words of each place."""
    variants = outcome.plan.variants
    axis = variants.axes[k]
    if isinstance(axis, Span):
        assert variants.draws is not None
        parts = (variants.draws[:, k] * PARTS).astype(np.int64)
        return parts, [f"{axis.at((i + 0.5) / PARTS):.4g}" for i in range(PARTS)]
    return places(axis, variants.column(k, np.arange(variants.count)))


def _means(values: Vector, place: Indices, count: int) -> Vector:
    """(count,) the mean of the values at each place; NaN where there is none."""
    known = ~np.isnan(values)
    sums = np.bincount(place[known], values[known], count)
    sizes = np.bincount(place[known], minlength=count)
    means: Vector = np.divide(sums, sizes, out=np.full(count, np.nan), where=sizes > 0)
    return means


def _grid(outcome: SweepOutcome, keys: list[int]) -> tuple[Any, list[list[str]]]:
    axes = [_axis(outcome, k) for k in keys]
    labels = [words for _, words in axes]
    place = axes[0][0] if len(axes) == 1 else axes[0][0] * len(labels[1]) + axes[1][0]
    shape = [len(words) for words in labels]
    return _means(outcome.found.metric(outcome.choose_by), place, int(np.prod(shape))).reshape(shape), labels


def _figure(outcome: SweepOutcome, keys: list[int]) -> Any:
    from plotly.graph_objects import Figure

    means, labels = _grid(outcome, keys)
    names, metric = [outcome.plan.variants.keys[k] for k in keys], outcome.choose_by
    figure = Figure()
    if len(keys) == 1:
        figure.add_scatter(x=labels[0], y=means, mode="lines+markers", line={"color": COLOURS[0]})
    else:
        figure.add_heatmap(
            x=labels[1], y=labels[0], z=means, colorscale="Cividis", colorbar={"title": metric},
            hovertemplate=f"{names[1]} %{{x}}<br>{names[0]} %{{y}}<br>{metric} %{{z:.4g}}<extra></extra>",
        )  # fmt: skip
        best = [_axis(outcome, k) for k in keys]
        figure.add_scatter(
            x=[best[1][1][best[1][0][outcome.best]]], y=[best[0][1][best[0][0][outcome.best]]], mode="markers",
            marker={"symbol": "x", "size": 12, "color": COLOURS[1]}, hoverinfo="skip", showlegend=False,
        )  # fmt: skip
    figure.update_xaxes(title_text=names[-1], type="category")
    figure.update_yaxes(title_text=names[0] if len(keys) == 2 else metric)
    if len(keys) == 2:
        figure.update_yaxes(type="category")
    figure.update_layout(height=560, margin={"l": 70, "r": 20, "t": 30, "b": 60})
    if _has_lines(outcome):
        add_lines(figure, outcome, lines_of(outcome), moving_keys(outcome), top=LOW)
        figure.update_yaxes(domain=[HIGH, 1.0])
        figure.update_traces(colorbar={"len": 1.0 - HIGH, "y": (1.0 + HIGH) / 2}, selector={"type": "heatmap"})
        figure.update_layout(height=1120)
    return figure


def _has_lines(outcome: SweepOutcome) -> bool:
    return len(moving_keys(outcome)) >= LEAST


def _page(outcome: SweepOutcome, keys: list[int]) -> PageText:
    variants, metric = outcome.plan.variants, outcome.choose_by
    means, labels = _grid(outcome, keys)
    names = [variants.keys[k] for k in keys]
    others = len(variants.keys) - len(keys)
    averaged = f", each the mean over the other {others} key{'s' * (others > 1)}" if others else ""
    values = outcome.found.metric(metric)
    best = f"best {metric} {values[outcome.best]:.4g} at " + ", ".join(
        f"{key} {written(value)}" for key, value in variants.values(outcome.best).items()
    )
    low, high = float(np.nanmin(means)), float(np.nanmax(means))
    rows = means.reshape(len(labels[0]), -1)
    lines, below = _line_words(outcome) if _has_lines(outcome) else ("", "")
    return PageText(
        title=f"{outcome.plan.config.name}: {variants.count:,} variants",
        lead=f"{best}; {neighbour_words(outcome)}",
        alt=f"{metric} by {' and '.join(names)}{averaged}: from {low:.4g} to {high:.4g}; {best}{below}",
        caption=f"{metric} by {' and '.join(names)}{averaged}. A cross marks the best variant.{lines}",
        header=(names[0], *(labels[1] if len(keys) == 2 else [metric])),
        rows=[(label, *(_cell(value) for value in row)) for label, row in zip(labels[0], rows, strict=True)],
    )


def _line_words(outcome: SweepOutcome) -> tuple[str, str]:
    """What the lines are, below the picture and for those who do not see it."""
    drawn, known = len(lines_of(outcome)), int((~np.isnan(outcome.found.metric(outcome.choose_by))).sum())
    which = f"each of the {drawn:,} variants" if drawn == known else f"{drawn:,} of {known:,} variants, drawn by lot"
    lines = f" Below: a line for {which}, through its values to its {outcome.choose_by}, blue where that is low, "
    lines += "orange where it is high; drag along an axis to see only those that pass there."
    return lines, f". Below it a line for {which}"


def _cell(value: float) -> str:
    return "-" if np.isnan(value) else f"{value:.4g}"


def neighbour_words(outcome: SweepOutcome) -> str:
    """Whether the best stands on a plateau or on a needle, in words."""
    if outcome.shape is None:
        return "no neighbours to hold it against"
    return (
        f"a {outcome.shape}: {outcome.near} of its {len(outcome.beside)} neighbours have a Sharpe ratio within one "
        "standard error of its own"
    )
