"""Positions of one account and of many, their first list and their changes."""

import pytest
from ib_async import Contract, MarketOrder

from paper_gateway.settings import Settings
from tests.paper_gateway.wire_client import AAPL, Desk, Message, WireClient, names

FIRST, SECOND = "DU1234567", "DU1234568"


@pytest.fixture
def desk() -> Desk:
    return Desk(Settings(latency_seconds=0.0, accounts=2))


@pytest.fixture
def client(desk: Desk) -> WireClient:
    return desk.connect()


def buy(desk: Desk, account: str, quantity: int = 10) -> None:
    """A fill that another client's order brings."""
    client_id = 20 + len(desk.hub.sessions)
    desk.connect(client_id).place(1, MarketOrder("BUY", quantity, account=account))


def rows(found: list[Message]) -> list[tuple[str, str]]:
    """Account and size of position messages."""
    return [(row[2], row[14]) for row in found if row[0] == "61"]


def test_the_positions_of_all_accounts_are_listed_and_told(desk: Desk, client: WireClient) -> None:
    buy(desk, FIRST)
    buy(desk, SECOND, 20)
    found = client.send(61, 1)
    assert rows(found) == [(FIRST, "10"), (SECOND, "20")]
    assert found[-1] == ["62", "1"]
    buy(desk, SECOND, 5)
    assert rows(client.read()) == [(SECOND, "25")]


def test_the_same_contract_is_held_apart_in_each_account(desk: Desk) -> None:
    buy(desk, FIRST)
    desk.connect(7).place(1, MarketOrder("SELL", 4, account=SECOND))
    held = {account.name: account.positions[AAPL].quantity for account in desk.hub.accounts}
    assert held == {FIRST: 10, SECOND: -4}


@pytest.mark.parametrize(
    ("account", "told"), [(FIRST, [FIRST]), (SECOND, [SECOND]), ("All", [FIRST, SECOND])]
)
def test_positions_by_request_are_those_of_the_account(
    desk: Desk, client: WireClient, account: str, told: list[str]
) -> None:
    buy(desk, FIRST)
    buy(desk, SECOND)
    found = client.send(74, 1, 33, account, "")
    assert [(row[2], row[3]) for row in found[:-1]] == [("33", name) for name in told]
    assert found[-1] == ["72", "1", "33"]
    buy(desk, FIRST)
    buy(desk, SECOND)
    assert [(row[3], row[15]) for row in client.read()] == [(name, "20") for name in told]


def test_no_position_belongs_to_a_model(desk: Desk, client: WireClient) -> None:
    buy(desk, FIRST)
    assert client.send(74, 1, 33, FIRST, "Growth") == [["72", "1", "33"]]
    buy(desk, FIRST)
    assert client.read() == []


def test_a_future_has_an_empty_exchange(client: WireClient) -> None:
    future = Contract(secType="FUT", localSymbol="ESZ9", exchange="CME", currency="USD")
    client.place(1, MarketOrder("BUY", 1, tif="DAY", account=FIRST), future)
    row, _ = client.send(61, 1)
    assert (row[4], row[5], row[9], row[10], row[11]) == ("ES", "FUT", "50", "", "USD")


def test_more_than_fifty_accounts_are_only_told_one_by_one() -> None:
    desk = Desk(Settings(latency_seconds=0.0, accounts=51))
    client = desk.connect()
    (refusal,) = client.send(61, 1)
    assert refusal[3] == "321"
    assert "more than 50 accounts" in refusal[4]
    last = desk.hub.accounts.names[-1]
    buy(desk, last)
    assert client.read() == []
    found = client.send(74, 1, 33, last, "")
    assert [row[3] for row in found[:-1]] == [last]


@pytest.mark.parametrize("fields", [(61, 1), (74, 1, 33, FIRST, "")])
def test_no_change_is_told_after_the_subscription_ended(
    desk: Desk, client: WireClient, fields: tuple[object, ...]
) -> None:
    client.send(*fields)
    client.send(*((64, 1) if fields[0] == 61 else (75, 1, 33)))
    buy(desk, FIRST)
    assert client.read() == []


def test_an_unknown_account_is_refused(client: WireClient) -> None:
    assert names(client.send(74, 1, 33, "DU9", "")) == ["4 321"]
