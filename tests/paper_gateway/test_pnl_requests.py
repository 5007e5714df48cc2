"""Profit and loss about once a second, of accounts and of single positions."""

import pytest
from ib_async import MarketOrder

from paper_gateway.settings import Settings
from tests.paper_gateway.wire_client import AAPL, MSFT, Desk, WireClient, names

FIRST, SECOND = "DU1234567", "DU1234568"


@pytest.fixture
def desk() -> Desk:
    """10 shares in the first account, 20 short in the second; then the price rises by 5."""
    desk = Desk(Settings(latency_seconds=0.0, accounts=2, is_advisor=True))
    trader = desk.connect(8)
    trader.place(1, MarketOrder("BUY", 10, account=FIRST))
    trader.place(2, MarketOrder("SELL", 20, account=SECOND))
    desk.wait(1.0)
    desk.move(105.0)
    return desk


@pytest.fixture
def client(desk: Desk) -> WireClient:
    return desk.connect()


@pytest.mark.parametrize(
    ("account", "profit"),
    [
        (FIRST, "48.900000"),  # 10 * (105 - 100.01) - 1
        (SECOND, "-101.200000"),  # 20 * (99.99 - 105) - 1
        ("All", "-52.300000"),
        ("DF1234567", "-52.300000"),
    ],
)
def test_the_profit_of_an_account_or_of_all(client: WireClient, account: str, profit: str) -> None:
    assert client.send(92, 5, account, "") == [["94", "5", profit, profit, "0.000000"]]


@pytest.mark.parametrize(
    ("account", "size", "profit", "value"),
    [
        (FIRST, "10", "48.900000", "1050.000000"),
        (SECOND, "-20", "-101.200000", "-2100.000000"),
        ("All", "-10", "-52.300000", "-1050.000000"),
    ],
)
def test_the_profit_of_a_position_in_an_account_or_in_all(
    client: WireClient, account: str, size: str, profit: str, value: str
) -> None:
    expected = [["95", "5", size, profit, profit, "0.000000", value]]
    assert client.send(94, 5, account, "", AAPL) == expected


def test_a_contract_that_is_not_held_has_no_answer(desk: Desk, client: WireClient) -> None:
    assert client.send(94, 5, FIRST, "", MSFT) == []
    desk.wait(3.0)
    assert client.read() == []


def test_both_are_told_about_once_a_second_until_cancelled(desk: Desk, client: WireClient) -> None:
    client.send(92, 5, FIRST, "")
    client.send(94, 6, FIRST, "", AAPL)
    desk.wait(2.0)
    assert [message[0] for message in client.read()] == ["94", "95"] * 2
    client.send(93, 5)
    client.send(95, 6)
    desk.wait(5.0)
    assert client.read() == []


@pytest.mark.parametrize("fields", [(92, 5, FIRST, "Growth"), (94, 5, FIRST, "Growth", AAPL)])
def test_a_model_has_no_profit(desk: Desk, client: WireClient, fields: tuple[object, ...]) -> None:
    assert client.send(*fields) == []
    desk.wait(2.0)
    assert client.read() == []


@pytest.mark.parametrize("fields", [(92, 5, "DU9", ""), (94, 5, "DU9", "", AAPL)])
def test_an_unknown_account_is_refused(client: WireClient, fields: tuple[object, ...]) -> None:
    assert names(client.send(*fields)) == ["4 321"]
