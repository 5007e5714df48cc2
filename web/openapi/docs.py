"""The API's page for people: the document, turned into what its template shows.

The page says nothing of its own about an operation; whatever it shows stands in the document.
"""

from __future__ import annotations

import json
from shlex import quote
from typing import Any
from urllib.parse import urlencode

from web.openapi.requests import COMPONENTS, REFUSALS, Schema

Part = dict[str, Any]

METHODS = ("post", "get", "put", "patch", "delete")
RESPONSES = "#/components/responses/"
# Whole sentences on one line of the terminal; the key is in the shell's variable KEY.
AUTHORIZATION = '-H "Authorization: Bearer $KEY"'
JSON_BODY = '-H "Content-Type: application/json"'


def docs_values(document: Part, base_url: str) -> Part:
    """Variables of docs.html. `base_url` is where the reader has found this desk."""
    schemas = document["components"]["schemas"]
    return {
        "about": document["info"]["description"],
        "base_url": base_url,
        "groups": _groups(document, base_url),
        "problems": [
            {"status": name.removeprefix("Problem"), **_answer(response)}
            for name, response in document["components"]["responses"].items()
        ],
        "schemas": {
            name: {"about": schema.get("description", ""), "fields": _fields(schema)}
            for name, schema in schemas.items()
            if REFUSALS not in schema and schema.get("properties")
        },
    }


def type_text(schema: Schema) -> str:
    """A schema in a few words: `number > 0`, `BUY | SELL | SSHORT`, `list of Message`."""
    if "$ref" in schema:
        return _name(schema)
    if "anyOf" in schema:
        return " or ".join(type_text(part) for part in schema["anyOf"])
    values = [schema["const"]] if "const" in schema else schema.get("enum")
    if values:
        return " | ".join(_word(value) for value in values)
    if "type" not in schema:
        return "any value"
    if schema["type"] == "array":
        return f"list of {type_text(schema['items'])}"
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    return " or ".join(kinds) + _limits(schema)


def curl(method: str, path: str, operation: Part, base_url: str) -> str:
    """A command that works as it is, with the operation's own examples."""
    parameters = [p for p in operation.get("parameters", ()) if "example" in p]
    for parameter in parameters:
        path = path.replace(f"{{{parameter['name']}}}", str(parameter["example"]))
    query = urlencode([(p["name"], p["example"]) for p in parameters if p["in"] == "query"])
    address = quote(f"{base_url}{path}" + (f"?{query}" if query else ""))
    words = ["curl", AUTHORIZATION, address]
    if "x-events" in operation:
        words.insert(1, "-N")
    if method not in ("get", "post") or (method == "post" and "requestBody" not in operation):
        words.insert(1, f"-X {method.upper()}")
    if "requestBody" in operation:
        examples = operation["requestBody"]["content"]["application/json"]["examples"]
        body = next(iter(examples.values()))["value"]
        words.insert(-1, JSON_BODY)
        words.append(f"-d {quote(json.dumps(body))}")
    return " ".join(words)


def _groups(document: Part, base_url: str) -> dict[str, list[Part]]:
    groups: dict[str, list[Part]] = {tag["name"]: [] for tag in document["tags"]}
    for path, operations in document["paths"].items():
        for method in sorted(operations, key=METHODS.index):
            operation = operations[method]
            shown = {
                "id": operation["operationId"],
                "method": method.upper(),
                "path": path,
                "summary": operation["summary"],
                "about": operation.get("description", ""),
                "scope": operation["security"][0]["bearer"][0],
                "parameters": [_parameter(p) for p in operation.get("parameters", ())],
                "body_parts": _body_parts(operation, document["components"]["schemas"]),
                "requests": _request_examples(operation),
                "events": [_event(event) for event in operation.get("x-events", ())],
                "curl": curl(method, path, operation, base_url),
                **_answers(operation["responses"]),
            }
            groups[operation["tags"][0]].append(shown)
    return groups


def _answers(responses: Part) -> Part:
    """The operation's own answers, and the statuses of those that many operations share."""
    shared = [s for s, r in responses.items() if r.get("$ref", "").startswith(RESPONSES)]
    own = [{"status": s, **_answer(r)} for s, r in responses.items() if s not in shared]
    return {"answers": own, "shared": shared}


def _answer(response: Part) -> Part:
    ((media, content),) = response["content"].items()
    examples = content.get("examples", {})
    return {
        "about": response["description"],
        "is_problem": "problem" in media,
        "headers": list(response.get("headers", ())),
        "type": type_text(content["schema"]) if content["schema"] else "",
        "examples": {name: _pretty(example["value"]) for name, example in examples.items()},
    }


def _request_examples(operation: Part) -> dict[str, str]:
    content = operation.get("requestBody", {"content": {"application/json": {}}})["content"]
    examples = content["application/json"].get("examples", {})
    return {name: _pretty(example["value"]) for name, example in examples.items()}


def _body_parts(operation: Part, schemas: dict[str, Schema]) -> list[Part]:
    """The parts of a body: its own fields, and below each name those of what it contains."""
    if "requestBody" not in operation:
        return []
    name = _name(operation["requestBody"]["content"]["application/json"]["schema"])
    if name == "OrderRequest":
        return _order_parts(schemas)
    body = schemas[name]
    inner = {field: schemas[_name(s)] for field, s in body["properties"].items() if "$ref" in s}
    return [
        {"name": field, "fields": _fields(schema), "refusals": schema[REFUSALS]}
        for field, schema in {"": body, **inner}.items()
    ]


def _order_parts(schemas: dict[str, Schema]) -> list[Part]:
    """The parts of an order request: its own fields, the contract's and those of the order."""
    types = [schemas[_name(choice)] for choice in schemas["OrderFields"]["oneOf"]]
    request, contract = schemas["OrderRequest"], schemas["Contract"]
    order_refusals = schemas["OrderFields"][REFUSALS] + types[0][REFUSALS]
    return [
        {"name": "", "fields": _fields(request), "refusals": request[REFUSALS]},
        {"name": "contract", "fields": _fields(contract), "refusals": contract[REFUSALS]},
        {"name": "order", "fields": _order_fields(types), "refusals": order_refusals},
    ]


def _name(reference: Schema) -> str:
    return str(reference["$ref"]).removeprefix(COMPONENTS)


def _order_fields(types: list[Schema]) -> list[Part]:
    """The fields of all order types in one list; `types` is empty when every type has the field."""
    merged: dict[str, Part] = {}
    for schema in types:
        order_type = schema["properties"]["orderType"]["const"]
        for field in _fields(schema):
            known = merged.setdefault(field["name"], field | {"types": []})
            known["types"].append(order_type)
            known["refusals"] = list(dict.fromkeys(known["refusals"] + field["refusals"]))
    every_type = merged["orderType"]["types"]
    merged["orderType"]["type"] = " | ".join(every_type)
    return [f | {"types": [] if f["types"] == every_type else f["types"]} for f in merged.values()]


def _fields(schema: Schema) -> list[Part]:
    required = schema.get("required", ())
    return [
        {
            "name": name,
            "type": type_text(field),
            "about": field.get("description", ""),
            "is_required": name in required,
            "default": _default(field),
            "refusals": field.get(REFUSALS, []),
        }
        for name, field in schema["properties"].items()
    ]


def _parameter(parameter: Part) -> Part:
    schema = parameter["schema"]
    return {
        "name": parameter["name"],
        "type": type_text(schema),
        "about": parameter["description"],
        "is_required": parameter["required"],
        "default": _default(schema),
        "place": parameter["in"],
        "refusals": schema.get(REFUSALS, []),
    }


def _event(event: Part) -> Part:
    return {
        "name": event["event"],
        "type": type_text(event["schema"]),
        "about": event["description"],
    }


def _default(field: Schema) -> str:
    """The default as it is written in JSON; an empty one goes without saying."""
    default = field.get("default")
    return "" if default in (None, "", 0) and default is not False else json.dumps(default)


def _word(value: Any) -> str:
    """A value as it is written in JSON, a text without its quotes unless it is empty."""
    return value or '""' if isinstance(value, str) else json.dumps(value)


def _limits(schema: Schema) -> str:
    words = []
    if "exclusiveMinimum" in schema:
        words.append(f" > {schema['exclusiveMinimum']}")
    if "maxLength" in schema:
        words.append(f", at most {schema['maxLength']} characters")
    return "".join(words)


def _pretty(value: Any) -> str:
    return value.rstrip() if isinstance(value, str) else json.dumps(value, indent=2)
