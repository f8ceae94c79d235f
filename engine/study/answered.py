"""What a study came to: one record for every kind, and its folder results/studies/<name>/<id>/.

study.json        the question, the figures, the caveats
full.json         what `--full` measured, once it was asked for
<table>.parquet   one file for each table
<picture>.html    one file for each picture
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from engine.config import Config
from engine.errors import ConfigError
from engine.fingerprint import CODE, code_fingerprint
from engine.folder import plain, put_folder, unwritable, write_json, write_parquet
from engine.tables import Columns

#: Before the id of a study that is under way: a folder of what is done, beside where the study will be.
PARTS = ".parts-"


@dataclass(frozen=True, slots=True)
class Studied:
    """The answer to one study.

    kind: the key of its block. id: a hash of question, data and code. figures: plain data, what `study.json` says of
    the outcome. tables: columns by table name. caveats: each a sentence. pictures: whole HTML pages by name. full: what
    `full.json` says; None where it was not asked for, or there is no more to measure.
    """

    kind: str
    config: Config
    id: str
    figures: Mapping[str, Any]
    tables: Mapping[str, Columns]
    caveats: tuple[str, ...] = ()
    pictures: Mapping[str, str] | None = None
    path: Path | None = None
    full: Mapping[str, Any] | None = None

    @property
    def name(self) -> str:
        """The file's path below `configs/`, without its ending."""
        return self.config.name

    def document(self) -> dict[str, Any]:
        """What `study.json` says, and `run --json` prints. Plain data, no NaN."""
        whole: dict[str, Any] = plain(
            {
                "name": self.name,
                "kind": self.kind,
                "id": self.id,
                "question": self.config.studied(),
                "base": self.config.resolved(),
                "figures": self.figures,
                "caveats": list(self.caveats),
            }
        )
        return whole


def study_id(config: Config, data: str) -> str:
    """16 hex digits: a hash of the study, the run below it, the fingerprint of the data and the engine's code."""
    parts = (
        json.dumps([config.studied(), config.question()], sort_keys=True),
        data,
        code_fingerprint((*CODE, "study")),
    )
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


def save_study(studied: Studied, results: Path) -> Studied:
    """Write the study's folder, whole or not at all. Raises ConfigError where nothing can be written."""
    folder = results / "studies" / studied.name / studied.id
    try:
        put_folder(folder, partial(_write, studied), None if studied.full is None else {"full.json": studied.full})
    except OSError as error:
        raise ConfigError(unwritable(results, error)) from None
    shutil.rmtree(folder.parent / f"{PARTS}{studied.id}", ignore_errors=True)
    return replace(studied, path=folder)


def _write(studied: Studied, folder: Path) -> None:
    for name, columns in studied.tables.items():
        write_parquet(columns, folder / f"{name}.parquet")
    for name, page in (studied.pictures or {}).items():
        (folder / f"{name}.html").write_text(page, encoding="utf-8")
    write_json(studied.document(), folder / "study.json")
