"""A sweep in the terminal: how many variants ran, the best one, how the others spread, whether it is a plateau."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.console import RenderableType
from rich.text import Text

from engine.measure.metrics import METRICS
from engine.results import figures, sure
from engine.results.choosing import choosing_lines
from engine.results.screen import StudyScreen, caveat_lines, labelled
from engine.study.answered import Studied


def sweep_drawn(studied: Studied) -> list[Any]:
    """The renderables."""
    command = studied.figures["best"]["run"]
    return [StudyScreen(studied, _body), *(() if command is None else ("", f"as a run of its own:\n{command}"))]


def _body(studied: Studied, caveats: Sequence[str], _width: int) -> Iterator[RenderableType]:
    """The title, then a line for each thing that was found."""
    shown = studied.figures
    ways = ", ".join(f"{count:,} {way}" for way, count in shown["ways"].items() if count)
    yield Text.assemble(
        (studied.name, "bold"), f"  {shown['variants']:,} variant{'s' * (shown['variants'] > 1)} ({ways})"
    )
    yield ""
    yield labelled([*_lines(shown), *choosing_lines(studied), *_failed(shown), *caveat_lines(caveats)])


def _lines(shown: Mapping[str, Any]) -> Iterator[tuple[str, Text]]:
    best, metric, spread, trials = shown["best"], shown["choose_by"], shown["spread"], shown["trials"]
    own = best["figures"]
    values = ", ".join(f"{key} {_value(value)}" for key, value in best["values"].items())
    yield "best", Text(f"{values} (variant {best['variant']}, by {metric})", "bold")
    sharpe = figures.ratio(own["sharpe"], own["sharpe_se"])
    yield (
        "",
        Text(
            f"return a year {figures.percent(own['cagr'])}, Sharpe ± se {sharpe}, worst drawdown "
            f"{figures.percent(own['max_drawdown'], 1)}, active return {figures.signed_percent(own['active_return'])}"
        ),
    )
    low, middle, high = (metric_words(metric, spread[name]) for name in ("p05", "median", "p95"))
    above = spread.get("share_above_reference")
    beat = "" if above is None else f"; {figures.share(above)} of all earned more than their reference"
    yield "all", Text(f"{metric}: median {middle}, 5% to 95% {low} to {high}{beat}")
    beside = shown["neighbours"]
    if beside["shape"] is not None:
        near = f"{beside['within_one_se']} of its {beside['count']} neighbours are within one standard error of it"
        yield "shape", Text(f"{beside['shape']}: {near}")
    if trials["deflated_sharpe"] is not None:
        yield "luck", Text(_luck(trials, own["sharpe"]))


def _luck(trials: Mapping[str, Any], sharpe: float) -> str:
    """What the best of so many owes to being chosen; and what it owes to the market, which is no skill either."""
    share = sure.confidence(trials["deflated_sharpe"])
    explains = "does not explain" if trials["deflated_sharpe"] >= 1.0 - sure.SIZE else "may explain"
    said = f"choosing among {trials['count']:,} {explains} a Sharpe ratio of {figures.ratio(sharpe)}"
    market = "" if trials["policy_sharpe"] is None else f"; policy alone has {figures.ratio(trials['policy_sharpe'])}"
    adds = f"without any skill it brings {trials['sharpe_by_luck']:.2f}"
    return f"{said} ({adds}; deflated Sharpe ratio {share}){market}"


def _failed(shown: Mapping[str, Any]) -> Iterator[tuple[str, Text]]:
    for i, failure in enumerate(shown["failures"]):
        yield "" if i else "failed", Text(f"{failure['variants']:,}: {reason_words(failure)}")
    others = shown["ways"]["failed"] - sum(failure["variants"] for failure in shown["failures"])
    if others:
        yield "", Text(f"{others:,}: for other reasons, which the table tells")


def reason_words(failure: Mapping[str, Any]) -> str:
    """Why variants failed; where several reasons are alike the commonest of them."""
    others = failure.get("reasons", 1) - 1  # results that were saved before have none
    return f"{failure['reason']} (and {others:,} reason{'s' * (others > 1)} like it)" if others else failure["reason"]


def metric_words(metric: str, value: float) -> str:
    """A figure in the unit of its metric."""
    unit = METRICS[metric].unit
    return figures.percent(value) if unit in ("fraction", "per year") else figures.number(value)


def _value(value: Any) -> str:
    return f"{value:.6g}" if isinstance(value, float) else "null" if value is None else str(value)
