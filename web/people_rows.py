"""People, sessions, keys, agents and audit entries as the API and the pages show them.

Times are ISO text or None; no row holds a secret.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from flask import g

from store.agent_keys import AgentKey
from store.agents import Agent
from store.audit import Entry
from store.keys import ApiKey
from store.sessions import Session
from store.users import User
from trading.refusals import TradingError
from trading.snapshots import iso
from web.desk import current_desk, utc_now

Row = dict[str, Any]

# What a browser calls itself contains the names of older ones: the first that is found counts.
BROWSERS = {"Edg": "Edge", "OPR": "Opera", "Firefox": "", "Chrome": "", "Version": "Safari"}
SYSTEMS = {"Android": "", "iPhone": "", "iPad": "", "Windows": "", "Mac OS X": "macOS", "Linux": ""}


def sessions(user: User, token: str) -> list[Row]:
    """The user's open sessions; `token` is the asking browser's own."""
    return [_session(one) for one in current_desk().sessions.of_user(user, token)]


def keys(user: User) -> list[Row]:
    """The user's API keys, the newest first."""
    return [_key(one) | {"scope": one.scope} for one in reversed(current_desk().keys.of_user(user))]


def agent_keys(user: User) -> list[Row]:
    """The user's agent keys, the newest first."""
    return [_key(one) for one in reversed(current_desk().people.agent_keys.of_user(user))]


def users() -> list[Row]:
    """Everybody, with second factor and last sign-in."""
    people = current_desk().people
    with_factor, last = people.second_factor.users_with(), people.audit.last_sign_ins()
    return [
        user_row(one, one.user_id in with_factor, last.get(one.name)) for one in people.users.all()
    ]


def user(name: str) -> Row:
    """One of `users`."""
    return next(row for row in users() if row["name"] == name.lower())


def user_row(one: User, with_factor: bool, last_sign_in: str | None) -> Row:
    return {
        "name": one.name,
        "role": one.role,
        "state": one.state,
        "secondFactor": with_factor,
        "lastSignInAt": last_sign_in,
    }


def agents() -> list[Row]:
    """Every agent there ever was, by its user's name: in relay mode as the relay knows it now."""
    desk = current_desk()
    rows = {one.user_name: agent_row(one) for one in desk.people.agents.all()}
    if desk.seats is None:
        return list(rows.values())
    try:
        live = {one["user"]: one for one in desk.seats.agents(g.caller.user.name)}
    except TradingError:  # the table knows who was there, and nobody who is
        return [row | {"connected": None, "state": "unknown"} for row in rows.values()]
    return [_living(name, rows.get(name), live.get(name)) for name in sorted(rows | live)]


NO_AGENT: Row = dict.fromkeys(
    ("connected", "state", "mode", "latencyMs", "version", "label", "node")
    + ("connectedAt", "seenAt", "lastOrderAt")
)


def agent_row(one: Agent) -> Row:
    return {
        "user": one.user_name,
        "connected": one.is_connected,
        "state": one.state,
        "mode": one.mode or None,
        "latencyMs": one.latency_ms,
        "version": one.version,
        "label": one.label,
        "node": one.node or None,
        "connectedAt": moment(one.connected_at),
        "seenAt": moment(one.seen_at),
        "lastOrderAt": moment(one.last_order_at),
    }


def _living(name: str, known: Row | None, live: Mapping[str, Any] | None) -> Row:
    """What the relay says now over what the table knows from before it was started."""
    row = known or {**NO_AGENT, "user": name}
    if live is None:
        return row | {"connected": False, "state": "gone"}
    is_there = bool(live["connected"])
    told = {name: live[name] for name in ("mode", "latencyMs", "version", "label", "node")}
    since = {"connectedAt" if is_there else "seenAt": live["since"]}
    last = {"lastOrderAt": live["lastOrderAt"] or row["lastOrderAt"]}
    return (
        row
        | told
        | since
        | last
        | {"connected": is_there, "state": "connected" if is_there else "gone"}
    )


def entry_row(entry: Entry) -> Row:
    return asdict(entry)


def moment(seconds: float | None) -> str | None:
    """Seconds since 1970 as ISO text."""
    return None if seconds is None else iso(datetime.fromtimestamp(seconds, UTC))


def browser_name(user_agent: str) -> str:
    """What a person calls the browser: Firefox 147 on Linux. Empty when it is unknown."""
    for mark, name in BROWSERS.items():
        if found := re.search(rf"\b{mark}/(\d+)", user_agent):
            system = next((word for word in SYSTEMS if word in user_agent), "")
            where = f" on {SYSTEMS[system] or system}" if system else ""
            return f"{name or mark} {found[1]}{where}"
    return ""


def _session(one: Session) -> Row:
    return {
        "id": one.public_id,
        "isThis": one.is_this,
        "createdAt": moment(one.created_at),
        "lastSeenAt": moment(one.last_seen_at),
        "browser": browser_name(one.user_agent) or None,
        "userAgent": one.user_agent,
        "address": one.address,
    }


def _key(one: ApiKey | AgentKey) -> Row:
    return {
        "prefix": one.prefix,
        "name": one.name,
        "state": _state(one),
        "createdAt": moment(one.created_at),
        "lastUsedAt": moment(one.last_used_at),
        "expiresAt": moment(one.expires_at),
        "revokedAt": moment(one.revoked_at),
    }


def _state(one: ApiKey | AgentKey) -> str:
    if one.revoked_at is not None:
        return "revoked"
    is_over = one.expires_at is not None and one.expires_at <= utc_now().timestamp()
    return "expired" if is_over else "active"
