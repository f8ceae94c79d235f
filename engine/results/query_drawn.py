"""The rows of a question in a terminal: a table where it fits; few wide rows as lists; else the columns that fit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from rich.console import Console, ConsoleOptions, RenderResult
from rich.table import Table

#: More rows than this are counted, not drawn; --csv and --json give all.
DRAWN = 60
#: Lines that a few wide rows may take as lists of names and values.
LINES = 120
#: A text may be folded down to this width before a table counts as too wide.
FOLDED = 24
GAP = 2
ALL = "--csv or --json gives all"


class Rows:
    """Cells as text, and which columns are numbers; what does not fit is counted, never squeezed."""

    def __init__(self, names: Sequence[str], rows: Sequence[Sequence[str]], numbers: Sequence[bool]) -> None:
        self.names, self.rows = names, rows[:DRAWN]
        self.numbers = numbers or [False] * len(names)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """One of the three forms."""
        fitting = self._fitting(options.max_width)
        if fitting == len(self.names):
            yield self._table(fitting)
        elif len(self.rows) * (len(self.names) + 1) <= LINES:
            yield from self._lists()
        else:
            yield self._table(fitting)
            yield f"and {len(self.names) - fitting} more columns: {', '.join(self.names[fitting:])}"
            yield f"name the ones to see; {ALL}"

    def _fitting(self, width: int) -> int:
        """So many columns, from the left, have room; at least one."""
        taken = 0
        for place, least in enumerate(self._widths()):
            taken += least + (GAP if place else 0)
            if taken > width:
                return max(place, 1)
        return len(self.names)

    def _widths(self) -> Iterator[int]:
        for place, (name, number) in enumerate(zip(self.names, self.numbers, strict=True)):
            longest = max((len(row[place]) for row in self.rows), default=0)
            yield max(len(name), longest if number else min(longest, FOLDED))

    def _table(self, count: int) -> Table:
        table = Table(box=None, pad_edge=False, padding=(0, GAP, 0, 0), header_style="bold")
        for name, number in zip(self.names[:count], self.numbers[:count], strict=True):
            table.add_column(name, justify="right" if number else "left", no_wrap=number, overflow="fold")
        for row in self.rows:
            table.add_row(*row[:count])
        return table

    def _lists(self) -> Iterator[Any]:
        for i, row in enumerate(self.rows):
            if i:
                yield ""
            grid = Table.grid(padding=(0, GAP, 0, 0))
            grid.add_column(style="bold", no_wrap=True)
            grid.add_column(overflow="fold")
            for name, cell in zip(self.names, row, strict=True):
                grid.add_row(name, cell)
            yield grid


def drawn(names: Sequence[str], rows: Sequence[Sequence[str]], numbers: Sequence[bool]) -> list[Any]:
    """What is printed: the rows, and how many there are besides."""
    more = len(rows) - DRAWN
    below = [f"and {more} more rows: {ALL}"] if more > 0 else [] if rows else ["no row"]
    return [Rows(names, rows, numbers), *below]
