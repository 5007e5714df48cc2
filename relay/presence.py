"""What people are told about an agent: their own on their pages, all of them to an admin."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from relay.messages import Hello
from relay.registry import Agent
from trading.snapshots import iso

NEVER = "It has not connected since the relay was started"


@dataclass(frozen=True, slots=True)
class Absence:
    """An agent that is not connected: since when, why, and what it last said of itself."""

    since: datetime
    reason: str = NEVER
    hello: Hello | None = None
    last_order_at: datetime | None = None


def picture(agent: Agent) -> dict[str, Any]:
    """A connected agent; times are ISO-8601, `latencyMs` is null until the first pong."""
    return {
        "connected": True,
        "since": iso(agent.since),
        "label": agent.hello.label,
        "version": agent.hello.version,
        "mode": agent.hello.mode,
        "latencyMs": agent.latency_ms,
        "reason": agent.notice,
    }


def absent(absence: Absence) -> dict[str, Any]:
    """The same fields of one that is away."""
    hello = absence.hello
    return {
        "connected": False,
        "since": iso(absence.since),
        "label": hello.label if hello else "",
        "version": hello.version if hello else "",
        "mode": hello.mode if hello else None,
        "latencyMs": None,
        "reason": absence.reason,
    }


def row(agent: Agent, node: str) -> dict[str, Any]:
    """A connected agent in the admin's list."""
    return {
        "user": agent.user,
        **picture(agent),
        "lastOrderAt": iso(agent.last_order_at),
        "instance": agent.hello.instance,
        "epoch": agent.epoch,
        "node": node,
    }


def absent_row(user: str, absence: Absence) -> dict[str, Any]:
    """One that is away in the admin's list."""
    return {
        "user": user,
        **absent(absence),
        "lastOrderAt": iso(absence.last_order_at),
        "instance": absence.hello.instance if absence.hello else None,
        "epoch": None,
        "node": None,
    }
