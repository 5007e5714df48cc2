"""One run from its guard to its report."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from checklist import guard, page
from checklist.column import Column, Notify, checks, fill, leave
from checklist.files import save
from checklist.findings import CannotRun
from checklist.own_programs import PAPER_ACCOUNT
from checklist.plan import Plan
from checklist.report import Report
from checklist.stand import Stand, built_in
from engine.process import version
from trading.snapshots import ConnectionStatus

YOURS, BUILT_IN = "your TWS", "the built-in paper gateway"

Listener = Callable[[Report], None]


def run(plan: Plan, listener: Listener) -> Report:
    """Run the plan; the report is on disk when this returns, and after every row before.

    It never raises for what TWS does: what could not run says so in the report.
    """
    report = Report(plan.name, plan.symbol, version(), datetime.now(UTC))
    plan.work.mkdir(parents=True, exist_ok=True, mode=0o700)

    def notify() -> None:
        write(plan, report)
        listener(report)

    try:
        notify()  # first: whoever watches sees this run and no older one
        guard.look_at_settings(plan)
        is_whole = _columns(plan, report, notify)
        report.state = "done" if is_whole else "interrupted"
    except CannotRun as error:
        report.state, report.reason, report.columns = "could not run", str(error), []
    except KeyboardInterrupt:
        report.state = "interrupted"
    report.ended = datetime.now(UTC)
    notify()
    return report


def write(plan: Plan, report: Report) -> None:
    """The report as JSON; as HTML once it has ended."""
    payload = report.to_payload()
    save(plan.reports / f"{plan.name}.json", json.dumps(payload, indent=1))
    if report.state != "running":
        save(plan.reports / f"{plan.name}.html", page.html(payload))


def _columns(plan: Plan, report: Report, notify: Notify) -> bool:
    """False when it was interrupted."""
    if plan.has_tws:
        host, port = plan.settings.ib_host, plan.settings.ib_port or 0
        status = guard.look_at_tws(plan, host, port)
        account = plan.settings.ib_account or status.accounts[0]
        column = _column(report, YOURS, (host, port), account, status)
        if not _fill(column, Stand(plan, _folder(plan, "tws"), (host, port), account), notify):
            return False
        if not plan.may_compare:
            return True
    stand = built_in(plan, _folder(plan, "paper-gateway"), PAPER_ACCOUNT)
    column = _column(report, BUILT_IN, stand.address, PAPER_ACCOUNT, None)
    try:
        return _fill(column, stand, notify)
    except CannotRun as error:
        if not plan.has_tws:
            raise
        leave(column, checks(), str(error))  # what was seen on the TWS stays
        return True


def _folder(plan: Plan, name: str) -> Path:
    folder = plan.work / name
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def _column(
    report: Report,
    title: str,
    address: tuple[str, int],
    account: str,
    status: ConnectionStatus | None,
) -> Column:
    column = Column(title, *address, account, status.server_version if status else None)
    report.columns.append(column)
    return column


def _fill(column: Column, stand: Stand, notify: Notify) -> bool:
    with closing(stand):
        return fill(column, stand, notify)
