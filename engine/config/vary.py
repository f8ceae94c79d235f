"""Variants of a run: the same config with some keys set to other values, checked like any file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pydantic import ValidationError

from engine.config.extends import STUDIES, with_value
from engine.config.faults import findings_of
from engine.config.load import checked
from engine.config.marked import Marked, MarkedFault, Place, in_order
from engine.config.models import Config
from engine.errors import Fault


def without_studies(config: Config) -> Config:
    """The run that a study stands on, by itself."""
    tree = config.tree
    kept = {key: value for key, value in tree.children().items() if key not in STUDIES}
    return config.model_copy(update=dict.fromkeys(STUDIES)).located(config.path, replace(tree, value=kept))


def varied(config: Config, values: Mapping[str, Any], block: str = "sweep") -> Config:
    """The run below a study with some dotted keys set to plain values (null takes a key away).

    Raises ConfigError where that is no config; its places are those of the keys under `block.over`.
    """
    findings: list[MarkedFault] = []
    tree = without_studies(config).tree
    for key, value in values.items():
        if value is not None or has_key(tree, key):
            place = config.tree.nearest((block, "over", key))[0].place
            tree = with_value(tree, key, marked(value, place), findings)
    return checked(tree, findings, config.path)


def unusable(config: Config, key: str, value: Any, block: str = "sweep") -> tuple[Fault, ...]:
    """What is wrong with a value of a key whatever the others are: an unknown key, a wrong type, a number out of its
    range. What a value comes to beside others is no part of it: `varied` tells.
    """
    place = config.tree.nearest((block, "over", key))[0].place
    findings: list[MarkedFault] = []
    tree = without_studies(config).tree
    if value is None and not has_key(tree, key):
        return ()
    tree = with_value(tree, key, marked(value, place), findings)
    try:
        Config.model_validate(tree.plain(), by_alias=True, by_name=False)
    except ValidationError as error:
        findings += findings_of(error, tree)
    return in_order(findings)


def has_key(tree: Marked, key: str) -> bool:
    """Whether a dotted key is written: what is not there need not be taken away."""
    return tree.nearest(tree.steps(key))[1]


def marked(value: Any, place: Place) -> Marked:
    """A plain value as it would be read at a place."""
    if isinstance(value, Mapping):
        return Marked({str(key): marked(one, place) for key, one in value.items()}, place, place)
    if isinstance(value, (list, tuple)):
        return Marked([marked(one, place) for one in value], place, place)
    return Marked(value, place, place, str(value))
