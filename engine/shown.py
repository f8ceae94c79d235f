"""What a result looks like in a notebook: a table and a picture, as plain HTML and SVG that need nothing else."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence

import numpy as np

from engine.market.table import Vector

WIDTH, HEIGHT, MARGIN = 640, 180, 4
#: More points than this a line of this width cannot show.
POINTS = 640
COLOURS = ("#2a7fc9", "#8a8f96", "#c9772a", "#5f9a3a", "#a857ad", "#1f8f99")


def table_html(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table; every cell is escaped."""
    top = "".join(f"<th>{html.escape(cell)}</th>" for cell in head)
    body = "".join("<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>"


def lines_svg(title: str, lines: Mapping[str, Vector]) -> str:
    """Paths above zero, all of one length, on one ratio scale, with a legend. Empty where there is nothing to draw."""
    drawn = {name: np.log(values[_places(len(values))]) for name, values in lines.items() if len(values) > 1}
    if not drawn:
        return ""
    low, high = (float(f([f(values) for values in drawn.values()])) for f in (np.min, np.max))
    span = max(high - low, 1e-12)
    parts = []
    for i, (name, values) in enumerate(drawn.items()):
        x = np.linspace(MARGIN, WIDTH - MARGIN, len(values))
        y = HEIGHT - MARGIN - (values - low) / span * (HEIGHT - 2 * MARGIN)
        points = " ".join(f"{a:.1f},{b:.1f}" for a, b in zip(x, y, strict=True))
        colour = COLOURS[i % len(COLOURS)]
        parts.append(f'<polyline fill="none" stroke="{colour}" stroke-width="1.4" points="{points}"/>')
        label = f'<text x="{MARGIN + 6}" y="{16 + 15 * i}" fill="{colour}" font-size="12">{html.escape(name)}</text>'
        parts.append(label)
    size = f'viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" style="max-width:100%"'
    return f'<svg {size} role="img" aria-label="{html.escape(title, quote=True)}">{"".join(parts)}</svg>'


def _places(count: int) -> Vector | slice:
    return slice(None) if count <= POINTS else np.unique(np.linspace(0, count - 1, POINTS).astype(np.int64))
