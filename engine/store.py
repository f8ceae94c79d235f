"""The store: Result <-> results/runs/<name>/<id>/. A folder is there whole or not at all.

result.json       resolved config, manifest, metrics, judgement
ledger.parquet    a row per session          weights.parquet   holdings per session
targets.parquet   a row per decision         trades.parquet    a row per trade
decisions.parquet scores and stances per decision
attribution.parquet  a row per year and asset: where the return came from
full.json         what `--full` measured, once it was asked for
"""

from __future__ import annotations

import errno
import json
import math
import os
import shutil
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from engine import tables
from engine.errors import ConfigError, Fault
from engine.portfolio.attribution import attribution_columns, attribution_summary
from engine.result import Result
from engine.trials import TRIALS, count_trial

FRAMES = ("ledger", "targets", "weights", "trades", "decisions", "attribution")
#: A folder on its way: `run` leaves none behind, a killed run may, and the next one clears it away.
UNFINISHED = ".unfinished-"


def save(result: Result, results: Path) -> Result:
    """Write the result's folder and count the trial; the Result knows its `path` afterwards.

    Written beside its place, then renamed into it. Where the folder is there already with the same content it stays
    as it is. Raises ConfigError where nothing can be written.
    """
    home = results / "runs" / result.name
    folder = home / result.id
    try:
        home.mkdir(parents=True, exist_ok=True)
        _clear_unfinished(home)
        draft = Path(tempfile.mkdtemp(prefix=f"{UNFINISHED}{os.getpid()}-", dir=home))
        try:
            _write(result, draft)
            draft.chmod(0o755)
            _put_in_place(draft, folder)
            if result.measured is not None:
                _write_json(asdict(result.measured), draft.with_suffix(".json"))
                os.replace(draft.with_suffix(".json"), folder / "full.json")
        finally:
            shutil.rmtree(draft, ignore_errors=True)
            draft.with_suffix(".json").unlink(missing_ok=True)
        count_trial(results / TRIALS, result)
    except OSError as error:
        raise ConfigError(_unwritable(results, error)) from None
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
        "active_return_interval": asdict(judgement.interval) if judgement.interval else None,
        "best_episode_share": judgement.best_episode_share,
        "verdict": judgement.words,
        "caveats": list(judgement.caveats),
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


def plain(value: Any) -> Any:
    """Mappings, lists and numbers as JSON takes them; NaN and infinity as null."""
    if isinstance(value, Mapping):
        return {str(key): plain(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(part) for part in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _write(result: Result, folder: Path) -> None:
    columns = {
        "ledger": tables.ledger_columns(result.own.ledger),
        "targets": tables.targets_columns(result),
        "weights": tables.weights_columns(result),
        "trades": tables.trades_columns(result),
        "decisions": tables.decisions_columns(result),
        "attribution": attribution_columns(result.attribution),
    }
    for name in FRAMES:
        write_parquet(columns[name], folder / f"{name}.parquet")
    _write_json(document(result), folder / "result.json")
    for path in folder.iterdir():
        _flush(path)


def _write_json(content: Mapping[str, Any], path: Path) -> None:
    text = json.dumps(plain(content), indent=1, sort_keys=True, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8")
    _flush(path)


def write_parquet(columns: tables.Columns, path: Path) -> None:
    """The same columns give the same bytes."""
    table = pa.table({name: _arrow(values) for name, values in columns.items()})
    pq.write_table(table, path, compression="zstd")


def _arrow(values: np.ndarray[Any, Any]) -> pa.Array:
    """A column as arrow has it, from its own memory: handed an array, arrow would load pandas to look at it."""
    if values.dtype == object:
        words = [word.encode() for word in values]
        ends = np.cumsum([0, *map(len, words)], dtype=np.int32)
        return pa.StringArray.from_buffers(len(words), pa.py_buffer(ends), pa.py_buffer(b"".join(words)))
    kind = pa.timestamp("ms") if values.dtype.kind == "M" else pa.float64()
    return pa.Array.from_buffers(kind, len(values), [None, pa.py_buffer(np.ascontiguousarray(values))])


def _put_in_place(draft: Path, folder: Path) -> None:
    """Rename the draft into its place; another process may do the same at the same moment."""
    while True:
        if folder.is_dir():
            if _same(draft, folder):
                return
            # Other versions gave other bits, or the folder is damaged: out with the old one, in with the new one.
            old = Path(tempfile.mkdtemp(prefix=f"{UNFINISHED}{os.getpid()}-", dir=folder.parent))
            with suppress(FileNotFoundError):
                os.replace(folder, old / "old")
            shutil.rmtree(old)
        try:
            os.rename(draft, folder)
        except OSError as error:
            if error.errno in (errno.ENOTEMPTY, errno.EEXIST):
                continue
            raise
        _flush(folder.parent)
        return


def _same(draft: Path, folder: Path) -> bool:
    return all(
        (folder / new.name).is_file() and (folder / new.name).read_bytes() == new.read_bytes()
        for new in draft.iterdir()
    )


def _clear_unfinished(home: Path) -> None:
    """Clear away what killed runs left; drafts of processes that live are theirs."""
    for path in home.glob(f"{UNFINISHED}*"):
        if _lives(path.name.removeprefix(UNFINISHED).partition("-")[0]):
            continue
        shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)


def _lives(process: str) -> bool:
    if not process.isdecimal():
        return False
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _flush(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _unwritable(results: Path, error: OSError) -> Fault:
    full = error.errno == errno.ENOSPC
    return Fault(
        str(error.filename or results),
        "",
        "a full disk" if full else f"a folder that cannot be written ({error.strerror})",
        "a results folder with room for a run",
        "free some space" if full else "give another one: `--results FOLDER`",
    )
