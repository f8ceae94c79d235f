"""The page of a run: the question, the verdict, and all that stands behind it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from engine.results import figures, sentences
from engine.results.compared.compare import cautions
from engine.results.opened import Opened
from engine.results.report import words
from engine.results.report.charts import drawing
from engine.results.report.drawn import Chart, Trace
from engine.results.report.marks import events_table
from engine.results.report.rendered import Page, Section, rendered
from engine.results.report.series import MOST_POINTS, paths_of
from engine.results.report.studied.kinds import shown_of
from engine.results.report.tables import PageTable, attribution_table, eras_table, figures_table, months_table

BY_WEEK = (
    "Lines of so long a history are drawn by the last session of a week. Figures, and the words below each chart, are "
    "of every session: a trough may lie deeper than its line."
)
CALLED = {"event_study": "event study", "sweep": "sweep", "walk_forward": "walk-forward"}


@dataclass(frozen=True, slots=True)
class Beside:
    """What a page is told beside its run: variants tried, what `--full` measured, studies on the same base, each with
    the place of its own page or picture.
    """

    trials: int
    full: Mapping[str, Any] | None
    studies: Sequence[tuple[Opened, str]]


def run_page(run: Opened, beside: Beside, script: str) -> str:
    """One run. script: the tag that brings plotly. Raises DataError where one of its tables is missing or damaged."""
    document, paths = run.document, paths_of(run)
    drawn = drawing(run, paths)
    grave = cautions(tuple(document["caveats"]))
    window = document["window"]
    per_year = int(document["config"]["sessions_per_year"])
    dates: dict[str, Sequence[str]] = {**drawn.dates}

    def parts(*wanted: str | PageTable | None) -> list[Chart | PageTable]:
        found = [drawn.charts.get(one) if isinstance(one, str) else one for one in wanted]
        return [one for one in found if one is not None]

    sections = [
        Section("asked", "What was asked", words.asked(document["config"])),
        Section("sure", "How sure one can be", told=_told(run, beside)),
        Section("result", "What came of it", [BY_WEEK] if len(paths.dates) > MOST_POINTS else [],
                parts=parts(figures_table(document), "equity", "relative", "drawdown")),
        Section("bets", "What it held, and why", parts=parts("weights", "stance", "score", events_table(run))),
        Section("paid", "Costs and attribution", parts=parts("costs", attribution_table(document))),
        Section("time", "Through time", parts=parts(months_table(paths), "rolling", eras_table(paths, per_year))),
        *_studies(beside.studies, dates),
        Section("caveats", "What to know before believing it",
                listed=[one for one in document["caveats"] if one not in grave]),
    ]  # fmt: skip
    page = Page(
        title=run.name,
        thesis=document.get("thesis", ""),
        span=f"{window['from']} to {window['to']}, {window['decisions']:,} decisions, against {document['reference']}",
        cautions=grave,
        verdict=sentences.verdict(document["verdict"], document["metrics"]["episodes"]),
        sections=sections,
        footer=_footer(document),
        tiles=[*_tiles(document)],
        dates=dates,
    )
    return rendered(page, script)


def _told(run: Opened, beside: Beside) -> list[tuple[str, str]]:
    document = run.document
    told = [*words.told(run, beside.trials, beside.full), *words.quality(document)]
    return [*told, ("today", words.today(document)), *words.said_today(document)]


def _tiles(document: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """The figures that are looked for first, each with what it is held against."""
    own, policy = document["metrics"], document["portfolios"]["policy"]
    interval = document["active_return_interval"]
    between = "" if interval is None or not interval["se"] else figures.span(interval["low"], interval["high"])
    yield "active return a year", figures.signed_percent(own["active_return"]), between and f"95%: {between}"
    yield "return a year", figures.percent(own["cagr"]), f"policy {figures.percent(policy['cagr'])}"
    yield "Sharpe ± se", figures.ratio(own["sharpe"], own["sharpe_se"]), f"policy {figures.ratio(policy['sharpe'])}"
    fall, other = (figures.percent(one["max_drawdown"], 1) for one in (own, policy))
    yield "worst drawdown", fall, f"policy {other}"
    turnover, other = (figures.percent(one["turnover"], 0) for one in (own, policy))
    yield "turnover a year", turnover, f"policy {other}"
    if own["episodes"] is not None:
        yield "bets", f"{own['episodes']:.0f}", "episodes of active weight"


def _studies(studies: Sequence[tuple[Opened, str]], dates: dict[str, Sequence[str]]) -> Iterator[Section]:
    """A section for each study; its charts, and the days they name, get names of their own on this page."""
    kinds = [str(study.document["kind"]) for study, _ in studies]
    for i, (study, where) in enumerate(studies):
        shown = shown_of(study)
        grave = cautions(tuple(study.document["caveats"]))
        dates |= {f"{name}{i}": days for name, days in shown.dates.items()}
        kind = CALLED[kinds[i]]
        yield Section(
            f"study{i}", f"{kind.capitalize()}: {study.name}",
            [*shown.asked, f"Verdict: {shown.verdict}.", *(f"Caution: {one}." for one in grave)],
            shown.told,
            [_renamed(chart, i, shown.dates) for chart in shown.charts],
            links=[(f"the {kind} by itself, with its figures", where)] if where else [],
            short=kind.capitalize() if kinds.count(kinds[i]) == 1 else study.name.rpartition("/")[2],
        )  # fmt: skip


def _renamed(chart: Chart, place: int, dates: Mapping[str, Any]) -> Chart:
    def own(trace: Trace) -> Trace:
        named = isinstance(trace.get("x"), str) and trace["x"][1:] in dates
        return trace | {"x": f"{trace['x']}{place}"} if named else trace

    return replace(chart, id=f"study{place}-{chart.id}", traces=[own(trace) for trace in chart.traces])


def _footer(document: Mapping[str, Any]) -> str:
    versions = document["manifest"]["versions"]
    data = document["manifest"]["data"]
    return (
        f"Result {document['id']} of overweight {versions['overweight']}; data {data['fingerprint']}, "
        f"{data['first']} to {data['last']}. A backtest says what would have been, not what will be."
    )
