"""What a check hangs on: the files whose change may move it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from engine.config import Config, load, part_file
from engine.config.endings import ENDINGS
from engine.config.extends import ABOVE
from engine.config.yaml_text import read_yaml
from engine.fingerprint import CODE, ENGINE
from engine.results.checks.baselines import baseline_path, config_of
from engine.strategy import strategy_files

#: The series that come with the engine are data, and lie in its folder.
SAMPLE = "market/sample"


def depends_on(file: str, results: Path) -> list[Path]:
    """Config, what it extends, strategies, data, what it is measured against, its baseline.

    file: a config, or a baseline. Raises ConfigError or DataError where it cannot be read.
    """
    path = Path(config_of(Path(file), results)) if file.endswith(".json") else Path(file)
    config = load(path)
    baseline = baseline_path(config, results)
    return [*dict.fromkeys([*_of_config(config, set()), *([baseline] if baseline.is_file() else [])])]


def engine_parts() -> list[Path]:
    """What of the engine can move a figure: where it is edited beside the configs, every check hangs on it."""
    return [*(ENGINE / part for part in CODE), ENGINE / SAMPLE]


def came_along(path: Path) -> bool:
    """Whether a strategy, a config or a calendar is one that came with the engine, and is none of the user's."""
    real, home = path.resolve(), ENGINE.parent.resolve()
    if real.is_relative_to(ENGINE.resolve()):
        return True
    return home != Path.cwd() and any(real.is_relative_to(home / folder) for folder in ("strategies", "configs"))


def _of_config(config: Config, seen: set[Path]) -> Iterator[Path]:
    """Of a config and of those that it names, each once."""
    if config.path.resolve() in seen:
        return
    seen.add(config.path.resolve())
    yield from _chain(config.path)
    strategies = strategy_files()
    # One that is nowhere was perhaps renamed or removed: git knows of the file that should be there.
    yield from (strategies.get(name, Path("strategies", f"{name}.py")) for name in _strategies(config.resolved()))
    yield from _data(config)
    against = [config.file_at("against", name) for name in config.against if name.endswith(ENDINGS)]
    for path in (*against, *(part_file(config, name) for name in config.blend or ())):
        yield from _of_config(load(path), seen)


def _chain(path: Path) -> Iterator[Path]:
    """A file and what it extends, up to the one that stands alone."""
    yield path
    tree, _ = read_yaml(path.read_text(encoding="utf-8-sig"), str(path))
    for key in ABOVE:
        above = None if tree is None else tree.child(key)
        if above is not None and isinstance(above.value, str):
            yield from _chain(path.parent / above.value)


def _strategies(value: Any) -> Iterator[str]:
    """Every `strategy:` in a resolved config, those of its brakes too."""
    if isinstance(value, dict):
        if isinstance(value.get("strategy"), str):
            yield value["strategy"]
        for part in value.values():
            yield from _strategies(part)
    elif isinstance(value, list):
        for part in value:
            yield from _strategies(part)


def _data(config: Config) -> Iterator[Path]:
    """Files and folders of the user's own, calendars, and the store of what was pulled."""
    # What reads files brings pandas.
    from engine.market.snapshots import store_folder
    from engine.market.sources.events import calendars
    from engine.market.sources.frames import find

    for name, entry in config.data.items():
        path, calendar = getattr(entry, "path", None), getattr(entry, "calendar", None)
        if isinstance(path, str):
            yield find(config, name, path)
        elif calendar in calendars():
            yield calendars()[calendar]
        elif entry.source not in ("sample", "made"):
            yield store_folder()
