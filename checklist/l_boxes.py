"""The boxes of the mission's live-testing document (section 4), in its own words.

It has 13 marks; five of them ask for two things to be seen, so there are 18 rows. Data only: what
is done for each stands in `box_checks.py` and `connection_checks.py`.
"""

from __future__ import annotations

from checklist.findings import Row

POSITIONS = "Positions"
VALIDATION = "Orders: validation"
REJECTIONS = "Orders: TWS rejections"
ORDER_ID = "Order id"
CONNECTION = "Connection"
RELAY = "Relay"
NOTHING_SENT = "422 with that sentence, and nothing reaches TWS"

BOXES: tuple[Row, ...] = (
    Row(
        "4.1a",
        POSITIONS,
        "Connect agent; call get_positions; confirm list matches TWS Account window",
        "Row for row what another client of this TWS is told (compare it with the window yourself)",
    ),
    Row(
        "4.1b",
        POSITIONS,
        "(and accounts list if multi-account)",
        "The accounts that TWS names to another client, all of them paper accounts",
    ),
    Row(
        "4.1c",
        POSITIONS,
        "Call get_positions from two clients concurrently; confirm both succeed and return "
        "consistent snapshots (no mixed/corrupt list).",
        "Ten calls at once from two clients all succeed with the same list, no row twice",
    ),
    Row(
        "4.1d",
        POSITIONS,
        "Place an order in TWS, then call get_positions again; confirm new position appears "
        "(or size updated).",
        "Another client buys 1; the desk shows one more without being told",
    ),
    Row(
        "4.2a",
        VALIDATION,
        'Send place_order with missing symbol → expect "Contract symbol is required".',
        NOTHING_SENT,
    ),
    Row(
        "4.2b",
        VALIDATION,
        'Send totalQuantity 0 → expect "Order totalQuantity must be positive".',
        NOTHING_SENT,
    ),
    Row(
        "4.2c",
        VALIDATION,
        'Send totalQuantity … negative → expect "Order totalQuantity must be positive".',
        NOTHING_SENT,
    ),
    Row(
        "4.2d",
        VALIDATION,
        "Send LMT with no lmtPrice → expect limit-order validation error.",
        NOTHING_SENT,
    ),
    Row(
        "4.3a",
        REJECTIONS,
        "(If possible) Trigger 201 (size too large) and confirm response contains the mapped "
        "message and errorCode/errorString.",
        "422 with errorCode 201, IB's own words as errorString, and a sentence made of both",
    ),
    Row(
        "4.3b",
        REJECTIONS,
        "(If possible) Trigger … 202 (price too far) and confirm response contains the mapped "
        "message and errorCode/errorString.",
        "Cancelled by IB: code 202 with its meaning and IB's own words",
    ),
    Row(
        "4.4a",
        ORDER_ID,
        "Place several orders in sequence; confirm each gets a distinct orderId and status "
        "(e.g. Submitted).",
        "Five orders, five order ids, each Submitted or PreSubmitted",
    ),
    Row(
        "4.4b",
        ORDER_ID,
        "Restart agent, place order; confirm no 103 duplicate id (next_order_id synced from "
        "nextValidId).",
        "After the restart an order works, under a higher order id, without code 103",
    ),
    Row(
        "4.5a",
        CONNECTION,
        'Disconnect TWS or kill gateway; call get_positions; expect "IB not connected".',
        '503 "IB not connected"',
    ),
    Row(
        "4.5b",
        CONNECTION,
        '(Disconnect TWS or kill gateway; call) place_order; expect "IB not connected".',
        '503 "IB not connected", sent "no", and nothing reaches TWS, then or later',
    ),
    Row(
        "4.5c",
        CONNECTION,
        "Reconnect TWS; confirm next request can succeed.",
        "Positions are read and an order works again, without a restart of the desk",
    ),
    Row(
        "4.6a",
        RELAY,
        "Call positions/place-order without session; expect 401 … as designed.",
        "401 from the desk and from the relay itself",
    ),
    Row(
        "4.6b",
        RELAY,
        "Call positions/place-order (as the wrong user); expect 401 or 503 as designed.",
        "503: another user is never served by this agent; naming its user is refused (403)",
    ),
    Row(
        "4.6c",
        RELAY,
        'With session, stop agent; expect 503 "Your agent is not connected".',
        "Positions with the agent; without it 503 with that sentence for both calls",
    ),
)
