"""What the document says about people and keys is what the desk takes and refuses."""

from __future__ import annotations

from typing import Any

import pytest

from tests.web.openapi.as_documented import address, is_as_documented
from tests.web.schema_checks import every_schema, faults
from tests.web.visitors import World, data
from web.keys_api import WRONG_DAYS
from web.openapi import people_requests as requests
from web.openapi.document import document
from web.openapi.people_requests import PEOPLE_REQUESTS
from web.openapi.requests import REFUSALS

SCHEMAS = document("0.1.0", "ib_desk_x")["components"]["schemas"]
CHANGE, INVITE = ("PATCH", "/api/v1/users/bob"), ("POST", "/api/v1/invitations")
KEY, AGENT_KEY = ("POST", "/api/v1/keys"), ("POST", "/api/v1/agent-keys")
# Each sentence of the document, and a call that earns it.
SENTENCES: dict[str, tuple[tuple[str, str], Any]] = {
    "The body must be a JSON object": (CHANGE, []),
    "hopefulPercent is not a field here": (AGENT_KEY, {"hopefulPercent": 1}),
    "The body must say role, active or both": (CHANGE, {}),
    "A role is one of viewer, trader, approver, admin": (CHANGE, {"role": "king"}),
    "active must be true or false": (CHANGE, {"active": 1}),
    "alice is the last active admin: make another one first": (
        ("PATCH", "/api/v1/users/alice"),
        {"active": False},
    ),
    "name is required": (INVITE, {}),
    "A user name has 1 to 40 characters of a-z 0-9 . _ @ -": (INVITE, {"name": "no name"}),
    "scope is required": (KEY, {}),
    "A scope is one of read, trade, approve, admin": (KEY, {"scope": "all"}),
    "name must be a string": (AGENT_KEY, {"name": 7}),
    WRONG_DAYS: (AGENT_KEY, {"days": 0}),
}
EXAMPLES = [
    *(("UserChange", body) for body in requests.CHANGES.values()),
    *(("InvitationRequest", body) for body in requests.INVITATIONS.values()),
    *(("KeyRequest", body) for body in requests.KEYS.values()),
    *(("AgentKeyRequest", body) for body in requests.AGENT_KEYS.values()),
]
WRONG: list[tuple[str, Any]] = [
    ("UserChange", {"role": "king"}),
    ("UserChange", {"active": "no"}),
    ("UserChange", {"name": "bob"}),
    ("InvitationRequest", {}),
    ("KeyRequest", {"name": "x"}),
    ("KeyRequest", {"scope": "read", "days": 0}),
    ("AgentKeyRequest", {"scope": "read"}),
]


@pytest.mark.parametrize(("said", "call", "body"), [(s, *c) for s, c in SENTENCES.items()])
def test_a_refusal_has_exactly_the_documented_sentence(
    world: World, said: str, call: tuple[str, str], body: object
) -> None:
    answer = world.program("admin").call(*call, json=body)
    assert (answer.status_code, data(answer)["error"], data(answer)["sent"]) == (422, said, "no")
    assert is_as_documented(answer, call[0], call[1].replace("alice", "bob"))


def test_every_sentence_of_the_document_is_tried_above() -> None:
    parts = (part for schema in PEOPLE_REQUESTS.values() for part in every_schema(schema))
    assert {said for part in parts for said in part.get(REFUSALS, ())} == SENTENCES.keys()


@pytest.mark.parametrize(("schema", "body"), EXAMPLES)
def test_every_example_is_allowed(schema: str, body: object) -> None:
    assert faults(body, SCHEMAS[schema], SCHEMAS) == []


@pytest.mark.parametrize(("schema", "body"), WRONG)
def test_a_wrong_body_is_forbidden(schema: str, body: object) -> None:
    assert faults(body, SCHEMAS[schema], SCHEMAS)


@pytest.mark.parametrize(
    ("path", "example"),
    [
        ("/api/v1/users/{name}", "bob"),
        ("/api/v1/keys/{prefix}", "ibk_7dRw2XbN"),
        ("/api/v1/sessions/{sessionId}", "9f2c6b1e7a3d4c58"),
    ],
)
def test_what_is_nobodys_is_answered_as_documented(world: World, path: str, example: str) -> None:
    method = "PATCH" if "users" in path else "DELETE"
    asked = address(path).replace(example, "nothing")
    answer = world.program("admin").call(method, asked, json={"active": True})
    assert answer.status_code == 404
    assert faults(data(answer), SCHEMAS["Problem"], SCHEMAS) == []
