"""YAML 1.2 text, read into values that know their line and column.

PyYAML's scanner and composer do the reading; what a bare word means is decided here, by the YAML 1.2 core
schema: NO, ON, 12:30 and 2020-01-31 are texts, 1e-3 is a number.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TypeAlias

import yaml
from yaml.composer import Composer
from yaml.parser import Parser
from yaml.reader import Reader, ReaderError
from yaml.scanner import Scanner

from engine.config.marked import Marked, MarkedFault, Place, Scalar

_BARE, _QUOTED = "bare", "quoted"
_WORDS: dict[str, Scalar] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
    **{sign + word: float(sign + "inf") for sign in ("", "+", "-") for word in (".inf", ".Inf", ".INF")},
}
_INTEGER = re.compile(r"[-+]?[0-9]{1,1000}|0o[0-7]{1,1000}|0x[0-9a-fA-F]{1,1000}")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_MOST_VALUES = 100_000

_PLAIN_WORDS = (  # what PyYAML says -> found, expected, cure
    ("character '\\t'", "a tab", "spaces", "indent with spaces only"),
    (
        "mapping values are not allowed",
        "a second `:` on the line",
        "one `key: value`",
        'put quotes around a text that holds ": ", or check the indentation',
    ),
    (
        "expected <block end>",
        "an indentation that fits no line above",
        "keys of one block in one column",
        "line this key up with its neighbours, or close the bracket above",
    ),
    (
        "could not find expected ':'",
        "a line without `:`",
        "`key: value`",
        "add the `:`, and a space after it",
    ),
    (
        "expected ',' or",
        "a bracket that is not closed, or a missing comma",
        "`[a, b]` or `{key: value}`",
        "close the bracket or add the comma",
    ),
    (
        "chomping or indentation",
        "a text that begins with `>` or `|`",
        "a text in quotes",
        'quote it, for example ">= -0.60"',
    ),
    ("unexpected end of stream", "a quote that is never closed", "the closing quote", "close the quote"),
    (
        "cannot start any token",
        "a character that begins no value",
        "a value",
        "put quotes around the text",
    ),
    (
        "another document",
        "a second document after `---`",
        "one config per file",
        "move it to its own file",
    ),
    (
        "duplicate anchor",
        "an `&anchor` that is already taken",
        "each anchor once",
        "rename one of the two",
    ),
    (
        "document start",
        "a line that begins with `%`",
        "a config",
        "remove the line, or quote the text",
    ),
    (
        "undefined alias",
        "an `*alias` without its `&anchor`",
        "an anchor above it",
        "define the anchor first",
    ),
)


class _Composer(Reader, Scanner, Parser, Composer):
    """PyYAML up to nodes; a scalar's tag only says whether it was bare or quoted."""

    def __init__(self, text: str) -> None:
        Reader.__init__(self, text)
        Scanner.__init__(self)
        Parser.__init__(self)
        Composer.__init__(self)

    def resolve(self, kind: type[yaml.Node], value: str | None, implicit: object) -> str:
        return _BARE if isinstance(implicit, tuple) and implicit[0] else _QUOTED

    def descend_resolver(self, parent: object, index: object) -> None: ...

    def ascend_resolver(self) -> None: ...


def scalar(text: str) -> Scalar:
    """What a bare word means in YAML 1.2."""
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text, 0) if text[:2] in ("0o", "0x") else int(text)
    return float(text) if _FLOAT.fullmatch(text) else text


class _EndlessError(Exception):
    """Aliases that hold themselves, or multiply beyond any config."""


_Entry: TypeAlias = tuple[yaml.Node, str, Place]


class _Reading:
    """One text on its way to Marked values, with what was found wrong on the way."""

    def __init__(self, file: str, numbered: bool) -> None:
        self.file, self.numbered = file, numbered
        self.findings: list[MarkedFault] = []
        self._open: set[int] = set()
        self._count = 0

    def place(self, mark: yaml.Mark | None) -> Place:
        return Place(self.file, mark.line + 1, mark.column + 1) if mark and self.numbered else Place(self.file)

    def wrong(self, node: yaml.Node, key: str, found: str, expected: str, cure: str) -> None:
        self.findings.append(MarkedFault(self.place(node.start_mark), key, found, expected, cure))

    def marked(self, node: yaml.Node, key: str = "", key_place: Place | None = None) -> Marked:
        place = self.place(node.start_mark)
        nothing = Marked(None, place, key_place or place)
        self._count += 1
        if id(node) in self._open or self._count > _MOST_VALUES:
            raise _EndlessError(MarkedFault(place, key, "an alias that never ends", "values that end", "write it out"))
        if node.tag not in (_BARE, _QUOTED):
            cure = "write the value without the tag (quotes make a text)"
            self.wrong(node, key, f"the tag `{node.tag}`", "a plain value", cure)
            return nothing
        self._open.add(id(node))
        try:
            return self._value(node, key, nothing)
        finally:
            self._open.discard(id(node))

    def _value(self, node: yaml.Node, key: str, at: Marked) -> Marked:
        if isinstance(node, yaml.MappingNode):
            found = {name: self.marked(*rest) for name, rest in self._entries(node, key)}
            return Marked(found, at.place, at.key_place)
        if isinstance(node, yaml.SequenceNode):
            items = [self.marked(item, _under(key, str(i))) for i, item in enumerate(node.value)]
            return Marked(items, at.place, at.key_place)
        value = scalar(node.value) if node.tag == _BARE else node.value
        return Marked(value, at.place, at.key_place, node.value)

    def _entries(self, node: yaml.MappingNode, key: str) -> Iterator[tuple[str, _Entry]]:
        """Each good key with its value, once; the others are findings."""
        seen: dict[str, Place] = {}
        for key_node, value_node in node.value:
            name = self._name(key_node, key)
            if name is None:
                continue
            place = self.place(key_node.start_mark)
            if name in seen:
                found = f"this key a second time (first at {seen[name]})"
                self.wrong(key_node, _under(key, name), found, "each key once", "remove one of the two")
                continue
            seen[name] = place
            yield name, (value_node, _under(key, name), place)

    def _name(self, node: yaml.Node, key: str) -> str | None:
        """The text of a key, None where it is none."""
        if not isinstance(node, yaml.ScalarNode) or node.tag not in (_BARE, _QUOTED):
            self.wrong(node, key, "a key that is no text", "a name", "write the key as one word")
            return None
        if node.value == "<<" and node.tag == _BARE:
            cure = "write `extends: other.yaml` at the top of the file"
            self.wrong(node, key, "the merge key `<<`", "plain keys", cure)
            return None
        if node.tag == _BARE and not isinstance(scalar(node.value), str):
            found = f"the key {node.value}, which YAML does not read as a text"
            self.wrong(node, key, found, "a name", f'quote it: "{node.value}"')
            return None
        return str(node.value)


def read_yaml(text: str, file: str, numbered: bool = True) -> tuple[Marked | None, list[MarkedFault]]:
    """The one value in a text, and every fault of its form.

    None for the value where the text cannot be read, or where it is empty. With `numbered` False all places
    are `file` itself (an option on the command line has no lines).
    """
    reading = _Reading(file, numbered)
    try:
        node = _Composer(text).get_single_node()
        value = reading.marked(node) if node is not None else None
    except yaml.MarkedYAMLError as error:
        return None, [_syntax(error, reading)]
    except ReaderError as error:
        before = text[: error.position]
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        place = Place(file, line, column) if numbered else Place(file)
        found = f"the invisible character U+{error.character:04X}"
        return None, [MarkedFault(place, "", found, "readable text", "delete that character")]
    except _EndlessError as error:
        return None, [error.args[0]]
    except RecursionError:
        return None, [MarkedFault(Place(file), "", "brackets nested too deep", "a config", "nest less")]
    return value, reading.findings


def _syntax(error: yaml.MarkedYAMLError, reading: _Reading) -> MarkedFault:
    problem = f"{error.context or ''} {error.problem or ''}".strip()
    place = reading.place(error.problem_mark or error.context_mark)
    for pattern, found, expected, cure in _PLAIN_WORDS:
        if pattern in problem:
            return MarkedFault(place, "", found, expected, cure)
    found = f"text that is not YAML ({problem})"
    return MarkedFault(place, "", found, "YAML", "look at this line and the one above")


def _under(key: str, name: str) -> str:
    return f"{key}.{name}" if key else name
