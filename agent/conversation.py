"""One connection to the relay, from welcome to end: read, write, and watch that it lives.

The three are tasks of the link's loop. Whoever ends first ends the others; requests that are under
way go on, and their replies wait in the outbox for the next connection.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any

import aiohttp
from aiohttp import ClientWebSocketResponse, WSMsgType

from agent.admission import Session
from agent.outbox import MOST_REPLIES, Outbox
from agent.pace import Pace
from relay.messages import (
    MAX_FRAME,
    NOT_TEXT,
    TOO_MANY,
    Ack,
    BadFrame,
    Event,
    Frame,
    Ping,
    Reply,
    Request,
    decode,
    encode,
)
from trading.refusal_forms import to_form
from trading.refusals import TradingError

log = logging.getLogger(__name__)

MOST_SILENT_HEARTBEATS = 3
MOST_WAITING = 2 * MOST_REPLIES  # replies that the relay asked for and does not read
TOO_LARGE = "The answer is larger than a relay carries (1 MiB)"
SILENT = "The relay has not been heard for three heartbeats"
NOT_READING = "The relay does not read what it asked for"

Socket = ClientWebSocketResponse[bool]


class Ended(Exception):
    """The connection is over; the text says why."""


class Conversation:
    """`news` is set when the outbox has something; `on_request` begins a request."""

    def __init__(
        self,
        socket: Socket,
        session: Session,
        heartbeat_seconds: float,
        outbox: Outbox,
        on_request: Callable[[Request, Session], None],
    ) -> None:
        self.news = asyncio.Event()
        self.last_words = ""  # the reason with which the relay closed
        self._socket = socket
        self._session = session
        self._heartbeat = heartbeat_seconds
        self._outbox = outbox
        self._on_request = on_request
        self._heard_at = asyncio.get_running_loop().time()

    async def run(self) -> None:
        """Until it ends: returns when the relay has closed, raises Ended or BadFrame."""
        parts: list[Coroutine[Any, Any, None]] = [self._read(), self._write(), self._watch()]
        tasks = [asyncio.create_task(part) for part in parts]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        for task in done:
            task.result()

    async def _read(self) -> None:
        while True:
            message = await self._socket.receive()
            self._heard_at = asyncio.get_running_loop().time()
            if message.type is WSMsgType.TEXT:
                self._take(decode(message.data, Request, Ack, Ping, exact=True))
            elif message.type is WSMsgType.BINARY:
                raise BadFrame(NOT_TEXT, "A frame must be text")
            elif message.type is WSMsgType.PING:
                await self._socket.pong(message.data)
            elif message.type is not WSMsgType.PONG:
                self.last_words = str(message.extra or "")
                return

    def _take(self, frame: Frame) -> None:
        if isinstance(frame, Ping):
            self._session.clock.hear(frame.time)
            self._outbox.add_pong(frame.time)
            self.news.set()
        elif isinstance(frame, Ack):
            self._outbox.ack(frame.id)
        elif isinstance(frame, Request):
            if self._outbox.waiting_replies >= MOST_WAITING:
                raise BadFrame(TOO_MANY, NOT_READING)
            self._on_request(frame, self._session)

    async def _write(self) -> None:
        pace = Pace()
        while True:
            self.news.clear()
            while frame := self._outbox.next(self._session.epoch, events=pace.is_open()):
                if isinstance(frame, Event):
                    pace.take()
                await self._send(frame)
            await self._news_within(pace.seconds() if self._outbox.has_events else None)

    async def _news_within(self, seconds: float | None) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self.news.wait()

    async def _send(self, frame: Frame) -> None:
        """It waits while the relay does not read; not for ever."""
        text = fitting(frame)
        if text is None:
            return
        try:
            async with asyncio.timeout(MOST_SILENT_HEARTBEATS * self._heartbeat):
                await self._socket.send_str(text)
        except TimeoutError as error:
            raise Ended(NOT_READING) from error
        except (aiohttp.ClientError, ConnectionError) as error:
            raise Ended("The connection to the relay is lost") from error

    async def _watch(self) -> None:
        """The relay's own pings come when it hears nothing from us: so we ask as well."""
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(self._heartbeat)
            silent = loop.time() - self._heard_at
            if silent > MOST_SILENT_HEARTBEATS * self._heartbeat:
                raise Ended(SILENT)
            if silent > self._heartbeat / 2:
                try:
                    async with asyncio.timeout(self._heartbeat):
                        await self._socket.ping()
                except (TimeoutError, aiohttp.ClientError, ConnectionError):
                    continue  # the next round ends it


def fitting(frame: Frame) -> str | None:
    """The frame's text. A reply that no relay would carry says so instead; an event is left out."""
    text = encode(frame)
    if len(text) * 4 <= MAX_FRAME or len(text.encode()) <= MAX_FRAME:
        return text
    if isinstance(frame, Reply):
        return encode(Reply(frame.id, frame.epoch, error=to_form(TradingError(TOO_LARGE))))
    log.warning("An event is left out: it is larger than %s bytes", MAX_FRAME)
    return None
