"""A few runs side by side: questions first, then what became of equity, weights, costs and attribution."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rich.console import Console, ConsoleOptions, RenderResult
from rich.table import Table
from rich.text import Text

from engine.measure.difference import SharpeDifference
from engine.results import figures
from engine.results.compared.versus import Versus, attribution_by_sleeve, config_differences, costs_by_kind, versus
from engine.results.opened import Opened, open_run
from engine.results.outcome import Outcome

#: Longer values of a config are cut in the terminal.
LONGEST = 34

Rows = list[tuple[str, list[str]]]


@dataclass(frozen=True, slots=True)
class SideBySide:
    """Runs with their labels; the first is what the others are held against."""

    labels: Sequence[str]
    configs: Mapping[str, list[str]]
    versus: Sequence[Versus]
    costs: Sequence[Mapping[str, float]]
    sleeves: Sequence[Mapping[str, float]]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """One table for each part that has rows."""
        for title, rows in self.parts():
            if rows:
                yield _table(title, self.labels, rows, cut=title == "question")
                yield ""

    def as_json(self) -> list[dict[str, Any]]:
        """What each run's entry in `compare --json` gains, in their order."""
        return [
            {
                "config_differences": {key: values[i] for key, values in self.configs.items()},
                "against_first": None if i == 0 else self.versus[i - 1].as_json(),
                "costs_bps_a_year_by_kind": dict(self.costs[i]),
                "active_by_sleeve": dict(self.sleeves[i]),
            }
            for i in range(len(self.labels))
        ]

    def parts(self) -> list[tuple[str, Rows]]:
        """Title, and rows of a name with a cell for each run."""
        return [
            ("question", [(key, list(values)) for key, values in self.configs.items()]),
            (f"against {self.labels[0]}", self._against()),
            ("costs, bps a year", _by_name(self.costs, figures.bps, absent=0.0)),
            ("over policy, a year", _by_name(self.sleeves, figures.signed_percent, absent=None)),
        ]

    def _against(self) -> Rows:
        def row(words: Callable[[Versus], str]) -> list[str]:
            return ["", *(words(one) for one in self.versus)]

        def tested(words: Callable[[SharpeDifference], str]) -> list[str]:
            return row(lambda one: figures.DASH if one.sharpe is None else words(one.sharpe))

        return [
            ("common sessions", row(lambda one: str(one.sessions))),
            ("equity ratio at the end", row(lambda one: _four(one.growth))),
            ("correlation of returns", row(lambda one: _four(one.correlation))),
            ("weights that differ", row(lambda one: figures.percent(one.apart, 1))),
            ("Sharpe difference a session", tested(lambda one: f"{one.difference:+.5f}")),
            ("p, HAC (Ledoit-Wolf)", tested(lambda one: f"{one.p:.3f}")),
            ("p, bootstrap", tested(lambda one: f"{one.bootstrap_p:.3f}")),
        ]


def opened_beside(outcomes: Sequence[Outcome], labels: Sequence[str]) -> SideBySide:
    """Saved runs, opened and measured. Raises DataError where one is damaged."""
    return side_by_side([open_run(one.path) for one in outcomes if one.path is not None], labels)


def side_by_side(runs: Sequence[Opened], labels: Sequence[str]) -> SideBySide:
    """Measure every run against the first. Raises DataError where a table is missing."""
    return SideBySide(
        labels,
        config_differences([one.document["config"] for one in runs]),
        [versus(one, runs[0]) for one in runs[1:]],
        [costs_by_kind(one) for one in runs],
        [attribution_by_sleeve(one) for one in runs],
    )


def _by_name(each: Sequence[Mapping[str, float]], words: Callable[[float | None], str], absent: float | None) -> Rows:
    """A row for each name that any run has. absent: what a run without that name shows, None for a dash."""
    names = dict.fromkeys(name for one in each for name in one)
    return [(name, [words(one.get(name, absent)) for one in each]) for name in names]


def _four(value: float | None) -> str:
    return figures.DASH if value is None else f"{value:.4f}"


def _table(title: str, labels: Sequence[str], rows: Rows, cut: bool) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    table.add_column(title, no_wrap=True)
    for label in labels:
        table.add_column(label, justify="left" if cut else "right", overflow="fold")
    for name, cells in rows:
        table.add_row(name, *(Text(_cut(cell) if cut else cell) for cell in cells))
    return table


def _cut(cell: str) -> str:
    return cell if len(cell) <= LONGEST else cell[: LONGEST - 3] + "..."
