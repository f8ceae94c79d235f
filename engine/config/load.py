"""From a YAML file to a Config, or to every fault of the file at once."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from engine.config.checks import findings_across
from engine.config.endings import ENDINGS
from engine.config.extends import OF_PRICES, UnreadableError, read_tree, with_override
from engine.config.faults import findings_of, top_key
from engine.config.file_name import printable, unwritable
from engine.config.marked import Marked, MarkedFault, in_order
from engine.config.models import Config
from engine.config.record import did_you_mean
from engine.errors import ConfigError, Fault

#: Where an installed engine keeps the configs and strategies that come with it.
SHIPPED = Path(__file__).parent.parent / "shipped"
# What stands in for a faulty block while the blocks beside it are still checked against each other.
_STAND_INS: dict[str, Any] = {"strategy": "x", "hold": {"x": ("x",)}, "data": {"x": {"source": "sample"}}}


def load(path: str | Path, overrides: Sequence[str] = ()) -> Config:
    """Read a config, what it extends, and `key=value` overrides (as `--set` gives them, the last one wins).

    Raises ConfigError with every fault, sorted by place: `file:line:column: key: found; expected; cure`.
    """
    path = shipped(Path(path))
    _refuse_name(str(path))
    findings: list[MarkedFault] = []
    try:
        tree = read_tree(path, findings)
    except UnreadableError as error:
        raise ConfigError(*in_order(error.findings)) from None
    for option in overrides:
        tree = with_override(tree, option, findings)
    return checked(tree, findings, path, overrides)


def _refuse_name(name: str) -> None:
    odd = unwritable(name)
    if odd:
        found, expected = f"`{odd}` in the name of the file", "a name that is one line of UTF-8"
        raise ConfigError(Fault(printable(name), "", found, expected, "give the file another name"))


def checked(tree: Marked, findings: list[MarkedFault], path: Path, overrides: Sequence[str] = ()) -> Config:
    """The config that a tree says; overrides: the options that are in it already.

    Raises ConfigError with its faults and those found on the way here.
    """
    tree = _with_strategy(tree)
    form = {(one.key, found) for one in findings for found in ("nothing", "an empty mapping")}
    config, faulty = _validated(tree, findings)
    if config is not None:
        findings += findings_across(config, tree, faulty)
    if findings or config is None:
        # What was refused for its form stands empty in the tree: no second fault about that.
        raise ConfigError(*in_order(one for one in findings if (one.key, one.found) not in form))
    return config.model_copy(update={"policy": _whole_policy(config)}).located(path, tree, overrides)


def _with_strategy(tree: Marked) -> Marked:
    """Events and claims are about prices: a file about them needs no strategy, and stands on the policy mix."""
    if {"strategy", "blend"} & tree.children().keys() or not {*OF_PRICES} & tree.children().keys():
        return tree
    return tree.with_child("strategy", Marked("buy_and_hold", tree.place, tree.place, implied=True))


def shipped(path: Path) -> Path:
    """The path itself; or, where an installed engine has no such file here, the config of that name that came along."""
    along = SHIPPED / path
    return along if not path.exists() and not path.is_absolute() and along.is_file() else path


def as_typed(path: Path) -> str:
    """A config's path as a command takes it: one that came along goes by its name below the working directory."""
    named = path.relative_to(SHIPPED) if path.is_relative_to(SHIPPED) else path
    return str(named if shipped(named) == path else path)


def part_file(config: Config, name: str) -> Path:
    """The file that a name under `blend` means: a path below `configs/`, as runs are called; with `.yaml` at its end a
    path beside the file that names it, whoever says its weight. Raises ConfigError where there is none.
    """
    key = f"blend.{name}"
    folders = config.folders_of(key, named=True)
    tried = [folder / name for folder in folders]
    if not name.endswith(ENDINGS):
        tried = [*[_root(folder) / f"{name}.yaml" for folder in folders], shipped(Path("configs", f"{name}.yaml"))]
    for path in tried:
        if path.is_file():
            return path
    own = os.path.realpath(config.path)  # Path.resolve would raise at a link that leads to itself
    beside = [path.stem for path in tried[0].parent.glob("*.yaml") if os.path.realpath(path) != own]
    near = did_you_mean(Path(name).stem, beside, "check the name") if beside else "check the name"
    expected = "another config: its path below `configs/`, or beside this with `.yaml`"
    raise ConfigError(config.fault(key, f"no file `{tried[0]}`", expected, near))


def _root(folder: Path) -> Path:
    """The nearest folder called `configs` above a folder, or the folder itself where there is none."""
    above = Path(os.path.abspath(folder)).parts
    up = above[::-1].index("configs") if "configs" in above else 0
    return Path(os.path.normpath(folder.joinpath(*[".."] * up)))


def _validated(tree: Marked, findings: list[MarkedFault]) -> tuple[Config | None, frozenset[str]]:
    """The config, or one of its sound top-level blocks alone, and the names of the faulty blocks."""
    values: Any = tree.plain()
    try:
        return Config.model_validate(values, by_alias=True, by_name=False), frozenset()
    except ValidationError as error:
        findings += findings_of(error, tree)
        faulty = frozenset(top_key(one["loc"]) for one in error.errors(include_url=False))
    sound = {key: value for key, value in values.items() if key not in faulty}
    sound |= {key: value for key, value in _STAND_INS.items() if key in faulty}
    try:
        return Config.model_validate(sound, by_alias=True, by_name=False), faulty
    except ValidationError:
        return None, faulty


def _whole_policy(config: Config) -> dict[str, float]:
    """The policy with every held sleeve in it; a single sleeve needs none, nor does a study of prices."""
    policy = config.policy or dict.fromkeys(config.hold, 1.0 / len(config.hold))
    return {name: policy.get(name, 0.0) for name in sorted({*config.hold, *policy})}
