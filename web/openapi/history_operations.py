"""The table's operations about the past: every order and every fill, with filters, and as CSV.

It describes the views of `web/order_history.py` and `web/executions.py`.
"""

from __future__ import annotations

from web.history_filters import NOT_A_TIME
from web.openapi import examples
from web.openapi import read_examples as readings
from web.openapi.parts import NAMED, TEXT, TWS, Answer, Operation, Parameter, ok
from web.openapi.requests import REFUSALS
from web.order_history import LISTS, MAX_ROWS, MOST_LINES, PAGE_ROWS

SAFE = "Safe to open in a spreadsheet: a text that looks like a formula begins with a '."
FILTERS = (
    Parameter(
        "from",
        "A day (UTC) or a time: nothing older than that",
        TEXT | {REFUSALS: [NOT_A_TIME.format("from")]},
        example="2026-11-01",
    ),
    Parameter(
        "to",
        "A day, which counts as a whole, or a time: nothing from then on",
        TEXT | {REFUSALS: [NOT_A_TIME.format("to")]},
        example="2026-11-28",
    ),
    Parameter("symbol", "A part of the symbol or of IB's local symbol", TEXT, example="AAPL"),
    Parameter("account", "One account", TEXT),
)
CHIPS = ["all", *LISTS]
STATUS = Parameter(
    "status",
    "Where they stand; each order is in one of these lists. All of them when absent",
    {"enum": CHIPS, REFUSALS: [f"status must be one of {', '.join(sorted(CHIPS))}"]},
    example="filled",
)

HISTORY: tuple[Operation, ...] = (
    Operation(
        "GET /order-history",
        "searchOrders",
        "Every order of the journal, a page at a time",
        ok(
            "The first page has every open order that is wanted; next leads on until it is null",
            "OrderHistory",
            {"asOf": examples.SENT_AT, "orders": [examples.LIVE], "next": "mine-1"},
        ),
        "A page may hold few orders, or none, while older ones are still to be looked at.",
        errors=(404, 422, 503),
        parameters=(
            STATUS,
            *FILTERS,
            Parameter(
                "limit",
                f"About how many at once; {PAGE_ROWS} when absent",
                {
                    "type": "integer",
                    "minimum": 1,
                    "maximum": MAX_ROWS,
                    REFUSALS: ["limit must be a number", f"limit must be from 1 to {MAX_ROWS}"],
                },
                example=100,
            ),
            Parameter("before", "The next of the page before this one", NAMED.schema),
        ),
    ),
    Operation(
        "GET /order-history.csv",
        "exportOrders",
        "The same orders as one CSV file",
        {200: Answer("Newest first, one line each", (), media="text/csv")},
        f"{SAFE} More than {MOST_LINES} orders are refused: a part must not pass for the whole.",
        errors=(422, 503),
        parameters=(STATUS, *FILTERS),
    ),
    Operation(
        "GET /executions",
        "listExecutions",
        "Fills with commission and realised profit",
        ok("Oldest first", "Executions", readings.EXECUTIONS),
        "Without from at least today's. stale says that TWS could not be asked: some may be "
        "missing. A corrected fill shows its last correction.",
        errors=(422, *TWS),
        parameters=FILTERS,
    ),
    Operation(
        "GET /executions.csv",
        "exportExecutions",
        "The same fills as a CSV file",
        {200: Answer("Oldest first, one line each", (), media="text/csv")},
        f"{SAFE} Where TWS could not be asked, the file is called executions-incomplete.csv.",
        errors=(422, *TWS),
        parameters=FILTERS,
    ),
)
