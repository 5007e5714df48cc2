"""The asyncio shell of a replay: a server for one client, on loopback only.

May not know messages. A connection that ends without a word is not the client yet; while the client
is connected, others are cut.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from paper_gateway.recording.lines import Line
from paper_gateway.recording.log import read_log
from paper_gateway.recording.player import Departure, Player, Step
from paper_gateway.recording.script import script_of
from paper_gateway.recording.sockets import listen, port_of, reset

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Manner:
    """How a recording is played.

    ``speed`` None leaves out the recorded gaps, 1 keeps them, 2 halves them. ``patience`` is how
    many seconds the due request is awaited once the client has gone on to a later one.
    ``is_strict`` ends the connection where the client departs.
    """

    speed: float | None = None
    patience: float = 1.0
    is_strict: bool = False

    def seconds_of(self, gap_ms: float) -> float:
        """How long a recorded gap is in the replay."""
        return 0.0 if self.speed is None else gap_ms / 1000 / self.speed


AT_ONCE = Manner()


def _say_nothing(_departure: Departure) -> None:
    """For a test that looks at the departures afterwards."""


class Playback:
    """A running replay. Made by ``replay``."""

    def __init__(
        self, script: Sequence[Line], manner: Manner, tell: Callable[[Departure], None]
    ) -> None:
        self.port = 0
        self.manner = manner
        self.player = Player(script, manner.is_strict)
        self._tell = tell
        self._told = 0
        self._client: _Client | None = None
        self._finished = asyncio.Event()

    @property
    def departures(self) -> list[Departure]:
        """Where the client did something else than the recorded one, so far."""
        return self.player.departures

    async def finished(self) -> None:
        """Wait until the client's connection has ended."""
        await self._finished.wait()

    def accept(self) -> asyncio.Protocol:
        """The protocol of whoever has just connected."""
        return _Client(self)

    def claim(self, client: _Client) -> bool:
        """The first one to speak is the client; False for anybody else."""
        if self._client is None:
            self._client = client
        return self._client is client

    def is_client(self, client: _Client) -> bool:
        """Whether it is the one that the replay is for."""
        return self._client is client

    def lost(self, client: _Client) -> None:
        """A socket is gone; the client's ends the replay."""
        if self._client is client:
            self.player.end()
            while self.player.next_step() is not None:
                # Nobody is there to be told; what the client never asked is still found out.
                continue
            self.report()
            self._finished.set()

    def report(self) -> None:
        """Tell the departures that are new."""
        for departure in self.departures[self._told :]:
            self._tell(departure)
        self._told = len(self.departures)

    def stop(self) -> None:
        """Cut the client."""
        if self._client is not None:
            self._client.cut()


class _Client(asyncio.Protocol):
    """One socket of a replay."""

    def __init__(self, playback: Playback) -> None:
        self._playback = playback
        self._player = playback.player
        self._transport: asyncio.Transport | None = None
        self._gap: asyncio.TimerHandle | None = None
        self._due: Step | None = None
        """What is done when the gap, the recorded time before it, is over."""
        self._patience: asyncio.TimerHandle | None = None
        self._is_unread = False
        """More waits for the client to read it than should."""
        self._has_ended = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        if not self._playback.claim(self):
            logger.warning("a second connection was cut: a replay is for one client")
            self.cut()
            return
        self._player.receive(data)
        self._go_on()

    def eof_received(self) -> bool:
        self._has_ended = True
        if not self._playback.is_client(self):
            return False
        self._player.end()
        if self._gap is not None:
            # A client that will say nothing more is not kept waiting.
            self._gap.cancel()
        self._end_gap()
        return True

    def connection_lost(self, error: Exception | None) -> None:
        for timer in (self._gap, self._patience):
            if timer is not None:
                timer.cancel()
        self._playback.lost(self)

    def pause_writing(self) -> None:
        self._is_unread = True

    def resume_writing(self) -> None:
        self._is_unread = False
        self._go_on()

    def cut(self) -> None:
        if self._transport is not None:
            reset(self._transport)

    def _go_on(self) -> None:
        """Do what is to be done, up to a gap or the client's next turn."""
        while self._gap is None and not self._is_unread and self._is_open():
            step = self._player.next_step()
            if step is None:
                self._wait()
                return
            seconds = self._playback.manner.seconds_of(step.gap_ms)
            if seconds > 0 and not self._has_ended:
                self._due = step
                self._gap = asyncio.get_running_loop().call_later(seconds, self._end_gap)
            else:
                self._do(step)

    def _end_gap(self) -> None:
        self._gap, step, self._due = None, self._due, None
        if step is not None:
            self._do(step)
        self._go_on()

    def _is_open(self) -> bool:
        return self._transport is not None and not self._transport.is_closing()

    def _do(self, step: Step) -> None:
        if self._transport is None:
            return
        if step.is_reset:
            reset(self._transport)
        elif step.data:
            self._transport.write(step.data)
        else:
            self._transport.close()

    def _wait(self) -> None:
        """The client has to go on, or everything has been said."""
        self._playback.report()
        is_done = self._player.is_over and self._has_ended
        if self._transport is not None and (is_done or self._player.is_refused):
            self._transport.close()
        if not self._player.is_stuck and self._patience is not None:
            self._patience.cancel()
            self._patience = None
        elif self._player.is_stuck and self._patience is None:
            seconds = self._playback.manner.patience
            self._patience = asyncio.get_running_loop().call_later(seconds, self._lose_patience)

    def _lose_patience(self) -> None:
        self._patience = None
        self._player.pass_over()
        self._go_on()


@contextlib.asynccontextmanager
async def replay(
    log: Path,
    connection: int | None = None,
    port: int = 0,
    manner: Manner = AT_ONCE,
    tell: Callable[[Departure], None] = _say_nothing,
) -> AsyncIterator[Playback]:
    """Play one connection of a log to the first client that comes, until the block ends.

    ``connection`` is its number in the log, None for the first that a server answered; ``tell`` is
    given each departure at once. Raises LogError, ReplayError or ListenError.
    """
    playback = Playback(script_of(read_log(log), connection), manner, tell)
    listening = await listen(playback.accept, port)
    playback.port = port_of(listening)
    try:
        yield playback
    finally:
        listening.close()
        playback.stop()
        await listening.wait_closed()
        # Cut sockets are released by the loop's next turn.
        await asyncio.sleep(0)
