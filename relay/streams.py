"""`GET /options/relay/events`: a user's events as server-sent events, with resume.

Each stream is a cursor into the user's feed. One that reads too slowly is told `reset` when its
place in the feed is overwritten; nothing is kept for it.
"""

from __future__ import annotations

import asyncio

from aiohttp import web

from relay.alone import Routes
from relay.feed import RESET, Feed, frame
from relay.messages import json_text
from relay.problems import PRIVATE
from trading.refusals import Busy

PER_USER = 64
ALTOGETHER = 4_000
KEEP_ALIVE_SECONDS = 10.0
KEEP_ALIVE = b": keep-alive\n\n"
BYE = b"event: bye\ndata: {}\n\n"
TOO_MANY_STREAMS = "Too many event streams are open"
HEADERS = PRIVATE | {
    "Content-Type": "text/event-stream",
    # nginx keeps answers back until they are complete unless it is told not to.
    "X-Accel-Buffering": "no",
}


class Streams:
    """The open streams of all users."""

    def __init__(self, routes: Routes, keep_alive_seconds: float = KEEP_ALIVE_SECONDS) -> None:
        self._routes = routes
        self._keep_alive = keep_alive_seconds
        self._open: set[asyncio.Event] = set()
        self._is_stopping = False

    @property
    def open(self) -> int:
        return len(self._open)

    def stop(self) -> None:
        """Every stream ends with a bye."""
        self._is_stopping = True
        for news in self._open:
            news.set()

    async def serve(self, request: web.Request, user: str) -> web.StreamResponse:
        """Answer with the user's events until one side ends it. Raises Busy."""
        feed = await self._routes.feed(user)
        if len(self._open) >= ALTOGETHER or feed.subscribers >= PER_USER:
            raise Busy(TOO_MANY_STREAMS, retry_after_seconds=5)
        news = asyncio.Event()
        wake = news.set
        feed.subscribe(wake)
        self._open.add(news)
        response = web.StreamResponse(headers=HEADERS)
        try:
            await response.prepare(request)
            await self._write(response, feed, news, self._greeting(request, feed, user))
        except ConnectionResetError:
            pass  # the reader is gone, and that is all there is to know
        finally:
            feed.unsubscribe(wake)
            self._open.discard(news)
        return response

    def _greeting(self, request: web.Request, feed: Feed, user: str) -> tuple[int, bytes]:
        """Where the stream begins, and its first events."""
        asked = request.headers.get("Last-Event-ID", "")
        cursor = feed.cursor_of(asked)
        at = feed.last if cursor is None else cursor
        hello = {"boot": feed.boot, "last": feed.last, "agent": self._routes.picture(user)}
        first = frame(feed.event_id(at), "hello", json_text(hello))
        if asked and cursor is None:
            first += _reset(feed)
        return at, first

    async def _write(
        self,
        response: web.StreamResponse,
        feed: Feed,
        news: asyncio.Event,
        greeting: tuple[int, bytes],
    ) -> None:
        (cursor, data), boot = greeting, feed.boot
        while data:
            await response.write(data)
            data = b""
            while not data and not self._is_stopping:
                news.clear()
                events = feed.after(cursor) if feed.boot == boot else None
                data = _reset(feed) if events is None else b"".join(events)
                cursor, boot = feed.last, feed.boot
                if not data and not await _within(news, self._keep_alive):
                    data = KEEP_ALIVE
        await response.write(BYE)
        await response.write_eof()


def _reset(feed: Feed) -> bytes:
    return frame(feed.event_id(feed.last), RESET, "{}")


async def _within(news: asyncio.Event, seconds: float) -> bool:
    """Whether there are news within that time."""
    try:
        async with asyncio.timeout(seconds):
            await news.wait()
    except TimeoutError:
        return False
    return True
