"""Plain values as `--set` takes them, and the command that makes a variant of a study's base a run of its own."""

from __future__ import annotations

import json
import os
import re
import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from engine.config.endings import ENDINGS
from engine.config.extends import STUDIES
from engine.config.load import as_typed
from engine.config.marked import Marked
from engine.config.models import Config
from engine.config.vary import has_key
from engine.config.yaml_text import read_yaml

#: Words that YAML takes for something else than a text.
MEANT = re.compile(r"true|false|null|~|\.nan|[-+]?\.inf", re.IGNORECASE)


def written(value: Any) -> str:
    """A plain value on one line, as in a file: `1.5`, `month_end`, `[Gold, Mines]`, `{over: 0.2}`."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{written(str(key))}: {written(one)}" for key, one in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(written, value)) + "]"
    if (
        isinstance(value, str)
        and re.fullmatch(r"[A-Za-z_][\w ^/-]*|\d{4}-\d\d-\d\d", value)
        and not MEANT.fullmatch(value)
    ):
        return value.strip() if value == value.strip() else json.dumps(value)
    return repr(value) if isinstance(value, float) else json.dumps(value, ensure_ascii=False, default=str)


def plain_value(value: Any) -> str | float | bool | None:
    """A value as JSON has it: lists and blocks as they are written."""
    return value if isinstance(value, (bool, int, float, str)) or value is None else written(value)


def rerun_command(config: Config, values: Mapping[str, Any]) -> str | None:
    """`overweight run BASE --set ...`, the plain run of a variant; None for a study that stands in one file."""
    base = base_of(config)
    if base is None:
        return None
    own = {key: value for key, value in _own(config.tree, str(config.path)) if key.partition(".")[0] not in STUDIES}
    changes = {key: _beside(base, config, key, key, value) for key, value in own.items()}
    changes |= {key: _beside(base, config, key, f"sweep.over.{key}", value) for key, value in values.items()}
    said = {key: value for key, value in changes.items() if value is not None or has_key(config.tree, key)}
    words = [word for key, value in said.items() for word in ("--set", f"{key}={written(value)}")]
    return shlex.join(["overweight", "run", as_typed(base), *words])


def _beside(base: Path, config: Config, key: str, at: str, value: Any) -> Any:
    """A value that names other configs as the base would say it: a path beside the study is none beside the base.

    key: what is set to the value. at: where the study says so.
    """
    if key == "against" and isinstance(value, (list, tuple)):
        return [_seen_from(base, config, at, name) for name in value]
    if key == "blend" and isinstance(value, Mapping):
        return {_seen_from(base, config, at, name): weight for name, weight in value.items()}
    return value


def _seen_from(base: Path, config: Config, key: str, name: Any) -> Any:
    """A name of another config, which stands at a key of the study, from the folder of the base."""
    if not isinstance(name, str) or not name.endswith(ENDINGS) or os.path.isabs(name):
        return name
    return Path(os.path.relpath(config.file_at(key, name), base.parent)).as_posix()


def base_of(config: Config) -> Path | None:
    """The file that `base` names; None where there is none."""
    tree, _ = read_yaml(config.path.read_text(encoding="utf-8-sig"), str(config.path))
    base = None if tree is None else tree.child("base")
    if base is None or not isinstance(base.value, str):
        return None
    return Path(os.path.normpath(config.path.parent / base.value))


def _own(tree: Marked, file: str, above: str = "") -> Iterator[tuple[str, Any]]:
    """What a file says itself, by dotted key, and what `--set` says; a list is said as a whole."""
    for key, child in tree.children().items():
        path = key if child.implied else f"{above}{key}"
        own = os.path.normpath(child.place.file) == os.path.normpath(file) or child.place.file.startswith("--set ")
        # Names of a blend may hold dots, which would be steps in a key that the base has not.
        if child.children() and not (own and path == "blend"):
            yield from _own(child, file, above if child.implied else f"{path}.")
        elif own:
            yield path, child.plain()
