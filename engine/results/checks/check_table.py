"""What a check prints: a row for each config, below them what there is to say of those that are not as agreed."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from typing import Any

from rich.text import Text

from engine.results.checks.verdict import GOOD, ConfigCheck, Word

STYLES: dict[Word, str] = {"drift": "yellow", "skipped": "yellow"}
#: More lines of one config than this are counted, not listed; `--json` has them all.
LISTED = 14


def checks_table(checks: Sequence[ConfigCheck], left_out: Sequence[str], since: str | None) -> Iterator[Any]:
    """Errors have been told already, on stderr."""
    shown = [one for one in checks if one.word != "error"]
    yield from _rows(shown)
    for one in shown:
        lines = told(one)
        if not _fits_beside(one, lines):
            yield f"\n{one.name}"
            yield from (f"  {line}" for line in lines)
    if left_out:
        yield f"{len(left_out)} left out: nothing of them changed since {since}"
    moved = [one.file for one in shown if one.differences and not one.good]
    if moved:
        yield '\nwhat is meant is agreed on by: overweight check --update --reason "..." ' + shlex.join(moved)


def told(one: ConfigCheck) -> list[str]:
    """The lines of one config below the table, as many as a person reads."""
    lines = list(one.details())
    more = [f"and {len(lines) - LISTED} more (--json has them all)"] if len(lines) > LISTED else []
    return [*lines[:LISTED], *more]


def _rows(checks: Sequence[ConfigCheck]) -> Iterator[Text]:
    """Name, verdict, and the cause; never wrapped, so that they can be grepped."""
    names, words = (max((len(text) for text in column), default=0) for column in _columns(checks))
    for one in checks:
        lines = told(one)
        beside = [*filter(None, [one.summary]), *(lines if _fits_beside(one, lines) else ())]
        row = Text(no_wrap=True)
        row.append(one.name.ljust(names), "bold")
        row.append("  ")
        row.append(one.word.ljust(words), STYLES.get(one.word, "green" if one.word in GOOD else "bold red"))
        row.append("  " + "; ".join(beside))
        yield row


def _columns(checks: Sequence[ConfigCheck]) -> tuple[list[str], list[str]]:
    return [one.name for one in checks], [one.word for one in checks]


def _fits_beside(one: ConfigCheck, lines: Sequence[str]) -> bool:
    """A single line, or none, needs no paragraph of its own."""
    return not lines or (len(lines) == 1 and not one.summary)
