"""A Baseline: the agreed figures of a run and what they stood on, as `results/baselines/<name>.json` keeps them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from engine.config import Config, load
from engine.config.endings import ENDINGS
from engine.fingerprint import CODE, code_fingerprint
from engine.measure.metrics import METRICS
from engine.result import Result
from engine.results.checks.config_keys import hash_of
from engine.results.checks.data_marks import DataMarks, mark_data
from engine.results.checks.target_marks import TargetMarks, mark_targets
from engine.store import window

#: What defines the metrics; a change there is told apart from one of the engine.
DEFINITIONS = ("measure",)
#: Figures are kept to so many significant digits: a tenth of what a comparison looks at.
DIGITS = 10
#: Equity at the end of a year is kept to so many.
EQUITY_DIGITS = 7


@dataclass(frozen=True, slots=True)
class Agreed:
    """A metric: its value, which way is better (`higher`, `lower`, `none`), and how far it may move besides rounding.

    tolerance: in the metric's own unit; 0 unless somebody wrote more into the baseline.
    """

    value: float | None
    better: str
    tolerance: float


@dataclass(frozen=True, slots=True)
class Baseline:
    """file: the config it was made from, as it was named. id: that of the run.

    config, strategy, engine, definitions: hashes of what the figures stood on. keys: those of the config that are
    written, with their values, or with marks where a file had no room (`config_keys`). data: marks of the series.
    versions: of Python and the libraries.

    first, last: first decision day, last session. decisions, trades: how many. equity: at the end of each year.
    """

    name: str
    file: str
    id: str
    reason: str
    config: str
    keys: Mapping[str, Any]
    strategy: str
    engine: str
    definitions: str
    versions: Mapping[str, str]
    data: DataMarks
    first: str
    last: str
    decisions: int
    trades: int
    targets: TargetMarks
    equity: Mapping[str, float]
    metrics: Mapping[str, Agreed]


def baseline_of(
    result: Result, reason: str, config: Config | None = None, tolerances: Mapping[str, float] | None = None
) -> Baseline:
    """What is kept of a result.

    config: what was asked, where the result answers a shorter question. tolerances: by metric, 0 for others.
    """
    asked, span, allowed = config or result.config, window(result), tolerances or {}
    return Baseline(
        name=result.name,
        file=file_of(result.config.path),
        id=result.id,
        reason=reason,
        config=config_hash(asked),
        keys=asked_by(asked),
        strategy=hash_of({key: value for key, value in result.manifest["code"].items() if key != "engine"}),
        engine=code_fingerprint(tuple(part for part in CODE if part not in DEFINITIONS)),
        definitions=code_fingerprint(DEFINITIONS),
        versions=dict(result.manifest["versions"]),
        data=mark_data(result.panel),
        first=span["from"],
        last=span["to"],
        decisions=span["decisions"],
        trades=len(result.own.ledger.trades.session),
        targets=mark_targets(result),
        equity=_equity_by_year(result),
        metrics={
            name: Agreed(_short(value, DIGITS), METRICS[name].direction, allowed.get(name, 0.0))
            for name, value in result.own.figures.items()
        },
    )


def same_constraints(was: Baseline, now: Baseline) -> bool:
    """Whether Python, machine and libraries are the same ones; our own version is in the hash of the engine."""
    return _libraries(was) == _libraries(now)


def upgrades(was: Baseline, now: Baseline) -> list[str]:
    """What is of another version: `numpy 2.4.5 -> 2.4.6`."""
    old, new = _libraries(was), _libraries(now)
    names = [name for name in sorted({*old, *new}) if old.get(name) != new.get(name)]
    return [f"{name} {old.get(name, 'none')} -> {new.get(name, 'none')}" for name in names]


def file_of(path: Path) -> str:
    """A config's path as a baseline keeps it: from the working directory on, where it lies below that."""
    below = os.path.relpath(path)
    return path.as_posix() if below.startswith(os.pardir) else Path(below).as_posix()


def asked_by(config: Config) -> dict[str, Any]:
    """What of a config can move a figure, as far as it is written: a default is the engine's, and changes with it.

    Paths of sources say nothing: what was read from them does.
    """
    said = config.model_dump(mode="json", by_alias=True, exclude_unset=True, exclude={"hold", "watch"})
    for block, sleeves in (("hold", config.hold), ("watch", config.watch)):
        said[block] = {name: sleeve.as_yaml() for name, sleeve in sleeves.items()}
    for source in said["data"].values():
        for key in ("path", "snapshot"):
            source.pop(key, None)
    asked = {key: value for key, value in said.items() if key in config.question()}
    return {**asked, "against": [_rival(config, name) for name in config.against]}


def config_hash(config: Config) -> str:
    """The order of keys and comments change nothing."""
    return hash_of(asked_by(config))


def _rival(config: Config, name: str) -> str | list[str]:
    """What is measured against, by its name; another config also by what it asks."""
    if not name.endswith(ENDINGS):
        return name
    return [name, hash_of(load(config.file_at("against", name)).question())]


def _libraries(one: Baseline) -> dict[str, str]:
    return {name: version for name, version in one.versions.items() if name != "overweight"}


def _equity_by_year(result: Result) -> dict[str, float]:
    """Money at the last session of each year."""
    ledger = result.own.ledger
    years = ledger.sessions.astype("datetime64[Y]")
    last = np.append(np.flatnonzero(years[1:] != years[:-1]), len(years) - 1)
    return {str(years[row]): float(f"{ledger.equity[row]:.{EQUITY_DIGITS}g}") for row in last}


def _short(value: float | None, figures: int) -> float | None:
    return None if value is None else float(f"{value:.{figures}g}")
