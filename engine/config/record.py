"""A Record, the strict and frozen kind of every block of a config, and how a check refuses a value."""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterable

from pydantic import BaseModel, ConfigDict
from pydantic_core import PydanticCustomError


class Record(BaseModel):
    """Frozen, no unknown keys, no conversions (`"3"` and `true` are no numbers), no NaN or infinity."""

    model_config = ConfigDict(
        strict=True,
        extra="forbid",
        frozen=True,
        allow_inf_nan=False,
        validate_by_name=True,
        validate_by_alias=True,
        validate_default=False,
        defer_build=True,
    )


def wrong(found: str, expected: str, cure: str, at: str = "") -> PydanticCustomError:
    """What a check raises; `at` is the dotted key inside the checked block where the fault stands.

    `{raw}` in the cure stands for the value as it was written.
    """
    context = {"found": found, "expected": expected, "cure": cure, "at": at}
    return PydanticCustomError("fault", "{found}; {expected}; {cure}", context)


def shown(value: object) -> str:
    """A value in words: the text `x`, the number 3, nothing."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, str):
        return f"the text `{shortened(value)}`" if value else "an empty text"
    if isinstance(value, int | float):
        return f"the number {number(value)}"
    if isinstance(value, dict):
        return "a mapping" if value else "an empty mapping"
    return "a list" if value else "an empty list"


def is_number(value: object) -> bool:
    """Whether it is a number; true and false are none."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def number(value: float) -> str:
    """A number as a person writes it."""
    if isinstance(value, float) and not math.isfinite(value):
        return {"nan": ".nan", "inf": ".inf"}.get(str(value), "-.inf")
    return shortened(str(value)) if isinstance(value, int) else f"{value:.12g}"


def shortened(text: str, most: int = 60) -> str:
    """One line of at most `most` characters."""
    line = " ".join(text.split())
    return line if len(line) <= most else line[: most - 3] + "..."


def choice(names: Iterable[str]) -> str:
    """`a`, `b` or `c`."""
    quoted = [f"`{name}`" for name in names]
    return " or ".join([", ".join(quoted[:-1]), quoted[-1]] if len(quoted) > 1 else quoted)


def did_you_mean(word: object, names: Iterable[str], otherwise: str = "", likeness: float = 0.6) -> str:
    """`did you mean ...?` where a name is near; else `otherwise`, or the list of names."""
    names = list(names)
    lowered = {name.lower(): name for name in names}
    begun = [name for name in lowered if len(str(word)) > 2 and name.startswith(str(word).lower())]
    near = begun or difflib.get_close_matches(str(word).lower(), lowered, n=1, cutoff=likeness)
    if near:
        return f"did you mean `{lowered[near[0]]}`?"
    return otherwise or f"write {choice(names)}"
