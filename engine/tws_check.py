"""A look at TWS for the doctor: greeted once, on a connection of its own that does nothing else."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator

import config
from config import Settings
from engine.checks import ASK_TWS, Finding
from ib_session import Endpoint, IBSession
from trading.policy import OrderPolicy
from trading.snapshots import ConnectionStatus

GREETING_SECONDS = 12.0
FURTHER_CLIENT_ID = 2  # next to those of the read connection and of the orders


class Nothing:
    """A session's owner that asks for nothing."""

    async def on_connected(self) -> None:
        """The greeting was all."""

    def on_disconnected(self, reason: str) -> None: ...

    def on_link_restored(self, data_lost: bool) -> None: ...

    def on_error(self, req_id: int, code: int, text: str) -> None: ...


def tws_greets(settings: Settings) -> Iterator[Finding]:
    """Handshake, accounts, and whether they are what TRADING_MODE says."""
    try:
        host, port = config.gateway_address(settings)
    except config.SettingsError:
        yield Finding("ok", "No TWS is configured: the first start brings its own paper gateway")
        return
    logging.getLogger("ib_async").setLevel(logging.CRITICAL)
    endpoint = Endpoint(host, port, settings.ib_client_id + FURTHER_CLIENT_ID)
    status = asyncio.run(greeted(endpoint))
    if not status.is_connected:
        yield Finding("FAIL", status.reason or f"TWS at {host}:{port} does not greet. {ASK_TWS}")
        return
    accounts = ", ".join(status.accounts) or "none"
    about = f"TWS at {host}:{port} greets (server version {status.server_version})"
    yield Finding("ok", f"{about}; accounts: {accounts}")
    refusal = OrderPolicy(settings.trading_mode).why_not(status)
    if refusal:
        yield Finding("FAIL", refusal.sentence)
    else:
        yield Finding("ok", f"The accounts are {settings.trading_mode} accounts, as they should be")


async def greeted(endpoint: Endpoint) -> ConnectionStatus:
    """The state after the first greeting, or after its failure."""
    changed = asyncio.Event()
    session = IBSession("doctor", endpoint, Nothing(), changed.set)
    running = asyncio.create_task(session.run())
    try:
        async with asyncio.timeout(GREETING_SECONDS):
            while session.status().state not in ("connected", "waiting"):
                changed.clear()
                await changed.wait()
        return session.status()
    except TimeoutError:
        return session.status()
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
