"""Comparing runs: a row for each run and, below those that share it, one for the policy mix."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.console import Console, ConsoleOptions, RenderResult
from rich.table import Table
from rich.text import Text

from engine.results import figures
from engine.results.compared.currencies import different_currencies
from engine.results.outcome import Figures, Outcome, labels_of

#: With fewer columns than this, two figures share a cell.
ONE_LINE = 116
WIDE = (
    "return", "Sharpe ± se", "worst\ndrawdown", "turnover\na year", "costs\na year", "active",
    "95% interval", "bets",
)  # fmt: skip
NARROW = ("return\nworst", "Sharpe\n± se", "turnover\ncosts", "active\n95% interval", "bets")
#: A caveat with one of these words comes before everything else.
GRAVE = ("hindsight", "`after: 0`", "the audit failed")


@dataclass(frozen=True, slots=True)
class Comparison:
    """Several runs as one table that fits its terminal, with what to know before believing it."""

    outcomes: Sequence[Outcome]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Grave caveats, the table, the other caveats; each caveat once, with the runs that it is about."""
        labels = labels_of(self.outcomes)
        for caution in grave(self.outcomes, labels):
            yield Text(f"CAUTION: {caution}", "bold yellow")
        yield _table(self.outcomes, labels, options.max_width)
        yield ""
        yield _notes(self.outcomes, labels)


def cautions(caveats: Sequence[str]) -> tuple[str, ...]:
    """The caveats that come first, each once."""
    return tuple(dict.fromkeys(caveat for caveat in caveats if any(word in caveat for word in GRAVE)))


def grave(outcomes: Sequence[Outcome], labels: Sequence[str]) -> list[str]:
    """What comes before everything else, with the runs that it is about."""
    found = cautions(tuple(caveat for one in outcomes for caveat in one.caveats))
    apart = different_currencies([one.currency for one in outcomes], labels)
    return [*([] if apart is None else [apart]), *(_about(caveat, labels, outcomes) + caveat for caveat in found)]


def _table(outcomes: Sequence[Outcome], labels: Sequence[str], width: int) -> Table:
    wide = width >= ONE_LINE
    table = Table(box=None, pad_edge=False, padding=(0, 2 if wide else 1, 0, 0), header_style="bold")
    table.add_column("", overflow="fold")
    for header in WIDE if wide else NARROW:
        table.add_column(Text(header, justify="right"), justify="right", no_wrap=True, vertical="top")
    cells = wide_cells if wide else _narrow_cells
    for i, group in enumerate(groups(outcomes)):
        if i:
            table.add_row("")
        for k in group:
            one = outcomes[k]
            table.add_row(_two_lines(labels[k], one.verdict), *cells(one.metrics, interval_of(one)))
        first = outcomes[group[0]]
        policy = {**first.policy, "active_return": None, "episodes": None}
        table.add_row(_two_lines("policy", " to ".join(first.window)), *cells(policy, None))
    return table


def groups(outcomes: Sequence[Outcome]) -> list[list[int]]:
    """Places of the runs that share window and policy mix: what may be compared with each other."""
    groups: dict[tuple[object, ...], list[int]] = {}
    for k, one in enumerate(outcomes):
        # Not the active return: another reference gives the same mix another one.
        own = (one.currency, one.policy["total_return"], one.policy["volatility"], one.policy["turnover"])
        groups.setdefault((one.window, *own), []).append(k)
    return list(groups.values())


def _two_lines(name: str, below: str) -> Text:
    return Text.assemble((name, "bold"), "\n", (f"  {below}", "dim"))


def wide_cells(of: Figures, interval: tuple[float, float] | None) -> tuple[str, ...]:
    """A run's figures in words, in the order of a wide table's columns."""
    return (
        figures.percent(of["cagr"]),
        figures.ratio(of["sharpe"], of["sharpe_se"]),
        figures.percent(of["max_drawdown"], 1),
        figures.percent(of["turnover"], 1),
        figures.bps(of["costs_bps_a_year"]),
        figures.signed_percent(of["active_return"]),
        figures.span(*interval) if interval else figures.DASH,
        _count(of["episodes"]),
    )


def _narrow_cells(of: Figures, interval: tuple[float, float] | None) -> tuple[str, ...]:
    return (
        f"{figures.percent(of['cagr'])}\n{figures.percent(of['max_drawdown'], 1)}",
        figures.ratio(of["sharpe"], of["sharpe_se"], "\n"),
        f"{figures.percent(of['turnover'], 1)}\n{figures.bps(of['costs_bps_a_year'])}",
        figures.signed_percent(of["active_return"]) + (f"\n{figures.span(*interval)}" if interval else ""),
        _count(of["episodes"]),
    )


def _count(value: float | None) -> str:
    return figures.DASH if value is None else str(int(value))


def interval_of(of: Outcome) -> tuple[float, float] | None:
    """None also where the run is its own reference."""
    return (of.interval["low"], of.interval["high"]) if of.interval and of.interval["se"] else None


def _notes(outcomes: Sequence[Outcome], labels: Sequence[str]) -> Table:
    grid = Table.grid(padding=(0, 1, 0, 0))
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    for note in noted(outcomes, labels):
        grid.add_row("-", note)
    return grid


def noted(outcomes: Sequence[Outcome], labels: Sequence[str]) -> Iterator[str]:
    """What else to know: each caveat that is not grave once, with the runs that it is about."""
    if len({one.window for one in outcomes}) > 1:
        yield "windows differ: compare only runs that stand above the same policy"
    references = dict.fromkeys(one.reference for one in outcomes)
    for reference in references if [*references] != ["policy"] else []:
        about = [label for label, one in zip(labels, outcomes, strict=True) if one.reference == reference]
        yield f"{_named(about, labels)}active return is measured against {reference}"
    caveats = tuple(dict.fromkeys(caveat for one in outcomes for caveat in one.caveats))
    said = cautions(caveats)
    for caveat in caveats:
        if caveat not in said:
            yield _about(caveat, labels, outcomes) + caveat


def _about(caveat: str, labels: Sequence[str], outcomes: Sequence[Outcome]) -> str:
    about = [label for label, one in zip(labels, outcomes, strict=True) if caveat in one.caveats]
    return _named(about, labels)


def _named(about: Sequence[str], labels: Sequence[str]) -> str:
    """`a, b: ` where something is true of these runs, nothing where it is of all."""
    return "" if len(about) == len(labels) else ", ".join(about) + ": "
