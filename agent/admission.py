"""May this request begin? Asked right before it does; what may not is provably not done."""

from __future__ import annotations

from dataclasses import dataclass

from agent.clock import RelayClock
from relay.messages import Request
from relay.operations import OPERATIONS, Operation
from trading.refusals import Refused, TradingError, Undelivered

WRONG_USER = "This agent does not serve that request: it belongs to somebody else"
STALE_EPOCH = "The request was meant for an earlier connection of your agent; nothing was done"
EXPIRED = (
    "The request reached your agent too late; nothing was done. Ask again if you still want it."
)


@dataclass(frozen=True, slots=True)
class Session:
    """One connection to the relay: whom it serves, under which epoch, and the relay's clock."""

    user: str
    epoch: int
    clock: RelayClock


def operation_of(request: Request) -> Operation:
    """The operation, with arguments that it takes; else Refused."""
    operation = OPERATIONS.get(request.op)
    if operation is None:
        raise Refused(
            f"Your agent does not know the operation {request.op}; its version may be old"
        )
    unknown = sorted(set(request.args) - operation.arguments)
    if unknown:
        raise Refused(f"{unknown[0]} is not an argument of {request.op}")
    return operation


def why_not(
    request: Request, operation: Operation, session: Session, *, shares_quotes: bool
) -> TradingError | None:
    """Undelivered when the request may not begin now, else None."""
    is_foreign_quote = not request.user and operation.reach == "quote" and shares_quotes
    if request.user != session.user and not is_foreign_quote:
        return Undelivered(WRONG_USER, code="wrong_user")
    if request.epoch != session.epoch:
        return Undelivered(STALE_EPOCH, code="stale_epoch")
    if session.clock.now() > request.issued + request.ttl:
        return Undelivered(EXPIRED, code="expired")
    return None
