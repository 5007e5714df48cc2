"""What may be asked of an agent: one table for the relay, the agent and the desk.

A private operation goes to the asking user's own agent and to no other. Only the quotes (market
data, no account in them) may be served by somebody else's agent that shares its quotes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Reach = Literal["private", "quote"]
# read: may be asked again. order: adds risk, is never asked again, and a lost answer is unknown.
# exit: takes risk away; never held up by a full queue, and a lost answer is unknown too.
Kind = Literal["read", "order", "exit"]

# An order that has not reached its agent after so many seconds is not placed any more.
DELIVERY_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Operation:
    """`seconds`: how long the caller waits. `arguments`: the names that it takes."""

    name: str
    reach: Reach
    kind: Kind
    seconds: float
    arguments: frozenset[str] = frozenset()

    @property
    def delivery_seconds(self) -> float:
        """Within how many seconds the agent must begin, or not begin at all."""
        return min(self.seconds, DELIVERY_SECONDS)

    @property
    def is_order(self) -> bool:
        """True when bytes may reach TWS that must not be sent twice."""
        return self.kind != "read"


def _named(*operations: Operation) -> dict[str, Operation]:
    return {operation.name: operation for operation in operations}


def _private(name: str, *arguments: str, seconds: float = 15) -> Operation:
    return Operation(name, "private", "read", seconds, frozenset(arguments))


def _order(name: str, *arguments: str, seconds: float) -> Operation:
    return Operation(name, "private", "order", seconds, frozenset(arguments))


def _exit(name: str, *arguments: str, seconds: float = 12) -> Operation:
    return Operation(name, "private", "exit", seconds, frozenset(arguments))


def _quote(name: str, *arguments: str, seconds: float = 15) -> Operation:
    return Operation(name, "quote", "read", seconds, frozenset(arguments))


# `seconds` of place-order is the longest ORDER_TIMEOUT that an agent may have, and a little more.
OPERATIONS = _named(
    _private("status"),
    _private("accounts"),
    _private("account", "account"),
    _private("positions", "account"),
    _private("pnl"),
    _private("open-orders"),
    _private("executions"),
    _private("messages"),
    _private("order-facts", "contract", "account", "wantsQuote"),
    _private("orders"),
    _private("older-orders", "before", "limit"),
    _private("order", "clientOrderId"),
    _private("events", "clientOrderId"),
    _private("known-executions", "since"),
    _private("profit", "account", "from", "to", "currency"),
    _private("preview", "body", seconds=40),
    _order("place-order", "body", "source", "isNamed", "isClosing", seconds=40),
    _order("modify-order", "clientOrderId", "changes", seconds=12),
    _exit("cancel-order", "clientOrderId"),
    _exit("cancel-all"),
    _order("dismiss-order", "clientOrderId", "who", seconds=12),
    _exit("freeze", "reason"),
    _order("unfreeze", seconds=12),
    _quote("stock-quote", "contract"),
    _quote("fetch-prices", "symbols", "contracts"),
    _quote("test-futures", "symbol", "exchange"),
    _quote("watching", "contracts"),
    _quote("contract-details", "query", "currency"),
    _quote("trading-sessions", "contract"),
    _quote("contracts", "query"),
    _quote("bars", "contract", "barSize", "duration", "what", "rth", "live", seconds=30),
    _quote("fetch-chain", "contract", "expiry", "strikes", "tradingClass", "id", seconds=45),
    _quote("cancel-chain", "id"),
)
