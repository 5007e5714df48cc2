"""The status of an engine that cannot be asked: what is not known is null, never 0 or empty."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from trading.refusals import AGENT_NOT_CONNECTED, START_THE_AGENT
from trading.snapshots import iso

AWAY = f"{AGENT_NOT_CONNECTED}. {START_THE_AGENT}"
NOT_KNOWN = (
    "account",
    "accounts",
    "gateway",
    "syntheticPrices",
    "farms",
    "marketData",
    "sleepWorkaround",
    "loops",
    "openOrders",
    "frozen",
    "blockers",
    "hasReadOrders",
    "limits",
    "journal",
    "positionDifferences",
)


def away_status(reason: str, agent: Mapping[str, Any] | None, now: datetime) -> dict[str, Any]:
    """A whole status, as `engine/status.py` makes one, of an engine that is away.

    `agent` is AGENT as the relay tells it; None when the relay does not answer either.
    """
    since = str((agent or {}).get("since") or iso(now))
    connections = {name: _waiting(name, reason, since) for name in ("data", "orders")}
    return dict.fromkeys(NOT_KNOWN) | {
        "time": iso(now),
        "mode": (agent or {}).get("mode"),
        "connections": connections,
        "agent": agent,
    }


def utc_now() -> datetime:
    return datetime.now(UTC)


def _waiting(name: str, reason: str, since: str) -> dict[str, Any]:
    return {
        "name": name,
        "clientId": None,
        "state": "waiting",
        "reason": reason,
        "since": since,
        "serverVersion": None,
        "lastMessageAt": None,
        "reconnects": None,
        "brokerLink": "unknown",
        "nextRetryAt": None,
    }
