"""Where baselines lie, and which config each is about."""

from __future__ import annotations

from pathlib import Path

from engine.config import Config
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
    """The config that a baseline is about. Raises DataError where it is damaged, ConfigError where it is an orphan."""
    was = read_baseline(path, name_of(path, results))
    file = made_from(was)
    if file is None:
        tried = " or ".join(f"`{name}`" for name in _candidates(was))
        cure = f"restore the config; where it was renamed, agree on it anew; then remove the baseline: `rm {path}`"
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
    for path in sorted((results / "baselines").rglob("*.json")):
        try:
            was = read_baseline(path, name_of(path, results))
        except DataError:
            continue
        if was.config == config_hash(config) and made_from(was) is None:
            return path
    return None


def _candidates(was: Baseline) -> list[str]:
    return [*dict.fromkeys([was.file, f"configs/{was.name}.yaml"])]
