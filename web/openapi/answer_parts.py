"""Small parts that the schemas of answers are made of. They describe and do nothing."""

from __future__ import annotations

from web.openapi.requests import COMPONENTS, Schema

TEXT: Schema = {"type": "string"}
NUMBER: Schema = {"type": "number"}
WHOLE: Schema = {"type": "integer"}
FLAG: Schema = {"type": "boolean"}
TIME: Schema = {"type": "string", "format": "date-time"}
ANY_OBJECT: Schema = {"type": "object", "additionalProperties": {}}


def said(schema: Schema, about: str) -> Schema:
    return schema | {"description": about}


def ref(name: str) -> Schema:
    return {"$ref": COMPONENTS + name}


def or_null(schema: Schema) -> Schema:
    """IB's unset numbers, and what is not known yet, are null; never 0."""
    if "$ref" in schema:
        return {"anyOf": [schema, {"type": "null"}]}
    if "enum" in schema:
        return schema | {"enum": [*schema["enum"], None]}
    return schema | {"type": [schema["type"], "null"]}


def rows(name: str) -> Schema:
    return {"type": "array", "items": ref(name)}


def record(about: str, fields: Schema, optional: Schema | None = None) -> Schema:
    """An object that always has `fields` and sometimes `optional`."""
    properties = fields | (optional or {})
    schema = {"type": "object", "required": list(fields), "properties": properties}
    return said(schema, about) if about else schema


def all_of(schema: Schema, *names: str) -> Schema:
    return dict.fromkeys(names, schema)


NUMBER_OR_NULL, TEXT_OR_NULL = or_null(NUMBER), or_null(TEXT)
MODE = {"enum": ["paper", "live"]}
DATA_TYPE = {"enum": ["live", "frozen", "delayed", "delayed-frozen"]}
SENT = {"enum": ["no", "yes", "unknown"], "description": "Whether anything reached TWS"}
PROBLEM: Schema = {
    "type": TEXT,
    "title": TEXT,
    "status": said(WHOLE, "The HTTP status"),
    "detail": said(TEXT, "As error, or why"),
    "error": said(TEXT, "One sentence for a person"),
}
IB_WORDS: Schema = {
    "errorCode": {"type": ["integer", "string", "null"], "description": "IB's code"},
    "errorString": said(TEXT_OR_NULL, "IB's own text"),
}
