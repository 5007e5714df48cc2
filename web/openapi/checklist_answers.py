"""JSON Schemas of the pre-live checklist: what is sent to start one, and what is told of runs."""

from __future__ import annotations

from checklist.findings import VERDICTS
from checklist.plan import SYMBOL
from web.checklists import NO_SYMBOL
from web.openapi.answer_parts import (
    FLAG,
    NUMBER,
    TEXT,
    TEXT_OR_NULL,
    TIME,
    WHOLE,
    all_of,
    or_null,
    record,
    ref,
    rows,
    said,
)
from web.openapi.exit_requests import body_schema
from web.openapi.requests import REFUSALS, Schema

WORDS = ["running", "green", "red", "incomplete", "could not run"]
COUNTS = record("How many rows have each verdict", dict.fromkeys(VERDICTS, WHOLE))
SUMMARY: Schema = {
    "name": said(TEXT, "The report's name: its time in UTC"),
    "state": {"enum": ["running", "done", "interrupted", "could not run", "broken off"]},
    "word": {"enum": WORDS},
    "sentence": TEXT,
    "symbol": TEXT,
    "startedAt": TIME,
    "endedAt": or_null(TIME),
    "seconds": NUMBER,
    "total": WHOLE,
    "counts": COUNTS,
    "columns": {"type": "array", "items": record("A TWS", all_of(TEXT, "title", "account"))},
}
CHECKLIST_SCHEMAS: dict[str, Schema] = {
    "Checklist": record(
        "Whether a checklist runs, how far it is, and the last reports",
        {
            "refusal": said(TEXT_OR_NULL, "Why none can be started here"),
            "running": FLAG,
            "current": or_null(ref("RunningChecklist")),
            "lastWords": said(
                TEXT, "What a run of this desk said last that ended without a report"
            ),
            "reports": rows("ChecklistReport"),
        },
    ),
    "ChecklistReport": record("One report; GET /checklist/{name} shows it to a person", SUMMARY),
    "RunningChecklist": record(
        "The run that is under way",
        SUMMARY
        | {
            "title": said(TEXT, "Which TWS it works on now"),
            "now": said(TEXT, "The row that runs"),
            "lines": rows("ChecklistLine"),
        },
    ),
    "ChecklistLine": record(
        "A row that is done",
        all_of(TEXT, "key", "words", "seen")
        | {"verdict": {"enum": [*VERDICTS]}, "seconds": NUMBER},
    ),
    "StartedChecklist": record("", {"name": TEXT}),
}
CHECKLIST_SCHEMAS["ChecklistStart"] = body_schema(
    "What is traded",
    [],
    {
        "symbol": {
            "type": "string",
            "maxLength": 12,
            "description": f"A US stock; {SYMBOL} when absent",
            REFUSALS: [NO_SYMBOL],
        }
    },
)
