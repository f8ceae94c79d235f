"""The audit as a table: each check, its verdict, what it showed, and below it what was found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rich.console import Console, ConsoleOptions, RenderResult
from rich.table import Table
from rich.text import Text

from engine.answers import load_question, refuse_study
from engine.audit.record import Audit, Verdict
from engine.config import Config
from engine.results import terminal
from engine.study.audit import audit
from engine.study.audit_study import audit_study

FAILED = 1
#: Studies that are made of runs are audited with them.
AUDITED = (None, "sweep", "walk_forward")
#: Findings of a check that are shown; `--json` has a few more.
LISTED = 3
STYLES: dict[Verdict, str] = {"none": "dim", "told": "cyan", "pass": "green", "warn": "bold yellow", "fail": "bold red"}
ENDS: dict[Verdict, str] = {
    "none": "Nothing could be audited.",
    "told": "Nothing could be judged.",
    "pass": "The audit passed: nothing was found that these decisions owe to anything but their past.",
    "warn": "The audit passed, with warnings: read them before you believe the result.",
    "fail": "The audit FAILED: what this config earned is no evidence until the findings above are mended.",
}


@dataclass(frozen=True, slots=True)
class Audited:
    """A config and its audit."""

    config: Config
    audit: Audit

    def as_json(self) -> dict[str, Any]:
        """What `--json` prints."""
        return {"name": self.config.name, **self.audit.as_json()}

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """The table, then what it comes to."""
        count = f"{self.audit.asked} decision{'s' * (self.audit.asked != 1)} asked again"
        yield Text.assemble((self.config.name, "bold"), f"  audit, {count}")
        yield ""
        table = Table.grid(padding=(0, 2, 0, 0))
        table.add_column(no_wrap=True, style="bold")
        table.add_column(no_wrap=True)
        table.add_column(overflow="fold")
        for one in self.audit.checks:
            words = [] if one.words in one.findings else [one.words]
            told = [*words, *(f"- {finding}" for finding in one.told(LISTED))]
            table.add_row(one.name, Text(one.verdict, STYLES[one.verdict]), Text("\n".join(told)))
        yield table
        yield ""
        if self.config.study is not None:
            yield Text("From `process` on it is the run as it is written.")
        yield Text(ENDS[self.audit.verdict], STYLES[self.audit.verdict])


def show_audit(file: str, overrides: Sequence[str], *, as_json: bool) -> int:
    """Audit a config, print, save nothing; 1 where it fails. Raises what a run of it raises."""
    config = load_question(file, overrides)
    if config.study not in AUDITED:
        refuse_study(config, "name the run that it studies")
    of = audit if config.study is None else audit_study
    with terminal.foreign_code(), terminal.progress() as progress:
        audited = Audited(config, of(config, saying=progress.say))
    if as_json:
        terminal.put_json(audited.as_json())
    else:
        terminal.put_drawn(audited)
    return FAILED if audited.audit.verdict == "fail" else 0
