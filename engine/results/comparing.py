"""Comparing runs for the command line: what is a config is run, anything else is looked for among the saved runs."""

from __future__ import annotations

import glob
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Literal

from engine.answers import run
from engine.errors import ConfigError, Fault
from engine.results import pages, side_by_side, terminal
from engine.results.compare import Comparison, labels_of
from engine.results.failures import Failure, attempt, exit_code, tell
from engine.results.opened import Opened, open_run
from engine.results.outcome import Outcome
from engine.results.running import each, outcome
from engine.results.saved import find_saved, read_outcome

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
        return outcome(run(wanted, results=results))
    return read_outcome(find_saved(wanted, results))


def _details(outcomes: Sequence[Outcome]) -> side_by_side.SideBySide | None:
    """Question, equity, weights, costs and attribution of a few runs; None for one run, or for many."""
    if not 2 <= len(outcomes) <= side_by_side.MOST:
        return None
    opened: list[Opened] = [open_run(one.path) for one in outcomes if one.path is not None]
    return side_by_side.side_by_side(opened, labels_of(outcomes))
