"""Which configs are checked: those named, those in a folder that are held to anything, else every baseline's."""

from __future__ import annotations

import glob
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from engine.config import load
from engine.config.endings import ENDINGS
from engine.errors import ConfigError, Fault
from engine.results.checks.baselines import baseline_path, every_baseline, orphans


def files_to_check(named: Sequence[str], results: Path) -> list[str]:
    """Configs, each once; baselines (`.json`) where none is named. Raises ConfigError where there is none."""
    if not named:
        return [str(path) for path in every_baseline(results)]
    found = [file for name in named for file in (_below(Path(name), results) if Path(name).is_dir() else [name])]
    return [*dict.fromkeys(found)]


def is_held(path: Path, results: Path) -> bool:
    """Whether a file is a config that has a baseline or an `expect:`; also one with either that cannot be read."""
    if path.suffix not in ENDINGS:
        return False
    try:
        config = load(path)
    except ConfigError:
        named = (results / "baselines").rglob(f"{glob.escape(path.stem)}.json")
        return (
            any(named) or re.search(r"^expect:", path.read_text(encoding="utf-8", errors="replace"), re.M) is not None
        )
    return baseline_path(config, results).is_file() or (bool(config.expect) and config.study is None)


def _below(folder: Path, results: Path) -> list[str]:
    """Configs that are held to anything, and baselines whose config lay there and is gone: renamed, or removed."""
    found = [path.as_posix() for path in _files(folder) if is_held(path, results)]
    inside = folder.resolve()
    found += [str(path) for path, was in orphans(results) if Path(was.file).resolve().is_relative_to(inside)]
    if not found:
        cure = f'agree on some: overweight check --update --reason "first figures" {folder.as_posix()}/FILE'
        raise ConfigError(
            Fault(str(folder), "", "no config with a baseline or an `expect:`", "at least one", cure)
        )  # fmt: skip
    return found


def _files(folder: Path) -> Iterator[Path]:
    yield from sorted(path for path in folder.rglob("*") if path.suffix in ENDINGS and path.is_file())
