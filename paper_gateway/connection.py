"""One socket of the gateway: bytes in, bytes out after the latency.

May not know messages: it hands bytes to the server and writes what the server gives it.
"""

from __future__ import annotations

import asyncio
import logging
import socket
from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from paper_gateway.server import Server
    from paper_gateway.session import Session

logger = logging.getLogger(__name__)

# A client that does not read is dropped when this much waits for it. Fifty histories that were
# asked for at once, at about a megabyte each, are no reason yet.
MAX_UNREAD_BYTES = 64 * 1024 * 1024


class Connection(asyncio.Protocol):
    """One socket. Output leaves after the latency, in the order in which it was made."""

    last_words_seconds = 10.0
    """A session that is over waits so long for its client to read the last words."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._waiting: deque[bytes] = deque()
        self._unread = 0
        """Bytes that wait for the latency or, in pieces, for their turn."""
        self._pieces: deque[bytes] = deque()
        self._held: list[bytes] = []
        self.transport: asyncio.Transport | None = None
        self.session: Session | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        # A socket that is reset at once has no peer any more.
        peer = transport.get_extra_info("peername") or ("unknown", 0)
        tcp = transport.get_extra_info("socket")
        tcp.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if not self._server.admit(self):
            transport.abort()
            return
        self.session = self._server.hub.connect(f"{peer[0]}:{peer[1]}")
        self._server.connections[self.session] = self
        if self._server.drills.freeze:
            self.freeze()

    def data_received(self, data: bytes) -> None:
        if self._server.drills.freeze:
            self._held.append(data)
        elif self.session is not None:
            self._server.receive(self.session, data)

    def connection_lost(self, error: Exception | None) -> None:
        if self.session is not None:
            self._server.forget(self.session)
        self._server.sockets.discard(self)

    def send(self, data: bytes, latency: float) -> None:
        if latency <= 0 and not self._waiting and not self._server.drills.freeze:
            self._write(data)
            return
        self._waiting.append(data)
        self._unread += len(data)
        asyncio.get_running_loop().call_later(latency, self._write_next)

    def _write_next(self) -> None:
        if self._server.drills.freeze or not self._waiting:
            return
        data = self._waiting.popleft()
        self._unread -= len(data)
        self._write(data)
        self._close_when_done()

    def _write(self, data: bytes) -> None:
        size = self._server.drills.chunk_bytes
        if size or self._pieces:
            self._write_in_pieces(data, size or len(data))
            return
        if self.transport is None or self.transport.is_closing():
            return
        self.transport.write(data)
        self._drop_if_deaf(self.transport)

    def _drop_if_deaf(self, transport: asyncio.Transport) -> None:
        waiting = transport.get_write_buffer_size() + self._unread
        if waiting > MAX_UNREAD_BYTES and not transport.is_closing():
            logger.warning("%s dropped: it does not read (%s bytes wait)", self.session, waiting)
            self.abort()

    def _write_in_pieces(self, data: bytes, size: int) -> None:
        is_idle = not self._pieces
        self._pieces.extend(data[start : start + size] for start in range(0, len(data), size))
        self._unread += len(data)
        if is_idle:
            self._write_piece()
        elif self.transport is not None:
            self._drop_if_deaf(self.transport)

    def _write_piece(self) -> None:
        """One piece per turn of the loop: each is a packet of its own. A thaw goes on with it."""
        if self.transport is None or self.transport.is_closing():
            return
        if self._server.drills.freeze or not self._pieces:
            return
        piece = self._pieces.popleft()
        self._unread -= len(piece)
        self.transport.write(piece)
        self._drop_if_deaf(self.transport)
        if self._pieces:
            asyncio.get_running_loop().call_soon(self._write_piece)
        else:
            self._close_when_done()

    def finish(self) -> None:
        """Close once everything has left."""
        self._close_when_done()

    def _close_when_done(self) -> None:
        is_over = self.session is None or self.session.is_closing
        if is_over and not self._waiting and not self._pieces and self.transport is not None:
            self.transport.close()
            loop = asyncio.get_running_loop()
            loop.call_later(self.last_words_seconds, self.transport.abort)

    def abort(self) -> None:
        self._waiting.clear()
        self._pieces.clear()
        self._unread = 0
        if self.transport is not None:
            self.transport.abort()

    def freeze(self) -> None:
        if self.transport is not None and not self.transport.is_closing():
            self.transport.pause_reading()

    def thaw(self) -> None:
        """Catch up with what came in and what was to go out, then read on."""
        self._write_piece()
        while self._waiting:
            self._write_next()
        held, self._held = self._held, []
        if self.session is not None and held:
            self._server.receive(self.session, b"".join(held))
        if self.transport is not None and not self.transport.is_closing():
            self.transport.resume_reading()
