"""Runs scenario files: a whole gateway down to its connections, with a clock and prices of our own.

Only the transports are made up. A line of a scenario is one of

    C start                  a client connects and starts the API; its greeting is not looked at
    C connect                the same, and the greeting is expected
    C placeOrder orderId=1 orderType=LMT lmtPrice=50      what the client says
    D link-lost seconds=5    a drill, switch or command, as in a script without a moment
    T 2s                     time passes
    P 49.5 [5s]              the price of everything, now or after a while
    S orderStatus orderId=1 status=Submitted remaining=10  what the server says; S cut, S closed
    V 1 order, 0 lost, 0 duplicated                        the verdict at this moment

C and S are those of client 7; C8 and S8 those of client 8. After every line the server must have
said exactly what the S lines behind it name, in that order.
"""

import asyncio
import shlex
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from paper_gateway.assembly import build_hub
from paper_gateway.connection import Connection
from paper_gateway.contracts import Catalogue
from paper_gateway.drilling.scripts import parse_script
from paper_gateway.drilling.table import expand
from paper_gateway.drilling.verdict import judge
from paper_gateway.server import Server
from paper_gateway.settings import Settings
from paper_gateway.store import Store
from paper_gateway.wire import frame
from tests.paper_gateway.scenario_messages import mismatch, name_of, request
from tests.paper_gateway.wire_client import HELLO, FakeClock, FakeMarket, Message

DEFAULT_CLIENT = 7
# Real gateways take tens of milliseconds; here a part of an order follows the last after 30.
SETTINGS = Settings(latency_seconds=0.0)


class _Tcp:
    def setsockopt(self, *_arguments: int) -> None:
        """Nagle is nothing to a transport that is made up."""


class FakeTransport(asyncio.Transport):
    """Keeps what is written, and how it ended."""

    def __init__(self) -> None:
        super().__init__({"peername": ("127.0.0.1", 1), "socket": _Tcp()})
        self.written = b""
        self.end = ""

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.written += bytes(data)

    def get_write_buffer_size(self) -> int:
        return 0

    def is_closing(self) -> bool:
        return bool(self.end)

    def close(self) -> None:
        self.end = self.end or "closed"

    def abort(self) -> None:
        self.end = self.end or "cut"

    def pause_reading(self) -> None:
        """The scenario reads for it."""

    def resume_reading(self) -> None:
        """The scenario reads for it."""


@dataclass
class Peer:
    """One client's socket. ``seen``: how much of what was written has been looked at."""

    connection: Connection
    transport: FakeTransport
    seen: int = 0
    has_ended: bool = False
    is_lost: bool = False

    def heard(self) -> list[Message]:
        """The messages since the last look; then the end, as a message of one word."""
        found, self.seen = _messages(self.transport.written, self.seen)
        if self.transport.end and not self.has_ended:
            self.has_ended = True
            found.append([self.transport.end])
        return found


def _messages(data: bytes, seen: int) -> tuple[list[Message], int]:
    found: list[Message] = []
    while seen + 4 <= len(data):
        size = int.from_bytes(data[seen : seen + 4], "big")
        if seen + 4 + size > len(data):
            # Garbage of a drill: shown as bytes.
            return [*found, ["bytes", data[seen:].hex()]], len(data)
        body = data[seen + 4 : seen + 4 + size]
        if body[:1] in {b"", b"\0"}:
            found.append(["bytes", data[seen : seen + 4 + size].hex()])
        else:
            found.append(body.decode(errors="backslashreplace").split("\0")[:-1])
        seen += 4 + size
    return found, seen


@dataclass
class Stage:
    """A gateway, its clients by id, and what they have heard and no S line has named."""

    clock: FakeClock = field(default_factory=FakeClock)
    peers: dict[int, Peer] = field(default_factory=dict)
    heard: list[tuple[int, Message]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.market = FakeMarket(Catalogue.default())
        self.store = Store(None)
        hub = build_hub(SETTINGS, self.store, self.clock, self.market)
        self.server = Server(SETTINGS, hub, self.store)

    def close(self) -> None:
        self.server.stop()
        self.store.close()

    async def do(self, verb: str, rest: str) -> None:
        """Do what a line other than S says."""
        kind, client_id = verb[0], int(verb[1:] or DEFAULT_CLIENT)
        if kind == "C":
            self._say(client_id, rest)
        elif kind == "D":
            self.server.play(parse_script(f"at 0s {rest}", "drill", expand))
        elif kind == "T":
            self._wait(_seconds(rest))
        elif kind == "P":
            price, _, after = rest.partition(" ")
            self.market.move(self.clock.now + (_seconds(after) if after else 0.0), float(price))
        else:
            raise ValueError(f"a line begins with C, D, T, P, S or V, not {verb}")
        await self._settle(client_id, is_quiet=rest == "start")

    def _say(self, client_id: int, rest: str) -> None:
        name, given = _words(rest)
        if name in {"start", "connect"}:
            transport = FakeTransport()
            self.peers[client_id] = Peer(Connection(self.server), transport)
            self.peers[client_id].connection.connection_made(transport)
            data = HELLO + frame(71, 2, client_id, "")
        elif name == "send":
            data = bytes.fromhex(given["hex"])
        else:
            data = request(name, given)
        peer = self.peers[client_id]
        if not peer.transport.end:
            peer.connection.data_received(data)

    def _wait(self, seconds: float) -> None:
        end = self.clock.now + seconds
        while (due := self.server.next_due()) is not None and due <= end:
            self.clock.now = max(self.clock.now, due)
            self.server.run_due()
        self.clock.now = end

    async def _settle(self, client_id: int, is_quiet: bool) -> None:
        """Let the loop finish, tell lost sockets, and collect what was said."""
        for _ in range(5000 if self.server.drills.chunk_bytes else 3):
            await asyncio.sleep(0)
        for peer in self.peers.values():
            if peer.transport.end and not peer.is_lost:
                peer.is_lost = True
                peer.connection.connection_lost(None)
        for number, peer in self.peers.items():
            found = peer.heard()
            if not (is_quiet and number == client_id):
                self.heard += [(number, message) for message in found]


def _seconds(text: str) -> float:
    return float(text.removesuffix("s"))


def _words(text: str) -> tuple[str, dict[str, str]]:
    name, *pairs = shlex.split(text)
    return name, dict(pair.split("=", 1) for pair in pairs)


async def run(path: Path) -> None:
    """Raises AssertionError with the line at which the gateway said something else."""
    stage = Stage()
    try:
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if line and not line.startswith("#"):
                await _run_line(stage, f"{path.name}:{number}", line)
        assert _told(stage.heard) == [], f"{path.name}: more was said at the end"
    finally:
        stage.close()


async def _run_line(stage: Stage, place: str, line: str) -> None:
    verb, _, rest = line.partition(" ")
    if verb == "V":
        hub = stage.server.hub
        found = judge(hub.book.orders.values(), hub.counters.lost, len(hub.book.executions))
        assert found.sentence == rest, f"{place}: the verdict is {found.sentence}"
        return
    if verb[0] != "S":
        assert _told(stage.heard) == [], f"{place}: more was said before this line"
        await stage.do(verb, rest.strip())
        return
    client_id = int(verb[1:] or DEFAULT_CLIENT)
    own = [each for each in stage.heard if each[0] == client_id]
    assert own, f"{place}: nothing more was said"
    stage.heard.remove(own[0])
    name, expected = _words(rest)
    fault = mismatch(own[0][1], name, expected)
    assert not fault, f"{place}: {fault}"


def _told(heard: list[tuple[int, Message]]) -> list[Any]:
    return [(client_id, name_of(message), message[1:6]) for client_id, message in heard]
