"""The list of saved runs."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from rich.table import Table
from rich.text import Text

from engine.results import figures, terminal
from engine.results.failures import attempt, exit_code, tell
from engine.results.outcome import Outcome
from engine.results.saved import read_outcome, saved_folders

#: Digits of an id that are shown; `compare` takes them.
SHOWN = 8


def list_runs(*, as_json: bool, results: Path) -> int:
    """Print every saved run; a damaged one is told on stderr. The exit code."""
    answers = [attempt(str(folder), partial(read_outcome, folder)) for folder in saved_folders(results)]
    tell(answers)
    outcomes = [one for one in answers if isinstance(one, Outcome)]
    if as_json:
        terminal.put_json([one.as_json() for one in answers])
    elif outcomes:
        terminal.put_drawn(runs_table(outcomes))
    elif not answers:
        terminal.put_drawn(f"no saved run under {results}; make one: overweight run configs/metals_lead.yaml")
    return exit_code(answers)


def runs_table(outcomes: Sequence[Outcome]) -> Table:
    """A row for each saved run."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for header in ("name", "id", "years"):
        table.add_column(header, no_wrap=True)
    for header in ("return", "active"):
        table.add_column(header, justify="right", no_wrap=True)
    table.add_column("verdict")
    for one in outcomes:
        table.add_row(
            Text(one.name, "bold"),
            one.id[:SHOWN],
            f"{one.window[0][:4]}-{one.window[1][:4]}",
            figures.percent(one.metrics["cagr"]),
            figures.signed_percent(one.metrics["active_return"]),
            one.verdict,
        )
    return table
