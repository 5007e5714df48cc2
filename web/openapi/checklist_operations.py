"""The table's operations about the pre-live checklist, with their examples.

It describes the views of `web/checklists.py`.
"""

from __future__ import annotations

from typing import Any

from checklist.plan import SYMBOL
from web.checklists import BESIDE_TWS, ONE_AT_A_TIME
from web.openapi.parts import Answer, Operation, ok, problem

REPORT: dict[str, Any] = {
    "name": "20261128-143000",
    "state": "done",
    "word": "green",
    "sentence": "78 of 78 were seen as expected on the built-in paper gateway.",
    "symbol": SYMBOL,
    "startedAt": "2026-11-28T14:30:00.000Z",
    "endedAt": "2026-11-28T14:30:31.000Z",
    "seconds": 31.0,
    "counts": {"ok": 78, "failed": 0, "not provoked": 0, "not run": 0},
    "total": 78,
    "columns": [{"title": "the built-in paper gateway", "account": "DU7000001"}],
}
CHECKLIST = {
    "refusal": None,
    "running": False,
    "current": None,
    "lastWords": "",
    "reports": [REPORT],
}
CHECKLISTS: tuple[Operation, ...] = (
    Operation(
        "GET /checklist",
        "getChecklist",
        "The pre-live checklist: how far a run is, and the last reports",
        ok("At most 20 reports, the newest first", "Checklist", CHECKLIST),
    ),
    Operation(
        "POST /checklist",
        "startChecklist",
        "Start the pre-live checklist on the paper account",
        {
            201: Answer(
                "It runs; ask how far it is",
                ("StartedChecklist",),
                {"answer": {"name": REPORT["name"]}},
            ),
            409: problem(409, "One runs already, or this desk is in relay mode", ONE_AT_A_TIME),
        },
        f"It places small orders and takes everything back. {BESIDE_TWS}",
        errors=(413, 415, 422),
        scope="admin",
        body="ChecklistStart",
        bodies={"symbol": {"symbol": SYMBOL}},
    ),
)
