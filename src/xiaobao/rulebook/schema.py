"""Publish the JSON Schema of a rule file, built from the registered kinds of check, for editors."""

from __future__ import annotations

from typing import Any, get_args

from xiaobao.checks import kinds
from xiaobao.checks.model import WITHIN
from xiaobao.model import SEVERITIES
from xiaobao.rulebook.fields import EXAMPLE_KEYS, FIELDS
from xiaobao.rulebook.model import CATEGORIES, PRODUCTS, RIGHTS, ROLES, SCENARIOS, STANCES, Lifecycle


def rule_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of a rule file."""
    text = {"type": "string", "minLength": 1}
    properties: dict[str, Any] = {name: {"description": doc} for name, doc in FIELDS.items()}
    shapes: dict[str, dict[str, Any]] = {
        "title": text,
        "version": {"type": "integer", "minimum": 1},
        "lifecycle": {"enum": list(get_args(Lifecycle))},
        "families": _list({"type": "string", "pattern": "^[A-Z]{2}-[0-9]{2}$"}),
        "category": {"enum": list(CATEGORIES)},
        "also": _list({"enum": list(CATEGORIES)}),
        "severity": {"enum": list(SEVERITIES)},
        "rights": _list({"enum": list(RIGHTS)}),
        "basis": {**_list({"type": "string", "pattern": "^.+#.+$"}), "minItems": 1},
        "at_most": {"enum": ["warn", "draft"]},
        "scope": _scope(),
        "when": {"$ref": "#/$defs/check"},
        "allow": _list({"type": "string", "minLength": 2}),
        "unless": _list({"anyOf": [{"$ref": "#/$defs/check"}, {"$ref": "#/$defs/exception"}]}),
        "stance": _object({"ignore": _list({"enum": list(STANCES)})}),
        "message": text,
        "remedy": text,
        "examples": _object({k: _list({"$ref": "#/$defs/example"}) for k in ("hit", "no_hit", "todo")}),
        "owner": text,
        "effective_from": {"type": "string", "format": "date"},
        "effective_to": {"type": "string", "format": "date"},
        "precision": {"type": "number", "minimum": 0, "maximum": 1},
    }
    for name, shape in shapes.items():
        properties[name].update(shape)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "消保规则",
        **_object(properties),
        "required": ["title", "version", "category", "basis", "when", "message", "remedy", "examples"],
        "$defs": {"check": _checks(), "exception": _exception(), "example": _example()},
    }


def _list(item: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": item}


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "additionalProperties": False}


def _scope() -> dict[str, Any]:
    return _object(
        {
            "scenarios": _list({"enum": list(SCENARIOS)}),
            "not_scenarios": _list({"enum": list(SCENARIOS)}),
            "roles": _list({"enum": list(ROLES)}),
            "products": _list({"enum": list(PRODUCTS)}),
            "exempt_products": _list({"enum": list(PRODUCTS)}),
            "offer": {"type": "boolean"},
            "dialogue": {"type": "boolean"},
        }
    )


def _exception() -> dict[str, Any]:
    return {**_object({"when": {"$ref": "#/$defs/check"}, "within": WITHIN}), "required": ["when"]}


def _example() -> dict[str, Any]:
    properties: dict[str, Any] = {key: {"type": "string"} for key in EXAMPLE_KEYS}
    properties["hard"] = {"type": "boolean"}
    properties["facts"] = {"type": "object"}
    return {"oneOf": [{"type": "string", "minLength": 1}, {**_object(properties), "required": ["text"]}]}


def _checks() -> dict[str, Any]:
    """Return one alternative a kind of check, with its options and what they mean."""
    options: list[dict[str, Any]] = [
        {"type": "string", "minLength": 2},
        {"type": "array", "items": {"$ref": "#/$defs/check"}, "minItems": 1},
    ]
    for name, kind in sorted(kinds().items()):
        properties: dict[str, Any] = {name: {**kind.argument, "description": kind.doc}}
        for key, option in kind.options.items():
            properties[key] = {**option.schema, "description": option.doc}
        options.append({**_object(properties), "required": [name], "description": kind.doc})
    return {"oneOf": options}
