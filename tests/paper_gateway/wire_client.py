"""What the tests of the paper gateway share: a clock to move, prices to set, and raw clients.

``Desk`` is a whole gateway without sockets: one hub, one fake clock, one market whose prices stand
still until a test moves them.
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

from ib_async import Contract, Order, Stock
from ib_async.client import Client
from ib_async.decoder import Decoder

from paper_gateway.assembly import build_hub, open_store
from paper_gateway.contracts import Catalogue
from paper_gateway.hub import Hub
from paper_gateway.market import Market, Quote
from paper_gateway.session import Session
from paper_gateway.settings import Settings
from paper_gateway.wire import FrameReader, frame, split_fields

AAPL = 265598
MSFT = 272093
EUR_USD = 12087792
NOON = 1_767_625_200.0  # 2026-01-05 10:00 in New York
HELLO = b"API\0\x00\x00\x00\x09v157..178"

Message = list[str]


class FakeClock:
    """Epoch seconds that move only when told to."""

    def __init__(self, now: float = NOON) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


class FakeMarket(Market):
    """Every price is 100.00 (bid 99.99, ask 100.01) until ``moves`` says otherwise."""

    def __init__(self, catalogue: Catalogue) -> None:
        super().__init__(catalogue)
        self.moves: list[tuple[float, float]] = [(0.0, 100.0)]

    def move(self, at: float, price: float) -> None:
        self.moves.append((at, price))

    def quote(self, con_id: int, at: float) -> Quote:
        price = self.mark(con_id, at)
        bid, ask = round(price - 0.01, 2), round(price + 0.01, 2)
        return Quote(int(at * 4) / 4, bid, ask, price, 300, 200, 100, 5000, 99.0, 101.0, 98.0, 97.5)

    def mark(self, con_id: int, at: float) -> float:
        return [price for since, price in self.moves if since <= at][-1]

    def first_touch(
        self, con_id: int, since: float, until: float, price: float, above: bool
    ) -> float | None:
        for at, level in self.moves:
            is_reached = level >= price if above else level <= price
            if is_reached and since < at <= until:
                return at
        return None

    def rate(self, currency: str, at: float) -> float:
        return 1.0 if currency == "USD" else self.mark(EUR_USD, at)


class RecordingClient(Client):
    """ib_async's own encoder: keeps the frames it would send."""

    def __init__(self, version: int) -> None:
        super().__init__(object())  # type: ignore[no-untyped-call]
        self._serverVersion = version
        self.connState = Client.CONNECTED
        self.frames: list[bytes] = []

    def sendMsg(self, msg: str) -> None:
        body = msg.encode()
        self.frames.append(len(body).to_bytes(4, "big") + body)


def encoded(version: int, send: Callable[[Any], object]) -> bytes:
    """The bytes ib_async sends for one of its client's requests."""
    client = RecordingClient(version)
    send(client)
    return b"".join(client.frames)


class RecordingWrapper:
    """Takes every call of ib_async's decoder as (method, arguments)."""

    defaultTimezone = None

    class ib:
        TimezoneTWS = ""

    def __init__(self) -> None:
        self.calls: list[tuple[str, tuple[Any, ...]]] = []

    def __getattr__(self, name: str) -> Callable[..., None]:
        return lambda *arguments: self.calls.append((name, arguments))


def decoded(data: bytes, version: int = 178) -> list[tuple[str, tuple[Any, ...]]]:
    """What ib_async's decoder makes of our frames: (wrapper method, arguments)."""
    wrapper = RecordingWrapper()
    decoder = Decoder(cast(Any, wrapper), version)
    for fields in messages(data):
        decoder.handlers[int(fields[0])](fields)
    return wrapper.calls


def messages(data: bytes) -> list[Message]:
    """The fields of every frame in ``data``."""
    return [each[4:].decode().split("\0")[:-1] for each in frames(data)]


def frames(data: bytes) -> list[bytes]:
    """The frames in ``data``, each with its length."""
    found = []
    start = 0
    while start < len(data):
        end = start + 4 + int.from_bytes(data[start : start + 4], "big")
        found.append(data[start:end])
        start = end
    return found


class WireClient:
    """One session of a desk, spoken to in raw messages."""

    def __init__(self, desk: "Desk", session: Session, version: int) -> None:
        self._desk = desk
        self.session = session
        self.version = version

    def send(self, *fields: object) -> list[Message]:
        """Send one message; what comes back to this client."""
        return self.send_bytes(frame(*fields))

    def send_bytes(self, data: bytes) -> list[Message]:
        self.session.receive(data)
        return self.read()

    def read(self) -> list[Message]:
        return messages(self.session.take_output())

    def place(self, order_id: int, order: Order, contract: Contract | None = None) -> list[Message]:
        """What ib_async's placeOrder sends, and the answers."""
        chosen = contract or Stock("AAPL", "SMART", "USD")
        data = encoded(self.version, lambda client: client.placeOrder(order_id, chosen, order))
        return self.send_bytes(data)

    def cancel(self, order_id: int) -> list[Message]:
        return self.send(4, 1, order_id, "")


class Desk:
    """A gateway without sockets, in a folder or in memory."""

    def __init__(self, settings: Settings | None = None, folder: Path | None = None) -> None:
        self.clock = FakeClock()
        self.market = FakeMarket(Catalogue.default())
        chosen = settings or Settings(latency_seconds=0.0)
        self.store, portfolio = open_store(replace(chosen, state=folder))
        self.hub: Hub = build_hub(chosen, self.store, self.clock, self.market, portfolio)

    def connect(self, client_id: int = 7, version: int = 178) -> WireClient:
        """A client that has started the API and read everything so far."""
        client = self.knock(version)
        client.send(71, 2, client_id, "")
        return client

    def knock(self, version: int = 178) -> WireClient:
        """A client after the handshake only."""
        client = WireClient(self, self.hub.connect("test"), version)
        hello = f"v157..{version}".encode()
        client.send_bytes(b"API\0" + len(hello).to_bytes(4, "big") + hello)
        return client

    def wait(self, seconds: float) -> None:
        """Move the clock, doing what is due at its own instant."""
        end = self.clock.now + seconds
        while (due := self.hub.timers.next_due()) is not None and due <= end:
            self.clock.now = max(self.clock.now, due)
            self.hub.timers.run_due()
        self.clock.now = end

    def move(self, price: float, after: float = 0.0) -> None:
        """The market jumps to ``price``, now or in some seconds; set it before placing orders."""
        self.market.move(self.clock.now + after, price)


def names(found: list[Message]) -> list[str]:
    """The messages in short: ``5 Filled``, ``3 Filled``, ``4 202``, otherwise the id."""
    return [_name(message) for message in found]


def _name(message: Message) -> str:
    if message[0] == "3":
        return f"3 {message[2]}"
    if message[0] == "4":
        return f"4 {message[3]}"
    if message[0] == "5":
        return f"5 {open_order_status(message)}"
    return message[0]


def open_order_status(message: Message) -> str:
    statuses = {
        "PreSubmitted", "Submitted", "PendingCancel", "Filled", "Cancelled", "Inactive",
    }  # fmt: skip
    (status,) = [field for field in message if field in statuses]
    return status


def requests_of(data: bytes) -> list[Message]:
    """The fields of every frame of a client's bytes, as the gateway reads them."""
    return [split_fields(each) for each in FrameReader().feed(HELLO + data)][1:]
