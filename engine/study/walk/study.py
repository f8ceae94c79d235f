"""`walk_forward:` answered: candidates run, chosen as time goes by, the one run simulated and held against others."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from engine.config import Config
from engine.config.walk_forward import PurgedSplits, WalkForward
from engine.errors import ConfigError, Fault
from engine.folder import plain
from engine.measure.metrics import METRICS
from engine.study.answered import Studied, study_id
from engine.study.sweep.counted import swept_trials
from engine.study.sweep.plan import plan_of
from engine.study.sweep.worlds import SweepWorlds, worlds_of
from engine.study.walk.candidates import Candidates, run_candidates
from engine.study.walk.chosen import choosing
from engine.study.walk.crossed import cross
from engine.study.walk.crossed_tables import crossed_figures, crossed_tables
from engine.study.walk.cut import figure
from engine.study.walk.forward import Walked, walk
from engine.study.walk.picture import crossed_picture, walk_picture
from engine.study.walk.tables import OF_WHOLE_RUNS, walk_figures, walk_tables
from engine.study.walk.words import split_caveats, walk_caveats
from engine.trials import TRIALS, SweptTrials, check_trials, count_swept


def walk_forward_of(config: Config) -> Walked:
    """The walk-forward by windows of a config that has one; nothing is saved.

    Raises ConfigError where it cannot be, StrategyError or DataError as a run does.
    """
    assert isinstance(config.walk_forward, WalkForward)
    metric = metric_of(config)
    return walk(run_candidates(config), config.walk_forward, metric)


def study_walk(config: Config, results: Path | None, full: bool = False) -> Studied:
    """The study as `overweight run` saves and prints it. The ledger of trials of a results folder counts candidates.

    full: measure also what choosing among the candidates is worth on the whole sample.
    """
    asked = config.walk_forward
    assert asked is not None
    metric = metric_of(config)
    if results is not None:
        check_trials(results / TRIALS)
    candidates = run_candidates(config)
    worlds = worlds_of(plan_of(config, candidates.variants))
    if isinstance(asked, PurgedSplits):
        crossed = cross(candidates, asked, metric)
        figures, tables = plain(crossed_figures(crossed)), crossed_tables(crossed)
        said = [*split_caveats(candidates, asked)]
        pictures, missing = crossed_picture(crossed, figures)
    else:
        walked = walk(candidates, asked, metric)
        figures, tables = plain(walk_figures(walked)), walk_tables(walked)
        said = [*walk_caveats(walked)]
        pictures, missing = walk_picture(walked, figures, said)
    if results is not None:
        count_swept(results / TRIALS, _trials(config, candidates, worlds))
    identity = study_id(config, f"{candidates.setting.panel.fingerprint} {worlds.identity}")
    more = {"choosing": choosing(candidates)} if full else None
    return Studied("walk_forward", config, identity, figures, tables, (*said, *missing), pictures, full=more)


def metric_of(config: Config) -> str:
    """The metric by which is chosen. Raises ConfigError where it is none, or none of a part of a run."""
    assert config.walk_forward is not None
    assert config.sweep is not None
    own = config.walk_forward.choose_by
    key, name = ("sweep", config.sweep.choose_by) if own is None else ("walk_forward", own)
    faults = [*_misnamed(config, f"{key}.choose_by", name)]
    if faults:
        raise ConfigError(*faults)
    return name


def _misnamed(config: Config, key: str, name: str) -> Iterator[Fault]:
    known = [one for one in METRICS if METRICS[one].direction != "none" and one not in OF_WHOLE_RUNS]
    if name in known:
        return
    close = difflib.get_close_matches(name, known, n=1)
    cure = f"did you mean `{close[0]}`?" if close else "name one of them"
    found = f"`{name}`"
    if name in OF_WHOLE_RUNS:
        found += ", which no training window knows"
    elif name in METRICS:
        found += ", of which neither more nor less is better"
    yield config.fault(key, found, f"a metric: {', '.join(known)}", cure)


def _trials(config: Config, candidates: Candidates, worlds: SweepWorlds) -> list[SweptTrials]:
    """The variants of the sweep that had figures: a sweep of the same is the same trials."""
    year = candidates.beside.sessions_per_year
    sharpes = [figure("sharpe", one.track, one.track, one.track, year) for one in candidates.all]
    ran = np.array([one.number for one in candidates.all])
    return swept_trials(config, worlds, ran, np.array(sharpes, np.float64))
