"""`/api/v1`: one's own sessions, API keys and agent keys.

A key is in the answer that makes it and nowhere else.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, g, request

from store.keys import DEFAULT_DAYS
from web import people_acts, people_rows
from web.answers import json_response
from web.bodies import an_object, read_json, refused, text_of

routes = Blueprint("keys_api", __name__, url_prefix="/api/v1")

MOST_DAYS = 3650
WRONG_DAYS = "days must be a number above 0 and at most 3650, or null for a key that never ends"


@routes.get("/sessions")
def sessions() -> Response:
    """The caller's open browser sessions, the last used first."""
    return json_response({"sessions": people_rows.sessions(g.caller.user, g.caller.session_token)})


@routes.delete("/sessions")
def close_other_sessions() -> Response:
    """End every session of the caller but the asking one."""
    return json_response({"closed": people_acts.close_other_sessions()})


@routes.delete("/sessions/<session_id>")
def close_session(session_id: str) -> Response:
    people_acts.close_session(session_id)
    return json_response({"closed": 1})


@routes.get("/keys")
def keys() -> Response:
    return json_response({"keys": people_rows.keys(g.caller.user)})


@routes.post("/keys")
def make_key() -> Response:
    """`{"scope": "read", "name": "backup", "days": 30}`; the key is shown only now."""
    body = an_object(read_json(request), {"scope", "name", "days"})
    secret = people_acts.make_key(
        text_of(body, "scope"), text_of(body, "name", ""), _days(body, DEFAULT_DAYS)
    )
    (row,) = (row for row in people_rows.keys(g.caller.user) if secret.startswith(row["prefix"]))
    return json_response(row | {"key": secret}, 201)


@routes.delete("/keys/<prefix>")
def revoke_key(prefix: str) -> Response:
    people_acts.revoke_key(prefix)
    return keys()


@routes.get("/agent-keys")
def agent_keys() -> Response:
    return json_response({"keys": people_rows.agent_keys(g.caller.user)})


@routes.post("/agent-keys")
def make_agent_key() -> Response:
    """`{"name": "laptop", "days": null}`; the key is shown only now."""
    body = an_object(read_json(request), {"name", "days"})
    secret = people_acts.make_agent_key(text_of(body, "name", ""), _days(body, None))
    rows = people_rows.agent_keys(g.caller.user)
    (row,) = (row for row in rows if secret.startswith(row["prefix"]))
    return json_response(row | {"key": secret}, 201)


@routes.delete("/agent-keys/<prefix>")
def revoke_agent_key(prefix: str) -> Response:
    people_acts.revoke_agent_key(prefix)
    return agent_keys()


def _days(body: Mapping[str, Any], default: float | None) -> float | None:
    """How long a new key lasts; None for ever."""
    days = body.get("days", default)
    if days is None:
        return None
    if type(days) not in (int, float) or not 0 < days <= MOST_DAYS:
        raise refused("/days", WRONG_DAYS)
    return float(days)
