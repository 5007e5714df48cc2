"""Account values and summaries: first answers, pushes after fills, one account and many."""

import pytest
from ib_async import MarketOrder, Stock

from paper_gateway.settings import Settings
from tests.paper_gateway.wire_client import Desk, Message, WireClient, names

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


@pytest.mark.parametrize(
    "fields",
    [
        (6, 2, 1, "DU9"),
        (76, 1, 5, "DU9", "", 0),
    ],
)
def test_another_account_is_refused(client: WireClient, fields: tuple[object, ...]) -> None:
    assert names(client.send(*fields)) == ["4 321"]


# Several accounts

FIRST, SECOND, MASTER = "DU1234567", "DU1234568", "DF1234567"


@pytest.fixture
def family() -> Desk:
    """An advisor's login with two accounts."""
    return Desk(Settings(latency_seconds=0.0, accounts=2, is_advisor=True))


def trade(desk: Desk, account: str) -> None:
    """A fill that another client's order brings, and the pushes that follow it."""
    client_id = 20 + len(desk.hub.sessions)
    desk.connect(client_id).place(1, MarketOrder("BUY", 10, account=account))
    desk.wait(0.3)


def test_values_are_those_of_the_account_that_was_asked_for(family: Desk) -> None:
    client = family.connect()
    trade(family, SECOND)
    first, second = client.send(6, 2, 1, FIRST), client.send(6, 2, 1, SECOND)
    assert values(first)["NetLiquidation", "USD"] == "1000000.00"
    assert values(second)["NetLiquidation", "USD"] == "999998.90"
    assert {row[5] for row in second if row[0] == "6"} == {SECOND}
    assert second[-1] == ["54", "1", SECOND]


def test_a_new_subscription_ends_the_one_to_another_account(family: Desk) -> None:
    client = family.connect()
    assert "4 2100" not in names(client.send(6, 2, 1, FIRST))
    assert "4 2100" not in names(client.send(6, 2, 1, FIRST))
    assert names(client.send(6, 2, 1, SECOND))[0] == "4 2100"
    trade(family, FIRST)
    assert client.read() == []
    trade(family, SECOND)
    assert values(client.read())["CashBalance", "USD"] == "998998.90"


@pytest.mark.parametrize("name", ["", MASTER])
def test_the_master_shows_the_sum_and_the_portfolios_of_all(family: Desk, name: str) -> None:
    client = family.connect()
    trade(family, FIRST)
    trade(family, SECOND)
    found = client.send(6, 2, 1, name)
    assert values(found)["NetLiquidation", "USD"] == "1999997.80"
    assert values(found)["AccountCode", ""] == MASTER
    assert [row[-1] for row in found if row[0] == "7"] == [FIRST, SECOND]


def test_values_by_request_are_told_account_by_account(family: Desk) -> None:
    client = family.connect()
    found = client.send(76, 1, 5, "All", "", 0)
    assert {row[3] for row in found[:-1]} == {FIRST, SECOND}
    trade(family, SECOND)
    assert {row[3] for row in client.read()} == {SECOND}


def test_ledgers_can_be_asked_for_alone(client: WireClient) -> None:
    found = client.send(76, 1, 5, ACCOUNT, "", 1)
    assert [row[5:8] for row in found[:1]] == [["NetLiquidation", "1000000.00", "USD"]]
    assert {row[5] for row in found[:-1]} >= {"CashBalance", "ExchangeRate"}
    assert "BuyingPower" not in {row[5] for row in found[:-1]}


def test_no_value_belongs_to_a_model(client: WireClient) -> None:
    assert client.send(76, 1, 5, ACCOUNT, "Growth", 0) == [["74", "1", "5"]]


def test_a_summary_has_rows_of_every_account(family: Desk) -> None:
    client = family.connect()
    found = client.send(62, 1, 5, "All", "NetLiquidation")
    assert [row[3:6] for row in found[:-1]] == [
        [FIRST, "NetLiquidation", "1000000.00"],
        [SECOND, "NetLiquidation", "1000000.00"],
    ]
    trade(family, SECOND)
    assert [row[3] for row in client.read()] == [SECOND]


def test_a_summary_of_an_unknown_group_is_refused(client: WireClient) -> None:
    assert names(client.send(62, 1, 5, "Friends", "NetLiquidation")) == ["4 321"]


def test_nothing_is_kept_of_subscriptions_that_ended(client: WireClient) -> None:
    client.send(6, 2, 1, "")
    client.send(62, 1, 5, "All", "NetLiquidation")
    client.send(76, 1, 6, ACCOUNT, "", 0)
    assert len(client.session.followed) == 3
    client.send(6, 2, 0, "")
    client.send(63, 1, 5)
    client.send(77, 1, 6)
    assert client.session.followed == {}
