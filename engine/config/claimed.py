"""What a claim says of a figure: about a number, between two, or on one side of one."""

from __future__ import annotations

import math
import re
from typing import Annotated, Any, TypeAlias

from pydantic import BeforeValidator, Discriminator, Field, Tag

from engine.config.kinds import or_by_name
from engine.config.record import Record, is_number, number, shown, wrong

_RELATION = re.compile(r"(>=|<=|>|<)\s*([-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?)")
_EXAMPLE = 'write for example 0.48, [0.20, 0.50] or "> 0"'


def _figure(value: Any) -> Any:
    if isinstance(value, str):
        if not _RELATION.fullmatch(value.strip()):
            raise wrong(shown(value), "a number, two numbers, or a comparison with a number", _EXAMPLE)
        return value.strip()
    if isinstance(value, tuple | list):
        if len(value) != 2 or not all(_is_finite(end) for end in value):
            raise wrong(shown(value), "the lowest and the highest number claimed", _EXAMPLE)
        if value[1] <= value[0]:
            found = f"a range from {number(value[0])} to {number(value[1])}"
            raise wrong(found, "the lower end first", f"write [{number(value[1])}, {number(value[0])}]")
        return tuple(value)
    if not _is_finite(value):
        raise wrong(shown(value), "a number, two numbers, or a comparison with a number", _EXAMPLE)
    return value


def _is_finite(value: Any) -> bool:
    return is_number(value) and math.isfinite(value)


def _kind(value: Any) -> str:
    if isinstance(value, str):
        return "<relation>"
    return "<range>" if isinstance(value, tuple | list) else "<number>"


Figure: TypeAlias = Annotated[
    Annotated[float, Tag("<number>")]
    | Annotated[tuple[float, float], Tag("<range>")]
    | Annotated[str, Tag("<relation>")],
    Discriminator(_kind),
    BeforeValidator(_figure),
]
#: One figure for all names of `of`, or a figure by name.
Claimed: TypeAlias = Annotated[
    Annotated[Figure, Tag("<figure>")] | Annotated[dict[str, Figure], Tag("<by name>")],
    or_by_name("<figure>"),
]
#: A level, or a level by name.
Level: TypeAlias = Annotated[
    Annotated[Annotated[float, Field(gt=0)], Tag("<number>")]
    | Annotated[dict[str, Annotated[float, Field(gt=0)]], Tag("<by name>")],
    or_by_name("<number>"),
]


def ends(figure: float | tuple[float, float] | str, tolerance: float = 0.0) -> tuple[float, float]:
    """The lowest and the highest value that fit a figure; `tolerance`, in its unit, is what `about` a number allows."""
    if isinstance(figure, tuple):
        return figure
    if not isinstance(figure, str):
        return figure - tolerance, figure + tolerance
    found = _RELATION.fullmatch(figure)
    assert found is not None
    sign, bound = found[1], float(found[2])
    if sign.startswith(">"):
        return (bound if sign == ">=" else math.nextafter(bound, math.inf)), math.inf
    return -math.inf, (bound if sign == "<=" else math.nextafter(bound, -math.inf))


def by_name(record: Record, key: str, of: tuple[str, ...], *, each: bool = True) -> None:
    """Refuse figures by name that name something else than `of` does, or, where `each` needs one, leave one out."""
    figures = getattr(record, key)
    if not isinstance(figures, dict):
        return
    beyond = [name for name in figures if name not in of]
    if beyond:
        raise wrong(f"a figure for `{beyond[0]}`", f"a name of `of`: {', '.join(of)}", "correct the name", at=key)
    without = [name for name in of if name not in figures]
    if without and each:
        raise wrong(f"no figure for `{without[0]}`", "one for each name of `of`", f"add `{without[0]}: ...`", at=key)
