"""The JSON Schema of a config, for completion and hints in an editor."""

from __future__ import annotations

from typing import Any

from engine.config.models import Config

_EXTENDS = {
    "type": "string",
    "title": "Extends",
    "description": "Another config, relative to this one, of which this one says only what differs.",
}


def json_schema() -> dict[str, Any]:
    """The schema (draft 7) of a whole file; a file names it by `# yaml-language-server: $schema=...`."""
    schema = Config.model_json_schema(by_alias=True, ref_template="#/definitions/{model}")
    definitions = schema.pop("$defs", {})
    for definition in definitions.values():
        _demand_kind(definition)
        definition.pop("title", None)
    one_source, many = schema["properties"]["data"]["additionalProperties"], schema["properties"]["data"]
    schema["properties"]["data"] = {
        "description": many.pop("description"),
        "anyOf": [one_source, many],
    }
    schema["properties"]["extends"] = _EXTENDS
    # A file that extends another may leave out what that one says.
    schema["anyOf"] = [{"required": ["extends"]}, {"required": schema.pop("required")}]
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        **schema,
        "title": "A question to overweight",
        "definitions": dict(sorted(definitions.items())),
    }


def _demand_kind(definition: dict[str, Any]) -> None:
    """`rule: threshold` and its like must stand in the file, else every kind would fit."""
    for key, field in definition.get("properties", {}).items():
        if "const" in field:
            definition["required"] = sorted({*definition.get("required", []), key})
