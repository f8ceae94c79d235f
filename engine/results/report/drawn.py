"""What the charts of a page are made of: plotly's own JSON, with days and colours by name.

Days stand once in the page; a trace names them by `@dates`. Colours are named, not given: the page fills them in from
its theme, light or dark. A text that a name or a config brought is escaped, for plotly reads tags in texts.
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.market.table import Vector

#: Names of theme colours, in the order in which series take them; the page gives each a value in light and in dark.
COLOURS = ("own", "policy", "third", "fourth", "fifth", "sixth", "seventh")
Trace = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Chart:
    """One chart: an id, a title, what it shows in words for who cannot see it, and plotly's traces and layout.

    size: `low`, `usual`, `high` or `tall`. note: a sentence below the title.
    """

    id: str
    title: str
    alt: str
    traces: list[Trace]
    layout: dict[str, Any] = field(default_factory=dict)
    size: str = "low"
    note: str = ""


def colour(place: int) -> str:
    """The name of the colour of the series at a place."""
    return f"@{COLOURS[place % len(COLOURS)]}"


def line(
    name: str, values: Vector, place: int, digits: int, x: Any = "@dates", shape: Mapping[str, Any] | None = None
) -> Trace:
    """A line over days (or over what x gives). digits: significant ones that are kept."""
    return {
        "type": "scatter", "mode": "lines", "name": html.escape(name), "x": x, "y": numbers(values, digits),
        "line": {"color": colour(place), "width": 1.6, **(shape or {})},
    }  # fmt: skip


def first_on_top(lines: Iterable[Trace]) -> list[Trace]:
    """What is drawn last lies on top; the legend keeps the order of reading."""
    return [one | {"legendrank": i} for i, one in enumerate(lines)][::-1]


def numbers(values: Vector, digits: int) -> list[float | None]:
    """Rounded to what a screen can show, so that the page stays small; a gap where there is no number."""
    return [float(f"{value:.{digits}g}") if np.isfinite(value) else None for value in values.tolist()]


def days_of(dates: NDArray[np.datetime64]) -> list[str]:
    """Days as `2012-12-31`."""
    return [str(day) for day in dates.astype("datetime64[D]")]


def over(days: Sequence[str]) -> dict[str, Any]:
    """An axis of days from the first to the last, so that charts below each other show the same span."""
    return {"range": [days[0], days[-1]], "hoverformat": "%Y-%m-%d"}


def cut(text: str, longest: int = 70) -> str:
    """A text no longer than that."""
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"
