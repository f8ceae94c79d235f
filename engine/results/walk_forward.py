"""A walk-forward in the terminal: what choosing came to, every choice, what was left of it; or all paths of splits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from engine.results import figures
from engine.results.choosing import choosing_lines
from engine.results.screen import StudyScreen, caveat_lines, figure_table, labelled
from engine.study.answered import Studied
from engine.study.walk.picture import WORDS, shown_by, values_words
from engine.study.walk.words import decay_words

COLUMNS = ("return\na year", "Sharpe\n± se", "worst\ndrawdown", "turnover\na year", "active\nreturn")


def walk_forward_drawn(studied: Studied) -> list[Any]:
    """The renderables."""
    return [StudyScreen(studied, _body)]


def _body(studied: Studied, caveats: Sequence[str], _width: int) -> Iterator[RenderableType]:
    """The title, the tables, the sentences."""
    shown = studied.figures
    windows = shown["way"] == "windows"
    yield _title(studied)
    yield ""
    yield _portfolios(shown) if windows else _paths(shown)
    if windows:
        yield ""
        yield _folds(shown)
    yield ""
    told = (_of_windows if windows else _of_splits)(shown)
    yield labelled([*told, *choosing_lines(studied), *caveat_lines(caveats)])


def _title(studied: Studied) -> Text:
    shown = studied.figures
    count, failed = shown["candidates"]["variants"], shown["candidates"]["failed"]
    among = f"{count:,} candidate{'s' * (count > 1)}{f' ({failed:,} failed)' * (failed > 0)}, by {shown['choose_by']}"
    if shown["way"] == "windows":
        span, folds = shown["out_of_sample"], len(shown["folds"])
        return Text.assemble(
            (studied.name, "bold"),
            f"  {folds} choice{'s' * (folds != 1)} among {among}\n",
            (f"out of sample {span['from']} to {span['to']}, held against {shown['against']}", "dim"),
        )
    return Text.assemble(
        (studied.name, "bold"),
        f"  {shown['splits']:,} splits of {shown['groups']} groups, {shown['path_count']:,} paths; {among}\n",
        (f"{shown['from']} to {shown['to']}, held against {shown['against']}", "dim"),
    )


def _portfolios(shown: Mapping[str, Any]) -> Table:
    table = figure_table("", COLUMNS)
    for name, one in shown["portfolios"].items():
        table.add_row(
            WORDS[name],
            figures.percent(one["cagr"]),
            figures.ratio(one["sharpe"], one["sharpe_se"]),
            figures.percent(one["max_drawdown"], 1),
            figures.percent(one["turnover"], 1),
            figures.signed_percent(one["active_return"]),
            style="bold" if name == "walk_forward" else None,
        )
    return table


def _folds(shown: Mapping[str, Any]) -> Table:
    """A row for each choice: the day on which it was known, and the last one on which it was tested."""
    metric, words = shown["choose_by"], shown_by(shown["choose_by"])
    beside = ("active\nreturn",) * (metric != "active_return")
    table = figure_table("known, tested up to: chosen", (f"{metric}\nin sample", "out of\nsample", *beside))
    for fold in shown["folds"]:
        cells = [words(fold["in_sample"]), words(fold["out_of_sample"])]
        cells += [figures.signed_percent(fold["active_return"])] * len(beside)
        table.add_row(f"{fold['known']}, {fold['test_to']}: {values_words(fold['values'])}", *cells)
    return table


def _paths(shown: Mapping[str, Any]) -> Table:
    table = figure_table("over all paths", ("lowest", "5%", "median", "95%", "highest", "as written", "policy"))
    for name, one in shown["paths"].items():
        words = shown_by(name)
        cells = [one[key] for key in ("lowest", "p05", "median", "p95", "highest")]
        cells += [shown["base"][name], shown["policy"][name]]
        style = "bold" if name == shown["choose_by"] else None
        table.add_row(name.replace("_", " "), *map(words, cells), style=style)
    return table


def _of_windows(shown: Mapping[str, Any]) -> Iterator[tuple[str, Text]]:
    own, interval = shown["portfolios"]["walk_forward"], shown["interval_95"]
    if interval is not None:
        active = f"{figures.signed_percent(own['active_return'])} a year against {shown['against']}"
        yield "active return", Text(f"{active}; 95% interval {figures.span(*interval)}")
    bets = "" if shown["episodes"] is None else f" ({shown['episodes']} bets)"
    yield "verdict", Text(f"{shown['verdict']}{bets}", "bold")
    changes, folds = shown["decay"]["changes"], shown["decay"]["folds"]
    yield "decay", Text(decay_words(shown, shown_by(shown["choose_by"])))
    yield "choices", Text(f"changed at {changes} of {folds - 1} seams")
    if shown["hindsight"] is not None and shown["candidates"]["variants"] > 1:
        yield "hindsight", Text(f"{values_words(shown['hindsight']['values'])}, which nobody could know")


def _of_splits(shown: Mapping[str, Any]) -> Iterator[tuple[str, Text]]:
    decay = shown["decay"]
    yield "decay", Text(decay_words(shown, shown_by(shown["choose_by"])))
    if shown["paths_ahead"] is not None:
        yield "ahead", Text(f"{figures.share(shown['paths_ahead'])} of all paths earned more than {shown['against']}")
    if decay["share_in_lower_half"] is not None:
        share = figures.share(decay["share_in_lower_half"])
        yield "splits", Text(f"in {share} of all splits the choice was in the lower half of the test", "bold")
