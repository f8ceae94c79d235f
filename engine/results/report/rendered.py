"""Parts of a page rendered as one HTML text."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from engine.errors import ConfigError, Fault
from engine.results.report.drawn import Chart
from engine.results.report.tables import PageTable

TEMPLATE = "page.html.j2"


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a page under one heading. words: paragraphs; told: label and sentence; listed: items of a list; links:
    words and where they lead; parts: charts and tables in their order. short: the title where there is little room.
    """

    id: str
    title: str
    words: Sequence[str] = ()
    told: Sequence[tuple[str, str]] = ()
    parts: Sequence[Chart | PageTable] = ()
    listed: Sequence[str] = ()
    links: Sequence[tuple[str, str]] = ()
    short: str = ""

    @property
    def empty(self) -> bool:
        """Whether there is nothing below the heading."""
        return not (self.words or self.told or self.parts or self.listed or self.links)


@dataclass(frozen=True, slots=True)
class Page:
    """A page: what stands above its sections, and those. tiles: label, figure, and what it is held against.

    dates: days by the name by which charts call them.
    """

    title: str
    thesis: str
    span: str
    cautions: Sequence[str]
    verdict: str
    sections: Sequence[Section]
    footer: str
    tiles: Sequence[tuple[str, str, str]] = ()
    dates: Mapping[str, Sequence[str]] = field(default_factory=dict)


def rendered(page: Page, script: str) -> str:
    """The whole text. script: the tag that brings plotly. Raises ConfigError without the extra `report`."""
    try:
        import jinja2
        import markupsafe
    except ImportError:
        cure = 'install it: pip install "overweight[report]"'
        raise ConfigError(Fault("overweight report", "", "no jinja2", "the extra `report`", cure)) from None
    folder = jinja2.FileSystemLoader(Path(__file__).parent)
    environment = jinja2.Environment(loader=folder, autoescape=True, trim_blocks=True, undefined=jinja2.StrictUndefined)
    sections = [one for one in page.sections if not one.empty]
    charts = [part for one in sections for part in one.parts if isinstance(part, Chart)]
    data = {
        "charts": [{"id": one.id, "traces": one.traces, "layout": one.layout} for one in charts],
        "dates": page.dates,
    }
    # Inside a script element only `</` and `<!--` could end or bend it.
    text = json.dumps(data, separators=(",", ":"), allow_nan=False).replace("<", "\\u003c")
    dated = any(trace.get("x") in [f"@{name}" for name in page.dates] for one in charts for trace in one.traces
                if isinstance(trace.get("x"), str))  # fmt: skip
    return environment.get_template(TEMPLATE).render(
        page=page, sections=sections, data=markupsafe.Markup(text), script=markupsafe.Markup(script), dated=dated
    )
