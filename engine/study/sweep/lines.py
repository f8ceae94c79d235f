"""Parallel coordinates: a line for each variant through the values it takes, coloured by what it came to."""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.config.sweep import Span
from engine.config.written import written
from engine.market.table import Indices
from engine.study.coordinates import LEAST, drawn_rows, line_colours, spread
from engine.study.sweep.outcome import SweepOutcome

#: More lines make the page slow.
MOST = 2_000
#: So many values are written at an axis, and so many letters of each.
WRITTEN, LETTERS = 12, 16


def moving_keys(outcome: SweepOutcome) -> list[int]:
    """The keys that take more than one value."""
    axes = outcome.plan.variants.axes
    return [k for k, axis in enumerate(axes) if isinstance(axis, Span) or len(axis) > 1]


def lines_of(outcome: SweepOutcome) -> Indices:
    """The variants that have a line, as `drawn_rows` has them."""
    return drawn_rows(outcome.found.metric(outcome.choose_by), outcome.best, MOST)


def add_lines(figure: Any, outcome: SweepOutcome, rows: Indices, keys: list[int], top: float) -> None:
    """Draw them into the lowest share of a plotly figure, the metric as the last axis; coloured by their rank, for the
    values of most lie close together. rows: as `lines_of` has them.
    """
    values = outcome.found.metric(outcome.choose_by)[rows]
    figure.add_parcoords(
        line=line_colours(len(rows)),
        dimensions=[*(_dimension(outcome, k, rows) for k in keys), {"label": outcome.choose_by, "values": values}],
        domain={"x": [0.0, 1.0], "y": [0.0, top]},
        labelangle=-18 if len(keys) > LEAST else 0,
        labelside="top",
    )


def _dimension(outcome: SweepOutcome, k: int, rows: Indices) -> dict[str, Any]:
    """An axis of values evenly spaced in their order; of a range that is drawn from, of shares of the way along it."""
    variants = outcome.plan.variants
    axis, label = variants.axes[k], variants.keys[k]
    if isinstance(axis, Span):
        assert variants.draws is not None
        shares = np.linspace(0.0, 1.0, 5)
        return {
            "label": label,
            "values": variants.draws[rows, k],
            "range": [0, 1],
            "tickvals": shares,
            "ticktext": [f"{axis.at(float(share)):.4g}" for share in shares],
        }
    place, words = places(axis, variants.column(k, rows))
    shown = np.unique(np.linspace(0, len(axis) - 1, min(len(axis), WRITTEN)).round().astype(np.int64))
    return {
        "label": label,
        "values": spread(place, k),
        "range": [-0.5, len(axis) - 0.5],
        "tickvals": shown,
        "ticktext": [_short(words[i]) for i in shown.tolist()],
    }


def places(axis: tuple[Any, ...], column: Indices) -> tuple[Indices, list[str]]:
    """(R,) the place of each value on its axis, in order of numbers where all are; and the words of each place."""
    if all(isinstance(value, (int, float)) for value in axis):
        order = np.argsort(np.array(axis, np.float64), kind="stable")
        return np.argsort(order)[column], [written(axis[i]) for i in order]
    return column, [written(value) for value in axis]


def _short(words: str) -> str:
    return words if len(words) <= LETTERS else f"{words[: LETTERS - 1]}…"
