"""JSON Schemas of what the API tells about people, sessions, keys, agents and the audit log."""

from __future__ import annotations

from store.audit import ACTIONS
from store.roles import ROLES, SCOPES
from web.openapi.answer_parts import (
    FLAG,
    NUMBER_OR_NULL,
    TEXT,
    TEXT_OR_NULL,
    TIME,
    WHOLE,
    all_of,
    or_null,
    record,
    ref,
    rows,
    said,
)
from web.openapi.requests import Schema

KEY: Schema = {
    "prefix": said(TEXT, "Its first characters, by which it is named"),
    "name": TEXT,
    "state": {"enum": ["active", "expired", "revoked"]},
    "createdAt": TIME,
    "lastUsedAt": said(or_null(TIME), "Exact to a minute"),
    "expiresAt": said(or_null(TIME), "null: never"),
    "revokedAt": or_null(TIME),
}
SCOPE: Schema = {"scope": {"enum": list(SCOPES)}}
SECRET = {"key": said(TEXT, "The key itself; it is in this answer only")}
PEOPLE_SCHEMAS: dict[str, Schema] = {
    "Users": record("", {"users": rows("User")}),
    "User": record(
        "Somebody who may sign in",
        {
            "name": TEXT,
            "role": {"enum": list(ROLES)},
            "state": {"enum": ["invited", "active", "deactivated"]},
            "secondFactor": FLAG,
            "lastSignInAt": or_null(TIME),
        },
    ),
    "Invitation": record(
        "",
        {
            "user": ref("User"),
            "link": said(TEXT, "Good for seven days and one use; it is in this answer only"),
        },
    ),
    "Sessions": record("", {"sessions": rows("Session")}),
    "Session": record(
        "A browser that is signed in",
        {"id": TEXT, "isThis": said(FLAG, "The asking one"), "createdAt": TIME}
        | {"lastSeenAt": TIME, "userAgent": TEXT, "address": TEXT}
        | {"browser": said(TEXT_OR_NULL, "The same for a person; null when it is not known")},
    ),
    "Closed": record("", {"closed": said(WHOLE, "How many sessions have ended")}),
    "Keys": record("The newest first", {"keys": rows("Key")}),
    "Key": record("An API key, never its secret", KEY | SCOPE),
    "NewKey": record("", KEY | SCOPE | SECRET),
    "AgentKeys": record("The newest first", {"keys": rows("AgentKey")}),
    "AgentKey": record("An agent's key, never its secret", KEY),
    "NewAgentKey": record("", KEY | SECRET),
    "Agents": record("By the user's name", {"agents": rows("Agent")}),
    "Agent": record(
        "A user's agent as it was last known",
        {"user": TEXT, "connected": or_null(FLAG), "state": TEXT, "mode": TEXT_OR_NULL}
        | {"latencyMs": NUMBER_OR_NULL, "version": TEXT, "label": TEXT}
        | {"node": said(TEXT_OR_NULL, "The relay node that has it; null while not connected")}
        | {"connectedAt": or_null(TIME), "seenAt": or_null(TIME)}
        | {"lastOrderAt": or_null(TIME)},
    ),
    "AuditEntries": record("The newest first", {"entries": rows("AuditEntry")}),
    "AuditEntry": record(
        "Who did what",
        {"number": WHOLE, "time": TIME, "who": TEXT, "what": {"enum": sorted(ACTIONS)}}
        | all_of(TEXT, "target", "outcome", "address"),
    ),
    "AuditCheck": record(
        "",
        {"intact": FLAG, "text": said(TEXT, "The same as a sentence, with the first bad line")},
    ),
}
