"""The page that compares several runs: questions, figures above the policy they share, paths on common sessions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import ConfigError, Fault
from engine.market.table import Vector
from engine.portfolio.costs import KINDS
from engine.results.compared.compare import cautions
from engine.results.compared.currencies import different_currencies
from engine.results.compared.side_by_side import Rows, SideBySide, side_by_side
from engine.results.opened import Opened
from engine.results.outcome import currency_of
from engine.results.report import words
from engine.results.report.charts import drawdown_chart, equity_chart
from engine.results.report.drawn import COLOURS, Chart, days_of, line, over
from engine.results.report.rendered import Page, Section, rendered
from engine.results.report.series import Curves, kept, paths_of, sleeve_weights
from engine.results.report.tables import PageTable, plain

#: More runs than there are colours are in the tables, not in the charts; so many sleeves have a chart.
SLEEVES = 3
#: More keys that differ than this are folded away.
UNFOLDED = 14
SIGNIFICANT = 0.05


def comparison_page(
    runs: Sequence[Opened], labels: Sequence[str], links: Sequence[tuple[str, str]], script: str
) -> str:
    """Several runs. Raises ConfigError where they have no sessions in common, DataError where a table is missing."""
    found = side_by_side(runs, labels)
    paths, over_policy = _together(runs, labels)
    places = kept(paths.dates)
    drawn = dict.fromkeys(labels[: len(COLOURS)])
    names = {label: label for label in drawn}
    charts = [
        equity_chart(paths, places, names),
        _ratio_chart({label: over_policy[label] for label in drawn}, places),
        drawdown_chart(paths, places, names),
    ]
    weights = [*_weights_charts(runs[: len(COLOURS)], [*drawn], paths, places)]
    days = days_of(paths.dates[places])
    for chart in (*charts, *weights):
        chart.layout["xaxis"] = {**over(days), **chart.layout.get("xaxis", {})}
    questions, against, *others = found.parts()
    grave = cautions(tuple(caveat for run in runs for caveat in run.document["caveats"]))
    apart = different_currencies([currency_of(run.document) for run in runs], labels)
    verdicts = [(label, str(run.document["verdict"])) for label, run in zip(labels, runs, strict=True)]
    page = Page(
        title="Comparison: " + ", ".join(labels),
        thesis=f"Held against the first, {labels[0]}.",
        span=f"Charts from {paths.dates[0]} to {paths.dates[-1]}, the sessions that all have; each policy in its own "
        "window.",
        cautions=[*([] if apart is None else [apart]), *(_about(caveat, runs, labels) for caveat in grave)],
        verdict=_verdict(found) if apart is None else "not compared: the runs are counted in different currencies",
        sections=[
            Section("asked", "Where the questions differ", parts=_questions(questions, labels)),
            Section("result", "What came of them", told=verdicts, parts=[_figures(runs, labels), *charts]),
            Section("against", f"Held against {labels[0]}", parts=[*_against(against, labels)]),
            Section("bets", "What they held", parts=weights),
            Section("paid", "Costs and attribution",
                    parts=[table for i, part in enumerate(others) for table in _table(f"part{i}", part, labels)]),
            Section("caveats", "What to know before believing it", listed=[*_caveats(runs, labels, grave)]),
            Section("also", "Each by itself", links=links),
        ],
        footer="A backtest says what would have been, not what will be.",
        dates={"dates": days},
    )  # fmt: skip
    return rendered(page, script)


def _together(runs: Sequence[Opened], labels: Sequence[str]) -> tuple[Curves, dict[str, Vector]]:
    """Each run's equity on the sessions that all have, from 1; and over its own policy."""
    own = [paths_of(run) for run in runs]
    dates = own[0].dates
    for other in own[1:]:
        dates = np.intersect1d(dates, other.dates)
    if len(dates) < 3:
        names = ", ".join(labels)
        raise ConfigError(Fault(names, "", "runs without common sessions", "windows that overlap", "report each alone"))
    equity, over_policy = {}, {}
    for label, paths in zip(labels, own, strict=True):
        here = np.searchsorted(paths.dates, dates)
        path, policy = (paths.equity[name][here] / paths.equity[name][here[0]] for name in ("strategy", "policy"))
        equity[label], over_policy[label] = path, path / policy
    return Curves(dates, equity, np.zeros(len(dates))), over_policy


def _ratio_chart(ratios: dict[str, Vector], places: NDArray[np.intp]) -> Chart:
    traces = [line(label, ratio[places], i, 5) for i, (label, ratio) in enumerate(ratios.items())]
    ends = ", ".join(f"{label} {ratio[-1]:.3f}" for label, ratio in ratios.items())
    alt = f"At the end: {ends}."
    return Chart(
        "relative",
        "Each over its own policy",
        alt,
        traces,
        {"yaxis": {"title": "ratio", "hoverformat": ".4f"}},
        "usual",
    )


def _weights_charts(
    runs: Sequence[Opened], labels: Sequence[str], paths: Curves, places: NDArray[np.intp]
) -> Iterator[Chart]:
    """The active weight of each sleeve that several of the runs tilt."""
    tilted = [[*(run.document["config"].get("tilt") or {})] for run in runs]
    sleeves = dict.fromkeys(name for one in tilted for name in one if sum(name in other for other in tilted) > 1)
    for sleeve in [*sleeves][:SLEEVES]:
        traces, reach = [], []
        for i, (run, label) in enumerate(zip(runs, labels, strict=True)):
            held = sleeve_weights(run, "weights").get(sleeve)
            if held is None or sleeve not in tilted[i]:
                continue
            days = paths_of(run).dates
            policy = float((run.document["config"].get("policy") or {}).get(sleeve, 0.0))
            active = held[np.searchsorted(days, paths.dates)] - policy
            traces.append(line(label, active[places], i, 4))
            reach.append(f"{label} {active.min():+.1%} to {active.max():+.1%}")
        layout: dict[str, Any] = {"yaxis": {"tickformat": "+.0%", "hoverformat": "+.1%", "title": "weight less policy"}}
        name = "".join(letter if letter.isalnum() else "_" for letter in sleeve)
        alt = f"Range: {', '.join(reach)}."
        yield Chart(f"weights-{name}", f"Active weight of {sleeve}", alt, traces, layout, "usual")


def _verdict(found: SideBySide) -> str:
    tested = [(label, one.sharpe) for label, one in zip(found.labels[1:], found.versus, strict=True)]
    apart = [label for label, one in tested if one is not None and max(one.p, one.bootstrap_p) < SIGNIFICANT]
    if apart:
        return f"the Sharpe ratio of {', '.join(apart)} differs from that of {found.labels[0]} by more than chance does"
    if all(one is None for _, one in tested):
        return "too few common sessions to tell the runs apart"
    return f"no difference in Sharpe ratio from {found.labels[0]} can be told from chance"


def _figures(runs: Sequence[Opened], labels: Sequence[str]) -> PageTable:
    """A column for each run and, beside those that share it, one for their policy."""
    groups: dict[tuple[object, ...], list[int]] = {}
    for i, run in enumerate(runs):
        policy = run.document["portfolios"]["policy"]
        own = tuple(policy[key] for key in ("total_return", "volatility", "turnover"))
        groups.setdefault((run.document["window"]["from"], run.document["window"]["to"], *own), []).append(i)
    columns: list[tuple[str, Any]] = []
    for (first, last, *_), group in groups.items():
        columns += [(labels[i], runs[i].document["metrics"]) for i in group]
        alone = "" if len(groups) == 1 else f", {str(first)[:4]} to {str(last)[:4]}"
        columns.append((f"policy{alone}", runs[group[0]].document["portfolios"]["policy"]))
    rows = [[label, *(text(of.get(key)) for _, of in columns)] for label, key, text in words.ROWS]
    note = (
        "" if len(groups) == 1 else "Windows or policies differ: compare only runs that stand beside the same policy."
    )
    references = {run.document["reference"] for run in runs}
    if references != {"policy"}:
        said = ", ".join(f"{label} {run.document['reference']}" for label, run in zip(labels, runs, strict=True))
        note += f" Active return is measured against: {said}."
    return PageTable("figures", "Figures", ["", *(name for name, _ in columns)], plain(rows), note.strip())


def _questions(part: tuple[str, Rows], labels: Sequence[str]) -> list[PageTable]:
    """Keys that are not the same in all; many of them are folded away."""
    rows = part[1]
    if not rows:
        return []
    title = f"{len(rows)} keys of the configs differ" if len(rows) != 1 else "1 key of the configs differs"
    table = plain([[key, *cells] for key, cells in rows], "words")
    return [PageTable("asked-keys", title, ["", *labels], table, folded=len(rows) > UNFOLDED)]


def _against(part: tuple[str, Rows], labels: Sequence[str]) -> Iterator[PageTable]:
    """A column for every run but the first, which the others are held against."""
    rows = [[key, *cells[1:]] for key, cells in part[1]]
    if rows and len(labels) > 1:
        yield PageTable("against-table", "On the sessions both have", ["", *labels[1:]], plain(rows))


def _table(name: str, part: tuple[str, Rows], labels: Sequence[str]) -> Iterator[PageTable]:
    title, rows = part
    if rows:
        named = [[key.replace("_", " ") if key in KINDS else key, *cells] for key, cells in rows]
        yield PageTable(name, title[:1].upper() + title[1:], ["", *labels], plain(named))


def _caveats(runs: Sequence[Opened], labels: Sequence[str], said: Sequence[str]) -> Iterator[str]:
    for caveat in dict.fromkeys(caveat for run in runs for caveat in run.document["caveats"]):
        if caveat not in said:
            yield _about(caveat, runs, labels)


def _about(caveat: str, runs: Sequence[Opened], labels: Sequence[str]) -> str:
    """A caveat with the runs that it is about, where it is not about all."""
    about = [label for label, run in zip(labels, runs, strict=True) if caveat in run.document["caveats"]]
    return caveat if len(about) == len(labels) else f"{', '.join(about)}: {caveat}"
