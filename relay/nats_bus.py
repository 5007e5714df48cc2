"""The bus over NATS (core NATS: at most once, no JetStream).

Each connection is a new client that does not reconnect by itself: nats-py keeps what was not yet
written when a link breaks, subscriptions and messages alike, and writes it to the next server. An
order must not leave so. With a new client (and `pending_size=0`) nothing outlives its link.
"""

from __future__ import annotations

import asyncio
import logging
import random
import secrets
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager, suppress
from itertools import count
from typing import Any

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error

from relay.bus import Heard, NotSent, NoWord

logger = logging.getLogger(__name__)

CONNECT_SECONDS = 5.0
# A link that answers no ping is given up after about three of these.
PING_SECONDS = 1
AGAIN_SECONDS = 0.25
LOOK_SECONDS = 0.2
CLOSE_SECONDS = 1.0
NOBODY = "503"
DOWN = "The link to the NATS server is down"


class NatsBus:
    """`relay.bus.Bus` over the first of the servers that can be reached."""

    def __init__(self, servers: Sequence[str], name: str) -> None:
        self._servers, self._name = list(servers), name
        self._client: Client | None = None
        self._listeners: dict[str, Heard] = {}
        self._told: list[Callable[[], None]] = []
        self._inbox, self._numbers = f"_INBOX.{secrets.token_hex(12)}", count(1)
        self._waiting: dict[str, tuple[str, asyncio.Future[bytes]]] = {}
        self._is_ending = False

    @property
    def is_up(self) -> bool:
        return self._client is not None and self._client.is_connected

    def listen(self, subject: str, heard: Heard) -> None:
        """To be called before `running`."""
        self._listeners[subject] = heard

    def when_up(self, told: Callable[[], None]) -> None:
        self._told.append(told)

    def tell(self, subject: str, data: bytes) -> bool:
        try:
            self._publish(subject, data, "")
        except NotSent:
            return False
        return True

    async def request(self, subject: str, data: bytes, seconds: float) -> bytes:
        # nats-py's own request() forgets none of those that could not be published: a leak for
        # as long as the link is down. And its callers would not hear that the link broke.
        reply = f"{self._inbox}.{next(self._numbers)}"
        waiting: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self._waiting[reply] = subject, waiting
        try:
            self._publish(subject, data, reply)
            async with asyncio.timeout(seconds):
                return await waiting
        except TimeoutError:
            raise NoWord(is_late=True) from None
        finally:
            del self._waiting[reply]

    def give_up(self, subject: str = "") -> None:
        for asked, waiting in self._waiting.values():
            if subject in ("", asked) and not waiting.done():
                waiting.set_exception(NoWord(is_late=False))

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Connected as well as can be, until the block is left."""
        keeping = asyncio.create_task(self._keep_connected())
        try:
            yield
            await self._flush()
        finally:
            # The client swallows a cancel now and then: the flag is what counts.
            self._is_ending = True
            keeping.cancel()
            await asyncio.gather(keeping, return_exceptions=True)

    def _publish(self, subject: str, data: bytes, reply: str) -> None:
        """Hand the message to the client at once. Raises NotSent.

        A first step does it: what publish() may wait for after that is only room to say again that
        there is something to write. A task for each message would cost a turn of the loop.
        """
        client = self._client
        if client is None or not client.is_connected:
            raise NotSent(DOWN)
        publishing = client.publish(subject, data, reply)
        try:
            publishing.send(None)
        except StopIteration:
            return
        except Error as error:
            raise NotSent(str(error)) from error
        publishing.close()

    async def _flush(self) -> None:
        if self._client is not None and self._client.is_connected:
            with suppress(Error, TimeoutError):
                await self._client.flush(timeout=1)

    async def _keep_connected(self) -> None:
        was_down = False
        while not self._is_ending:
            client = Client()
            try:
                if await self._connect(client):
                    logger.info("the link to the other relay nodes is up")
                    was_down = False
                    for told in self._told:
                        told()
                    await self._lost(client)
                if not was_down and not self._is_ending:
                    logger.warning("%s: agents of other nodes cannot be reached", DOWN)
                    was_down = True
            finally:
                self._client = None
                self.give_up()
                await _close(client)
            await asyncio.sleep(AGAIN_SECONDS * (1 + random.random()))

    async def _connect(self, client: Client) -> bool:
        """Connect and listen; False when that could not be done."""
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                await client.connect(
                    self._servers,
                    error_cb=_noted,
                    name=self._name,
                    allow_reconnect=False,
                    max_reconnect_attempts=1,
                    reconnect_time_wait=0,
                    connect_timeout=1,
                    ping_interval=PING_SECONDS,
                    max_outstanding_pings=2,
                    pending_size=0,
                )
                await client.subscribe(f"{self._inbox}.*", cb=self._answered)
                for subject, heard in self._listeners.items():
                    await client.subscribe(subject, cb=_callback(heard))
                await client.flush(timeout=2)
        except (Error, OSError, TimeoutError):
            return False
        self._client = client
        return True

    async def _lost(self, client: Client) -> None:
        """Wait until the client has given up its link. Its own word comes too late: it first waits
        until everything is written, which a link that is stuck never is."""
        while client.is_connected and not self._is_ending:
            await asyncio.sleep(LOOK_SECONDS)

    async def _answered(self, message: Msg) -> None:
        _, waiting = self._waiting.get(message.subject, ("", None))
        if waiting is None or waiting.done():
            return
        if not message.data and (message.headers or {}).get("Status") == NOBODY:
            waiting.set_exception(NotSent("Nobody listens there"))
        else:
            waiting.set_result(message.data)


def _callback(heard: Heard) -> Callable[[Msg], Coroutine[Any, Any, None]]:
    async def call(message: Msg) -> None:
        try:
            heard(message.data, message.reply)
        except Exception:
            logger.exception("a message of another node could not be handled")

    return call


async def _noted(error: Exception) -> None:
    logger.debug("NATS: %s", error)


async def _close(client: Client) -> None:
    with suppress(Error, OSError, TimeoutError):
        async with asyncio.timeout(CLOSE_SECONDS):
            await client.close()
