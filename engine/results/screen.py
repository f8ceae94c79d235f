"""What screens share: grave caveats on top, labelled lines, tables of figures; and the screen of a study."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.table import Table
from rich.text import Text

from engine.results.compared.compare import cautions
from engine.study.answered import Studied

#: Columns between a label and what stands beside it.
GAP = 2


@dataclass(frozen=True, slots=True)
class StudyScreen:
    """A study as a screen: its grave caveats, then what its kind shows.

    body: of the study, its other caveats, and the width in columns.
    """

    studied: Studied
    body: Callable[[Studied, Sequence[str], int], Iterable[RenderableType]]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """From top to bottom."""
        grave, others = parted(self.studied.caveats)
        yield from grave
        yield from self.body(self.studied, others, options.max_width)


def parted(caveats: Sequence[str]) -> tuple[list[Text], list[str]]:
    """The grave caveats as the lines that stand on top, and the others."""
    grave = cautions(caveats)
    lines = [Text(f"CAUTION: {caveat}", "bold yellow") for caveat in grave]
    return lines, [caveat for caveat in caveats if caveat not in grave]


def caveat_lines(caveats: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Caveats as labelled lines; the label stands before the first."""
    yield from (("" if i else "caveats", f"- {caveat}") for i, caveat in enumerate(caveats))


def labelled(lines: Iterable[tuple[str, str | Text]], style: str = "dim") -> Table:
    """A line for each label, folded beside it."""
    grid = Table.grid(padding=(0, GAP, 0, 0))
    grid.add_column(no_wrap=True, style=style)
    grid.add_column(overflow="fold")
    for label, text in lines:
        grid.add_row(label, text)
    return grid


def noted(notes: Iterable[str]) -> Table:
    """Notes, each behind a dash."""
    grid = Table.grid(padding=(0, 1, 0, 0))
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    for note in notes:
        grid.add_row("-", note)
    return grid


def figure_table(first: str, headers: Iterable[str], *, wide: bool = True) -> Table:
    """An empty table: names to the left, below `first`; a column of figures for each header. wide: there is room."""
    table = Table(box=None, pad_edge=False, padding=(0, 2 if wide else 1, 0, 0), header_style="bold")
    table.add_column(first, overflow="fold")
    for header in headers:
        table.add_column(Text(header, justify="right"), justify="right", no_wrap=True)
    return table
