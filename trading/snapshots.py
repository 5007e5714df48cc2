"""What a read returns: frozen values with the time they were true (`as_of`), ready for JSON.

`None` means IB gave no value; it is never zero. A snapshot that could not be had is an error, so
an empty list is a real empty account.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from trading.account_words import plain_tag


def iso(moment: datetime | None) -> str | None:
    """ISO-8601 in UTC with milliseconds and a Z, as every time in the API."""
    if moment is None:
        return None
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of one kind as the API shows them, with the time they were true.

    `stale` says that the connection is down and these are the last known rows.
    """

    as_of: datetime
    rows: tuple[dict[str, Any], ...]
    stale: bool = False

    def to_payload(self, name: str) -> dict[str, Any]:
        return {"asOf": iso(self.as_of), "stale": self.stale, name: list(self.rows)}


@dataclass(frozen=True, slots=True)
class AccountSummary:
    """All account values of one account: `values` holds IB's rows (tag, value text, currency)."""

    as_of: datetime
    account: str
    values: tuple[dict[str, str], ...]
    stale: bool = False

    def to_payload(self) -> dict[str, Any]:
        """`summary` has the number tags of the account's base currency, each once."""
        return {
            "asOf": iso(self.as_of),
            "stale": self.stale,
            "account": self.account,
            "summary": self._summary(),
            "values": list(self.values),
        }

    def _summary(self) -> dict[str, dict[str, Any]]:
        # A tag with one row per currency has a BASE row too: the sum in the account's currency.
        base = next((r["currency"] for r in self.values if r["tag"] == "NetLiquidation"), "")
        whole = {row["tag"] for row in self.values}
        summary: dict[str, dict[str, Any]] = {}
        for row in self.values:
            tag = plain_tag(row["tag"])
            if tag != row["tag"] and tag in whole:  # of one currency; the account has its own
                continue
            number = parsed_number(row["value"])
            if number is not None and (tag not in summary or row["currency"] == "BASE"):
                currency = base if row["currency"] == "BASE" else row["currency"]
                summary[tag] = {"value": number, "currency": currency or None}
        return summary


@dataclass(frozen=True, slots=True)
class Farm:
    """One of IB's data farms: `kind` market data, historical data or security definitions."""

    name: str
    kind: str
    state: str
    since: datetime

    def to_payload(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "kind": self.kind,
            "state": self.state,
            "since": iso(self.since),
        }


@dataclass(frozen=True, slots=True)
class ConnectionStatus:
    """One connection to TWS as everybody may read it.

    `state` is about our socket: connecting, connected, waiting (next try at `next_retry_at`,
    `reason` says why) or stopped. `broker_link` is about TWS and IB: up, down (1100) or unknown.
    """

    name: str
    client_id: int
    state: str
    since: datetime
    reason: str | None = None
    server_version: int | None = None
    accounts: tuple[str, ...] = ()
    last_message_at: datetime | None = None
    reconnects: int = 0
    broker_link: str = "unknown"
    next_retry_at: datetime | None = None
    farms: tuple[Farm, ...] = field(default=())

    @property
    def is_connected(self) -> bool:
        return self.state == "connected"

    def to_payload(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "clientId": self.client_id,
            "state": self.state,
            "reason": self.reason,
            "since": iso(self.since),
            "serverVersion": self.server_version,
            "lastMessageAt": iso(self.last_message_at),
            "reconnects": self.reconnects,
            "brokerLink": self.broker_link,
            "nextRetryAt": iso(self.next_retry_at),
        }


def parsed_number(text: str) -> float | None:
    """None for text that is no number, and for IB's unset one (the largest double)."""
    try:
        number = float(text)
    except ValueError:
        return None
    return number if abs(number) < sys.float_info.max else None
