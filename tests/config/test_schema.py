"""The JSON Schema agrees with the loader and explains every key."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml

from engine.config import json_schema, load
from engine.errors import ConfigError

jsonschema = pytest.importorskip("jsonschema")


def fits(text: str) -> bool:
    """Whether an editor that knows the schema would be content."""
    value = yaml.load(text, Loader=yaml.BaseLoader)
    return bool(jsonschema.Draft7Validator(json_schema()).is_valid(typed(value)))


def typed(value: Any) -> Any:
    """BaseLoader gives texts; numbers and booleans as JSON has them."""
    if isinstance(value, dict):
        return {key: typed(item) for key, item in value.items()}
    if isinstance(value, list):
        return [typed(item) for item in value]
    try:
        return json.loads(value)
    except ValueError:
        return value


def test_it_is_a_sound_draft_7_schema() -> None:
    schema = json_schema()
    jsonschema.Draft7Validator.check_schema(schema)
    assert schema["$schema"] == "http://json-schema.org/draft-07/schema#"
    assert json.loads(json.dumps(schema)) == schema


LINES = [
    ("", True),
    ("from: 2013-02-28", True),
    ("every: {sessions: 5}", True),
    ("every: monthly", False),
    ("rebalance: {band: 0.02, to: edge}", True),
    ("rebalance: {bands: 0.02}", False),
    ("trade: {commission_bps: {SPY: 1}}", True),
    ("trade: {comission_bps: 1}", False),
    ("cash: {rate: RF}", True),
    ("watch: {m: {series: gpr.GPRD}}", True),
    ("watch: {m: {members: [A, B], parts: inverse_volatility, lookback: 21}}", True),
    ("with: {a: [1, x], b: {c: 2}}", True),
    ("extends: other.yaml", None),
    ("lunch: 1", False),
    ("capital: 0", False),
]


@pytest.mark.parametrize(("line", "sound"), LINES)
def test_schema_and_loader_say_the_same(write, good: str, line: str, sound: bool | None) -> None:
    assert fits(good + line) is (sound is not False)
    if sound is not None:
        assert loads(write(good + line)) is sound


@pytest.mark.parametrize("stance", ["{rule: treshold, enter: 1, exit: 0}", "{enter: 1, exit: 0}", "{rule: rank}"])
def test_a_stance_must_be_of_one_kind(good: str, stance: str) -> None:
    assert not fits(good.replace("{rule: threshold, enter: 1, exit: 0}", stance))


def test_one_source_or_a_map_of_sources(good: str) -> None:
    assert fits(good.replace("{source: sample}", "{prices: {source: sample}, RF: {source: files, path: x}}"))
    assert not fits(good.replace("{source: sample}", "{source: files}"))


def test_a_file_may_leave_out_what_it_extends() -> None:
    assert fits("extends: base.yaml")
    assert not fits("capital: 5")


def test_every_key_is_described() -> None:
    schema = json_schema()
    for name, block in {"(file)": schema, **schema["definitions"]}.items():
        for key, field in block["properties"].items():
            assert field.get("description") or "allOf" in field, f"{name}.{key}"
        assert block.get("description"), name


def test_examples_are_values_that_fit() -> None:
    schema = json_schema()
    for key, field in schema["properties"].items():
        for example in field.get("examples", ()):
            one = {**schema, "anyOf": [{}]}
            jsonschema.Draft7Validator(one).validate({key: example})


def loads(path: Any) -> bool:
    try:
        load(path)
    except ConfigError:
        return False
    return True
