"""The life of an order as one table: (state, evidence) -> state.

The evidence is what the wire's own order messages prove. A warning, a notice or an unknown code is
no evidence and so is not in the table; ib_async's own idea (it marks a live order Cancelled on the
harmless 10349) is never asked.
"""

from __future__ import annotations

from enum import StrEnum


class OrderState(StrEnum):
    """Where an order stands for us; IB's own word is kept beside it as `status`."""

    INTENT = "intent"  # accepted and saved; provably nothing has left
    SENDING = "sending"  # from here on it may exist at TWS
    LIVE = "live"
    FILLED = "filled"
    CANCELLED = "cancelled"
    REJECTED = "rejected"
    UNKNOWN = "unknown"
    NOT_SENT = "not_sent"
    EXPIRED = "expired"  # its day is over and IB lists it no more; more of it may have filled
    NOT_PLACED = "not_placed"  # it may have left, but IB has been asked twice and has no such order
    DISMISSED = "dismissed"  # somebody has looked into TWS, and it is not there; it may have filled


class Evidence(StrEnum):
    """What a message, or the lack of one, proves about an order."""

    LEAVING = "leaving"  # saved with its order id: the bytes may leave now
    WORKING = "working"  # IB acknowledged it: PendingSubmit … Submitted, PendingCancel
    INACTIVE = "inactive"  # rejected or held: only a reject code tells which
    REFUSED = "refused"  # Inactive among the completed orders: not held, so rejected
    CANCELLED = "cancelled"
    FILLED = "filled"  # status Filled, or executions for the whole quantity
    REJECT = "reject"  # a code of kind reject
    SILENCE = "silence"  # the connection went, or time ran out, before anything was heard
    ABSENT = "absent"  # a complete snapshot from TWS does not have it
    NOT_AT_IB = "not at ib"  # nor has a second one, and IB never acknowledged it
    LAPSED = "lapsed"  # nor has a later one, and the day that it was good for is over
    DISMISSAL = "dismissal"  # a person has looked as well, when the newest list did not have it
    NOT_WRITTEN = "not written"  # the bytes never left this process


S, E = OrderState, Evidence

FINAL = frozenset(
    {S.FILLED, S.CANCELLED, S.REJECTED, S.EXPIRED, S.NOT_SENT, S.NOT_PLACED, S.DISMISSED}
)
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
# What we believed never to have arrived is believed no longer when the wire shows it.
TRANSITIONS = {
    (S.INTENT, E.LEAVING): S.SENDING,
    (S.INTENT, E.NOT_WRITTEN): S.NOT_SENT,
    (S.SENDING, E.REJECT): S.REJECTED,
    (S.SENDING, E.SILENCE): S.UNKNOWN,
    (S.SENDING, E.ABSENT): S.UNKNOWN,
    (S.SENDING, E.NOT_WRITTEN): S.NOT_SENT,
    (S.LIVE, E.CANCELLED): S.CANCELLED,
    (S.LIVE, E.FILLED): S.FILLED,
    (S.LIVE, E.ABSENT): S.UNKNOWN,
    (S.LIVE, E.REFUSED): S.REJECTED,
    (S.UNKNOWN, E.REJECT): S.REJECTED,
    (S.UNKNOWN, E.NOT_AT_IB): S.NOT_PLACED,
    (S.UNKNOWN, E.LAPSED): S.EXPIRED,
    (S.UNKNOWN, E.DISMISSAL): S.DISMISSED,
    (S.UNKNOWN, E.NOT_WRITTEN): S.NOT_SENT,  # it was still being saved when the connection went
    (S.CANCELLED, E.FILLED): S.FILLED,
    (S.REJECTED, E.WORKING): S.LIVE,
    (S.REJECTED, E.FILLED): S.FILLED,
    **{
        (state, evidence): after
        for state in (
            *(S.INTENT, S.SENDING, S.UNKNOWN),
            *(S.EXPIRED, S.NOT_SENT, S.NOT_PLACED, S.DISMISSED),
        )
        for evidence, after in (
            (E.WORKING, S.LIVE),
            (E.INACTIVE, S.LIVE),
            (E.CANCELLED, S.CANCELLED),
            (E.FILLED, S.FILLED),
        )
    },
}


def next_state(state: OrderState, evidence: Evidence, *, was_rejected: bool) -> OrderState:
    """The state after `evidence`.

    `was_rejected`: a reject code came before, so Inactive means rejected and not held.
    """
    if was_rejected and state is S.LIVE and evidence is E.INACTIVE:
        return S.REJECTED
    return TRANSITIONS.get((state, evidence), state)
