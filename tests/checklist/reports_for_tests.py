"""A report with a row of each verdict, on two columns."""

from __future__ import annotations

from datetime import UTC, datetime

from checklist.cleaning import Cleaned
from checklist.column import Column, all_rows
from checklist.findings import Finding
from checklist.report import Report, State

STARTED = datetime(2026, 11, 28, 14, 30, tzinfo=UTC)
EVENT = {"kind": "openOrder", "status": "Submitted", "text": "<b>raw</b>"}


def report_of(state: State = "done", **verdicts: Finding) -> Report:
    """Every row ok on both columns, but `verdicts` (by key, b_4_1a for 4.1a) on the first."""
    report = Report("20261128-143000", "AAPL", "0.1.0", STARTED, state, ended=STARTED)
    for title in ("your TWS", "the built-in paper gateway"):
        found = {row.key: Finding("ok", "As expected", seconds=0.5) for row in all_rows()}
        report.columns.append(Column(title, "127.0.0.1", 7497, "DU1", 178, found, seconds=9))
    for name, finding in verdicts.items():
        key = name.removeprefix("b_").replace("_", ".")
        report.columns[0].findings[key] = finding
    return report


def failed() -> Finding:
    return Finding("failed", "It is unknown", "12", "Look in TWS", 2.5, messages=messages())


def messages() -> tuple[dict[str, object], ...]:
    return ({"order": "cl-1", "events": [EVENT]},)


def left_open() -> Cleaned:
    return Cleaned("cl-1 is live", is_done=False, do="Cancel it in TWS")
