"""Examples for the API's document: people, sessions, keys, agents, the audit log."""

from __future__ import annotations

from web.openapi.examples import NAME, Example

NOW = "2026-11-28T14:31:02.118Z"
BOB: Example = {
    "name": "bob",
    "role": "approver",
    "state": "active",
    "secondFactor": True,
    "lastSignInAt": NOW,
}
CAROL: Example = {
    "name": "carol",
    "role": "trader",
    "state": "invited",
    "secondFactor": False,
    "lastSignInAt": None,
}
INVITATION: Example = {
    "user": CAROL,
    "link": "https://desk.example.com/invitation/ibi_kXq0Zr7b2mT5pWv9aYcD1eFgHjKl3nQsUxB8tR6vL4o",
}
SESSION: Example = {
    "id": "9f2c6b1e7a3d4c58",
    "isThis": False,
    "createdAt": NOW,
    "lastSeenAt": NOW,
    "userAgent": "Mozilla/5.0 (X11; Linux x86_64; rv:147.0) Gecko/20100101 Firefox/147.0",
    "address": "192.0.2.7",
}
AGENT_KEY: Example = {
    "prefix": "iba_4mTz0QpL",
    "name": "laptop",
    "state": "active",
    "createdAt": NOW,
    "lastUsedAt": None,
    "expiresAt": None,
    "revokedAt": None,
}
KEY: Example = AGENT_KEY | {
    "prefix": "ibk_7dRw2XbN",
    "name": "reports",
    "scope": "read",
    "lastUsedAt": NOW,
    "expiresAt": "2026-12-28T14:31:02.118Z",
}
REVOKED = {"state": "revoked", "revokedAt": NOW}
NEW_KEY = KEY | {"lastUsedAt": None, "key": "ibk_7dRw2XbNq5vYc8JmKfT3hLsPzE1gUaWoD6iBxR9tQ0k"}
NEW_AGENT_KEY = AGENT_KEY | {"key": "iba_4mTz0QpLb9nXw3VcRk7sYdGfJ2hUaE8qTiM5oBzP1vZ"}
AGENT: Example = {
    "user": "bob",
    "connected": True,
    "state": "connected",
    "mode": "paper",
    "latencyMs": 38.0,
    "version": "0.4.0",
    "label": "bob-laptop",
    "node": "relay-1",
    "connectedAt": NOW,
    "seenAt": NOW,
    "lastOrderAt": None,
}
ENTRY: Example = {
    "number": 812,
    "time": NOW,
    "who": "bob",
    "what": "order sent",
    "target": NAME,
    "outcome": "filled",
    "address": "192.0.2.7",
}
