"""A comparison as Markdown, and as one HTML page that needs nothing else."""

from __future__ import annotations

import html
from collections.abc import Iterator, Sequence

from engine.results.compared.compare import grave, groups, interval_of, noted, wide_cells
from engine.results.compared.side_by_side import SideBySide
from engine.results.opened import open_run
from engine.results.outcome import Outcome
from engine.shown import lines_svg, table_html

HEAD = ("run", "return a year", "Sharpe ± se", "worst drawdown", "turnover", "costs a year", "active", "95% interval",
        "bets", "verdict")  # fmt: skip
STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:72rem;margin:2rem auto;padding:0 1rem}"
    "div{overflow-x:auto}table{border-collapse:collapse;margin:1rem 0}"
    "th,td{padding:.3rem .7rem;text-align:right;border-bottom:1px solid #8886}"
    "th:first-child,td:first-child{text-align:left}:root{color-scheme:light dark}"
)

Grid = tuple[str, list[list[str]]]


def markdown(outcomes: Sequence[Outcome], labels: Sequence[str], details: SideBySide | None) -> str:
    """Tables for a pull request or a mail; cells are escaped."""
    parts = []
    for title, rows in _grids(outcomes, labels, details):
        head, *body = rows
        lines = [_line(head), _line(["---", *["---:"] * (len(head) - 1)]), *(_line(row) for row in body)]
        parts.append(f"### {_safe(title)}\n\n" + "\n".join(lines))
    above = [f"> **CAUTION: {_safe(caution)}**" for caution in grave(outcomes, labels)]
    notes = "\n".join(f"- {_safe(note)}" for note in noted(outcomes, labels))
    return "\n\n".join([*above, *parts, *filter(None, [notes])]) + "\n"


def page(outcomes: Sequence[Outcome], labels: Sequence[str], details: SideBySide | None) -> str:
    """The same as one HTML page, readable without a network, in light and dark."""
    return (
        '<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content="width=device-width">'
        f"<title>{html.escape(', '.join(labels))}</title><style>{STYLE}</style><h1>Comparison</h1>"
        f"{tables_html(outcomes, labels, details)}</html>\n"
    )


def tables_html(outcomes: Sequence[Outcome], labels: Sequence[str], details: SideBySide | None) -> str:
    """The tables with their titles, and what to know before believing them."""
    tables = [
        f"<h2>{html.escape(title)}</h2><div>{table_html(head, body)}</div>"
        for title, (head, *body) in _grids(outcomes, labels, details)
    ]
    above = [f"<p><strong>CAUTION: {html.escape(caution)}</strong></p>" for caution in grave(outcomes, labels)]
    notes = "".join(f"<li>{html.escape(note)}</li>" for note in noted(outcomes, labels))
    return "".join([*above, *tables, f"<ul>{notes}</ul>" if notes else ""])


def shown(outcomes: Sequence[Outcome], labels: Sequence[str], details: SideBySide | None) -> str:
    """What a notebook shows: the paths of all runs, then the tables. Raises DataError where a run is damaged."""
    runs = zip(labels, outcomes, strict=True)
    paths = {label: open_run(one.path).table("portfolios")["strategy"] for label, one in runs if one.path}
    grown = {label: equity / equity[0] for label, equity in paths.items()}
    return lines_svg("growth, ratio scale", grown) + tables_html(outcomes, labels, details)


def _grids(outcomes: Sequence[Outcome], labels: Sequence[str], details: SideBySide | None) -> list[Grid]:
    asked = [] if details is None else details.parts()
    grids = [(title, [[title, *labels], *([name, *cells] for name, cells in rows)]) for title, rows in asked if rows]
    figured: Grid = ("figures", [list(HEAD), *_figured(outcomes, labels)])
    # What was asked comes first, then what came of it.
    return [*grids[:1], figured, *grids[1:]] if details and details.configs else [figured, *grids]


def _figured(outcomes: Sequence[Outcome], labels: Sequence[str]) -> Iterator[list[str]]:
    """A row for each run and, below those that share window and policy mix, one for that mix."""
    for group in groups(outcomes):
        for k in group:
            one = outcomes[k]
            yield [labels[k], *wide_cells(one.metrics, interval_of(one)), one.verdict]
        first = outcomes[group[0]]
        policy = {**first.policy, "active_return": None, "episodes": None}
        yield ["policy", *wide_cells(policy, None), " to ".join(first.window)]


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(_safe(cell).replace("`", "\\`").replace("|", "\\|") for cell in cells) + " |"


def _safe(text: str) -> str:
    """Text on one line of Markdown, in which names become neither HTML nor links nor emphasis."""
    for sign, written in (("&", "&amp;"), ("<", "&lt;"), ("\\", "\\\\"), ("*", "\\*"), ("[", "\\[")):
        text = text.replace(sign, written)
    return " ".join(text.split())
