"""A value that may be of several kinds: how its kind is told, and what is refused in words because it is of none.

Every arm of such a union has a Tag: `<NameOfItsRecord>` for a block, `<word>` for a word, `<by name>` for a mapping of
names. Messages leave out steps in such brackets (`faults`). A validator that stands after the Discriminator runs before
it.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from pydantic import BaseModel, BeforeValidator, Discriminator
from pydantic_core import PydanticCustomError

from engine.config.record import Record, choice, did_you_mean, shown, wrong

Kinds = Mapping[str, type[Record]]


def named_by(key: str, kinds: Kinds) -> tuple[Discriminator, BeforeValidator]:
    """Blocks whose `key` names their kind: `rule: threshold`."""

    def tag(value: Any) -> str:
        kind = kinds[value[key]] if isinstance(value, dict) else type(value)
        return f"<{kind.__name__}>"

    return Discriminator(tag), BeforeValidator(partial(_named, key, kinds))


def keyed_by(kinds: Kinds, example: str, words: tuple[str, ...] = ()) -> tuple[Discriminator, BeforeValidator]:
    """One of the words, or blocks that have exactly one of the table's keys, which tells their kind: `lag_days: 1`."""

    def tag(value: Any) -> str:
        if isinstance(value, dict):
            return next(f"<{kind.__name__}>" for key, kind in kinds.items() if key in value)
        return f"<{type(value).__name__}>" if isinstance(value, Record) else "<word>"

    return Discriminator(tag), BeforeValidator(partial(_keyed, kinds, example, words))


def word_or(block: type[Record], example: str, words: tuple[str, ...]) -> tuple[Discriminator, BeforeValidator]:
    """One of the words, or a block."""

    def check(value: Any) -> Any:
        if isinstance(value, dict | Record) or value in words:
            return value
        raise _no_word(value, words, example)

    tag = f"<{block.__name__}>"
    return Discriminator(lambda value: tag if isinstance(value, dict | Record) else "<word>"), BeforeValidator(check)


def or_by_name(one: str) -> Discriminator:
    """One value for all, tagged `one`, or a mapping of values by name."""
    return Discriminator(lambda value: "<by name>" if isinstance(value, dict) else one)


def listed(value: Any) -> Any:
    """A text as a list of it; for checks that run before the field."""
    return (value,) if isinstance(value, str) else value


def one_of_two(value: Any, one: str, other: str, example: str) -> Any:
    """A block that gives exactly one of two keys; for checks that run before the block's fields."""
    if not isinstance(value, dict):
        return value
    given = [key for key in (one, other) if value.get(key) is not None]
    if len(given) == 1:
        return value
    found = f"both `{one}` and `{other}`" if given else f"neither `{one}` nor `{other}`"
    raise wrong(found, "one of the two", f"write for example `{example}`")


def _named(key: str, kinds: Kinds, value: Any) -> Any:
    """The block, once its `key` names a kind; else the fault in words."""
    example = next(iter(kinds))
    if not isinstance(value, dict):
        if isinstance(value, BaseModel):
            return value
        raise wrong(shown(value), f"a block with `{key}`", f"write `{{{key}: {example}, ...}}`")
    if key not in value:
        raise wrong(f"no `{key}`", choice(kinds), f"add `{key}: {example}`", at=key)
    if not isinstance(value[key], str) or value[key] not in kinds:
        raise wrong(shown(value[key]), choice(kinds), did_you_mean(value[key], kinds), at=key)
    return value


def _keyed(kinds: Kinds, example: str, words: tuple[str, ...], value: Any) -> Any:
    """The word or the block, once it is one; else the fault in words."""
    if isinstance(value, Record) or (isinstance(value, str) and value in words):
        return value
    cure = f"write for example {example}"
    if not isinstance(value, dict):
        if isinstance(value, str) and value in kinds:
            raise wrong(shown(value), _forms(kinds, words), f"write for example `{{{value}: ...}}`")
        if words:
            raise _no_word(value, words, example)
        raise wrong(shown(value), _forms(kinds), cure)
    given = [key for key in kinds if key in value]
    if not given:
        cure = did_you_mean(next(iter(value), ""), kinds, cure, likeness=0.7)
    if len(given) != 1:
        found = choice(given).replace(" or ", " and ") if given else "a block without any of them"
        raise wrong(found, f"one of {choice(kinds)}", cure)
    return value


def _forms(kinds: Kinds, words: tuple[str, ...] = ()) -> str:
    return choice([*words, *(f"{{{key}: ...}}" for key in kinds)])


def _no_word(value: Any, words: tuple[str, ...], example: str) -> PydanticCustomError:
    expected = ", ".join(f"`{word}`" for word in words) + f" or a block such as {example}"
    return wrong(shown(value), expected, did_you_mean(value, words, f"write for example {words[0]}, or {example}"))
