"""Where fills happen and what they leave in the books."""

import pytest
from ib_async import Contract, Crypto, Forex, Future, MarketOrder, Option

from tests.paper_gateway.wire_client import Desk


@pytest.mark.parametrize(
    ("contract", "venue", "fee"),
    [
        (None, "NASDAQ", 1.0),
        (Forex("EURUSD"), "IDEALPRO", 2.0),
        (Crypto("BTC", "PAXOS", "USD"), "PAXOS", 1.8002),
        (Future("ES", "20290921", "CME"), "CME", 22.5),
        (Option("AAPL", "20290119", 230.0, "C", "SMART"), "AMEX", 6.5),
    ],
)
def test_a_fill_has_a_venue_and_a_commission_of_its_kind(
    contract: Contract | None, venue: str, fee: float
) -> None:
    desk = Desk()
    desk.connect().place(1, MarketOrder("BUY", 10, tif="DAY"), contract)
    (execution,) = desk.hub.book.executions
    assert execution.exchange == venue
    assert execution.commission == pytest.approx(fee, rel=0.01)
    (position,) = desk.hub.account.held()
    assert position.quantity == 10.0
