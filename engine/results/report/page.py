"""The page: a saved run, or several, as one HTML text."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from engine.errors import ConfigError, Fault
from engine.results import figures
from engine.results.compared.compare import cautions
from engine.results.compared.side_by_side import side_by_side
from engine.results.opened import Opened
from engine.results.report import words
from engine.results.report.charts import Chart, drawdown_chart, drawing, equity_chart
from engine.results.report.series import Paths, eras, kept, monthly, paths_of

TEMPLATE, TABLE = "page.html.j2", "table.html.j2"
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec", "year")
#: Effects of the attribution, in the order of its columns.
EFFECTS = ("allocation", "selection", "interaction", "active_costs", "active_trading")


@dataclass(frozen=True, slots=True)
class Cell:
    """Text of a cell and whether it is good, bad or neither."""

    text: str
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table of a page. first: whether it stands above the charts."""

    id: str
    title: str
    head: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    note: str = ""
    first: bool = False


@dataclass(frozen=True, slots=True)
class Beside:
    """What a page is told beside its run: variants tried, what `--full` measured, links to studies of it."""

    trials: int
    full: Mapping[str, Any] | None
    links: Sequence[tuple[str, str]]


def run_page(run: Opened, beside: Beside, script: str) -> str:
    """One run. script: the tag that brings plotly."""
    document, paths = run.document, paths_of(run)
    drawn = drawing(run, paths)
    grave = cautions(tuple(document["caveats"]))
    window = document["window"]
    per_year = int(document["config"]["sessions_per_year"])
    return _rendered(
        title=run.name,
        thesis=document.get("thesis", ""),
        span=f"{window['from']} to {window['to']}, {window['decisions']} decisions, against {document['reference']}",
        cautions=grave,
        verdict=document["verdict"],
        asked=words.asked(document["config"]),
        told=[*words.told(run, beside.trials, beside.full), ("today", words.today(document))],
        charts=drawn.charts,
        tables=[_figures(document), _attribution(document), _months(paths), _eras(paths, per_year)],
        caveats=[one for one in document["caveats"] if one not in grave],
        links=beside.links,
        footer=_footer(document),
        data={"charts": [asdict(chart) for chart in drawn.charts], "dates": drawn.dates},
        script=script,
    )


def comparison_page(
    runs: Sequence[Opened], labels: Sequence[str], links: Sequence[tuple[str, str]], script: str
) -> str:
    """Several runs: their questions, figures and paths on the sessions that all of them have."""
    found = side_by_side(runs, labels)
    paths = _together(runs, labels)
    places = kept(paths.dates)
    names = {label: label for label in labels}
    charts: list[Chart] = [equity_chart(paths, places, names), drawdown_chart(paths, places, names)]
    metrics = [[label, *(text(run.document["metrics"].get(key)) for run in runs)] for label, key, text in words.ROWS]
    metrics.append(["verdict", *(str(run.document["verdict"]) for run in runs)])
    tables = [Table("figures", "Figures", ["", *labels], _plain(metrics), first=True)]
    tables += [
        Table(
            f"part{i}", title[:1].upper() + title[1:], ["", *labels], _plain([[name, *cells] for name, cells in rows])
        )
        for i, (title, rows) in enumerate(found.parts())
        if rows
    ]
    return _rendered(
        title="Comparison: " + ", ".join(labels),
        thesis="Each run by itself; the first is what the others are held against.",
        span=f"{paths.dates[0]} to {paths.dates[-1]}, the sessions that all have",
        cautions=cautions(tuple(caveat for run in runs for caveat in run.document["caveats"])),
        verdict="see each run; a difference is worth no more than the test below says",
        asked=[],
        told=[],
        charts=charts,
        tables=tables,
        caveats=[],
        links=links,
        footer="Made by overweight.",
        data={"charts": [asdict(chart) for chart in charts], "dates": {"dates": [str(d) for d in paths.dates[places]]}},
        script=script,
    )


def _together(runs: Sequence[Opened], labels: Sequence[str]) -> Paths:
    own = [paths_of(run) for run in runs]
    dates = own[0].dates
    for other in own[1:]:
        dates = np.intersect1d(dates, other.dates)
    if len(dates) < 3:
        names = ", ".join(labels)
        raise ConfigError(Fault(names, "", "runs without common sessions", "windows that overlap", "report each alone"))
    equity = {}
    for label, paths in zip(labels, own, strict=True):
        path = paths.equity["strategy"][np.searchsorted(paths.dates, dates)]
        equity[label] = path / path[0]
    return Paths(dates, equity, np.zeros(len(dates)))


def _figures(document: Mapping[str, Any]) -> Table:
    head, rows = words.figure_table(document)
    return Table("figures", "Figures", ["", *head], _plain(rows), first=True)


def _attribution(document: Mapping[str, Any]) -> Table:
    found = document["attribution"]
    rows = []
    for name, parts in found["sleeves"].items():
        values = [parts[effect] or 0.0 for effect in EFFECTS]
        if any(abs(value) > 5e-7 for value in values) or parts["weight"]:
            weights = [figures.percent(parts["weight"], 1), figures.percent(parts["policy_weight"], 1)]
            rows.append([Cell(name), *map(Cell, weights), *map(_signed, [*values, sum(values)])])
    totals = [found["effects"][effect] or 0.0 for effect in EFFECTS]
    rows.append([Cell("all"), Cell(""), Cell(""), *map(_signed, [*totals, sum(totals)])])
    head = ["", "weight", "policy", "allocation", "selection", "interaction", "costs", "trading", "together"]
    note = "What each sleeve added to the return over policy, a year (Brinson and Fachler, linked over the years)."
    return Table("attribution", "Attribution", head, rows, note)


def _months(paths: Paths) -> Table:
    years, table = monthly(paths)
    rows = [[Cell(str(year)), *(_signed(value, 1) for value in row)] for year, row in zip(years, table, strict=True)]
    return Table("months", "Active return by month", ["", *MONTHS], rows, "Strategy less policy, in per cent.")


def _eras(paths: Paths, per_year: int) -> Table:
    rows = []
    for era in eras(paths, per_year):
        ratio = (era.strategy - era.policy) / era.tracking_error if era.tracking_error > 1e-12 else None
        grown = [Cell(figures.percent(era.strategy)), Cell(figures.percent(era.policy))]
        error = Cell(figures.percent(era.tracking_error))
        rows.append([Cell(era.name), *grown, _signed(era.strategy - era.policy), error, Cell(figures.ratio(ratio))])
    head = ["", "strategy", "policy", "active", "tracking error", "information ratio"]
    return Table("eras", "By era", head, rows, "Returns a year, in blocks of five calendar years.")


def _signed(value: float, digits: int = 2) -> Cell:
    if not np.isfinite(value):
        return Cell("")
    shown = figures.signed_percent(float(value), digits)
    none = shown.strip("+-0.%") == ""
    return Cell(shown, "" if none else "good" if value > 0 else "bad")


def _plain(rows: Sequence[Sequence[str]]) -> list[list[Cell]]:
    return [[Cell(text) for text in row] for row in rows]


def _footer(document: Mapping[str, Any]) -> str:
    versions = document["manifest"]["versions"]
    data = document["manifest"]["data"]
    return (
        f"Result {document['id']} of overweight {versions['overweight']}; data {data['fingerprint']}, "
        f"{data['first']} to {data['last']}. A backtest says what would have been, not what will be."
    )


def _rendered(*, data: Mapping[str, Any], script: str, charts: Sequence[Chart], **parts: Any) -> str:
    try:
        import jinja2
        import markupsafe
    except ImportError:
        cure = 'install it: pip install "overweight[report]"'
        raise ConfigError(Fault("overweight report", "", "no jinja2", "the extra `report`", cure)) from None
    folder = jinja2.FileSystemLoader(Path(__file__).parent)
    environment = jinja2.Environment(loader=folder, autoescape=True, trim_blocks=True, undefined=jinja2.StrictUndefined)
    # Inside a script element only `</` and `<!--` could end or bend it.
    text = json.dumps(data, separators=(",", ":"), allow_nan=False).replace("<", "\\u003c")
    table = environment.get_template(TABLE)

    def draw(one: Table) -> markupsafe.Markup:
        return markupsafe.Markup(table.render(table=one))

    return environment.get_template(TEMPLATE).render(
        data=markupsafe.Markup(text), script=markupsafe.Markup(script), charts=charts, draw=draw, **parts
    )
