"""The list of saved runs."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from shutil import get_terminal_size

from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from engine.results import figures, terminal
from engine.results.failures import attempt, exit_code, tell
from engine.results.outcome import Outcome
from engine.results.saved import read_outcome, saved_folders

#: Digits of an id that are shown; `compare` takes them.
SHOWN = 8
#: Columns of a terminal in which every figure has room beside names and verdicts.
WIDE = 72


def list_runs(*, as_json: bool, results: Path) -> int:
    """Print every saved run; a damaged one is told on stderr. The exit code."""
    answers = [attempt(str(folder), partial(read_outcome, folder)) for folder in saved_folders(results)]
    tell(answers)
    outcomes = [one for one in answers if isinstance(one, Outcome)]
    if as_json:
        terminal.put_json([one.as_json() for one in answers])
    elif outcomes:
        terminal.put_drawn(runs_table(outcomes, get_terminal_size().columns))
    elif not answers:
        terminal.put_drawn(f"no saved run under {results}; make one: overweight run configs/metals_lead.yaml")
    return exit_code(answers)


def runs_table(outcomes: Sequence[Outcome], columns: int = WIDE) -> Table:
    """A row for each saved run. Where a terminal of so many columns is narrow, the verdict stands below the name."""
    wide = columns >= WIDE
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    table.add_column("name", overflow="fold")  # what is short stays whole beside a long name: `compare` takes the id
    for header in ("id", "years") if wide else ("id",):
        table.add_column(header, no_wrap=True)
    for header in ("return", "active"):
        table.add_column(header, justify="right", no_wrap=True)
    if wide:
        table.add_column("verdict")
    for one in outcomes:
        name, years = Text(one.name, "bold"), f"{one.window[0][:4]}-{one.window[1][:4]}"
        gains = (figures.percent(one.metrics["cagr"]), figures.signed_percent(one.metrics["active_return"]))
        if wide:
            table.add_row(name, one.id[:SHOWN], years, *gains, one.verdict)
        else:
            table.add_row(name, one.id[:SHOWN], *gains)
            table.add_row(Padding(one.verdict, (0, 0, 0, 2)))
    return table
