"""A picture of a study as a whole HTML page: readable in light and dark, without a network, and with words for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

#: Told from each other also by those who see colours differently, and readable on white and on black.
COLOURS = ("#2f86d6", "#d9731a", "#1f9d72", "#b659a8", "#8a8f98")
NEEDED = ("plotly", "jinja2")
MISSING = "no picture was made: `pip install 'overweight[report]'`, then run it again"

_TEMPLATE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{ page.title }}</title>
<style>
:root { color-scheme: light dark; --ink: #1c1e21; --paper: #ffffff; --line: #c9ccd1; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e7e9; --paper: #16181d; --line: #4a4e57; } }
body { font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper);
       max-width: 62rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.4rem; } .caution { font-weight: 700; }
figure { margin: 1.5rem 0; } figcaption { font-size: 0.9rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: 0.9rem; font-variant-numeric: tabular-nums; }
th, td { padding: 0.25rem 0.75rem; text-align: right; border-bottom: 1px solid var(--line); white-space: nowrap; }
th:first-child, td:first-child { text-align: left; }
</style>
</head>
<body>
<main>
<h1>{{ page.title }}</h1>
{% for line in page.cautions %}<p class="caution">{{ line }}</p>
{% endfor %}<p>{{ page.lead }}</p>
<figure>
<div role="img" aria-label="{{ page.alt }}">
{{ drawing | safe }}
</div>
<figcaption>{{ page.caption }}</figcaption>
</figure>
<div class="scroll"><table>
<thead><tr>{% for cell in page.header %}<th scope="col">{{ cell }}</th>{% endfor %}</tr></thead>
<tbody>
{% for row in page.rows %}<tr>{% for cell in row %}<td>{{ cell }}</td>{% endfor %}</tr>
{% endfor %}</tbody>
</table></div>
{% if page.notes %}<h2>What to know before believing it</h2>
<ul>
{% for line in page.notes %}<li>{{ line }}</li>
{% endfor %}</ul>
{% endif %}</main>
<script>
(function () {
  var box = document.getElementById("picture");
  function paint() {
    var style = getComputedStyle(document.documentElement);
    var ink = style.getPropertyValue("--ink").trim(), line = style.getPropertyValue("--line").trim();
    var change = { "font.color": ink };
    Object.keys(box.layout).filter(function (key) { return /^[xy]axis/.test(key); }).forEach(function (key) {
      change[key + ".gridcolor"] = line; change[key + ".zerolinecolor"] = ink;
    });
    Plotly.relayout(box, change);
  }
  paint();
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", paint);
})();
</script>
</body>
</html>
"""


@dataclass(frozen=True, slots=True)
class PageText:
    """What stands on the page around the picture.

    lead: the verdict. alt: the picture in words, for those who do not see it. header, rows: the figures it is drawn
    from. cautions come first, notes last.
    """

    title: str
    lead: str
    alt: str
    caption: str
    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    cautions: Sequence[str] = ()
    notes: Sequence[str] = ()


def can_draw() -> bool:
    """Whether the libraries of the extra `report` are here."""
    return all(find_spec(name) is not None for name in NEEDED)


def whole_page(page: PageText, figure: Any) -> str:
    """The page, with a plotly figure in it. The same page gives the same text."""
    import jinja2
    import plotly.io

    clear = "rgba(0,0,0,0)"
    figure.update_layout(paper_bgcolor=clear, plot_bgcolor=clear, modebar_bgcolor=clear, font_color="#808080")
    drawing = plotly.io.to_html(figure, include_plotlyjs=True, full_html=False, div_id="picture")
    template = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined).from_string(_TEMPLATE)
    return template.render(page=page, drawing=drawing)
