"""A TCP pass-through between the checklist's desk and TWS.

"Disconnect TWS" is played here, so that the user's own TWS and other clients notice nothing. It
also reads what goes towards TWS: an order that never passed here has provably not been sent.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from concurrent.futures import Future

from loop_thread import LoopThread

HOST = "127.0.0.1"
GREETING = b"API\0"
LENGTH = 4
MOST = 16 * 1024 * 1024  # TWS itself takes no longer message
PLACE_ORDER = b"3"
ANSWER_SECONDS = 10.0

Pair = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Frames:
    """Cuts a client's bytes into its messages: a four-byte length before each, after a greeting."""

    def __init__(self) -> None:
        self._rest = b""
        self._is_greeted = False

    def feed(self, data: bytes) -> list[bytes]:
        self._rest += data
        if not self._is_greeted:
            if len(self._rest) < len(GREETING):
                return []
            self._rest = self._rest.removeprefix(GREETING)
            self._is_greeted = True
        found = []
        while len(self._rest) >= LENGTH:
            size = int.from_bytes(self._rest[:LENGTH])
            if size > MOST or len(self._rest) < LENGTH + size:
                break
            found.append(self._rest[LENGTH : LENGTH + size])
            self._rest = self._rest[LENGTH + size :]
        return found


class PassThrough:
    """`start` it, connect to `port` instead of TWS; `cut` and `restore` as often as needed."""

    def __init__(self, host: str, port: int) -> None:
        self._target = host, port
        self._thread = LoopThread("PassThrough", self._live)
        self._ready: Future[int] = Future()
        self._server: asyncio.Server | None = None
        self._pipes: set[asyncio.Task[None]] = set()
        self._placed: list[bytes] = []
        self.port = 0
        self.is_cut = False

    def start(self) -> int:
        self._thread.start()
        self.port = self._ready.result(ANSWER_SECONDS)
        return self.port

    def stop(self) -> None:
        self._thread.stop()

    def cut(self) -> None:
        """TWS is gone: every socket is closed, and nobody listens any more."""
        self.is_cut = True
        self._thread.submit(self._close()).result(ANSWER_SECONDS)

    def restore(self) -> None:
        """TWS is back on the same port."""
        if self.is_cut:
            self._thread.submit(self._listen()).result(ANSWER_SECONDS)
            self.is_cut = False

    def orders(self) -> int:
        """How many placeOrder messages have gone to TWS, what-ifs and changes included."""
        return len(self._placed)

    def carried(self, client_order_id: str) -> int:
        """How many placeOrder messages carried this order's own name (its orderRef)."""
        name = client_order_id.encode()
        return sum(name in fields for fields in map(_fields, list(self._placed)))

    async def _live(self) -> None:
        try:
            await self._listen()
            self._ready.set_result(self.port)
            await asyncio.Event().wait()
        finally:
            await self._close()

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._serve, HOST, self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _close(self) -> None:
        if self._server:
            self._server.close()
        for pipe in list(self._pipes):
            pipe.cancel()
        await asyncio.gather(*self._pipes, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One client: both directions until one of them ends."""
        own = asyncio.current_task()
        assert own is not None
        self._pipes.add(own)
        try:
            with contextlib.suppress(OSError):
                to_tws = await asyncio.open_connection(*self._target)
                await self._join((reader, writer), to_tws)
        except asyncio.CancelledError:
            pass  # cut: this is how it is meant to end
        finally:
            self._pipes.discard(own)
            writer.close()

    async def _join(self, client: Pair, tws: Pair) -> None:
        frames = Frames()

        def note(data: bytes) -> None:
            self._placed += [one for one in frames.feed(data) if _fields(one)[0] == PLACE_ORDER]

        up = asyncio.create_task(_pump(client[0], tws[1], note))
        down = asyncio.create_task(_pump(tws[0], client[1], lambda _: None))
        try:
            await asyncio.wait({up, down}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for pump in (up, down):
                pump.cancel()
            await asyncio.gather(up, down, return_exceptions=True)
            tws[1].close()


async def _pump(
    source: asyncio.StreamReader, target: asyncio.StreamWriter, note: Callable[[bytes], None]
) -> None:
    while data := await source.read(65536):
        note(data)
        target.write(data)
        await target.drain()


def _fields(frame: bytes) -> list[bytes]:
    return frame.split(b"\0")
