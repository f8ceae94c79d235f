"""From what pydantic found to what a strategist reads: the one table of words."""

from __future__ import annotations

import re
import types
import typing
from collections.abc import Callable, Iterator
from typing import Any

from pydantic import ValidationError

from engine.config.marked import Marked, MarkedFault, Path, Step
from engine.config.models import Config
from engine.config.record import Record, choice, did_you_mean, is_number, number, shortened, shown

_Words = Callable[[Any, dict[str, Any], str], tuple[str, str]]  # value, limits, example -> expected, cure
_NUMBER = r"[-+]?[0-9]*\.?[0-9]+([eE][-+]?[0-9]+)?"


def _a_number(what: str) -> _Words:
    def words(value: Any, _: dict[str, Any], example: str) -> tuple[str, str]:
        bare = re.sub(r"[_, ]", "", value) if isinstance(value, str) else ""
        if re.fullmatch(_NUMBER, bare):
            return what, f"write it without quotes or separators: {bare}"
        if re.fullmatch(_NUMBER + "%", bare):
            return what, f"write a fraction: {float(bare[:-1]) / 100:g}"
        if what == "a whole number" and isinstance(value, float) and value.is_integer():
            return what, f"write {number(value)}"
        return what, f"write {example or what}"

    return words


def _limit(sign: str, key: str) -> _Words:
    return lambda _, limits, example: (f"a number {sign} {number(limits[key])}", "change the number")


def _one_of(value: Any, limits: dict[str, Any], _: str) -> tuple[str, str]:
    words = re.findall(r"'([^']*)'", limits["expected"])
    return choice(words), did_you_mean(value, words)


def _a_list(value: Any, _: dict[str, Any], __: str) -> tuple[str, str]:
    return "a list", f"write it in brackets: [{shortened(value) if isinstance(value, str) else '...'}]"


def _a_block(_: Any, __: dict[str, Any], example: str) -> tuple[str, str]:
    return "a block of `key: value`", f"write {example or '{key: value}'}"


def _a_text(value: Any, _: dict[str, Any], example: str) -> tuple[str, str]:
    return "a text", 'quote it: "{raw}"' if isinstance(value, bool | int | float) else f"write {example or 'one word'}"


def _always(expected: str, cure: str) -> _Words:
    return lambda value, limits, example: (expected, cure)


WORDS: dict[str, _Words] = {
    "string_type": _a_text,
    "float_type": _a_number("a number"),
    "int_type": _a_number("a whole number"),
    "int_from_float": _a_number("a whole number"),
    "bool_type": _always("`true` or `false`", "write true or false, without quotes"),
    "dict_type": _a_block,
    "model_type": _a_block,
    "tuple_type": _a_list,
    "literal_error": _one_of,
    "greater_than": _limit("above", "gt"),
    "greater_than_equal": _limit("of at least", "ge"),
    "less_than": _limit("below", "lt"),
    "less_than_equal": _limit("of at most", "le"),
    "finite_number": _always("a finite number", "write a number"),
    "too_short": _always("at least one entry", "add one, or remove the key"),
    "string_too_short": _always("a text", "write one, or remove the key"),
}


def findings_of(error: ValidationError, tree: Marked) -> list[MarkedFault]:
    """Every error of a validation, in words and with its place."""
    errors = [one for one in error.errors(include_url=False) if not _follows(one)]
    return [_finding(one, tree) for one in errors]


def _follows(error: Any) -> bool:
    """Whether a list is called too short only because an item of it was refused."""
    return error["type"] == "too_short" and bool(error["input"])


def top_key(loc: tuple[Step, ...]) -> str:
    """The key of the file's top level to which an error belongs."""
    return str(loc[0]) if loc else ""


def _finding(error: Any, tree: Marked) -> MarkedFault:
    loc, limits, value = error["loc"], error.get("ctx", {}), error["input"]
    path, field = _without_tags(loc), _field_at(loc)
    if error["type"] == "missing":
        cure = f"add `{path[-1]}: {_example(field) or '...'}`"
        return MarkedFault(tree.nearest(path)[0].place, tree.dotted(path), "nothing", _meaning(field), cure)
    if error["type"] == "extra_forbidden":
        return _unknown(loc, path, tree)
    if error["type"] == "fault":
        path = (*path, *limits["at"].split(".")) if limits["at"] else path
    node, _ = tree.nearest(path)
    place = node.key_place if loc[-1:] == ("[key]",) else node.place
    if error["type"] == "fault":
        found, expected, cure = limits["found"], limits["expected"], limits["cure"]
    elif value is None:
        needed = field is not None and field.is_required() and _example(field)
        cure = f"write `{path[-1]}: {needed}`" if needed else "give a value, or remove the key"
        found, expected = "nothing", _meaning(field)
    else:
        words = WORDS.get(error["type"], _always(error["msg"], "change the value"))
        expected, cure = words(value, limits, _example(field))
        found = f"the number {node.text}" if is_number(value) and len(node.text) in range(1, 40) else shown(value)
    return MarkedFault(place, tree.dotted(path), found, expected, cure.replace("{raw}", node.text))


def _unknown(loc: tuple[Step, ...], path: Path, tree: Marked) -> MarkedFault:
    known = [name for name, _ in _fields(_record_at(loc[:-1]))] + (["extends", "base"] if len(path) == 1 else [])
    cure = did_you_mean(path[-1], known, "remove it, or look for its right name", likeness=0.7)
    expected = "a key that has a meaning here" if cure.startswith("did you mean") else choice(known)
    return MarkedFault(tree.nearest(path)[0].key_place, tree.dotted(path), "an unknown key", expected, cure)


def _meaning(field: Any) -> str:
    """What a key means, as the schema says it, in few words."""
    first = ((field and field.description) or "a value").split(". ")[0].split(";")[0].rstrip(".")
    return first[:1].lower() + first[1:]


def _example(field: Any) -> str:
    return f"{field.examples[0]}" if field and field.examples else ""


def _field_at(loc: tuple[Step, ...]) -> Any:
    return next((field for name, field in _fields(_record_at(loc[:-1])) if loc and name == loc[-1]), None)


def _fields(record: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(record, type) and issubclass(record, Record):
        yield from ((field.alias or name, field) for name, field in record.model_fields.items())


def _record_at(loc: tuple[Step, ...]) -> Any:
    """The kind of record to which an error's path leads; a `<Tag>` on the path names it."""
    here: Any = Config
    for step in loc:
        tagged = isinstance(step, str) and step.startswith("<")
        if tagged:
            here = _RECORDS.get(str(step)[1:-1], here)
        elif isinstance(here, type) and issubclass(here, Record):
            here = next((_bare(field.annotation) for name, field in _fields(here) if name == step), None)
        else:
            kinds = [kind for kind in typing.get_args(here) if kind is not Ellipsis]
            here = _bare(kinds[-1]) if kinds else None
    return here


def _bare(kind: Any) -> Any:
    """A type without `| None`."""
    if typing.get_origin(kind) in (typing.Union, types.UnionType):
        return next((_bare(arm) for arm in typing.get_args(kind) if arm is not type(None)), None)
    return kind


def _all_records(kind: type[Record]) -> Iterator[type[Record]]:
    for below in kind.__subclasses__():
        yield below
        yield from _all_records(below)


_RECORDS = {record.__name__: record for record in _all_records(Record)}


def _without_tags(loc: tuple[Step, ...]) -> Path:
    return tuple(step for step in loc if not (isinstance(step, str) and (step.startswith("<") or step == "[key]")))
