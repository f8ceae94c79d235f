"""The picture of null markets: a histogram of their information ratios for each kind, and the real one as a line."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from engine.errors import ConfigError, Fault
from engine.results.null_words import JUDGED, meanings, sentences
from engine.study.null.measured import PERCENTILES, Stands
from engine.study.page import COLOURS, PageText, can_draw, whole_page

BINS = 40
OPTION = "--picture"
#: A picture is a page.
ENDINGS = (".html", ".htm")
HEADER = ("", *(f"{one:.0f}%" for one in PERCENTILES), "real", "beats", "p")


def refuse_place(path: Path) -> None:
    """Before minutes of work: can a picture be made and written there? Folders on the way may still be missing.

    Raises ConfigError where it cannot.
    """
    if not can_draw():
        found, expected = "no library that draws", "plotly and jinja2"
        raise ConfigError(
            Fault(OPTION, "", found, expected, "`pip install 'overweight[report]'`, or leave the option out")
        )
    if path.is_dir():
        raise ConfigError(Fault(OPTION, "", f"the folder `{path}`", "a file", f"write `{path / 'null.html'}`"))
    if path.suffix.lower() not in ENDINGS:
        raise ConfigError(
            Fault(OPTION, "", f"`{path}`", "a page, `.html` or `.htm`", f"write `{path.with_suffix('.html')}`")
        )
    folder = next(one for one in path.absolute().parents if one.exists())
    try:
        tempfile.TemporaryFile(dir=folder).close()
    except OSError as error:
        found = f"`{path}`, which cannot be written: `{folder}`: {error.strerror}"
        raise ConfigError(
            Fault(OPTION, "", found, "a folder that may be written to", "choose another folder, or mend its rights")
        ) from None


def picture_of(name: str, stands: Sequence[Stands], rows: Sequence[Sequence[str]]) -> str:
    """The page. rows: the figures below it, information ratios first."""
    lead, *others = sentences(stands)
    page = PageText(
        title=f"{name} among its null markets",
        lead=lead,
        alt=". ".join(_alt(stands)),
        caption="Bars: how many null markets came to this information ratio over policy. Line: the real result. "
        "Below: the same in figures, information ratios first, then active returns a year.",
        header=HEADER,
        rows=[[cell.strip() for cell in row] for row in rows],
        notes=[*others, *(f"{kind}: {words}" for kind, words in meanings(stands))],
    )
    return whole_page(page, _figure(stands))


def _figure(stands: Sequence[Stands]) -> Any:
    from plotly.subplots import make_subplots

    titles = [f"{one.kind}: p {one.p_value(JUDGED):.3f}" for one in stands]
    figure = make_subplots(
        rows=len(stands), cols=1, shared_xaxes=True, subplot_titles=titles, vertical_spacing=0.2 / len(stands)
    )
    all_values = np.concatenate([np.append(others, own) for own, others in (one.of(JUDGED) for one in stands)])
    low, high = float(all_values.min()), float(all_values.max())
    edges = np.linspace(low, high if high > low else low + 1.0, BINS + 1)
    for row, one in enumerate(stands, start=1):
        own, others = one.of(JUDGED)
        counts = np.histogram(others, edges)[0]
        figure.add_bar(
            x=(edges[:-1] + edges[1:]) / 2.0, y=counts, width=edges[1] - edges[0], marker_color=COLOURS[0],
            hovertemplate="%{x:+.2f}: %{y} markets<extra></extra>", showlegend=False, row=row, col=1,
        )  # fmt: skip
        figure.add_vline(x=own, line_width=3, line_color=COLOURS[1], annotation_text=f"real {own:+.2f}", row=row, col=1)
        figure.update_yaxes(title_text="markets", row=row, col=1)
    figure.update_xaxes(title_text="information ratio over policy, a year", row=len(stands), col=1)
    figure.update_layout(height=160 + 260 * len(stands), margin={"l": 60, "r": 20, "t": 50, "b": 50}, bargap=0)
    return figure


def _alt(stands: Sequence[Stands]) -> Iterator[str]:
    yield "A histogram of information ratios for each kind of null market, and the real one as a line"
    for one in stands:
        own, others = one.of(JUDGED)
        if len(others):
            low, middle, high = one.percentiles(JUDGED)
            spread = f"5% {low:+.2f}, median {middle:+.2f}, 95% {high:+.2f}"
            yield f"{one.kind}: {len(others)} markets, {spread}; the real {own:+.2f} is above {one.beaten(JUDGED)}"
