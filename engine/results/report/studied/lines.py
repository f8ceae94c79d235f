"""Parallel coordinates of a sweep on a page: a line for each variant through its values to its metric."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.config.written import written
from engine.market.table import Vector
from engine.results.report.drawn import Chart, cut, numbers
from engine.results.report.words import metric_called
from engine.results.sweep import metric_words
from engine.study.coordinates import LEAST, drawn_rows, line_colours, spread

#: More lines make the page heavy.
LINES = 1_000
#: An axis of more values than these is one of numbers; so many values are written at one, so many letters of each.
VALUES, WRITTEN, LETTERS = 24, 8, 12


def lines_chart(
    table: Mapping[str, NDArray[Any]], keys: Sequence[str], values: Vector, metric: str, best: int
) -> Chart | None:
    """The chart, None where fewer than three keys move. values: (V,) the metric; best: the row of the best variant."""
    rows = drawn_rows(values, best, LINES)
    moving = [key for key in keys if len({*map(_plain, table[key][rows])}) > 1]
    if len(moving) < LEAST:
        return None
    called = metric_called(metric)
    trace = {
        "type": "parcoords",
        "line": line_colours(len(rows)),
        "dimensions": [
            *(_dimension(name, table[key][rows], k) for k, (key, name) in enumerate(_short_names(moving).items())),
            {"label": html.escape(called), "values": numbers(values[rows], 5)},
        ],
        "labelangle": -24,
        "labelside": "top",
    }
    low, high = (metric_words(metric, float(end(values[rows]))) for end in (np.min, np.max))
    share = "" if len(rows) == np.isfinite(values).sum() else f", drawn at random of {np.isfinite(values).sum():,}"
    at = ", ".join(f"{key} {written(_plain(table[key][best]))}" for key in moving)
    alt = (
        f"{len(rows):,} variants{share}, each a line through its values to its {called}, {low} to {high}: blue where "
        f"that is low, orange where it is high. The best passes through {at}."
    )
    note = "Drag along an axis to see only the variants that pass there; the table of the best ones has the figures."
    layout = {"margin": {"l": 56, "r": 40, "t": 84, "b": 24}}
    return Chart("lines", f"Every key of a variant, and its {called}", alt, [trace], layout, "high", note)


def _dimension(name: str, column: NDArray[Any], k: int) -> dict[str, Any]:
    """An axis of values evenly spaced in their order; of many numbers, as of a range that is drawn from, of numbers."""
    label = html.escape(cut(name, 24))
    plain = [_plain(one) for one in column]
    numeric = column.dtype.kind in "fiu"
    known = sorted({*plain}, key=None if numeric else str)
    if numeric and len(known) > VALUES:
        return {"label": label, "values": numbers(column.astype(np.float64), 4)}
    places = {value: i for i, value in enumerate(known)}
    place = np.array([places[one] for one in plain])
    shown = np.unique(np.linspace(0, len(known) - 1, min(len(known), WRITTEN)).round().astype(int)).tolist()
    return {
        "label": label,
        "values": numbers(spread(place, k), 4),
        "range": [-0.5, len(known) - 0.5],
        "tickvals": shown,
        "ticktext": [cut(written(known[i]), LETTERS) for i in shown],
    }


def _short_names(keys: Sequence[str]) -> dict[str, str]:
    """The last word of each key where no other ends in it: on a phone axes stand close together."""
    last = [key.rpartition(".")[2] for key in keys]
    return {key: word if last.count(word) == 1 else key for key, word in zip(keys, last, strict=True)}


def _plain(value: Any) -> Any:
    plain = value.item() if isinstance(value, np.generic) else value
    return plain if isinstance(plain, (bool, int, float, str)) else str(plain)
