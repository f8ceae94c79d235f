"""The variants of one config, many of them: like `varied`, but what was found sound once is not checked again.

Every top-level key of a config is checked by itself, and what keys may not be beside each other by checks that say
which keys they read. So a block that stood in a sound variant is sound in any other one, and a check that was passed by
some blocks is passed by them again. Whatever is new or refused goes through `varied`, whose words it gets.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from engine.config.checks import checks_on
from engine.config.extends import STUDIES
from engine.config.marked import Marked
from engine.config.models import Config
from engine.config.vary import varied

#: So many blocks, and so many passed checks, are remembered.
BLOCKS, PASSED = 4_096, 65_536
#: Keys whose blocks are made of each other: a policy names every sleeve that is held.
TOGETHER = {"policy": "hold"}
#: Where the attribute has another name than the key.
ATTRIBUTES = {"with": "with_", "from": "from_"}


@dataclass(frozen=True, slots=True)
class ConfigBlock:
    """Some top-level keys of a sound config. fields: by attribute. written: as the tree has them; None where not."""

    fields: Mapping[str, Any]
    written: Mapping[str, Marked | None]


@dataclass(slots=True)
class Varying:
    """One config and the dotted keys that vary in it. Not for several threads."""

    config: Config
    keys: tuple[str, ...]
    block: str = "sweep"
    _groups: dict[str, tuple[str, ...]] = field(init=False)
    _checks: dict[tuple[str, ...], list[Callable[[Config], bool]]] = field(init=False)
    _base: Config | None = None
    _blocks: dict[tuple[str, str], ConfigBlock] = field(default_factory=dict)
    _passed: set[tuple[Any, ...]] = field(default_factory=set)

    def __post_init__(self) -> None:
        roots = {key.partition(".")[0] for key in self.keys}
        names = sorted({TOGETHER.get(root, root) for root in roots})
        self._groups = {name: tuple(k for k in self.keys if _group(k) == name) for name in names}
        tops = {top: name for name in names for top in _tops(name)}
        self._checks = defaultdict(list)
        for reads, passes in checks_on(tops):
            self._checks[tuple(sorted({tops[one] for one in reads if one in tops}))].append(passes)

    def varied(self, values: Mapping[str, Any]) -> Config:
        """The variant with these values of `keys`. Raises ConfigError as `varied` does."""
        said = {name: repr([values[key] for key in keys]) for name, keys in self._groups.items()}
        blocks = [self._blocks.get(one) for one in said.items()]
        if self._base is None or None in blocks:
            return self._learnt(values, said)
        config = _with_blocks(self._base, [one for one in blocks if one is not None])
        for names, checks in self._checks.items():
            beside = (names, *[said[name] for name in names])
            if beside not in self._passed:
                if not all(passes(config) for passes in checks):
                    return varied(self.config, values, self.block)
                _keep(self._passed, PASSED).add(beside)
        return config

    def _learnt(self, values: Mapping[str, Any], said: Mapping[str, str]) -> Config:
        """A variant by the long way; if it is sound, what can be learnt from it."""
        config = varied(self.config, values, self.block)
        if not set(STUDIES) & said.keys():
            self._base = config
            for name, words in said.items():
                _keep(self._blocks, BLOCKS)[name, words] = _block(config, name)
        return config


def _group(key: str) -> str:
    root = key.partition(".")[0]
    return TOGETHER.get(root, root)


def _tops(name: str) -> tuple[str, ...]:
    """The top-level keys of a group."""
    return (name, *(key for key, other in TOGETHER.items() if other == name))


def _block(config: Config, name: str) -> ConfigBlock:
    attributes = [one for top in _tops(name) if (one := ATTRIBUTES.get(top, top)) in Config.model_fields]
    return ConfigBlock(
        {one: getattr(config, one) for one in attributes}, {top: config.tree.child(top) for top in _tops(name)}
    )


def _with_blocks(base: Config, blocks: list[ConfigBlock]) -> Config:
    children = dict(base.tree.children())
    fields: dict[str, Any] = {}
    for block in blocks:
        fields |= block.fields
        for top, written in block.written.items():
            if written is None:
                children.pop(top, None)
            else:
                children[top] = written
    config = base.model_copy(update=fields)
    config._tree = replace(base.tree, value=children)
    return config


def _keep(remembered: Any, most: int) -> Any:
    """What is remembered, forgotten where it is too much."""
    if len(remembered) >= most:
        remembered.clear()
    return remembered
