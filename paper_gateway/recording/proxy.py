"""The asyncio shell of the recorder: a transparent TCP proxy that listens on loopback only.

May not know messages. What one side says is passed on first, at once and unchanged, and heard by
the recorder after that; ends and resets are passed on as they come. A side that does not read makes
the other wait, as it would without a proxy.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable, Collection
from dataclasses import dataclass
from pathlib import Path

from paper_gateway.recording.lines import Event
from paper_gateway.recording.log import LogFile, create_log
from paper_gateway.recording.recorder import Recorder
from paper_gateway.recording.redaction import Private, Redactor
from paper_gateway.recording.sockets import listen, port_of, reset

logger = logging.getLogger(__name__)

# TWS itself takes 32 clients.
MAX_CONNECTIONS = 64
_CONNECT_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Upstream:
    """The TWS, IB Gateway or paper gateway that is recorded."""

    host: str
    port: int


class Proxy:
    """A running recorder. Made by ``record``."""

    def __init__(self, upstream: Upstream, log: LogFile, redactor: Redactor) -> None:
        self.upstream = upstream
        self.port = 0
        self._log = log
        self._redactor = redactor
        self._links: set[Link] = set()
        self._quiet = asyncio.Event()
        self._quiet.set()
        self._count = 0
        self._start = asyncio.get_running_loop().time()

    def accept(self) -> End:
        """The protocol of a client that has just connected."""
        self._count += 1
        clock = asyncio.get_running_loop().time
        recorder = Recorder(self._count, self._redactor, self._log.write, clock, self._start)
        return Link(self, recorder).client

    async def quiet(self) -> None:
        """Wait until no connection is open: what was said on them is in the log."""
        await self._quiet.wait()

    def open(self, link: Link) -> bool:
        """Keep a link while it lives; False when there are too many."""
        if len(self._links) >= MAX_CONNECTIONS:
            logger.warning("a connection was refused: %s are open", MAX_CONNECTIONS)
            return False
        self._links.add(link)
        self._quiet.clear()
        return True

    def forget(self, link: Link) -> None:
        """A link has ended."""
        self._links.discard(link)
        if not self._links:
            self._quiet.set()

    def stop(self) -> None:
        """Cut every connection."""
        for link in list(self._links):
            link.stop()


class Link:
    """A client and its server, joined."""

    def __init__(self, proxy: Proxy, recorder: Recorder) -> None:
        self.recorder = recorder
        self.client = End(self, recorder.client_said, Event.CLIENT_CLOSED, Event.CLIENT_RESET)
        self.server = End(self, recorder.server_said, Event.SERVER_CLOSED, Event.SERVER_RESET)
        self._proxy = proxy
        self._opening: asyncio.Task[None] | None = None
        self._is_over = False

    def other(self, end: End) -> End:
        """The end that hears what this one says."""
        return self.server if end is self.client else self.client

    def begin(self, end: End) -> None:
        """A socket is there. The client's is not read before the server's can be written."""
        if end is self.server:
            self.client.resume_reading()
            return
        if not self._proxy.open(self):
            end.reset()
            return
        self.recorder.happened(Event.OPENED)
        self.client.pause_reading()
        self._opening = asyncio.get_running_loop().create_task(self._open())

    async def _open(self) -> None:
        upstream, loop = self._proxy.upstream, asyncio.get_running_loop()
        try:
            async with asyncio.timeout(_CONNECT_SECONDS):
                await loop.create_connection(lambda: self.server, upstream.host, upstream.port)
        except (OSError, UnicodeError) as error:
            # UnicodeError: a host name that cannot be one. A TimeoutError has no text.
            reason = str(error) or "no answer in time"
            logger.warning("no connection to %s:%s: %s", upstream.host, upstream.port, reason)
            self.recorder.happened(Event.NO_SERVER, reason)
            self.client.close()

    def note(self, event: Event) -> None:
        """Write down how a side has ended, if the recording is not over."""
        if not self._is_over:
            self.recorder.happened(event)

    def lost(self) -> None:
        """A socket is gone: nothing more is heard."""
        self._finish()
        self._proxy.forget(self)

    def stop(self) -> None:
        """The recorder ends: both sides are cut."""
        self.note(Event.STOPPED)
        self._finish()
        if self._opening is not None:
            self._opening.cancel()
        self.client.reset()
        self.server.reset()

    def _finish(self) -> None:
        if not self._is_over:
            self._is_over = True
            self.recorder.ended()


class End(asyncio.Protocol):
    """One of the two sockets of a link."""

    def __init__(
        self, link: Link, hear: Callable[[bytes], None], closed: Event, was_reset: Event
    ) -> None:
        self._link = link
        self._hear = hear
        self._closed = closed
        self._was_reset = was_reset
        self._transport: asyncio.Transport | None = None
        self._has_ended = False
        """It has said that it will send nothing more."""

    @property
    def _other(self) -> End:
        return self._link.other(self)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._link.begin(self)

    def data_received(self, data: bytes) -> None:
        self._other.write(data)
        try:
            self._hear(data)
        except Exception:
            # The outermost door of the listener: a fault of ours must not reach the two who talk.
            logger.exception("connection %s is not wholly in the log", self._link.recorder.number)

    def eof_received(self) -> bool:
        """Pass a half-close on; the socket stays open for what the other still has to say."""
        self._has_ended = True
        self._link.note(self._closed)
        if self._other._has_ended:
            self._other.close()
            return False
        self._other.write_eof()
        return True

    def connection_lost(self, error: Exception | None) -> None:
        if error is None:
            self._other.close()
        else:
            self._link.note(self._was_reset)
            self._other.reset()
        self._link.lost()

    def pause_writing(self) -> None:
        self._other.pause_reading()

    def resume_writing(self) -> None:
        self._other.resume_reading()

    # What the other end asks of this socket

    def write(self, data: bytes) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(data)

    def write_eof(self) -> None:
        if self._transport is not None:
            self._transport.write_eof()

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()

    def reset(self) -> None:
        if self._transport is not None:
            reset(self._transport)

    def pause_reading(self) -> None:
        if self._transport is not None and not self._has_ended:
            self._transport.pause_reading()

    def resume_reading(self) -> None:
        if self._transport is not None and not self._has_ended:
            self._transport.resume_reading()


@contextlib.asynccontextmanager
async def record(
    log: Path,
    upstream: Upstream,
    port: int = 0,
    kept: Collection[Private] = (),
    hidden: Collection[str] = (),
) -> AsyncIterator[Proxy]:
    """Record into a new file until the block ends. Raises LogError or ListenError.

    ``kept`` is what is not replaced in the log, ``hidden`` are further words to replace.
    """
    redactor = Redactor(kept, hidden)
    with create_log(log, redactor.replaced) as file:
        proxy = Proxy(upstream, file, redactor)
        listening = await listen(proxy.accept, port)
        proxy.port = port_of(listening)
        try:
            yield proxy
        finally:
            listening.close()
            proxy.stop()
            await listening.wait_closed()
            # Aborted sockets are released by the loop's next turn.
            await asyncio.sleep(0)
