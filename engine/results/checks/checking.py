"""Checking configs for the command line: each against its baseline; a table, files for CI, one exit code."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.config.file_name import printable
from engine.errors import ConfigError, DataError, Fault
from engine.market.atomic import write_atomically
from engine.results import terminal
from engine.results.checks.annotations import annotation_lines
from engine.results.checks.baselines import config_of
from engine.results.checks.changed import Changed, changed_since
from engine.results.checks.check import check, update
from engine.results.checks.check_table import checks_table
from engine.results.checks.checked_files import files_to_check
from engine.results.checks.dependencies import came_along, depends_on, engine_parts
from engine.results.checks.junit import junit
from engine.results.checks.markdown import LIMIT, markdown
from engine.results.checks.verdict import ConfigCheck
from engine.results.failures import Failure, attempt, exit_code, tell
from engine.results.running import each

#: Characters; a baseline has to stay small.
LONGEST_REASON = 300


@dataclass(frozen=True, slots=True)
class CheckWish:
    """What `overweight check` was asked for.

    files: configs, folders of configs; every baseline's where none is named. renew, reason, force: `--update` and why,
    also where `CI=true`. since: only what changed since that revision. junit, markdown: files to write.
    """

    files: Sequence[str]
    results: Path
    renew: bool = False
    reason: str | None = None
    force: bool = False
    strict: bool = False
    since: str | None = None
    as_json: bool = False
    junit: Path | None = None
    markdown: Path | None = None
    annotate: bool = False


def check_files(wish: CheckWish) -> int:
    """Check, print, write; 0 where all is as agreed, 1 where not, 2 or 3 on errors, 4 on a bug.

    Raises ConfigError where nothing can be checked, an update has no reason, or nothing can be told since when.
    """
    _refuse_what_does_not_fit(wish)
    files = files_to_check(wish.files, wish.results)
    left = [] if wish.since is None else _unchanged(files, changed_since(wish.since), wish.results)
    wanted = [file for file in files if file not in left]
    checks = [_as_check(one) for one in each(wanted, lambda file: _answer(file, wish), "checking ")]
    written = [*_write(wish, checks)]
    tell(written)
    code = max(exit_code(written), *(one.exit_code for one in checks), 0)
    if wish.as_json:
        counts = {word: sum(one.word == word for one in checks) for word in sorted({one.word for one in checks})}
        passed = code == 0 and all(one.good for one in checks)
        entries = [one.as_json() for one in checks]
        terminal.put_json({"passed": passed, "counts": counts, "left_out": left, "checks": entries})
    else:
        terminal.put_drawn(*checks_table(checks, left, wish.since))
    if wish.annotate:
        lines = "\n".join(annotation_lines(checks))
        terminal.complain(lines) if wish.as_json and lines else terminal.put(f"{lines}\n" if lines else "")
    return code


def asked_by_ci(name: str) -> bool:
    """Whether a variable that CI systems set says yes."""
    return os.environ.get(name, "").strip().lower() in ("true", "1", "yes")


def _answer(file: str, wish: CheckWish) -> ConfigCheck:
    """A config checked, or a baseline by the config that it is about."""
    config = config_of(Path(file), wish.results) if file.endswith(".json") else file
    if wish.renew:
        return update(config, wish.reason or "", wish.results)
    return check(config, wish.results, strict=wish.strict)


def _as_check(answer: ConfigCheck | Failure) -> ConfigCheck:
    if isinstance(answer, ConfigCheck):
        return answer
    place = answer.error.partition(": ")[0]
    name = printable(answer.name)
    return ConfigCheck(name, name, "error", answer.error, place, exit_code=answer.exit_code)


def _unchanged(files: Sequence[str], changed: Changed, results: Path) -> list[str]:
    """Those of which nothing changed; what cannot be read is looked at."""
    left: list[str] = []
    if any(map(changed.touches, engine_parts())):
        return left
    for file in files:
        found = attempt(file, lambda name=file: depends_on(name, results))  # type: ignore[misc]
        if not isinstance(found, Failure) and not any(_may_have_moved(path, changed) for path in found):
            left.append(file)
    return left


def _may_have_moved(path: Path, changed: Changed) -> bool:
    """What came with the engine is none of the repository's, but may be read now for want of the repository's own."""
    return changed.uncovers(path) or (not came_along(path) and changed.has(path))


def _write(wish: CheckWish, checks: Sequence[ConfigCheck]) -> list[object]:
    """The files for CI; what could not be written."""
    answers: list[object] = []
    if wish.junit is not None:
        path = wish.junit
        answers.append(attempt("--junit", lambda: write_atomically(path, junit(checks).encode())))
    if wish.markdown is not None:
        into = wish.markdown
        answers.append(attempt("--markdown", lambda: write_atomically(into, markdown(checks).encode())))
    summary = os.environ.get("GITHUB_STEP_SUMMARY", "")
    if summary and asked_by_ci("GITHUB_ACTIONS"):
        answers.append(attempt("GITHUB_STEP_SUMMARY", lambda: _append(Path(summary), checks)))
    return answers


def _append(path: Path, checks: Sequence[ConfigCheck]) -> None:
    """Behind what the job's summary holds already; all of it together stays within the limit."""
    try:
        before = path.read_bytes() if path.exists() else b""
    except OSError as error:
        found = f"a file that cannot be read ({error.strerror})"
        cure = "name a file that can be read and written"
        raise DataError(Fault("GITHUB_STEP_SUMMARY", "", f"`{path}`, {found}", "a job's summary", cure)) from None
    text = markdown(checks, LIMIT - len(before))
    write_atomically(path, before + text.encode())


def _refuse_what_does_not_fit(wish: CheckWish) -> None:
    """Raises ConfigError for options that need, or hide, one another."""
    said = wish.reason is not None and wish.reason.strip() != ""
    if wish.renew and not said:
        cure = 'say why the figures may change: --update --reason "..."'
        raise ConfigError(Fault("--update", "", "no reason", "`--reason` with a few words", cure))
    if wish.renew and len(wish.reason or "") > LONGEST_REASON:
        found, expected = f"{len(wish.reason or '')} characters", f"at most {LONGEST_REASON}"
        raise ConfigError(Fault("--reason", "", found, expected, "say it shorter; a commit message holds the rest"))
    for option, given in (("--reason", wish.reason is not None), ("--force", wish.force)):
        if given and not wish.renew:
            found = f"{'a reason' if option == '--reason' else 'force'} without `--update`"
            raise ConfigError(Fault(option, "", found, "both or neither", "add --update, or take it away"))
    if wish.junit is not None and wish.markdown is not None and wish.junit.resolve() == wish.markdown.resolve():
        found, cure = f"`{wish.markdown}`, the file of --junit", "name another one"
        raise ConfigError(Fault("--markdown", "", found, "a file of its own", cure))
    if wish.renew and asked_by_ci("CI") and not wish.force:
        found = "CI=true: a machine would agree with itself"
        cure = "update where somebody looks at the figures, and commit them; --force overrides"
        raise ConfigError(Fault("--update", "", found, "somebody who looks at the figures", cure))
