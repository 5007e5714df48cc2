"""What a look at TWS found, step by step and in words: for `doctor` and for the page of set-up."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from concurrent.futures import Future
from datetime import UTC, datetime
from threading import Lock

import config
from config import Settings
from engine.checks import Finding
from ib.tws_greeting import Greeting, greeting_of
from ib_session import Endpoint
from loop_thread import LoopThread
from trading.policy import OrderPolicy, is_paper
from trading.refusals import Busy
from trading.snapshots import ConnectionStatus

GREETING_SECONDS = 8.0  # somebody at TWS may still say yes to a dialog
FURTHER_CLIENT_ID = 2  # next to those of the read connection and of the orders
OWN_GATEWAY = "No TWS is configured: the first start brings its own paper gateway"
API_SETTINGS = (
    "File → Global Configuration → API → Settings; in IB Gateway Configure → Settings → API"
)
ONE_AT_A_TIME = "A connection is being tested already. Try again in some seconds."

# What to do, by how it went. `{where}` is host:port, `{client_id}` ours.
ADVICE = {
    "refused": (
        "Nothing listens at {where}. Start TWS or IB Gateway and log in. In TWS switch on Enable "
        f"ActiveX and Socket Clients ({API_SETTINGS}) and compare Socket port there"
    ),
    "unreachable": (
        "{where} cannot be reached ({reason}). Is the host right and awake, and does no firewall "
        "stand between?"
    ),
    "unknown_host": "No machine of that name is known here ({where}). Try its IP address",
    "silent": (
        "The connection is accepted, but TWS says nothing. Look at its window: a dialog may wait "
        "there for a yes (Accept incoming connection), or it is still logging in"
    ),
    "closed": (
        "The connection is accepted and closed again. TWS does not trust this machine: add its "
        f"address to Trusted IPs ({API_SETTINGS}). In docker the port is open before IB Gateway "
        "behind it has logged in: wait a minute"
    ),
    "strange": "Something listens at {where} that is no TWS of today. Compare the port",
    "in_use": (
        "Client id {client_id} is in use at this TWS. Close the other program, or wait a minute: "
        "TWS releases the id of a lost connection late"
    ),
}
OTHER_ACCOUNT = "Log in to the other kind of account, or choose live or paper as it is"
READ_ONLY = {
    True: Finding(
        "warn",
        "Its API is read-only: prices and positions come, every order is refused (321). To trade, "
        f"switch off Read-Only API ({API_SETTINGS})",
    ),
    False: Finding("ok", "Its API is not read-only"),
    None: Finding("warn", "Whether its API is read-only could not be told"),
}


class ConnectionTester:
    """Looks at a TWS from a thread and a client id of its own, one at a time."""

    def __init__(self, client_id: int) -> None:
        self._client_id = client_id + FURTHER_CLIENT_ID
        self._one = Lock()
        self._thread: LoopThread | None = None  # made when somebody asks first

    def test(self, host: str, port: int, mode: str) -> Future[list[Finding]]:
        """What is found there for a desk in this TRADING_MODE; Busy while another test runs."""
        if not self._one.acquire(blocking=False):
            raise Busy(ONE_AT_A_TIME, 5)
        try:
            if self._thread is None:
                self._thread = LoopThread("ConnectionTester", _for_ever)
                self._thread.start()
            endpoint = _endpoint(host, port, self._client_id)
            future = self._thread.submit(_looked_at(endpoint, mode))
        except BaseException:
            self._one.release()
            raise
        future.add_done_callback(lambda _: self._one.release())
        return future

    def stop(self) -> None:
        if self._thread:
            self._thread.stop()


def tws_greets(settings: Settings) -> Iterator[Finding]:
    """Port, greeting, accounts, and whether orders would be taken; in the thread of a command."""
    try:
        host, port = config.gateway_address(settings)
    except config.SettingsError:
        yield Finding("ok", OWN_GATEWAY)
        return
    endpoint = _endpoint(host, port, settings.ib_client_id + FURTHER_CLIENT_ID)
    yield from asyncio.run(_looked_at(endpoint, settings.trading_mode))


def findings(there: Endpoint, greeting: Greeting, mode: str) -> Iterator[Finding]:
    """The steps in their order; the first that fails is the last."""
    where = f"{there.host}:{there.port}"
    status = status_of(there, greeting)
    if greeting.outcome in ("refused", "unreachable", "unknown_host"):
        yield Finding("FAIL", status.reason or "")
        return
    yield Finding("ok", f"Something listens at {where}")
    if greeting.outcome != "greets":
        yield Finding("FAIL", status.reason or "")
        return
    yield Finding("ok", f"TWS greets (server version {greeting.server_version})")
    named = [f"{one} ({'paper' if is_paper(one) else 'live'})" for one in greeting.accounts]
    yield Finding("ok", f"Accounts: {', '.join(named)}")  # by their form: D… is paper
    refusal = OrderPolicy(mode).why_not(status)
    if refusal:
        yield Finding("FAIL", f"{refusal.sentence}. {OTHER_ACCOUNT}")
    else:
        yield Finding("ok", f"That is what TRADING_MODE={mode} expects")
    yield READ_ONLY[greeting.is_read_only]


def status_of(there: Endpoint, greeting: Greeting) -> ConnectionStatus:
    """The greeting as a connection's status; `reason` says what went wrong and what to do."""
    about = {"where": f"{there.host}:{there.port}", "client_id": there.client_id}
    advice = ADVICE.get(greeting.outcome, "").format(**about, reason=greeting.reason)
    return ConnectionStatus(
        "test",
        there.client_id,
        "waiting" if advice else "connected",
        datetime.now(UTC),
        reason=advice or None,
        server_version=greeting.server_version or None,
        accounts=greeting.accounts,
    )


async def greeted(endpoint: Endpoint) -> ConnectionStatus:
    """What TWS there says about itself, asked once."""
    return status_of(endpoint, await greeting_of(endpoint))


def _endpoint(host: str, port: int, client_id: int) -> Endpoint:
    return Endpoint(host, port, client_id, connect_timeout=GREETING_SECONDS)


async def _looked_at(endpoint: Endpoint, mode: str) -> list[Finding]:
    return list(findings(endpoint, await greeting_of(endpoint), mode))


async def _for_ever() -> None:
    await asyncio.Event().wait()
