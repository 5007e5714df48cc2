"""JSON Schemas of the bodies about people and keys, and examples of them.

They describe what `web/people_api.py` and `web/keys_api.py` take.
"""

from __future__ import annotations

from typing import Any

from store.keys import DEFAULT_DAYS
from store.roles import ROLES, SCOPES
from web.keys_api import MOST_DAYS, WRONG_DAYS
from web.openapi.exit_requests import body_schema
from web.openapi.requests import REFUSALS, Schema
from web.people_api import NOTHING, WRONG_ACTIVE

ROLE: Schema = {"enum": list(ROLES), REFUSALS: [f"A role is one of {', '.join(ROLES)}"]}
KEY_NAME: Schema = {
    "type": "string",
    "maxLength": 64,
    "default": "",
    "description": "What the key is for; the first 40 characters are kept",
    REFUSALS: ["name must be a string"],
}
DAYS: Schema = {
    "type": ["number", "null"],
    "exclusiveMinimum": 0,
    "maximum": MOST_DAYS,
    "description": "How long it is good for; null: until it is revoked",
    REFUSALS: [WRONG_DAYS],
}
PEOPLE_REQUESTS: dict[str, Schema] = {
    "UserChange": body_schema(
        "What to change of a user",
        [],
        {
            "role": ROLE | {"description": "Keys and sessions follow at once"},
            "active": {
                "type": "boolean",
                "description": "false ends sessions, keys and agent keys at once",
                REFUSALS: [WRONG_ACTIVE, "alice is the last active admin: make another one first"],
            },
        },
        NOTHING,
    ),
    "InvitationRequest": body_schema(
        "Who is invited",
        ["name"],
        {
            "name": {
                "type": "string",
                "maxLength": 40,
                "description": "The user name; kept in lower case and never used again",
                REFUSALS: [
                    "name is required",
                    "A user name has 1 to 40 characters of a-z 0-9 . _ @ -",
                ],
            },
            "role": ROLE | {"default": "trader", "description": "What a new user may do"},
        },
    ),
    "KeyRequest": body_schema(
        "What the key may do, and for how long",
        ["scope"],
        {
            "scope": {
                "enum": list(SCOPES),
                "description": "Never more than the user may",
                REFUSALS: ["scope is required", f"A scope is one of {', '.join(SCOPES)}"],
            },
            "name": KEY_NAME,
            "days": DAYS | {"default": DEFAULT_DAYS},
        },
    ),
    "AgentKeyRequest": body_schema(
        "What the key is for, and for how long", [], {"name": KEY_NAME, "days": DAYS}
    ),
}
CHANGES: dict[str, Any] = {"role": {"role": "approver"}, "end": {"active": False}}
INVITATIONS: dict[str, Any] = {"new": {"name": "carol", "role": "trader"}}
KEYS: dict[str, Any] = {
    "month": {"scope": "read", "name": "reports", "days": 30},
    "default": {"scope": "trade"},
}
AGENT_KEYS: dict[str, Any] = {"laptop": {"name": "laptop", "days": None}}
