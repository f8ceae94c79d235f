"""Labels: which assets of a config may bear each other's names, and a config's parameters under other names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from engine.config import Config, Sleeve

#: Blocks of a config in which a label stands for its data, and goes with them under another name.
GOES_ALONG = ("hold", "watch", "with", "brake")


def exchanged(config: Config, homes: Mapping[str, str]) -> dict[str, str]:
    """For each label that may take another's place the label whose data it shows: the next one of its kind.

    Alike are those of one source with the same part in the same sleeves that nothing else in the config names.
    homes: the source of each label.
    """
    sleeves = sorted({**config.watch, **config.hold}.items())
    named = {*_words({key: part for key, part in config.resolved().items() if key not in GOES_ALONG})}
    kinds: dict[tuple[Any, ...], list[str]] = {}
    for label in sorted({label for _, one in sleeves for label in one.members} - named):
        places = [(name, _part(one, label)) for name, one in sleeves if label in one.members]
        kinds.setdefault((homes.get(label), *places), []).append(label)
    return {label: alike[i - 1] for alike in kinds.values() if len(alike) > 1 for i, label in enumerate(alike)}


def _part(sleeve: Sleeve, label: str) -> tuple[str, float | None]:
    """How a member's part comes about, and what it is where it is fixed."""
    return sleeve.parts, sleeve.weights[sleeve.members.index(label)] if sleeve.weights else None


def relabelled(config: Config, given: Mapping[str, str]) -> Config:
    """The config with the labels in the parameters of its strategies renamed."""
    brakes = tuple(one.model_copy(update={"with_": _renamed(one.with_, given)}) for one in config.brake)
    return config.model_copy(update={"with_": _renamed(config.with_, given), "brake": brakes})


def _renamed(value: Any, given: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        return {given.get(key, key): _renamed(part, given) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(_renamed(part, given) for part in value)
    return given.get(value, value) if isinstance(value, str) else value


def _words(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield from map(str, value)
        value = list(value.values())
    if isinstance(value, (list, tuple)):
        for part in value:
            yield from _words(part)
    elif isinstance(value, str):
        yield value
