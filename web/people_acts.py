"""What people do to their keys and sessions, and admins to people; pages and API share it.

What gives somebody more, and every change by an admin, is written together with its audit entry or
does not happen. What only takes something away from its owner (a session, a key) is done whether
or not it can be audited.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from flask import g

from store.database import DatabaseAway, StoreError
from store.tokens import prefix
from store.users import User
from trading.refusals import NotFound
from web.audit_trail import audited_change, note, record
from web.desk import current_desk


def make_key(scope: str, name: str, days: float | None) -> str:
    """A new API key of the caller; never with more than the caller may do now."""
    with audited_change():
        secret = current_desk().keys.new(_me(), scope, name, days=days)
        record("key made", prefix(secret), scope)
    return secret


def revoke_key(beginning: str) -> None:
    with _not_found():
        current_desk().keys.revoke(beginning, _me())
    note("key revoked", beginning)


def make_agent_key(name: str, days: float | None) -> str:
    with audited_change():
        secret = current_desk().people.agent_keys.new(_me(), name, days=days)
        record("agent key made", prefix(secret))
    return secret


def revoke_agent_key(beginning: str) -> None:
    with _not_found():
        current_desk().people.agent_keys.revoke(beginning, _me())
    note("agent key revoked", beginning)


def close_session(public_id: str) -> None:
    with _not_found():
        current_desk().sessions.close_one(_me(), public_id)
    note("session closed", public_id)


def close_other_sessions() -> int:
    """End all sessions of the caller but the asking one; how many they were."""
    closed = current_desk().sessions.close_others(_me(), g.caller.session_token)
    note("session closed", f"{closed} others")
    return closed


def invite(name: str, role: str) -> str:
    """A new user, and the token of the invitation."""
    with audited_change():
        token = current_desk().people.invitations.invite(name, role)
        record("user invited", name.lower(), role)
    return token


def invite_again(name: str) -> str:
    """A new invitation of a user there is: nothing changes before it is accepted."""
    with _not_found():
        user = current_desk().users.by_name(name)
    with audited_change():
        token = current_desk().people.invitations.invite_again(user.name)
        record("user invited", user.name, "again")
    return token


def change_user(name: str, role: str | None = None, active: bool | None = None) -> None:
    """Change role or state; the last active admin stays one."""
    users = current_desk().users
    with _not_found():
        before = users.by_name(name)
    with audited_change():
        if role is not None and role != before.role:
            users.set_role(before.name, role)
            record("role changed", before.name, f"{before.role} to {role}")
        if active is True and before.state == "deactivated":
            users.activate(before.name)
            record("user activated", before.name)
        if active is False and before.state != "deactivated":
            users.deactivate(before.name)
            record("user deactivated", before.name)


def remove_factor_of(name: str) -> None:
    """For somebody who lost phone and recovery codes."""
    with _not_found():
        user = current_desk().users.by_name(name)
    with audited_change():
        current_desk().people.second_factor.remove_as_admin(user)
        record("second factor off", user.name)


def _me() -> User:
    user: User = g.caller.user
    return user


@contextmanager
def _not_found() -> Iterator[None]:
    """What the store does not have, or has of somebody else, is not there."""
    try:
        yield
    except DatabaseAway:
        raise
    except StoreError as error:
        raise NotFound(str(error)) from error
