"""JSON Schemas of the flight recorder: why an order is what it is, and how the desk itself is."""

from __future__ import annotations

from trading.record_forms import EVIDENCE_STEPS
from web.openapi.answer_parts import (
    ANY_OBJECT,
    FLAG,
    NUMBER,
    NUMBER_OR_NULL,
    TEXT,
    TEXT_OR_NULL,
    TIME,
    WHOLE,
    all_of,
    or_null,
    record,
    rows,
    said,
)
from web.openapi.requests import Schema

# What the status tells beside the connections.
DESK_STATUS: Schema = {
    "loops": or_null(rows("Loop")),
    "frozen": said(or_null(FLAG), "True while new risk is refused; cancels and exits pass"),
    "blockers": said(
        or_null({"type": "array", "items": TEXT}), "Why a new order could not be placed now"
    ),
    "hasReadOrders": said(or_null(FLAG), "False until TWS has listed its orders once"),
    "limits": said(
        or_null(ANY_OBJECT),
        "Each limit under its setting's name in camelCase; null where there is none",
    ),
    "journal": or_null(
        record(
            "The order journal",
            {
                "path": TEXT,
                "failure": said(TEXT_OR_NULL, "Why its last write failed"),
                "orders": said(or_null(WHOLE), "How many it holds; null before the first look"),
            },
        )
    ),
    "positionDifferences": said(
        or_null(rows("PositionDifference")), "What the executions known here do not explain"
    ),
}
RECORDER_SCHEMAS: dict[str, Schema] = {
    "Diagnosis": record(
        "Why an order is what it is",
        {"question": TEXT, "answer": said(TEXT, "What was found, and the next step")}
        | {"checks": rows("Check"), "evidence": rows("EvidenceStep")},
    ),
    "Check": record(
        "One thing that may hold an order up",
        {
            "name": TEXT,
            "ok": said(or_null(FLAG), "null: it cannot be judged"),
            "found": TEXT,
            "waits": said(FLAG, "It is not so yet, and nothing is wrong: the order waits for it"),
            "next": said(TEXT, "What to do; empty when nothing"),
        },
    ),
    "EvidenceStep": record(
        "One step of the proof; null where nothing proves it",
        {
            "step": {"enum": list(EVIDENCE_STEPS)},
            "at": or_null(TIME),
            "elapsedMs": said(NUMBER_OR_NULL, "Since the request"),
        },
    ),
    "Loop": record(
        "A thread's event loop; a healthy one ticks several times a second",
        {"name": TEXT, "secondsSinceTick": NUMBER},
    ),
    "PositionDifference": record(
        "A position that the executions known here do not explain",
        {"account": TEXT, "conId": WHOLE, "symbol": TEXT}
        | all_of(NUMBER, "expected", "found", "difference")
        | {"text": said(TEXT, "The same as a sentence")},
    ),
}
