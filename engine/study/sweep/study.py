"""`sweep:` answered: every variant run, the table of all of them, the best one named and doubted."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from engine.config import Config
from engine.config.sweep import Span
from engine.config.vary import varied
from engine.errors import ConfigError, OverweightError
from engine.measure.metrics import METRICS
from engine.study.answered import PARTS, Studied, study_id
from engine.study.person import who_waits
from engine.study.sweep.before import found_before
from engine.study.sweep.block import FAILED
from engine.study.sweep.blocks import Found, run_blocks
from engine.study.sweep.chosen import choosing
from engine.study.sweep.counted import swept_trials
from engine.study.sweep.kept import Kept
from engine.study.sweep.outcome import SweepOutcome, figures_of, outcome_of, table_of
from engine.study.sweep.parts import part_file
from engine.study.sweep.picture import picture_of
from engine.study.sweep.plan import Plan, plan_of
from engine.study.sweep.refused import none_runs, sound_variants
from engine.study.sweep.single import run_variant
from engine.study.sweep.worlds import worlds_of
from engine.trials import TRIALS, check_trials, count_swept

#: Keys that change what a variant is measured by, and not only what it does.
YARDSTICKS = ("from", "to", "cash", "policy", "hold", "data", "sessions_per_year", "base_currency")


def study_sweep(config: Config, results: Path | None, full: bool = False) -> Studied:
    """The study as `overweight run` saves and prints it. Blocks that are done are kept in the results folder until all
    are, so that a run that was stopped goes on where it was; of one that was finished the table is read. full: measure
    also what choosing among them leaves.

    Raises ConfigError for a sweep that cannot be, or of which no variant has figures; DataError where no source can
    be read, or nothing can be written.
    """
    assert config.sweep is not None
    if results is not None:
        check_trials(results / TRIALS)
    plan = plan_of(config, sound_variants(config))
    who_waits().say(f"{config.path}: reading the data")
    worlds = worlds_of(plan)
    identity = study_id(config, worlds.identity)
    with _told_of_what_is_kept(plan, identity, results):
        found = _found(plan, identity, results)
        outcome = outcome_of(plan, found, config.sweep.choose_by)
        if outcome is None:
            raise _none_ran(plan, found)
        if results is not None:
            ran = np.flatnonzero(found.way != FAILED)
            count_swept(results / TRIALS, swept_trials(config, worlds, ran, found.metric("sharpe")[ran]))
        studied = _studied(outcome, identity)
        return replace(studied, full={"choosing": choosing(outcome)}) if full else studied


def _home(plan: Plan, results: Path) -> Path:
    return results / "studies" / plan.config.name


@contextmanager
def _told_of_what_is_kept(plan: Plan, identity: str, results: Path | None) -> Iterator[None]:
    """Whoever stops the sweep while the block runs is told what is done, and how to go on."""
    try:
        yield
    except KeyboardInterrupt:
        if results is not None and not (_home(plan, results) / identity).exists():
            folder = _home(plan, results) / f"{PARTS}{identity}"
            kept = sum(len(plan.rows(number)) for number in range(plan.blocks) if part_file(folder, number).exists())
            words = f"{kept:,} of {plan.variants.count:,} variants are done and kept: the same command goes on there"
            who_waits().warn(f"{plan.config.path}: {words}")
        raise


def _found(plan: Plan, identity: str, results: Path | None) -> Found:
    def say(words: str) -> None:
        who_waits().say(f"{plan.config.path}: {words}")

    if results is not None:
        home = _home(plan, results)
        before = found_before(home / identity, plan.variants.count)
        if before is not None:
            say(f"{plan.variants.count:,} variants were run before")
            return before
        return run_blocks(plan, home / f"{PARTS}{identity}", say)
    with TemporaryDirectory() as folder_name:
        return run_blocks(plan, Path(folder_name), say)


def _studied(outcome: SweepOutcome, identity: str) -> Studied:
    plan = outcome.plan
    ran = run_variant(varied(plan.config, plan.variants.values(outcome.best)), Kept())
    figures = figures_of(outcome, ran)
    pictures, missing = picture_of(outcome)
    return Studied(
        kind="sweep",
        config=plan.config,
        id=identity,
        figures=figures,
        tables={"variants": table_of(plan, outcome.found)},
        caveats=(*ran.setting.panel.caveats, *_caveats(outcome), *missing),
        pictures=pictures,
    )


def _caveats(outcome: SweepOutcome) -> list[str]:
    """What a reader has to know before believing in the best variant."""
    count, failed = outcome.plan.variants.count, len(outcome.found.reasons)
    said = []
    if count > 1:
        said.append(
            f"the best of {count:,} variants, chosen with all of their results in view, is no finding: it is the best "
            "of as many draws of luck; test it where it was not chosen"
        )
    apart = [key for key in _moving(outcome) if key.partition(".")[0] in YARDSTICKS]
    if apart:
        said.append(
            f"variants that differ in {', '.join(f'`{key}`' for key in apart)} have other years, other cash or another "
            "policy mix to be measured by: the best may owe its place to those"
        )
    if failed:
        said.append(f"{failed:,} of {count:,} variants failed; the table says why")
    return said


def _moving(outcome: SweepOutcome) -> list[str]:
    """Keys that take more than one value."""
    variants = outcome.plan.variants
    ends = ((axis.from_, axis.to) if isinstance(axis, Span) else axis for axis in variants.axes)
    return [key for key, values in zip(variants.keys, ends, strict=True) if len({*map(str, values)}) > 1]


def _none_ran(plan: Plan, found: Found) -> OverweightError:
    config, count = plan.config, plan.variants.count
    if len(found.reasons) == count:
        return ConfigError(none_runs(config, count, found.reasons[0]))
    assert config.sweep is not None
    name = config.sweep.choose_by
    words = f"{count:,} variant{'s' * (count > 1)}, of which none has the metric `{name}`"
    expected = f"one that has it: {METRICS[name].formula}"
    return ConfigError(config.fault("sweep.choose_by", words, expected, "choose by another metric"))
