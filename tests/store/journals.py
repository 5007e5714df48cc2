"""What an order journal holds in the tests of the web layer."""

from __future__ import annotations

from datetime import UTC, datetime

from store.journal import Line

TIME = datetime(2026, 11, 20, 14, 31, 2, 118_000, UTC)


def heard(key: str = "P1-1", *statuses: str) -> Line:
    """IB said these statuses of the order, one after the other."""
    events = [
        {"seq": seq, "time": TIME, "elapsedMs": 1.5, "kind": "orderStatus", "status": status}
        for seq, status in enumerate(statuses or ("Submitted",), 1)
    ]
    return Line(key, 1, events)
