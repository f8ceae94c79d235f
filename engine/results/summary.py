"""The summary of one run, on one screen: what it earned, against what, how sure one can be, its stance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from rich.console import Console, ConsoleOptions, RenderResult
from rich.table import Table
from rich.text import Text

from engine.config.load import as_typed
from engine.judge import Figures
from engine.result import Result
from engine.results import figures, sentences, sure
from engine.results.orders import short_words
from engine.results.screen import GAP, caveat_lines, labelled, parted
from engine.results.today import said_today, stance_today
from engine.store import window
from engine.study.full import deflated
from engine.trials import Tried

CONTROLS = {
    "strategy": "strategy",
    "policy": "policy",
    "policy_matched": "policy\nmatched",
    "momentum": "12-1\nmomentum",
    "always_over": "always\nover",
}
#: Controls on request, as their lines are called.
CONTROL_LINES = {
    "circular_shifts": "shifts",
    "random_sleeves": "random sets",
    "leave_one_out": "leave one out",
    "dollar": "dollar",
}
#: A control that has a line of its own in place of a column.
IN_A_LINE = "policy_held"
ROWS = {
    "cagr": "return a year",
    "sharpe": "Sharpe ± se",
    "max_drawdown": "worst drawdown",
    "turnover": "turnover a year",
    "costs_bps_a_year": "costs a year",
}
#: Columns that a label and one portfolio take where the Sharpe ratio and its error share a line.
LABEL, CELL = 15, 13


@dataclass(frozen=True, slots=True)
class Summary:
    """One result as a screen. tried: variants of its question run on its data, this one among them."""

    result: Result
    tried: Tried

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """The parts, from top to bottom."""
        grave, _ = parted(self.result.judgement.caveats)
        yield from grave
        yield _title(self.result)
        yield ""
        yield _table(self.result, options.max_width)
        yield ""
        yield labelled(self._lines())

    @property
    def indent(self) -> int:
        """The column in which what stands beside a label begins, for lines below that are not folded."""
        return max(len(label) for label, _ in self._lines()) + GAP

    def _lines(self) -> list[tuple[str, str | Text]]:
        return _lines(self.result, self.tried, parted(self.result.judgement.caveats)[1])


def _measured(result: Result) -> list[tuple[str, str]]:
    if result.measured is None:
        return []
    told = sure.measured(asdict(result.measured), result.reference)
    return [(label, said) for label, said in told if label != "deflated"]  # which stands beside the trials


def _trials(result: Result, tried: Tried) -> str:
    said = sure.deflated(asdict(deflated(result, tried)))
    return sentences.trials(tried.count) + (f"; {said}" if said else "")


def _title(result: Result) -> Text:
    span = window(result)
    days = f"{span['from']} to {span['to']}, {span['decisions']} decision{'s' * (span['decisions'] != 1)}"
    return Text.assemble(
        (result.name, "bold"),
        f"  {result.setting.strategy.thesis}\n",
        (f"{days}, held against {result.reference}", "dim"),
    )


def _table(result: Result, width: int) -> Table:
    names = [*CONTROLS, *(name for name in result.portfolios if name not in (*CONTROLS, IN_A_LINE))]
    widest = max(len(_cell("sharpe", of.figures, True)) + 2 for of in result.portfolios.values())
    roomy = LABEL + max(CELL, widest) * len(names) <= width
    table = Table(box=None, pad_edge=False, padding=(0, 2 if roomy else 1, 0, 0), header_style="bold")
    table.add_column("", no_wrap=True, min_width=max(map(len, ROWS.values())))
    for name in names:
        table.add_column(Text(CONTROLS.get(name, name), justify="right"), justify="right", no_wrap=True)
    for key, label in ROWS.items():
        measured = [result.portfolios[name].figures if name in result.portfolios else None for name in names]
        table.add_row(label, *(figures.DASH if of is None else _cell(key, of, roomy) for of in measured))
    return table


def _cell(key: str, of: Figures, roomy: bool) -> str:
    match key:
        case "sharpe":
            return figures.ratio(of["sharpe"], of["sharpe_se"], " " if roomy else "\n")
        case "costs_bps_a_year":
            return figures.bps(of[key])
        case "cagr":
            return figures.percent(of[key])
    return figures.percent(of[key], 1)


def _lines(result: Result, tried: Tried, caveats: Sequence[str]) -> list[tuple[str, str | Text]]:
    own, judged = result.own.figures, result.judgement
    told: list[tuple[str, str | Text]] = [
        ("active return", sentences.active_return(own, judged.interval, result.reference)),
        ("made of", sentences.attribution(result)),
        *([("currency", sentences.currency(result))] if result.panel.fx is not None else []),
        *([("orders", orders)] if (orders := short_words(result)) else []),
        *([("costs", costs)] if (costs := sentences.costs(result)) else []),
        ("bootstrap", sentences.bootstrap(result)),
        ("phase range", sentences.phase_range(result)),
        ("record", sure.record(asdict(judged.sureness), result.reference)),
        *_measured(result),
        ("timing", sentences.timing(own)),
        ("policy held", sentences.policy_held(result.portfolios[IN_A_LINE].figures)),
        *([("brake", sentences.brake(result))] if result.decided.braked is not None else []),
        *((CONTROL_LINES[name], sentences.control(one)) for name, one in result.controls.items()),
        ("bets", sentences.bets(own, judged.best_episode_share)),
        ("trials", _trials(result, tried)),
        ("audit", Text(sentences.audit(result.audit), "bold red" if result.audit.verdict == "fail" else "")),
        ("verdict", Text(sentences.verdict(judged.words, judged.bets), "bold")),
    ]
    told += caveat_lines(caveats)
    if odd := result.manifest["data"]["quality"]:
        told.append(("data", sentences.quality(odd, as_typed(result.config.path))))
    told += [("today" if i == 0 else "", said) for i, said in enumerate((stance_today(result), *said_today(result)))]
    return told
