"""The store: Result <-> results/runs/<name>/<id>/. A folder is there whole or not at all.

result.json       resolved config, manifest, metrics, judgement
ledger.parquet    a row per session          weights.parquet   holdings per session
targets.parquet   a row per decision         trades.parquet    a row per trade
decisions.parquet scores and stances per decision
attribution.parquet  a row per year and asset: where the return came from
portfolios.parquet   a row per session: what cash paid, the equity of the strategy and of all it is held against
known_events.parquet a row per dated event that it could know of
full.json         what `--full` measured, once it was asked for
controls.json     every control on request that was measured, once one was asked for

A run of the same question with another `against`, `controls` or `expect` has the same id: `result.json` is that of the
last one. The two last files stay, but that `full.json` goes where the reference is another, for it is measured on it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import Any

from engine import tables
from engine.errors import ConfigError
from engine.folder import FRAMES, plain, put_folder, unwritable, write_json, write_parquet
from engine.known_events import known_events_columns
from engine.portfolio.attribution import attribution_columns, attribution_summary
from engine.result import Result
from engine.trials import TRIALS, count_trial


def save(result: Result, results: Path) -> Result:
    """Write the result's folder and count the trial; the Result knows its `path` afterwards.

    Where the folder is there already with the same content it stays as it is. Raises ConfigError where nothing can
    be written.
    """
    folder = results / "runs" / result.name / result.id
    try:
        put_folder(folder, partial(_write, result), _beside(result, folder))
        count_trial(results / TRIALS, result)
    except OSError as error:
        raise ConfigError(unwritable(results, error)) from None
    return replace(result, path=folder)


def document(result: Result) -> dict[str, Any]:
    """What `result.json` says. Plain data, no NaN; nothing in it carries time, host or duration."""
    judgement = result.judgement
    return {
        "name": result.name,
        "id": result.id,
        "thesis": result.setting.strategy.thesis,
        "window": window(result),
        "config": result.config.resolved(),
        "manifest": result.manifest,
        "metrics": dict(result.own.figures),
        "reference": result.reference,
        "benchmark": dict(result.benchmark),
        "portfolios": {name: dict(one.figures) for name, one in result.portfolios.items()},
        "controls": {name: asdict(one) for name, one in result.controls.items()},
        "active_return_interval": asdict(judgement.interval) if judgement.interval else None,
        "inference": asdict(judgement.sureness),
        "best_episode_share": judgement.best_episode_share,
        "verdict": judgement.words,
        "caveats": list(judgement.caveats),
        "audit": result.audit.as_json(),
        "attribution": attribution_summary(result.attribution, result.config.sessions_per_year),
        "outlook": plain(asdict(result.outlook)),
    }


def window(result: Result) -> dict[str, Any]:
    """The first decision day, the last session, and how many decisions lie between."""
    sessions, decisions = result.panel.sessions, result.setting.decisions
    return {
        "from": str(sessions[decisions[0]]),
        "to": str(result.own.ledger.sessions[-1]),
        "decisions": len(decisions),
    }


def _beside(result: Result, folder: Path) -> dict[str, Mapping[str, Any]]:
    """What took long to measure, now or by an earlier run of the same question: by file."""
    controls = {**_read(folder / "controls.json"), **{name: asdict(one) for name, one in result.controls.items()}}
    measured = {} if result.measured is None else asdict(result.measured)
    if not measured and _read(folder / "result.json").get("reference") == result.reference:
        measured = _read(folder / "full.json")
    return {name: one for name, one in (("controls.json", controls), ("full.json", measured)) if one}


def _read(path: Path) -> dict[str, Any]:
    """The object in a file; empty where there is none, or it is damaged."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _write(result: Result, folder: Path) -> None:
    columns = {
        "ledger": tables.ledger_columns(result.own.ledger),
        "targets": tables.targets_columns(result),
        "weights": tables.weights_columns(result),
        "trades": tables.trades_columns(result),
        "decisions": tables.decisions_columns(result),
        "attribution": attribution_columns(result.attribution),
        "portfolios": tables.portfolios_columns(result),
        "known_events": known_events_columns(result),
    }
    for name in FRAMES:
        write_parquet(columns[name], folder / f"{name}.parquet")
    write_json(document(result), folder / "result.json")
