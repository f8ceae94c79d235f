"""Baselines: the agreed figures of a run, as `results/baselines/<name>.json` keeps them for CI."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from engine.errors import DataError, Fault
from engine.folder import plain
from engine.market.atomic import write_atomically
from engine.result import Result
from engine.results import shape
from engine.store import window

#: Decimals of a target weight that count: what lies beyond is rounding.
DECIMALS = 10
#: Two figures are the same within this part of the larger one, or within NOTHING of each other.
RELATIVE = 1e-9
NOTHING = 1e-12


@dataclass(frozen=True, slots=True)
class Baseline:
    """file: the config it was made from, as it was named; None where an older one does not say.

    targets: hash of decision days and target weights. first, last: first decision day, last session.

    trades: how many there were. code, data, config: hashes of what the figures stood on; a change there alone
    fails nothing. reason: why these figures were agreed on.
    """

    name: str
    file: str | None
    id: str
    reason: str
    targets: str
    trades: int
    first: str
    last: str
    metrics: Mapping[str, float | None]
    code: str
    data: str
    config: str


@dataclass(frozen=True, slots=True)
class Difference:
    """One figure that is not what it was."""

    figure: str
    was: Any
    now: Any

    def __str__(self) -> str:
        return f"{self.figure}  {_shown(self.was)} -> {_shown(self.now)}"


def baseline_of(result: Result, reason: str) -> Baseline:
    """What is kept of a result."""
    span, code = window(result), result.manifest["code"]
    return Baseline(
        name=result.name,
        file=file_of(result.config.path),
        id=result.id,
        reason=reason,
        targets=targets_hash(result),
        trades=len(result.own.ledger.trades.session),
        first=span["from"],
        last=span["to"],
        metrics=dict(result.own.figures),
        code=_hash(code["engine"], code["strategy"]),
        data=result.panel.fingerprint,
        config=_hash(json.dumps(result.config.question(), sort_keys=True)),
    )


def file_of(path: Path) -> str:
    """A config's path as a baseline keeps it: from the working directory on, where it lies below that."""
    below = os.path.relpath(path)
    return path.as_posix() if below.startswith(os.pardir) else Path(below).as_posix()


def targets_hash(result: Result) -> str:
    """sha256 over a line for each decision: the day, then each asset held with its weight to 10 decimals."""
    panel = result.panel
    held = np.flatnonzero(panel.held)
    rounded = np.round(result.own.targets[:, held], DECIMALS) + 0.0  # -0.0 + 0.0 is 0.0
    digest = hashlib.sha256()
    for day, row in zip(panel.sessions[result.setting.decisions], rounded, strict=True):
        weights = (f"{panel.assets[i]}={weight:.{DECIMALS}f}" for i, weight in zip(held, row, strict=True))
        digest.update(",".join([str(day), *weights, "\n"]).encode())
    return digest.hexdigest()


def differences(was: Baseline, now: Baseline) -> Iterator[Difference]:
    """Every figure that moved; what the figures stood on is no figure."""
    if was.targets != now.targets:
        yield Difference("targets", was.targets[:12], now.targets[:12])
    for key in ("trades", "first", "last"):
        if getattr(was, key) != getattr(now, key):
            yield Difference(key, getattr(was, key), getattr(now, key))
    for key in sorted({*was.metrics, *now.metrics}):
        old, new = was.metrics.get(key), now.metrics.get(key)
        if not _same(old, new) or (key in was.metrics) != (key in now.metrics):
            yield Difference(key, old, new)


def causes(was: Baseline, now: Baseline) -> list[str]:
    """Which of config, data and code are not those that the baseline stood on."""
    return [key for key in ("config", "data", "code") if getattr(was, key) != getattr(now, key)]


def read_baseline(path: Path, name: str) -> Baseline:
    """The baseline of the config called `name`. Raises DataError where the file is damaged."""
    try:
        return _checked(shape.read_json(path.read_text(encoding="utf-8")), name)
    except OSError as error:
        found = f"a file that cannot be read ({error.strerror})"
    except ValueError as error:
        found = f"a damaged baseline ({error})"
    cure = (
        'restore it from git, or remove it and agree on figures anew: `overweight check --update --reason "..." FILE`'
    )
    raise DataError(Fault(str(path), "", found, "a baseline as `overweight check --update` writes it", cure))


def write_baseline(baseline: Baseline, path: Path) -> None:
    """Sorted, indented, whole or not at all. Raises DataError where it cannot be written."""
    text = json.dumps(plain(asdict(baseline)), indent=1, sort_keys=True, allow_nan=False)
    write_atomically(path, f"{text}\n".encode())


def _checked(document: Mapping[str, Any], name: str) -> Baseline:
    """Raises ValueError where anything is missing, of another type, not finite or of another config."""
    texts = ("name", "id", "reason", "targets", "code", "data", "config")
    said = {key: shape.part(document, key, shape.text) for key in texts}
    if said["name"] != name:
        raise ValueError(f"name is `{said['name']}`, not `{name}`")
    unknown = sorted(set(document) - set(Baseline.__dataclass_fields__))
    if unknown:
        raise ValueError(f"`{unknown[0]}` is no part of a baseline")
    return Baseline(
        **said,
        file=shape.part(document, "file", shape.text) if "file" in document else None,
        trades=shape.part(document, "trades", shape.count),
        first=shape.part(document, "first", shape.day),
        last=shape.part(document, "last", shape.day),
        metrics=shape.part(document, "metrics", shape.figures),
    )


def _same(old: float | None, new: float | None) -> bool:
    if old is None or new is None:
        return old is new
    return abs(old - new) <= max(RELATIVE * max(abs(old), abs(new)), NOTHING)


def _shown(value: Any) -> str:
    return "none" if value is None else f"{value:.10g}" if isinstance(value, float) else str(value)


def _hash(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]
