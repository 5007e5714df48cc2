"""Examples for the API's document: why an order is what it is.

Made by the same function as the answers, from orders and timelines of the other examples.
"""

from __future__ import annotations

from trading.why import explain
from trading.why_parts import Surroundings
from web.openapi import examples
from web.openapi.examples import HEARD_AT, SENT_AT, Example

_SOURCE: Example = {
    "adopted": False,
    "parent": None,
    "modification": None,
    "differences": [],
    "duplicates": [],
}
_WELL = Surroundings(
    client_id=1000,
    read_client_id=999,
    state="connected",
    reason=None,
    broker_link="up",
    is_paper=True,
    sleep_seconds=4.0,
    is_thread_alive=True,
    seconds_since_tick=0.1,
    seconds_since_message=1.0,
    seconds_since_sent=1.2,
)


def _event(kind: str, at: str, elapsed_ms: float, **fields: object) -> Example:
    return {"time": at, "elapsedMs": elapsed_ms, "kind": kind} | fields


_PERM_ID = examples.LIVE["permId"]
_SENT = [_event("sending", SENT_AT, 0.061), _event("sent", SENT_AT, 0.159)]
_HEARD = _event("openOrder", HEARD_AT, 13.0, status="PendingSubmit", permId=_PERM_ID)
_FILL = _event("execDetails", HEARD_AT, 13.4, permId=_PERM_ID)
_COST = _event("commissionReport", HEARD_AT, 13.6)

PENDING: Example = explain(
    examples.LIVE | _SOURCE | {"status": "PendingSubmit"}, [*_SENT, _HEARD], _WELL
).to_payload()
FILLED: Example = explain(
    examples.FILLED | _SOURCE, [*_SENT, _HEARD, _FILL, _COST], _WELL
).to_payload()
