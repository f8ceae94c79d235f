"""A comparison as Markdown, and as one HTML page that needs nothing else."""

from __future__ import annotations

import html
from collections.abc import Sequence

from engine.results import figures
from engine.results.compared.side_by_side import SideBySide
from engine.results.outcome import Outcome
from engine.shown import table_html

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
        parts.append(f"### {title}\n\n" + "\n".join(lines))
    return "\n\n".join([*parts, *_notes(outcomes)]) + "\n"


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
    return "".join([*tables, *(f"<p>{html.escape(note)}</p>" for note in _notes(outcomes))])


def _grids(outcomes: Sequence[Outcome], labels: Sequence[str], details: SideBySide | None) -> list[Grid]:
    asked = [] if details is None else details.parts()
    grids = [(title, [[title, *labels], *([name, *cells] for name, cells in rows)]) for title, rows in asked if rows]
    figured: Grid = (
        "figures",
        [list(HEAD), *(_row(label, one) for label, one in zip(labels, outcomes, strict=True))],
    )
    # What was asked comes first, then what came of it.
    return [*grids[:1], figured, *grids[1:]] if details and details.configs else [figured, *grids]


def _row(label: str, one: Outcome) -> list[str]:
    of = one.metrics
    interval = figures.span(one.interval["low"], one.interval["high"]) if one.interval else figures.DASH
    return [
        label,
        figures.percent(of["cagr"]),
        figures.ratio(of["sharpe"], of["sharpe_se"]),
        figures.percent(of["max_drawdown"], 1),
        figures.percent(of["turnover"], 1),
        figures.bps(of["costs_bps_a_year"]),
        figures.signed_percent(of["active_return"]),
        interval,
        figures.DASH if of["episodes"] is None else f"{of['episodes']:.0f}",
        one.verdict,
    ]


def _notes(outcomes: Sequence[Outcome]) -> list[str]:
    return list(dict.fromkeys(caveat for one in outcomes for caveat in one.caveats))


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"
