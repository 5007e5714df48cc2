"""As much of JSON Schema as the API's document uses, so that tests can hold values to it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

Schema = dict[str, Any]

KINDS: dict[str, Callable[[Any], bool]] = {
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "null": lambda value: value is None,
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
}
LIMITS: dict[str, Callable[[Any, Any], bool]] = {
    "enum": lambda value, allowed: value in allowed,
    "const": lambda value, only: value == only,
    "minimum": lambda value, least: value is None or value >= least,
    "maximum": lambda value, most: value is None or value <= most,
    "exclusiveMinimum": lambda value, least: value is None or value > least,
    "exclusiveMaximum": lambda value, most: value < most,
    "minItems": lambda value, least: len(value) >= least,
    "maxItems": lambda value, most: len(value) <= most,
    "minLength": lambda value, least: len(value) >= least,
    "maxLength": lambda value, most: len(value) <= most,
    "pattern": lambda value, pattern: re.search(pattern, value) is not None,
    "required": lambda value, names: set(names) <= set(value),
}
INSIDE = {"properties", "additionalProperties", "items", "anyOf", "oneOf", "$ref", "type"}
SAID = {"description", "default", "format", "discriminator", "x-refusals"}
KEYWORDS = LIMITS.keys() | INSIDE | SAID


def faults(value: Any, schema: Schema, schemas: dict[str, Schema], at: str = "") -> list[str]:
    """What of the value the schema does not allow, each with its place."""
    assert schema.keys() <= KEYWORDS, schema.keys() - KEYWORDS
    if "$ref" in schema:
        return faults(value, schemas[schema["$ref"].rpartition("/")[2]], schemas, at)
    kinds = schema.get("type", [])
    if kinds and not any(
        KINDS[kind](value) for kind in ([kinds] * isinstance(kinds, str) or kinds)
    ):
        return [f"{at}: {value!r} is not {kinds}"]
    found = [
        f"{at}: {value!r} breaks {name} {limit}"
        for name, limit in schema.items()
        if name in LIMITS and not LIMITS[name](value, limit)
    ]
    return (
        found
        + list(_choices(value, schema, schemas, at))
        + list(_parts(value, schema, schemas, at))
    )


def _choices(value: Any, schema: Schema, schemas: dict[str, Schema], at: str) -> Iterator[str]:
    for name, wanted in (("anyOf", range(1, 99)), ("oneOf", range(1, 2))):
        answers = [faults(value, choice, schemas, at) for choice in schema.get(name, ())]
        if answers and sum(not answer for answer in answers) not in wanted:
            yield f"{at}: {name} fails: {answers}"


def _parts(value: Any, schema: Schema, schemas: dict[str, Schema], at: str) -> Iterator[str]:
    if isinstance(value, list):
        for number, item in enumerate(value):
            yield from faults(item, schema.get("items", {}), schemas, f"{at}/{number}")
    if isinstance(value, dict):
        known, others = schema.get("properties", {}), schema.get("additionalProperties", {})
        for name, item in value.items():
            if name not in known and others is False:
                yield f"{at}/{name} is not a field"
            else:
                yield from faults(item, known.get(name, others or {}), schemas, f"{at}/{name}")


def every_schema(part: Any) -> Iterator[Schema]:
    """The schema and all schemas in it."""
    yield part
    below = [*part.get("properties", {}).values(), *part.get("anyOf", ()), *part.get("oneOf", ())]
    below += [part[name] for name in ("items", "additionalProperties") if part.get(name)]
    for schema in below:
        yield from every_schema(schema)
