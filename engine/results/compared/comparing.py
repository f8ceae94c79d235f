"""Comparing runs for the command line: what is a config is run, anything else is looked for among the saved runs."""

from __future__ import annotations

import glob
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from engine.answers import run_named
from engine.errors import ConfigError, Fault
from engine.result import Result
from engine.results import terminal
from engine.results.compared import pages, side_by_side
from engine.results.compared.compare import Comparison, labels_of
from engine.results.failures import Failure, attempt, exit_code, tell
from engine.results.opened import Opened, open_run
from engine.results.outcome import Outcome
from engine.results.running import each, outcome
from engine.results.saved import find_saved, read_outcome
from engine.shown import lines_svg
from engine.store import save

if TYPE_CHECKING:
    import pandas as pd

Form = Literal["table", "json", "markdown", "html"]


def compare_runs(runs: Sequence[str], *, form: Form, results: Path) -> int:
    """Run what is a config, read what is saved, print the comparison; the exit code."""
    answers = each(expanded(runs), partial(outcome_of_any, results=results), "")
    outcomes = [one for one in answers if isinstance(one, Outcome)]
    details = attempt("compare", partial(_details, outcomes))
    failed = [details] if isinstance(details, Failure) else []
    tell(failed)
    found = None if isinstance(details, Failure) else details
    if form == "json":
        added = iter([] if found is None else side_by_side.as_json(found))
        terminal.put_json([one.as_json() | (next(added, {}) if isinstance(one, Outcome) else {}) for one in answers])
    elif outcomes and form == "table":
        terminal.put_drawn(*([] if found is None else [found]), Comparison(outcomes))
    elif outcomes:
        write = pages.markdown if form == "markdown" else pages.page
        terminal.put(write(outcomes, labels_of(outcomes), found))
    return exit_code([*answers, *failed])


@dataclass(frozen=True, slots=True)
class Compared:
    """Several runs beside each other, as Python holds them. details: None for one run, or for more than six."""

    outcomes: tuple[Outcome, ...]
    details: side_by_side.SideBySide | None

    @property
    def metrics(self) -> pd.DataFrame:
        """Every metric, a row for each run."""
        import pandas as pd

        return pd.DataFrame([dict(one.metrics) for one in self.outcomes], labels_of(self.outcomes), dtype="float64")

    def _repr_html_(self) -> str:
        """What a notebook shows: the tables of `overweight compare --html`, and the paths of all runs."""
        runs = zip(labels_of(self.outcomes), self.outcomes, strict=True)
        paths = {label: open_run(one.path).table("portfolios")["strategy"] for label, one in runs if one.path}
        grown = {label: equity / equity[0] for label, equity in paths.items()}
        return lines_svg("growth, ratio scale", grown) + pages.tables_html(
            self.outcomes, labels_of(self.outcomes), self.details
        )


def compare(*runs: str | Path | Result, results: str | Path = "results") -> Compared:
    """Hold runs against each other: config files (run and saved), saved runs by name, id or folder, or Results.

    Raises ConfigError where one cannot be found, DataError where one is damaged.
    """
    outcomes = tuple(
        outcome(one if one.path else save(one, Path(results)))
        if isinstance(one, Result)
        else outcome_of_any(str(one), Path(results))
        for one in runs
    )
    return Compared(outcomes, _details(outcomes))


def expanded(runs: Sequence[str]) -> list[str]:
    """Patterns as the files and folders they match. Raises ConfigError where one matches nothing."""
    found = []
    for wanted in runs:
        if not {"*", "?"} & {*wanted} or Path(wanted).exists():
            found.append(wanted)
            continue
        matches = sorted(glob.glob(wanted, recursive=True))
        if not matches:
            expected = "a pattern that matches configs or folders of runs"
            raise ConfigError(Fault(wanted, "", "nothing that matches", expected, "look at it with `ls`"))
        found += matches
    return found


def outcome_of_any(wanted: str, results: Path) -> Outcome:
    """A config file is run and saved, anything else is looked for among the saved runs."""
    if wanted.endswith((".yaml", ".yml")):
        return outcome(run_named(wanted, results))
    return read_outcome(find_saved(wanted, results))


def _details(outcomes: Sequence[Outcome]) -> side_by_side.SideBySide | None:
    """Question, equity, weights, costs and attribution of a few runs; None for one run, or for many."""
    if not 2 <= len(outcomes) <= side_by_side.MOST:
        return None
    opened: list[Opened] = [open_run(one.path) for one in outcomes if one.path is not None]
    return side_by_side.side_by_side(opened, labels_of(outcomes))
