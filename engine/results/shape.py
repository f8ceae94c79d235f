"""The shape of JSON that was read back: parts of their types, finite numbers, or a ValueError that says which not."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

#: Longer values are cut in messages.
SHOWN = 40


def read_json(text: str) -> dict[str, Any]:
    """The object in a text. Raises ValueError where there is none, or one with NaN, Infinity or a key twice in it."""
    try:
        document = json.loads(text, parse_constant=_refuse, object_pairs_hook=_each_once)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    return mapping(document, "it")


def part(document: Mapping[str, Any], key: str, check: Callable[[Any, str], Any], at: str = "") -> Any:
    """The part under a key, checked. Raises ValueError where it is missing or no such thing."""
    where = f"{at}.{key}" if at else key
    if key not in document:
        raise ValueError(f"`{where}` is missing")
    return check(document[key], where)


def mapping(value: Any, where: str) -> dict[str, Any]:
    """An object."""
    return value if isinstance(value, dict) else _wrong(value, where, "an object")


def text(value: Any, where: str) -> str:
    """A text that is not empty."""
    return value if isinstance(value, str) and value.strip() else _wrong(value, where, "a text")


def texts(value: Any, where: str) -> tuple[str, ...]:
    """A list of texts."""
    if not isinstance(value, list):
        return tuple(_wrong(value, where, "a list of texts"))
    return tuple(text(one, f"{where}.{i}") for i, one in enumerate(value))


def day(value: Any, where: str) -> str:
    """A day, as 2020-12-31."""
    try:
        return date.fromisoformat(text(value, where)).isoformat()
    except ValueError:
        return str(_wrong(value, where, "a day"))


def count(value: Any, where: str) -> int:
    """A whole number from 0."""
    whole = isinstance(value, int) and not isinstance(value, bool) and value >= 0
    return int(value if whole else _wrong(value, where, "a whole number"))


def number(value: Any, where: str) -> float:
    """A finite number."""
    return float(value if _is_finite(value) else _wrong(value, where, "a finite number"))


def figures(value: Any, where: str, needed: Iterable[str] = ()) -> dict[str, float | None]:
    """An object of finite numbers and nulls, with at least those that are needed."""
    found = mapping(value, where)
    for key in needed:
        part(found, key, lambda one, at: one, where)
    for key, one in found.items():
        if one is not None and not _is_finite(one):
            _wrong(one, f"{where}.{key}", "a finite number or null")
    return found


def _is_finite(value: Any) -> bool:
    try:
        return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
    except OverflowError:
        return False


def _wrong(value: Any, where: str, expected: str) -> Any:
    shown = json.dumps(value)
    raise ValueError(f"{where} is {shown if len(shown) <= SHOWN else shown[:SHOWN] + '...'}, not {expected}")


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Of a key that stands twice json keeps the last one; a merge that kept both sides has such keys."""
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise ValueError(f"`{key}` stands twice")
        found[key] = value
    return found


def _refuse(constant: str) -> None:
    raise ValueError(f"it holds {constant}, which is no finite number")
