"""YAML 1.2 scalars, places, and faults of form in plain words."""

from __future__ import annotations

import math

import pytest

from engine.config.yaml_text import read_yaml, scalar


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("NO", "NO"),
        ("ON", "ON"),
        ("yes", "yes"),
        ("12:30", "12:30"),
        ("2020-01-31", "2020-01-31"),
        ("1e-3", 0.001),
        ("1E5", 100000.0),
        (".5", 0.5),
        ("-.5", -0.5),
        ("1.", 1.0),
        ("+7", 7),
        ("007", 7),
        ("0x1F", 31),
        ("0o17", 15),
        ("1_000", "1_000"),
        ("0b1", "0b1"),
        ("true", True),
        ("False", False),
        ("~", None),
        ("Null", None),
        ("nULL", "nULL"),
        ("-.inf", -math.inf),
        ("inf", "inf"),
        (".", "."),
        ("1e999", math.inf),
        ("9" * 2000, math.inf),
    ],
)
def test_bare_words_mean_what_yaml_1_2_says(text: str, value: object) -> None:
    assert scalar(text) == value
    assert type(scalar(text)) is type(value)


def test_quoted_words_are_texts() -> None:
    value, faults = read_yaml("""[true, "true", '5', 5]""", "a.yaml")
    assert value is not None
    assert value.plain() == (True, "true", "5", 5)
    assert faults == []


def test_every_value_and_key_knows_its_place_in_block_and_flow_style() -> None:
    value, _ = read_yaml("a:\n  b: 1\n  c: [x, {d: 2}]\n", "f.yaml")
    assert value is not None
    places = {key: value.nearest(key)[0] for key in [("a", "b"), ("a", "c", 0), ("a", "c", 1, "d")]}
    assert [str(one.place) for one in places.values()] == ["f.yaml:2:6", "f.yaml:3:7", "f.yaml:3:14"]
    assert str(places["a", "c", 1, "d"].key_place) == "f.yaml:3:11"


def test_an_alias_means_its_anchor() -> None:
    value, faults = read_yaml("a: &x [1, 2]\nb: *x\n", "a.yaml")
    assert value is not None
    assert value.plain() == {"a": (1, 2), "b": (1, 2)}
    assert faults == []


FORM = [
    ("a:\n\tb: 3\n", "a.yaml:2:1: found a tab; expected spaces; indent with spaces only"),
    (
        "a: b: c\n",
        "a.yaml:1:5: found a second `:` on the line; expected one `key: value`; "
        'put quotes around a text that holds ": ", or check the indentation',
    ),
    (
        "a: 1\nb\nc: 2\n",
        "a.yaml:3:1: found a line without `:`; expected `key: value`; add the `:`, and a space after it",
    ),
    (
        "a: [b, c}\n",
        "a.yaml:1:9: found a bracket that is not closed, or a missing comma; "
        "expected `[a, b]` or `{key: value}`; close the bracket or add the comma",
    ),
    (
        "a:\n  b: 1\n c: 2\n",
        "a.yaml:3:2: found an indentation that fits no line above; expected keys of one block in one column; "
        "line this key up with its neighbours, or close the bracket above",
    ),
    (
        'a: "b\n',
        "a.yaml:2:1: found a quote that is never closed; expected the closing quote; close the quote",
    ),
    (
        "a: @b\n",
        "a.yaml:1:4: found a character that begins no value; expected a value; put quotes around the text",
    ),
    (
        "a: >= -0.6\n",
        "a.yaml:1:5: found a text that begins with `>` or `|`; expected a text in quotes; "
        'quote it, for example ">= -0.60"',
    ),
    (
        "a: 1\n---\nb: 2\n",
        "a.yaml:2:1: found a second document after `---`; expected one config per file; move it to its own file",
    ),
    (
        "a: *b\n",
        "a.yaml:1:4: found an `*alias` without its `&anchor`; expected an anchor above it; define the anchor first",
    ),
    (
        "a: &a 1\nb: &a 2\n",
        "a.yaml:2:4: found an `&anchor` that is already taken; expected each anchor once; rename one of the two",
    ),
    (
        "a: 1\nb: \x07\n",
        "a.yaml:2:4: found the invisible character U+0007; expected readable text; delete that character",
    ),
    (
        "a: &x [*x]\n",
        "a.yaml:1:4: a.0: found an alias that never ends; expected values that end; write it out",
    ),
    (
        "a: 1\na: 2\n",
        "a.yaml:2:1: a: found this key a second time (first at a.yaml:1:1); "
        "expected each key once; remove one of the two",
    ),
    (
        "<<: {a: 1}\n",
        "a.yaml:1:1: found the merge key `<<`; expected plain keys; write `extends: other.yaml` at the top of the file",
    ),
    (
        "h: {5: 1}\n",
        'a.yaml:1:5: h: found the key 5, which YAML does not read as a text; expected a name; quote it: "5"',
    ),
    ("? [a]\n: b\n", "a.yaml:1:3: found a key that is no text; expected a name; write the key as one word"),
    (
        "a: !!python/name:os.system x\n",
        "a.yaml:1:4: a: found the tag `tag:yaml.org,2002:python/name:os.system`; expected a plain value; "
        "write the value without the tag (quotes make a text)",
    ),
    ("a: " + "[" * 5000, "a.yaml: found brackets nested too deep; expected a config; nest less"),
]


@pytest.mark.parametrize(("text", "message"), FORM)
def test_a_fault_of_form_is_told_in_plain_words(text: str, message: str) -> None:
    _, faults = read_yaml(text, "a.yaml")
    assert [str(fault.fault()) for fault in faults] == [message]


def test_aliases_that_multiply_end_in_a_fault() -> None:
    lines = ["a: &a [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]"]
    for name, before in zip("bcdefghij", "abcdefghi", strict=True):
        lines.append(f"{name}: &{name} [{', '.join(['*' + before] * 10)}]")
    value, faults = read_yaml("\n".join(lines), "a.yaml")
    assert value is None
    assert [fault.found for fault in faults] == ["an alias that never ends"]
