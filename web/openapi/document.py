"""The API's own description as an OpenAPI 3.1 document.

Made from the table of operations, the schemas and the examples; it asks nothing of TWS.
"""

from __future__ import annotations

from typing import Any

from web.openapi.answer_parts import ref
from web.openapi.answers import ANSWERS
from web.openapi.checklist_answers import CHECKLIST_SCHEMAS
from web.openapi.exit_requests import EXIT_REQUESTS
from web.openapi.market_requests import MARKET_REQUESTS
from web.openapi.operations import OPERATIONS
from web.openapi.own_operations import OWN_REQUESTS, OWN_SCHEMAS
from web.openapi.parts import PROBLEM, PROBLEMS, Answer, Operation, Parameter
from web.openapi.people_requests import PEOPLE_REQUESTS
from web.openapi.preset_operations import PRESET_REQUESTS, PRESET_SCHEMAS
from web.openapi.requests import request_schemas
from web.openapi.strategy_parts import STRATEGY_REQUESTS

Part = dict[str, Any]

# Errors of every operation: a malformed request, nobody signed in, not allowed.
ALWAYS = (400, 401, 403)

ABOUT = (
    "Read Interactive Brokers accounts and place orders. Names and values are IB's own, times are "
    "ISO-8601 in UTC, what IB has not set is null. Errors are application/problem+json: error is a "
    "sentence for a person, and sent tells whether anything reached TWS."
)
HEADERS = {
    "Location": "Where to look at the order",
    "Idempotent-Replayed": "true when nothing was placed now: the key was used before",
    "Retry-After": "Seconds to wait before the next try",
    "WWW-Authenticate": "Bearer",
}


def document(version: str, session_cookie: str) -> Part:
    """The whole document. `session_cookie` is the name of this desk's session cookie."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "IB Trading Platform", "version": version, "description": ABOUT},
        "servers": [{"url": "/"}],
        "tags": [{"name": group} for group in OPERATIONS],
        "paths": _paths(),
        "components": {
            "schemas": request_schemas()
            | EXIT_REQUESTS
            | PEOPLE_REQUESTS
            | CHECKLIST_SCHEMAS
            | STRATEGY_REQUESTS
            | MARKET_REQUESTS
            | OWN_REQUESTS
            | PRESET_REQUESTS
            | ANSWERS
            | OWN_SCHEMAS
            | PRESET_SCHEMAS,
            "responses": {_problem_name(status): _response(a) for status, a in PROBLEMS.items()},
            "securitySchemes": {
                "bearer": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "An API key: .venv/bin/flask --app app_simple key new",
                },
                "cookie": {"type": "apiKey", "in": "cookie", "name": session_cookie},
                "csrf": {
                    "type": "apiKey",
                    "in": "header",
                    "name": "X-CSRFToken",
                    "description": 'With the cookie only: the page\'s <meta name="csrf-token">',
                },
            },
        },
    }


def _paths() -> Part:
    paths: Part = {}
    for group, operations in OPERATIONS.items():
        for operation in operations:
            part = {"tags": [group]} | _operation(operation)
            paths.setdefault(operation.path, {})[operation.method.lower()] = part
    return paths


def _operation(operation: Operation) -> Part:
    needs_token = operation.method != "GET"
    cookie: Part = {"cookie": [], "csrf": []} if needs_token else {"cookie": []}
    part: Part = {
        "operationId": operation.name,
        "summary": operation.summary,
        "security": [{"bearer": [operation.scope]}, cookie],
        "responses": _responses(operation),
    }
    if operation.about:
        part["description"] = operation.about
    if operation.parameters:
        part["parameters"] = [_parameter(parameter) for parameter in operation.parameters]
    if operation.body:
        content = {"schema": ref(operation.body), "examples": _examples(operation.bodies or {})}
        part["requestBody"] = {"required": True, "content": {"application/json": content}}
    if operation.events:
        part["x-events"] = [
            {"event": name, "schema": ref(schema), "description": about}
            for name, schema, about in operation.events
        ]
    return part


def _parameter(parameter: Parameter) -> Part:
    part: Part = {
        "name": parameter.name,
        "in": parameter.place,
        "required": parameter.required,
        "description": parameter.about,
        "schema": parameter.schema,
    }
    return part if parameter.example is None else part | {"example": parameter.example}


def _responses(operation: Operation) -> Part:
    shared = {*ALWAYS, *operation.errors} - operation.answers.keys()
    responses = {status: _response(answer) for status, answer in operation.answers.items()}
    responses |= {
        status: {"$ref": f"#/components/responses/{_problem_name(status)}"} for status in shared
    }
    return {str(status): responses[status] for status in sorted(responses)}


def _problem_name(status: int) -> str:
    return f"Problem{status}"


def _response(answer: Answer) -> Part:
    refs = [ref(name) for name in answer.schemas]
    media: Part = {"schema": {"anyOf": refs} if len(refs) > 1 else refs[0] if refs else {}}
    if answer.examples:
        media["examples"] = _examples(answer.examples)
    kind = PROBLEM if "Problem" in answer.schemas else answer.media
    part: Part = {"description": answer.about, "content": {kind: media}}
    if answer.headers:
        part["headers"] = {
            name: {"description": HEADERS[name], "schema": {"type": "string"}}
            for name in answer.headers
        }
    return part


def _examples(values: Part) -> Part:
    return {name: {"value": value} for name, value in values.items()}
