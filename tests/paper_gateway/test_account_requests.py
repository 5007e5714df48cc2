"""Requests about the account: first answers, pushes after fills, and the repeated P&L."""

import pytest
from ib_async import MarketOrder, Stock

from tests.paper_gateway.wire_client import AAPL, Desk, Message, WireClient, names

ACCOUNT = "DU1234567"


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def client(desk: Desk) -> WireClient:
    return desk.connect()


def buy(client: WireClient, order_id: int = 1, quantity: int = 10, symbol: str = "AAPL") -> None:
    """Fill an order and drop what is told about it."""
    client.place(order_id, MarketOrder("BUY", quantity), Stock(symbol, "SMART", "USD"))
    client.read()


def test_an_empty_account_has_an_empty_list_of_positions(client: WireClient) -> None:
    assert client.send(61, 1) == [["62", "1"]]


def test_positions_are_listed_and_then_told_as_they_change(desk: Desk, client: WireClient) -> None:
    buy(client)
    row, end = client.send(61, 1)
    assert (row[0], row[2], row[3], row[14], row[15]) == ("61", ACCOUNT, str(AAPL), "10", "100.11")
    assert end == ["62", "1"]
    trader = desk.connect(8)
    trader.place(1, MarketOrder("SELL", 10))
    ((closed),) = client.read()
    assert (closed[0], closed[3], closed[14]) == ("61", str(AAPL), "0")


def test_no_position_is_told_after_the_subscription_ended(desk: Desk, client: WireClient) -> None:
    client.send(61, 1)
    client.send(64, 1)
    desk.connect(8).place(1, MarketOrder("SELL", 10))
    assert client.read() == []


def test_positions_by_request_are_listed_and_told(desk: Desk, client: WireClient) -> None:
    buy(client)
    row, end = client.send(74, 1, 33, ACCOUNT, "")
    assert (row[0], row[2], row[3], row[15]) == ("71", "33", ACCOUNT, "10")
    assert end == ["72", "1", "33"]
    desk.connect(8).place(1, MarketOrder("BUY", 5))
    assert [message[15] for message in client.read()] == ["15"]
    client.send(75, 1, 33)
    desk.connect(9).place(1, MarketOrder("BUY", 5))
    assert client.read() == []


def values(found: list[Message]) -> dict[tuple[str, str], str]:
    return {(row[2], row[4]): row[3] for row in found if row[0] == "6"}


def test_account_updates_send_values_portfolio_time_and_end(desk: Desk, client: WireClient) -> None:
    buy(client)
    found = client.send(6, 2, 1, ACCOUNT)
    assert values(found)["NetLiquidation", "USD"] == "999998.90"
    assert [message[0] for message in found[-3:]] == ["7", "8", "54"]
    assert found[-2:] == [["8", "1", "10:00"], ["54", "1", ACCOUNT]]


def test_after_a_fill_only_what_changed_is_told(desk: Desk, client: WireClient) -> None:
    total = len(client.send(6, 2, 1, ""))
    buy(client)
    desk.wait(0.3)
    found = client.read()
    assert values(found)["CashBalance", "USD"] == "998998.90"
    assert ("AccountType", "") not in values(found)
    assert 10 < len(found) < total
    assert [message[0] for message in found].count("7") == 1


def test_values_are_told_again_every_three_minutes_if_they_changed(
    desk: Desk, client: WireClient
) -> None:
    buy(client)
    client.send(6, 2, 1, "")
    desk.move(110.0)
    desk.wait(181.0)
    assert values(client.read())["UnrealizedPnL", "USD"] == "98.90"
    desk.wait(181.0)
    assert client.read() == []


def test_account_updates_can_be_ended(desk: Desk, client: WireClient) -> None:
    client.send(6, 2, 1, "")
    assert client.send(6, 2, 0, "") == []
    buy(client)
    desk.wait(1.0)
    assert client.read() == []


def test_account_values_by_request_end_with_74(desk: Desk, client: WireClient) -> None:
    found = client.send(76, 1, 5, ACCOUNT, "", 0)
    assert found[0][:4] == ["73", "1", "5", ACCOUNT]
    assert found[-1] == ["74", "1", "5"]
    buy(client)
    desk.wait(0.3)
    assert {message[0] for message in client.read()} == {"73"}
    client.send(77, 1, 5)
    buy(client, 2)
    desk.wait(0.3)
    assert client.read() == []


def test_a_summary_has_its_tags_and_is_told_again_on_change(desk: Desk, client: WireClient) -> None:
    found = client.send(62, 1, 5, "All", "NetLiquidation,AccountType")
    assert [message[4:6] for message in found[:2]] == [
        ["NetLiquidation", "1000000.00"],
        ["AccountType", "INDIVIDUAL"],
    ]
    assert found[2:] == [["64", "1", "5"]]
    buy(client)
    desk.wait(0.3)
    ((changed),) = client.read()
    assert changed[4:6] == ["NetLiquidation", "999998.90"]


def test_a_third_summary_is_refused_until_one_is_cancelled(client: WireClient) -> None:
    for req_id in (1, 2):
        client.send(62, 1, req_id, "All", "NetLiquidation")
    assert names(client.send(62, 1, 3, "All", "NetLiquidation")) == ["4 322"]
    client.send(63, 1, 1)
    assert names(client.send(62, 1, 3, "All", "NetLiquidation")) == ["63", "64"]


def test_profit_and_loss_is_told_about_once_a_second(desk: Desk, client: WireClient) -> None:
    buy(client, quantity=100)
    assert client.send(92, 5, ACCOUNT, "") == [["94", "5", "-2.000000", "-2.000000", "0.000000"]]
    desk.move(105.0)
    desk.wait(2.0)
    assert client.read() == [["94", "5", "498.000000", "498.000000", "0.000000"]] * 2
    client.send(93, 5)
    desk.wait(5.0)
    assert client.read() == []


def test_the_profit_of_a_position_is_told_and_of_others_not_at_all(
    desk: Desk, client: WireClient
) -> None:
    assert client.send(94, 5, ACCOUNT, "", AAPL) == []
    buy(client, quantity=100)
    desk.wait(1.0)
    ((message),) = client.read()
    assert message == ["95", "5", "100", "-2.000000", "-2.000000", "0.000000", "10000.000000"]
    client.send(95, 5)
    desk.wait(5.0)
    assert client.read() == []


@pytest.mark.parametrize(
    "fields",
    [
        (6, 2, 1, "DU9"),
        (74, 1, 5, "DU9", ""),
        (76, 1, 5, "DU9", "", 0),
        (92, 5, "DU9", ""),
        (94, 5, "DU9", "", AAPL),
    ],
)
def test_another_account_is_refused(client: WireClient, fields: tuple[object, ...]) -> None:
    assert names(client.send(*fields)) == ["4 321"]
