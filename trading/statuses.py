"""The life of an order as one table: (state, evidence) -> state.

The evidence is what the wire's own order messages prove. A warning, a notice or an unknown code is
no evidence and so is not in the table; ib_async's own idea (it marks a live order Cancelled on the
harmless 10349) is never asked.
"""

from __future__ import annotations

from enum import StrEnum


class OrderState(StrEnum):
    """Where an order stands for us; IB's own word is kept beside it as `status`."""

    SENDING = "sending"
    LIVE = "live"
    FILLED = "filled"
    CANCELLED = "cancelled"
    REJECTED = "rejected"
    UNKNOWN = "unknown"
    NOT_SENT = "not_sent"


class Evidence(StrEnum):
    """What a message, or the lack of one, proves about an order."""

    WORKING = "working"  # IB acknowledged it: PendingSubmit … Submitted, PendingCancel
    INACTIVE = "inactive"  # rejected or held: only a reject code tells which
    CANCELLED = "cancelled"
    FILLED = "filled"  # status Filled, or executions for the whole quantity
    REJECT = "reject"  # a code of kind reject
    SILENCE = "silence"  # the connection went, or time ran out, before anything was heard
    ABSENT = "absent"  # a complete snapshot from TWS does not have it
    NOT_WRITTEN = "not written"  # the bytes never left this process


S, E = OrderState, Evidence

FINAL = frozenset({S.FILLED, S.CANCELLED, S.REJECTED, S.NOT_SENT})
ACKNOWLEDGED = frozenset({S.LIVE, S.FILLED, S.CANCELLED})

# IB's order status -> what it proves. https://interactivebrokers.github.io/tws-api (OrderStatus)
STATUS_EVIDENCE = {
    "ApiPending": E.WORKING,
    "PendingSubmit": E.WORKING,
    "PreSubmitted": E.WORKING,
    "Submitted": E.WORKING,
    "PendingCancel": E.WORKING,
    "Inactive": E.INACTIVE,
    "ApiCancelled": E.CANCELLED,
    "Cancelled": E.CANCELLED,
    "Filled": E.FILLED,
}

# A pair that is not here leaves the state as it is. A reject by code alone is provisional: a later
# status from the wire overrules it. Cancelled followed by a fill is a fill. Filled never changes.
TRANSITIONS = {
    (S.SENDING, E.WORKING): S.LIVE,
    (S.SENDING, E.INACTIVE): S.LIVE,
    (S.SENDING, E.CANCELLED): S.CANCELLED,
    (S.SENDING, E.FILLED): S.FILLED,
    (S.SENDING, E.REJECT): S.REJECTED,
    (S.SENDING, E.SILENCE): S.UNKNOWN,
    (S.SENDING, E.ABSENT): S.UNKNOWN,
    (S.SENDING, E.NOT_WRITTEN): S.NOT_SENT,
    (S.LIVE, E.CANCELLED): S.CANCELLED,
    (S.LIVE, E.FILLED): S.FILLED,
    (S.LIVE, E.ABSENT): S.UNKNOWN,
    (S.UNKNOWN, E.WORKING): S.LIVE,
    (S.UNKNOWN, E.INACTIVE): S.LIVE,
    (S.UNKNOWN, E.CANCELLED): S.CANCELLED,
    (S.UNKNOWN, E.FILLED): S.FILLED,
    (S.UNKNOWN, E.REJECT): S.REJECTED,
    (S.CANCELLED, E.FILLED): S.FILLED,
    (S.REJECTED, E.WORKING): S.LIVE,
    (S.REJECTED, E.FILLED): S.FILLED,
}


def next_state(state: OrderState, evidence: Evidence, *, was_rejected: bool) -> OrderState:
    """The state after `evidence`.

    `was_rejected`: a reject code came before, so Inactive means rejected and not held.
    """
    if was_rejected and state is S.LIVE and evidence is E.INACTIVE:
        return S.REJECTED
    return TRANSITIONS.get((state, evidence), state)
