"""Where baselines lie, and which config each is about."""

from __future__ import annotations

from pathlib import Path
from shlex import quote

from engine.config import Config, load
from engine.config.endings import ENDINGS
from engine.errors import ConfigError, DataError, Fault
from engine.results.checks.baseline import Baseline, config_hash
from engine.results.checks.baseline_file import read_baseline


def baseline_path(config: Config, results: Path) -> Path:
    """Where the baseline of a config lies."""
    return results / "baselines" / f"{config.name}.json"


def every_baseline(results: Path) -> list[Path]:
    """Every baseline there is. Raises ConfigError where there is none."""
    home = results / "baselines"
    found = sorted(home.rglob("*.json"))
    if not found:
        cure = 'agree on some: overweight check --update --reason "first figures" FILE'
        raise ConfigError(Fault(str(home), "", "no baseline", "at least one", cure))
    return found


def config_of(path: Path, results: Path) -> str:
    """The config that a baseline is about, or that asks its question under another name now.

    Raises DataError where the baseline is damaged, ConfigError where there is no such config.
    """
    was = read_baseline(path, name_of(path, results))
    file = made_from(was) or renamed_to(was, results)
    if file is None:
        tried = " or ".join(f"`{name}`" for name in _candidates(was))
        remove = f"rm {quote(str(path))}"
        cure = f"restore the config; where it was renamed, agree on it anew; then remove the baseline: `{remove}`"
        raise ConfigError(Fault(str(path), "", "a baseline without its config", f"a file {tried}", cure))
    return file


def name_of(path: Path, results: Path) -> str:
    """The name of the config that a baseline is about."""
    return path.relative_to(results / "baselines").with_suffix("").as_posix()


def made_from(was: Baseline) -> str | None:
    """The config that a baseline was made from, where it lay or below `configs`; None where neither is there."""
    return next((name for name in _candidates(was) if Path(name).is_file()), None)


def renamed_from(config: Config, results: Path) -> Path | None:
    """A baseline whose config is gone, and which agreed on this very question: it has another name now."""
    return next((path for path, was in orphans(results) if was.config == config_hash(config)), None)


def renamed_to(was: Baseline, results: Path) -> str | None:
    """The config that asks the question of a baseline whose own config is gone, and has no baseline: it was renamed.

    It is looked for where the old one lay, and below the first folder of its path.
    """
    home = Path(was.file).parts[0]
    found = Path(home).rglob("*") if Path(home).is_dir() else Path(was.file).parent.glob("*")
    files = sorted(one for one in found if one.suffix in ENDINGS and one.is_file())
    return next((path.as_posix() for path in files if _asks_the_same(path, was, results)), None)


def orphans(results: Path) -> list[tuple[Path, Baseline]]:
    """Baselines whose config is neither where it lay nor below `configs`; damaged ones are left out."""
    found = []
    for path in sorted((results / "baselines").rglob("*.json")):
        try:
            was = read_baseline(path, name_of(path, results))
        except DataError:
            continue
        if made_from(was) is None:
            found.append((path, was))
    return found


def _asks_the_same(path: Path, was: Baseline, results: Path) -> bool:
    """Whether a file is a config without a baseline of its own that asks the question of this one."""
    try:
        config = load(path)
        same = config.study is None and config_hash(config) == was.config
    except ConfigError:
        return False
    return same and not baseline_path(config, results).is_file()


def _candidates(was: Baseline) -> list[str]:
    return [*dict.fromkeys([was.file, f"configs/{was.name}.yaml"])]
