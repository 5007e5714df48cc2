"""A desk on the real synthetic market, and the contracts as clients write them."""

from paper_gateway.assembly import build_hub
from paper_gateway.settings import Settings
from paper_gateway.store import Store
from tests.paper_gateway.wire_client import NOON, Desk, FakeClock, Message

AAPL_ID, EUR_ID, BTC_ID = 265598, 12087792, 479624278
SATURDAY = NOON + 5 * 86_400
Fields = list[object]


class MarketDesk(Desk):
    """A gateway without sockets whose prices are those of the seed."""

    def __init__(self, settings: Settings | None = None, now: float = NOON) -> None:
        self.clock = FakeClock(now)
        self.store = Store(None)
        self.hub = build_hub(settings or Settings(latency_seconds=0.0), self.store, self.clock)


def exchange_desk(now: float = NOON) -> MarketDesk:
    """One whose contracts keep the hours of their exchange."""
    return MarketDesk(Settings(latency_seconds=0.0, hours="exchange"), now)


def contract(
    symbol: str = "AAPL", sec_type: str = "STK", exchange: str = "SMART", month: str = ""
) -> Fields:
    """The twelve contract fields of a request."""
    return [0, symbol, sec_type, month, 0.0, "", "", exchange, "", "USD", "", ""]


AAPL, EUR = contract(), contract("EUR", "CASH", "IDEALPRO")


def errors(found: list[Message]) -> list[tuple[str, str]]:
    """Code and text of the errors among messages."""
    return [(message[3], message[4]) for message in found if message[0] == "4"]
