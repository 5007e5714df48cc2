"""What forbids a run, asked before anything is sent: the checklist is for paper accounts only."""

from __future__ import annotations

import asyncio
import logging

from checklist.findings import CannotRun
from checklist.plan import Plan
from engine.tws_check import greeted
from ib_session import Endpoint
from store import journal_look
from store.journal import JournalError
from trading.policy import is_paper
from trading.snapshots import ConnectionStatus

LIVE_PORTS = {7496: "TWS", 4001: "IB Gateway"}
PROBE_ID = 6  # after those of desk, other client and agent


def look_at_settings(plan: Plan) -> None:
    """Raises CannotRun for what settings alone forbid; nothing is connected."""
    settings = plan.settings
    if settings.trading_mode == "live":
        raise CannotRun(
            "TRADING_MODE is live, and the checklist places orders: it runs on paper accounts "
            "only. Set TRADING_MODE=paper and the port of a paper TWS."
        )
    if settings.read_only:
        raise CannotRun("READ_ONLY=1 forbids new orders, and the checklist places some.")
    if settings.ib_account and not is_paper(settings.ib_account):
        raise CannotRun(
            f"IB_ACCOUNT={settings.ib_account} is no paper account (those begin with D). "
            "Nothing was sent."
        )
    allowed = settings.allowed_symbols
    if plan.symbol in settings.denied_symbols or (allowed and plan.symbol not in allowed):
        raise CannotRun(
            f"{plan.symbol} is not a symbol that may be traded here (ALLOWED_SYMBOLS, "
            "DENIED_SYMBOLS). Choose another one with --symbol."
        )
    if who := frozen_by(plan):
        raise CannotRun(f"New orders are frozen (by {who}). Unfreeze the desk first.")


def frozen_by(plan: Plan) -> str | None:
    """Who froze the desk whose journal this is; None when nobody did, or there is none."""
    try:
        with journal_look.opened(plan.settings.journal_path) as reader:
            return reader.switch(journal_look.FREEZE) or None
    except JournalError:
        return None


def look_at_tws(plan: Plan, host: str, port: int) -> ConnectionStatus:
    """Greet TWS once and read its accounts; raises CannotRun unless all of them are paper."""
    logging.getLogger("ib_async").setLevel(logging.CRITICAL)
    status = asyncio.run(greeted(Endpoint(host, port, plan.client_id + PROBE_ID)))
    refusal = why_not(status, port)
    if refusal:
        raise CannotRun(refusal)
    wanted = plan.settings.ib_account
    if wanted and wanted not in status.accounts:
        raise CannotRun(f"IB_ACCOUNT={wanted} is not an account of this TWS. Nothing was sent.")
    return status


def why_not(status: ConnectionStatus, port: int) -> str | None:
    """A sentence when this TWS is not proven to have paper accounts only."""
    if not status.is_connected:
        reason = status.reason or f"TWS at port {port} does not greet"
        return f"{reason.rstrip('.')}. Start TWS or IB Gateway with a paper account, API enabled."
    live = [account for account in status.accounts if not is_paper(account)]
    if live:
        return (
            f"TWS is logged in to {live[0]}, which is no paper account (those begin with D). "
            "Nothing was sent."
        )
    if not status.accounts:
        about = f" {port} is the port of a live {LIVE_PORTS[port]}." if port in LIVE_PORTS else ""
        return f"TWS has not named an account, so it is not proven to be paper.{about}"
    return None
