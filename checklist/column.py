"""One column: every row on one TWS, in order, and what is cleaned up after it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from checklist import box_checks, connection_checks
from checklist.cleaning import Cleaned, clean
from checklist.findings import Failed, Finding, NotRun, Row, Unseen
from checklist.l_boxes import BOXES
from checklist.script import steps
from checklist.stand import Stand
from relay.world.programs import WorldFailed

INTERRUPTED = "It was interrupted"
NOT_ASKED = "Not asked for"

Check = Callable[[Stand], str]
Notify = Callable[[], None]


@dataclass(slots=True)
class Column:
    """What was found on one TWS, row by row."""

    title: str
    host: str
    port: int
    account: str
    server_version: int | None
    findings: dict[str, Finding] = field(default_factory=dict)
    cleaned: list[Cleaned] = field(default_factory=list)
    seconds: float = 0.0
    now: str = ""  # the key of the row that runs

    def to_payload(self) -> dict[str, Any]:
        return {
            "title": self.title,
            "host": self.host,
            "port": self.port,
            "account": self.account,
            "serverVersion": self.server_version,
            "seconds": round(self.seconds, 1),
            "now": self.now,
            "findings": {key: found.to_payload() for key, found in self.findings.items()},
            "cleaned": [one.to_payload() for one in self.cleaned],
        }


def checks() -> list[tuple[Row, Check]]:
    """Every row with what is done for it. The boxes that take TWS away come last."""
    of_box = box_checks.CHECKS | connection_checks.CHECKS
    boxes = [(row, of_box[row.key]) for row in BOXES]
    script = [(row, _bound(step.act, step)) for row, step in steps()]
    late = [one for one in boxes if one[0].key in connection_checks.CHECKS]
    return [one for one in boxes if one not in late] + script + late


def all_rows() -> list[Row]:
    """The rows in the report's order: boxes as L has them, then the script."""
    return [*BOXES, *(row for row, _ in steps())]


def fill(column: Column, stand: Stand, notify: Notify) -> bool:
    """Run every wanted row; False when it was interrupted. It cleans up in every case.

    Raises CannotRun when the stand cannot be prepared: nothing was sent then.
    """
    started, is_whole = time.monotonic(), True
    todo = _skip_unwanted(column, stand)
    try:
        stand.prepare()
        stand.held_before = _held(stand)
        for row, check in todo:
            column.now = row.key
            notify()
            column.findings[row.key] = look(stand, check)
    except KeyboardInterrupt:
        is_whole = False
        leave(column, todo, INTERRUPTED)
    column.now = "cleaning up"
    notify()
    try:
        column.cleaned = clean(stand)
    except KeyboardInterrupt:  # only the first one is heard: the second try is undisturbed
        is_whole = False
        column.cleaned = clean(stand)
    column.now = ""
    column.seconds = time.monotonic() - started
    notify()
    return is_whole


def look(stand: Stand, check: Check) -> Finding:
    """Do what the row asks and say what was seen, with the messages of its orders."""
    stand.touched.clear()
    started = time.monotonic()
    try:
        seen, _, detail = check(stand).partition(" | ")
        found = Finding("ok", seen, detail)
    except Unseen as unseen:
        found = Finding(unseen.verdict, unseen.seen, unseen.detail, unseen.do)
    except WorldFailed as error:
        found = Finding("failed", "A program of the checklist has ended", str(error))
    except (KeyError, TypeError, ValueError) as error:
        # An answer without what it must hold is a finding, not the end of the run.
        found = Finding(
            "failed", "An answer was not understood", f"{type(error).__name__}: {error}"
        )
    seconds = time.monotonic() - started
    return Finding(
        found.verdict, found.seen, found.detail, found.do, seconds, tuple(_messages(stand))
    )


def _messages(stand: Stand) -> Iterator[dict[str, Any]]:
    """The timelines of the row's orders, each with the order's name."""
    for name, by_other in stand.touched:
        try:
            if by_other:
                events = stand.other.events(name)
            else:
                events = stand.desk.get(f"/api/v1/orders/{name}/events").body.get("events", [])
        except Unseen:
            continue  # the desk is not there: the row itself says so
        yield {"order": name, "events": events}


def _skip_unwanted(column: Column, stand: Stand) -> list[tuple[Row, Check]]:
    for row in all_rows():
        if not stand.plan.wants(row):
            column.findings[row.key] = Finding("not run", NOT_ASKED)
    return [(row, check) for row, check in checks() if stand.plan.wants(row)]


def leave(column: Column, todo: list[tuple[Row, Check]], why: str) -> None:
    """What has no finding yet is not run, and why."""
    for row, _ in todo:
        column.findings.setdefault(row.key, Finding("not run", why))


def _held(stand: Stand) -> float | None:
    try:
        return stand.held()
    except (Failed, NotRun):
        return None


def _bound(act: Callable[[Stand, Any], str], step: Any) -> Check:
    return lambda stand: act(stand, step)
