"""What somebody may do: roles of users and scopes of callers.

Scopes are a ladder, each includes the ones before it. A role says how far up its user may go.
"""

from __future__ import annotations

from store.database import StoreError

SCOPES = ("read", "trade", "approve", "admin")
# approve: trade, freeze and unfreeze, and read the audit log.
ROLES = {"viewer": "read", "trader": "trade", "approver": "approve", "admin": "admin"}


def allows(granted: str, needed: str) -> bool:
    """True when the scope `granted` includes the scope `needed`."""
    return SCOPES.index(granted) >= SCOPES.index(needed)


def weaker(one: str, other: str) -> str:
    """The smaller of two scopes: a key never does more than its user may."""
    return min(one, other, key=SCOPES.index)


def parse_role(role: str) -> str:
    if role not in ROLES:
        raise StoreError(f"A role is one of {', '.join(ROLES)}")
    return role


def parse_scope(scope: str) -> str:
    if scope not in SCOPES:
        raise StoreError(f"A scope is one of {', '.join(SCOPES)}")
    return scope
