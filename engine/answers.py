"""Answering a file: load what it asks, run or study it, save what came of it. What `overweight run` calls."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from shlex import quote
from typing import Any

from engine.backtest import backtest
from engine.config import Config, load
from engine.errors import ConfigError, Fault
from engine.measure.metrics import METRICS
from engine.result import Result
from engine.store import save
from engine.study.answered import Studied, save_study
from engine.study.cluster import refuse_uncut
from engine.study.controls import measure_controls
from engine.study.full import measure_fully
from engine.trials import TRIALS, check_trials, tried_with

#: What `expect:` may demand beside metrics: that the short audit passes.
LOOKAHEAD = "lookahead"


def run(
    path: str | Path,
    overrides: Sequence[str] = (),
    *,
    results: str | Path | None = "results",
    full: bool = False,
) -> Result:
    """Run one config file and save its result under `results` (None: nowhere).

    overrides: `key=value`, as `--set` takes them. full: measure also what takes long (bootstraps, phases, alpha ...).
    Raises ConfigError, StrategyError or DataError; ConfigError also for a study: `answer` takes it.
    """
    config = _asked(path, overrides, results)
    refuse_study(config, "write engine.answer for engine.run")
    return _run(config, results, full)


def run_named(path: str, results: Path) -> Result:
    """As `run`, for a command that takes runs alone. Raises as it does; of a study it says which commands take it."""
    config = _asked(path, (), results)
    refuse_study(config, f"`overweight report {quote(path)}` shows it, `overweight run {quote(path)}` prints it")
    return _run(config, results, full=False)


def answer(
    path: str | Path,
    overrides: Sequence[str] = (),
    *,
    results: str | Path | None = "results",
    full: bool = False,
) -> Result | Studied:
    """Answer any file: a run with its Result, a study (`event_study:`, `claims:` ...) with what it came to.

    full: as `run` has it; of a sweep or a walk-forward also what choosing among so many leaves (PBO, SPA, haircut).
    """
    config = _asked(path, overrides, results)
    refuse_uncut(config)
    if config.study is None:
        return _run(config, results, full)
    # Each kind of study brings what a plain run does not need.
    from engine.study.kinds import STUDY

    studied = STUDY[config.study](config, None if results is None else Path(results), full)
    return studied if results is None else save_study(studied, Path(results))


def _asked(path: str | Path, overrides: Sequence[str], results: str | Path | None) -> Config:
    if results is not None and not isinstance(results, (str, os.PathLike)):
        raise ConfigError(_mistaken("results", results, "a folder, or None", 'write results="results"'))
    return load_question(path, overrides)


def _run(config: Config, results: str | Path | None, full: bool) -> Result:
    if results is not None:
        check_trials(Path(results) / TRIALS)
    result = backtest(config)
    if config.controls.any:
        result = replace(result, controls=measure_controls(result))
    if full:
        tried = tried_with(None if results is None else Path(results) / TRIALS, result)
        result = replace(result, measured=measure_fully(result, tried))
    return result if results is None else save(result, Path(results))


def load_question(path: str | Path, overrides: Sequence[str] = ()) -> Config:
    """A config whose `expect` names metrics only. Raises ConfigError, also where an argument is of a wrong type."""
    faults = [*_mistaken_arguments(path, overrides)]
    if faults:
        raise ConfigError(*faults)
    config = load(path, overrides)
    faults = [*_misnamed(config)]
    if faults:
        raise ConfigError(*faults)
    return config


def load_run(path: str | Path, overrides: Sequence[str] = ()) -> Config:
    """As `load_question`, for what can only be done with a run. Raises ConfigError for a study."""
    config = load_question(path, overrides)
    refuse_study(config, "name the run that it studies")
    return config


def refuse_study(config: Config, cure: str) -> None:
    """Raise the ConfigError of a study where only a run will do."""
    if config.study is not None:
        raise ConfigError(config.fault(config.study, f"a study, `{config.study}`", "a run", cure))


def _mistaken_arguments(path: Any, overrides: Any) -> Iterator[Fault]:
    if not isinstance(path, (str, os.PathLike)):
        yield _mistaken("path", path, "the path of a YAML file", 'write engine.run("configs/metals_lead.yaml")')
    expected, cure = "a list of `key=value`", 'write overrides=["capital=5"]'
    if not isinstance(overrides, (list, tuple)):
        yield _mistaken("overrides", overrides, expected, cure)
        return
    for one in overrides:
        if not isinstance(one, str):
            yield _mistaken("overrides", one, expected, cure)


def _mistaken(argument: str, given: Any, expected: str, cure: str) -> Fault:
    return Fault("engine.run", argument, f"{given!r} ({type(given).__name__})", expected, cure)


def _misnamed(config: Config) -> Iterator[Fault]:
    for name, wanted in config.expect.items():
        key = f"expect.{name}"
        if name == LOOKAHEAD:
            if wanted != "pass":
                yield config.fault(key, f"`{wanted}`", "`pass`: the audit passes or fails", "write `lookahead: pass`")
        elif name not in METRICS:
            close = difflib.get_close_matches(name, (*METRICS, LOOKAHEAD), n=1)
            cure = f"did you mean `{close[0]}`?" if close else "name one of them"
            yield config.fault(key, f"`{name}`", f"a metric: {', '.join(METRICS)}; or `{LOOKAHEAD}`", cure)
        elif wanted == "pass":
            yield config.fault(key, "`pass` for a metric", "a comparison with a number", 'write for example ">= 0"')
