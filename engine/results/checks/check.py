"""A check: does a config still answer what was agreed on? And agreeing on what it answers now.

1. Load the config, read its baseline.
2. Set it up; where the data go on after the baseline's end, ask only up to there.
3. Run it, and hold decisions, trades, dates and metrics against the baseline, metrics against `expect:`.
4. Where something moved: name what changed underneath, the first session that differs, the lines of both ledgers.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from shlex import quote

import numpy as np

from engine.answers import load_question
from engine.backtest import backtest_setting
from engine.config import Config
from engine.decide import Setting, set_up, with_offset
from engine.errors import ConfigError, DataError, Fault
from engine.result import Result
from engine.results.checks.absent import absent_data
from engine.results.checks.baseline import Baseline, baseline_of, config_hash
from engine.results.checks.baseline_file import content_of, is_as_written_now, is_older, read_baseline, write_baseline
from engine.results.checks.baselines import baseline_path, made_from, name_of, renamed_from
from engine.results.checks.expectation import unmet
from engine.results.checks.judging import JudgedRun, judged
from engine.results.checks.moved import differences
from engine.results.checks.verdict import Changes, ConfigCheck, Word, changes_between
from engine.store import save

AGREE = 'overweight check --update --reason "first figures"'


def check(file: str, results: Path, *, strict: bool = False) -> ConfigCheck:
    """Run a config, save nothing, hold it against its baseline and its own expectations.

    strict: data that are missing are an error, and a config that has expectations alone misses its baseline.
    """
    config = _asked(file)
    path = baseline_path(config, results)
    was = _own_baseline(config, path, results) if path.is_file() else None
    if was is None and not config.expect:
        return _without_baseline(config, file, path, results)
    try:
        if was is None:
            return _expected(config, file, path, backtest_setting(set_up(config)), results if strict else None)
        setting, extended = _up_to(_set_up(config, was), was)
        result = backtest_setting(setting)
    except (ConfigError, DataError) as error:
        absent = absent_data(config, error)
        if strict or not absent:
            raise
        return ConfigCheck(config.name, file, "skipped", "data missing: " + ", ".join(absent), config.place("data"))
    return judged(JudgedRun(config, file, was, baseline_of(result, was.reason, config), result, extended), results)


def update(file: str, reason: str, results: Path) -> ConfigCheck:
    """Run a config and agree on what it answers now; a baseline that says the same already stays as it is.

    The run is saved, so that a later check can name days. Raises ConfigError where the baseline of this name was made
    from another file.
    """
    config = _asked(file)
    path = baseline_path(config, results)
    before = content_of(path)
    was = None if before is None or is_older(path) else _own_baseline(config, path, results)
    result = backtest_setting(set_up(config))
    broken = tuple(unmet(config, result.own.figures, result.audit))
    if broken:
        return ConfigCheck(
            config.name, file, "expectation unmet", "not written", config.place("expect"), unmet=broken, exit_code=1
        )
    kept = {} if was is None else {name: one.tolerance for name, one in was.metrics.items()}
    now = baseline_of(result, reason, tolerances=kept)
    moved = () if was is None else differences(was, now)
    changes = Changes() if was is None else changes_between(was, now, config, None, "")
    same = was is not None and not moved and set(changes.parts) <= {"engine"} and was.file == now.file
    if same and is_as_written_now(before):
        return ConfigCheck(config.name, file, "ok", notes=("it says the same already",))
    save(result, results)
    write_baseline(now, path, before)
    word: Word = "written" if before is None else "updated"
    return ConfigCheck(config.name, file, word, changes=changes, differences=moved, notes=(str(path),))


def _asked(file: str) -> Config:
    """A config that is a run. Raises ConfigError for a study."""
    config = load_question(file)
    if config.study is not None:
        fault = config.fault(config.study, f"a study, `{config.study}`", "a run", "check the config that it studies")
        raise ConfigError(fault)
    return config


def _set_up(config: Config, was: Baseline) -> Setting:
    """The setting; where the data end before the `to` that was agreed on, and could be asked then, up to their end."""
    try:
        return set_up(config)
    except ConfigError as error:
        if [fault.key for fault in error.faults] != ["to"] or config_hash(config) != was.config:
            raise
        return set_up(config.model_copy(update={"to": None}))


def _up_to(setting: Setting, was: Baseline) -> tuple[Setting, str]:
    """The setting, or where its data go on after the baseline's end the one up to there; and where they end now."""
    last = str(setting.panel.sessions[-1])
    if last <= was.last or config_hash(setting.config) != was.config:
        return setting, ""
    short = set_up(setting.config.model_copy(update={"to": np.datetime64(was.last).item()}))
    if len(short.decisions) != was.decisions:
        # Whether a last session ends its week or month hangs on the next one, which was only supposed then.
        following = np.busday_offset(np.datetime64(was.last), 1, roll="backward")
        supposed = with_offset(replace(short, panel=replace(short.panel, following=following)), short.config.offset)
        short = supposed if len(supposed.decisions) == was.decisions else short
    return short, last


def _without_baseline(config: Config, file: str, path: Path, results: Path) -> ConfigCheck:
    cause = f"no {path}; agree on one: {AGREE} {quote(file)}"
    old = renamed_from(config, results)
    if old is not None:
        anew = f'overweight check --update --reason "renamed from {name_of(old, results)}" {quote(file)}'
        cause = f"no {path}; {old}, whose config is gone, agreed on the same question: {anew} && rm {quote(str(old))}"
    return ConfigCheck(config.name, file, "baseline missing", cause, config.place(), exit_code=1)


def _expected(config: Config, file: str, path: Path, result: Result, strict_in: Path | None) -> ConfigCheck:
    """The verdict of its expectations alone. strict_in: the results in which a baseline is missed; None: in none."""
    broken = tuple(unmet(config, result.own.figures, result.audit))
    if broken:
        place = config.place(f"expect.{broken[0].split()[0]}")
        return ConfigCheck(config.name, file, "expectation unmet", "", place, unmet=broken, exit_code=1)
    if strict_in is not None:
        return _without_baseline(config, file, path, strict_in)
    return ConfigCheck(config.name, file, "ok", notes=("expect met; no baseline",))


def _own_baseline(config: Config, path: Path, results: Path) -> Baseline:
    """The baseline of this very config. Raises ConfigError where it was made from another file that is still there."""
    was = read_baseline(path, name_of(path, results))
    file = made_from(was)
    if file is not None and config.path.exists() and not config.path.samefile(file):
        found = f"the baseline of `{file}`, which has the same name `{was.name}`"
        cure = f"give one of the two files another name, or remove the baseline: `rm {quote(str(path))}`"
        raise ConfigError(Fault(str(path), "", found, f"the baseline of `{config.path}`", cure))
    return was
