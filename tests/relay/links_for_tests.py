"""A TCP link that a test can stop, break and heal."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress


class Link:
    """Passes bytes between whoever connects and a port. While it is stopped nothing moves, and
    nothing is lost: what was said goes on when it is healed. A broken one takes nobody."""

    def __init__(self, target: int) -> None:
        self.port = 0
        self.held = b""  # what waits while it is stopped
        self._target = target
        self._moves = asyncio.Event()
        self._moves.set()
        self._is_broken = False
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        return f"nats://127.0.0.1:{self.port}"

    def stop(self) -> None:
        self._moves.clear()

    def heal(self) -> None:
        self._is_broken = False
        self._moves.set()

    def cut(self) -> None:
        """Every connection ends now, and new ones too until it is healed."""
        self._is_broken = True
        for writer in self._writers:
            writer.transport.abort()

    async def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._is_broken:
            writer.transport.abort()
            return
        there, away = await asyncio.open_connection("127.0.0.1", self._target)
        self._writers |= {writer, away}
        for source, sink in ((reader, away), (there, writer)):
            task = asyncio.create_task(self._pump(source, sink))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def end(self) -> None:
        self.cut()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _pump(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while data := await source.read(65536):
                if not self._moves.is_set():
                    self.held += data
                    await self._moves.wait()
                sink.write(data)
                await sink.drain()
        sink.close()
        self._writers.discard(sink)


@asynccontextmanager
async def link(target: int) -> AsyncIterator[Link]:
    made = Link(target)
    server = await asyncio.start_server(made.accept, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        server.close()
        await made.end()
