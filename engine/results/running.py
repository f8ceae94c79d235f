"""Running configs for the command line: each file on its own, then one summary or one comparison."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

from engine.answers import answer, run_named
from engine.config import Config
from engine.config.load import as_typed
from engine.folder import plain
from engine.result import Result
from engine.results import terminal
from engine.results.choosing import UNMEASURED
from engine.results.compared.compare import Comparison
from engine.results.each import each
from engine.results.failures import Failure, attempt, exit_code, tell
from engine.results.orders import refuse_short_orders, short_json
from engine.results.outcome import Outcome, outcome_of
from engine.results.summary import Summary
from engine.store import document, save
from engine.study.answered import Studied
from engine.study.cluster import Cluster, cluster_asked, working_on
from engine.trials import TRIALS, tried_with

__all__ = ["cluster_asked", "each", "next_command", "outcome", "run_files"]


def run_files(
    files: Sequence[str],
    overrides: Sequence[str],
    *,
    full: bool,
    strict: bool,
    yes: bool = False,
    cluster: Cluster | None = None,
    as_json: bool,
    results: Path,
) -> int:
    """Run every file, print, and answer the exit code: the highest of them. yes: a very long sweep is meant. cluster:
    where sweeps run; None for this machine.
    """
    action = partial(answer, overrides=overrides, results=results, full=full)
    with working_on(cluster):
        answers = each(files, action, "measuring in full: " if full else "running ", yes)
    ran = [one for one in answers if isinstance(one, Result)]
    short = [attempt(str(one.config.path), partial(refuse_short_orders, one)) for one in ran] if strict else []
    tell(short)
    if full:
        _tell_of_nothing_more([one for one in answers if isinstance(one, Studied)])
    if as_json:
        entries = [_entry(one, strict) for one in answers]
        terminal.put_json(entries[0] if len(files) == 1 else entries)
        return exit_code([*answers, *short])
    _put_studies([one for one in answers if isinstance(one, Studied)], overrides, results)
    if len(ran) > 1 or (ran and len(files) > 1):
        _put_comparison([outcome(one) for one in ran], [str(one.path) for one in ran])
    elif ran:
        summary = Summary(ran[0], tried_with(results / TRIALS, ran[0]))
        width = summary.indent
        more = [f"{'next':<{width}}{next_command(ran[0], overrides, results)}"] if _lasts(ran[0].config) else []
        terminal.put_drawn(summary, f"{'saved':<{width}}{ran[0].path}", *more)
    return exit_code([*answers, *short])


def outcome(result: Result) -> Outcome:
    """What of a result is compared and printed as JSON."""
    return outcome_of(plain(document(result)), result.path)


def outcome_of_config(file: str, results: Path) -> Outcome:
    """A config, run and saved. Raises ConfigError, StrategyError or DataError."""
    return outcome(run_named(file, results))


def outcome_of_result(result: Result, results: Path) -> Outcome:
    """A result, saved where it is not yet. Raises ConfigError where nothing can be written."""
    return outcome(result if result.path else save(result, results))


def next_command(result: Result, overrides: Sequence[str], results: Path) -> str:
    """What to type next: measure all; then hold a variant against its original, or keep the figures."""
    file = as_typed(result.config.path)
    place = _place(results)
    if result.measured is None:
        return _in_full(file, overrides, place)
    if overrides:
        return shlex.join(["overweight", "compare", result.id, file, *place])
    return shlex.join(["overweight", "check", "--update", "--reason", "first figures", file, *place])


def next_of_study(studied: Studied, overrides: Sequence[str], results: Path) -> str | None:
    """The command that measures what a plain run of the study leaves out; None where that is nothing."""
    if studied.full is not None or studied.kind not in UNMEASURED or not _lasts(studied.config):
        return None
    return _in_full(as_typed(studied.config.path), overrides, _place(results))


def _lasts(config: Config) -> bool:
    """Whether the config can be read again: what came through a pipe is gone."""
    return config.path.parts[:2] != ("/", "dev")


def _in_full(file: str, overrides: Sequence[str], place: Sequence[str]) -> str:
    changed = [word for override in overrides for word in ("--set", override)]
    return shlex.join(["overweight", "run", "--full", file, *changed, *place])


def _place(results: Path) -> list[str]:
    return [] if results == Path("results") else ["--results", str(results)]


def _entry(answer: Result | Studied | Failure, strict: bool) -> dict[str, Any]:
    """What stands for a file in `run --json`."""
    if isinstance(answer, Failure):
        return {**answer.as_json()}
    if isinstance(answer, Studied):
        more = {} if answer.full is None else {"full": plain(answer.full)}
        return {**answer.document(), **more, "path": str(answer.path)}
    said = outcome(answer).as_json()
    if answer.controls:
        said["controls"] = {name: plain(asdict(one)) for name, one in answer.controls.items()}
    return {**said, "orders_cut_or_refused": short_json(answer)} if strict else said


def _tell_of_nothing_more(studies: Sequence[Studied]) -> None:
    for one in studies:
        if one.kind not in UNMEASURED:
            terminal.complain(f"{one.config.path}: --full adds nothing to `{one.kind}`: all is measured already")


def _put_studies(studies: Sequence[Studied], overrides: Sequence[str], results: Path) -> None:
    if studies:
        from engine.results.studies import drawn

        for one in studies:
            more = next_of_study(one, overrides, results)
            terminal.put_drawn(*drawn(one), "", f"saved  {one.path}", *(() if more is None else (f"next   {more}",)))


def _put_comparison(outcomes: Sequence[Outcome], saved: Sequence[str]) -> None:
    if outcomes:
        terminal.put_drawn(Comparison(outcomes), *([""] * bool(saved)), *(f"saved  {path}" for path in saved))
