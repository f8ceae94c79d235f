"""Where the blocks of a study run: in this process and those beside it, or on a Ray cluster, if somebody says so."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from engine.config import Config
from engine.errors import ConfigError, Fault

#: Studies that are cut into blocks which any machine can run.
CUT = ("sweep",)


@dataclass(frozen=True, slots=True)
class Cluster:
    """A Ray cluster. address: as `ray.init` takes it; None for the one of RAY_ADDRESS, or one of this machine's cores
    that is started for the study and ends with it.
    """

    address: str | None = None


USED: ContextVar[Cluster | None] = ContextVar("USED", default=None)


@contextmanager
def working_on(cluster: Cluster | None) -> Iterator[None]:
    """While the block runs, studies run there; None: on this machine, without Ray."""
    token = USED.set(cluster)
    try:
        yield
    finally:
        USED.reset(token)


def cluster_used() -> Cluster | None:
    """Where studies run now."""
    return USED.get()


def cluster_asked(on: str | None, address: str | None) -> Cluster | None:
    """What `--on` and `--address` ask for. Raises ConfigError where they ask for nothing that is there."""
    if on not in (None, "ray"):
        cure = "write `--on ray`, or leave it out to run on this machine"
        raise ConfigError(Fault("--on", "", f"`{on}`", "`ray`", cure))
    if on is None and address is not None:
        raise ConfigError(
            Fault("--address", "", f"`{address}` without a word on what runs there", "`--on ray` beside it", "add it")
        )
    return Cluster(address) if on else None


def refuse_uncut(config: Config) -> None:
    """Raises ConfigError where a cluster is asked to run what is not cut into blocks."""
    if cluster_used() is not None and config.study not in CUT:
        found = f"{config.path}, which asks for {_words(config.study)}"
        expected = "a sweep, which is cut into blocks"
        why = ": its candidates are kept whole, and joined here" if config.study == "walk_forward" else ""
        raise ConfigError(Fault("--on ray", "", found, expected, f"run it without `--on`{why}"))


def _words(study: str | None) -> str:
    return "a plain run" if study is None else f"a study, `{study}`"
