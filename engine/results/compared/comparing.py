"""Comparing runs for the command line: what is a config is run, anything else is looked for among the saved runs.

What only some comparisons need is imported where it is needed: a thousand saved runs are compared in a second or so.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from engine.errors import ConfigError, Fault
from engine.result import Result
from engine.results import terminal
from engine.results.each import each
from engine.results.failures import Failure, attempt, exit_code, tell
from engine.results.outcome import Outcome, labels_of
from engine.results.saved import find_saved, name_of, read_outcome, saved_folders
from engine.results.wanted import expanded, is_config

if TYPE_CHECKING:
    import pandas as pd

    from engine.result import Result
    from engine.results.compared.side_by_side import SideBySide

#: More runs than this are compared in one table only: details of more nobody reads.
MOST = 6

Form = Literal["table", "json", "markdown", "html"]
#: How files of a form end: whoever names one wants it written.
ENDINGS_OF: Mapping[Form, tuple[str, ...]] = {
    "table": (),
    "json": (".json",),
    "markdown": (".md", ".markdown"),
    "html": (".html", ".htm"),
}


def compare_runs(runs: Sequence[str], *, form: Form, results: Path) -> int:
    """Run what is a config, read what is saved, print the comparison; the exit code.

    Raises ConfigError where a word names nothing, or a file to write.
    """
    _refuse_file_to_write(runs, form, results)
    answers = each(expanded(runs, results), partial(outcome_of_any, results=results), "")
    outcomes = [one for one in answers if isinstance(one, Outcome)]
    details = attempt("compare", partial(_details, outcomes))
    failed = [details] if isinstance(details, Failure) else []
    tell(failed)
    found = None if isinstance(details, Failure) else details
    if form == "json":
        added = iter([] if found is None else found.as_json())
        terminal.put_json([one.as_json() | (next(added, {}) if isinstance(one, Outcome) else {}) for one in answers])
    elif outcomes:
        _put(outcomes, found, form)
    return exit_code([*answers, *failed])


def _refuse_file_to_write(runs: Sequence[str], form: Form, results: Path) -> None:
    """Raise ConfigError for a word that ends as files of the form do and is no saved run: those are folders."""
    taken = [one for one in runs if one.endswith(ENDINGS_OF[form]) and not Path(one).is_dir()]
    names = {name_of(folder, results) for folder in saved_folders(results)} if taken else set()
    files = [one for one in taken if one not in names]
    if not files:
        return
    meant = [shlex.quote(one) for one in runs if one not in files] or ["RUN", "RUN"]
    place = [] if results == Path("results") else ["--results", shlex.quote(str(results))]
    command = " ".join(["overweight compare", *meant, f"--{form}", *place, ">", shlex.quote(files[0])])
    found = f"`{files[0]}`, which is no run"
    expected = "no file: what is printed goes to stdout"
    raise ConfigError(Fault("overweight compare", f"--{form}", found, expected, f"write `{command}`"))


def _put(outcomes: Sequence[Outcome], found: SideBySide | None, form: Form) -> None:
    if form == "table":
        from engine.results.compared.compare import Comparison

        terminal.put_drawn(*([] if found is None else [found]), Comparison(outcomes))
        return
    from engine.results.compared import pages

    write = pages.markdown if form == "markdown" else pages.page
    terminal.put(write(outcomes, labels_of(outcomes), found))


@dataclass(frozen=True, slots=True)
class Compared:
    """Several runs beside each other, as Python holds them. details: None for one run, or for more than six."""

    outcomes: tuple[Outcome, ...]
    details: SideBySide | None

    @property
    def metrics(self) -> pd.DataFrame:
        """Every metric, a row for each run."""
        import pandas as pd

        return pd.DataFrame([dict(one.metrics) for one in self.outcomes], labels_of(self.outcomes), dtype="float64")

    def _repr_html_(self) -> str:
        """What a notebook shows: the tables of `overweight compare --html`, and the paths of all runs."""
        from engine.results.compared import pages

        return pages.shown(self.outcomes, labels_of(self.outcomes), self.details)


def compare(*runs: str | Path | Result, results: str | Path = "results") -> Compared:
    """Hold runs against each other: config files (run and saved), saved runs by name, id or folder, or Results.

    Patterns and folders stand for all that they match or hold. Raises ConfigError where one cannot be found, DataError
    where one is damaged.
    """
    outcomes = tuple(found for one in runs for found in _outcomes(one, Path(results)))
    return Compared(outcomes, _details(outcomes))


def _outcomes(one: str | Path | Result, results: Path) -> list[Outcome]:
    if isinstance(one, (str, Path)):
        return [outcome_of_any(name, results) for name in expanded([str(one)], results)]
    from engine.results.running import outcome_of_result

    return [outcome_of_result(one, results)]


def outcome_of_any(wanted: str, results: Path) -> Outcome:
    """A config file is run and saved, anything else is looked for among the saved runs."""
    if not is_config(wanted):
        return read_outcome(find_saved(wanted, results))
    from engine.results.running import outcome_of_config

    return outcome_of_config(wanted, results)


def _details(outcomes: Sequence[Outcome]) -> SideBySide | None:
    """Question, equity, weights, costs and attribution of a few runs; None for one run, or for many."""
    if not 2 <= len(outcomes) <= MOST:
        return None
    from engine.results.compared.side_by_side import opened_beside

    return opened_beside(outcomes, labels_of(outcomes))
