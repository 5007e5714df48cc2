"""A bus without a network: several nodes' buses on one switchboard, at which a test may meddle."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from itertools import count

from relay.bus import Heard, NotSent, NoWord


class Switchboard:
    """Passes messages at once. `drops` tells which subjects lose what is sent to them."""

    def __init__(self) -> None:
        self.buses: list[FakeBus] = []
        self.sent: list[tuple[str, bytes]] = []
        self.drops: Callable[[str], bool] = lambda subject: False

    def bus(self) -> FakeBus:
        made = FakeBus(self)
        self.buses.append(made)
        return made

    def send(self, subject: str, data: bytes, reply: str = "") -> bool:
        """Whether somebody listens there."""
        self.sent.append((subject, data))
        listening = [bus for bus in self.buses if bus.is_up and subject in bus.listeners]
        if not self.drops(subject):
            for bus in listening:
                bus.listeners[subject](data, reply)
        return bool(listening)


class FakeBus:
    """One node's bus; `is_up` may be switched."""

    def __init__(self, board: Switchboard) -> None:
        self.is_up = True
        self.listeners: dict[str, Heard] = {}
        self.told: list[Callable[[], None]] = []
        self._board, self._numbers = board, count(1)
        self._waiting: list[tuple[str, asyncio.Future[bytes]]] = []

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        yield

    def listen(self, subject: str, heard: Heard) -> None:
        self.listeners[subject] = heard

    def when_up(self, told: Callable[[], None]) -> None:
        self.told.append(told)

    def tell(self, subject: str, data: bytes) -> bool:
        if self.is_up:
            self._board.send(subject, data)
        return self.is_up

    async def request(self, subject: str, data: bytes, seconds: float) -> bytes:
        if not self.is_up:
            raise NotSent("down")
        waiting: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self._waiting.append((subject, waiting))
        reply = f"inbox.{id(self)}.{next(self._numbers)}"
        self.listeners[reply] = lambda answer, _: waiting.set_result(answer)
        if not self._board.send(subject, data, reply):
            raise NotSent("nobody")
        try:
            async with asyncio.timeout(seconds):
                return await waiting
        except TimeoutError:
            raise NoWord(is_late=True) from None

    def give_up(self, subject: str = "") -> None:
        for asked, waiting in self._waiting:
            if subject in ("", asked) and not waiting.done():
                waiting.set_exception(NoWord(is_late=False))
