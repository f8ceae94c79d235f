"""Data that a config needs and this machine has not: a check is then skipped, for it is no fault of the config."""

from __future__ import annotations

from engine.config import Config
from engine.errors import ConfigError, NotPulled, OverweightError


def absent_data(config: Config, error: OverweightError) -> tuple[str, ...]:
    """Each file that is nowhere; what the error says of series that were never pulled."""
    if isinstance(error, NotPulled):
        return tuple(fault.found for fault in error.faults)
    return tuple(f"no file `{path}`" for name, path in _paths(config).items() if not _is_there(config, name, path))


def _paths(config: Config) -> dict[str, str]:
    """By entry of `data`, for those that read a file."""
    paths = {name: getattr(entry, "path", None) for name, entry in config.data.items()}
    return {name: path for name, path in paths.items() if isinstance(path, str)}


def _is_there(config: Config, name: str, path: str) -> bool:
    # What reads files brings pandas, and is asked only where something failed.
    from engine.market.sources.frames import find

    try:
        find(config, name, path)
    except ConfigError:
        return False
    return True
