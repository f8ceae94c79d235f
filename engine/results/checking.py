"""Checking configs for the command line: each against its baseline, one table, one exit code."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from engine.errors import ConfigError, Fault
from engine.results import terminal
from engine.results.check import Check, check, checks_table, config_of, every_baseline, update
from engine.results.failures import Failure, exit_code
from engine.results.running import each

CHECK_FAILED = 1


def check_files(files: Sequence[str], *, renew: bool, reason: str | None, as_json: bool, results: Path) -> int:
    """Check every file, or every baseline; print; 0 where all is as agreed, 1 where not, 2 or 3 on errors.

    Raises ConfigError where nothing can be checked, or an update has no reason.
    """
    _refuse_without_reason(renew, reason)
    about = partial(update, reason=reason or "", results=results) if renew else partial(check, results=results)
    if files:
        answers: list[Check | Failure] = each(files, about, "checking ")
    else:
        known = [str(path) for path in every_baseline(results)]
        answers = each(known, lambda path: about(config_of(Path(path), results)), "checking ")
    checks = [one for one in answers if isinstance(one, Check)]
    good = all(one.good for one in checks)
    code = exit_code(answers, 0 if good else CHECK_FAILED)
    if as_json:
        terminal.put_json({"passed": code == 0, "checks": [one.as_json() for one in answers]})
    elif checks:
        terminal.put_drawn(checks_table(checks))
    return code


def _refuse_without_reason(renew: bool, reason: str | None) -> None:
    said = reason is not None and reason.strip() != ""
    if renew and not said:
        cure = 'say why the figures may change: --update --reason "..."'
        raise ConfigError(Fault("--update", "", "no reason", "`--reason` with a few words", cure))
    if reason is not None and not renew:
        raise ConfigError(
            Fault(
                "--reason",
                "",
                "a reason without `--update`",
                "both or neither",
                "add --update, or take it away",
            )
        )
