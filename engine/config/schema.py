"""The JSON Schema of a config, for completion and hints in an editor."""

from __future__ import annotations

import json
from typing import Any

from engine.config.controls import WORDS
from engine.config.extends import OF_PRICES
from engine.config.models import Config
from engine.config.yaml_text import read_yaml

_EXTENDS = {
    "type": "string",
    "title": "Extends",
    "description": "Another config, relative to this one, of which this one says only what differs.",
}

_BASE = {
    "type": "string",
    "title": "Base",
    "description": "The config that this file studies, relative to this one.",
}

_DOLLAR = {"type": "object", "properties": {"dollar": {"type": "string"}}, "additionalProperties": False}
_CONTROLS = {"type": "array", "items": {"anyOf": [{"enum": [*WORDS]}, _DOLLAR]}}


def json_schema() -> dict[str, Any]:
    """The schema (draft 7) of a whole file; a file names it by `# yaml-language-server: $schema=...`."""
    schema = Config.model_json_schema(by_alias=True, ref_template="#/definitions/{model}")
    definitions = schema.pop("$defs", {})
    for block in (schema, *definitions.values()):
        block.pop("title", None)
        block["properties"] = {key: _explained(field) for key, field in block["properties"].items()}
        _demand_kind(block)
    fields = schema["properties"]
    fields["data"] = _also(fields["data"], fields["data"]["additionalProperties"])
    fields["brake"] = _also(fields["brake"], fields["brake"]["items"])
    fields["controls"] = _also(fields["controls"], _CONTROLS)
    fields |= {"extends": _EXTENDS, "base": _BASE}
    # A file that stands on another may leave out what that one says.
    alone = schema.pop("required")
    ways = (["extends"], ["base"], *([key, *alone] for key in ("strategy", "blend", *OF_PRICES)))
    schema["anyOf"] = [{"required": keys} for keys in ways]
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        **schema,
        "title": "A question to overweight",
        "definitions": dict(sorted(definitions.items())),
    }


def _also(field: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    """A field that may be written in another way as well."""
    said: dict[str, Any] = {key: field.pop(key) for key in ("description", "examples") if key in field}
    return {**said, "anyOf": [other, field]}


def _demand_kind(definition: dict[str, Any]) -> None:
    """`rule: threshold` and its like must stand in the file, else every kind would fit."""
    for key, field in definition.get("properties", {}).items():
        if "const" in field:
            definition["required"] = sorted({*definition.get("required", []), key})


def _explained(field: dict[str, Any]) -> dict[str, Any]:
    """A field with examples as values, and with its own words around a `$ref` (draft 7 reads none beside)."""
    rest = {key: value for key, value in field.items() if key not in ("$ref", "title")}
    if "examples" in field:
        rest["examples"] = [_value(example) for example in field["examples"]]
    return {"allOf": [{"$ref": field["$ref"]}], **rest} if "$ref" in field and rest else {**field, **rest}


def _value(example: Any) -> Any:
    """Examples stand in the models as YAML, ready to be shown in a message."""
    value, _ = read_yaml(str(example), "example")
    return json.loads(json.dumps(value.plain() if value else None))
