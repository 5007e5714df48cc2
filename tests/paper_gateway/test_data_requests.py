"""Live quotes: the order of the first ticks, changes only afterwards, and the refusals."""

import pytest

from tests.paper_gateway.wire_client import Desk, Message, WireClient, names

FIRST = ["58", "81", "1", "2", "1", "2", "46", "1", "2", "2", "45", "1", "1", "1", "1"]


def contract(symbol: str = "AAPL", sec_type: str = "STK", exchange: str = "SMART") -> list[object]:
    return [0, symbol, sec_type, "", 0.0, "", "", exchange, "", "USD", "", ""]


def subscribe(
    client: WireClient, req_id: int = 5, symbol: str = "AAPL", generic: str = "", snapshot: int = 0
) -> list[Message]:
    return client.send(1, 11, req_id, *contract(symbol), 0, generic, snapshot, 0, "")


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def client(desk: Desk) -> WireClient:
    return desk.connect()


def ticks(found: list[Message]) -> list[tuple[str, str]]:
    """(tick type, price or size) of the price and size ticks."""
    return [(message[3], message[4]) for message in found if message[0] in {"1", "2"}]


def test_a_stream_begins_with_its_type_its_tick_and_every_price(client: WireClient) -> None:
    found = subscribe(client)
    assert [message[0] for message in found] == FIRST
    assert found[:2] == [["58", "1", "5", "1"], ["81", "5", "0.01", "9c0001", "3"]]
    assert ticks(found) == [
        ("1", "99.99"), ("0", "300"), ("2", "100.01"), ("3", "200"), ("4", "100"), ("5", "100"),
        ("8", "5000"), ("6", "101"), ("7", "98"), ("9", "97.5"), ("14", "99"),
    ]  # fmt: skip


def test_a_price_tick_carries_its_size_which_is_then_repeated(client: WireClient) -> None:
    bid, size = subscribe(client)[2:4]
    assert bid == ["1", "6", "5", "1", "99.99", "300", "1"]
    assert size == ["2", "6", "5", "0", "300"]


def test_only_changes_are_told_and_only_every_quarter_of_a_second(
    desk: Desk, client: WireClient
) -> None:
    subscribe(client)
    desk.wait(1.0)
    assert client.read() == []
    desk.move(100.5)
    desk.wait(0.25)
    assert [kind for kind, _ in ticks(client.read())] == ["1", "0", "2", "3", "4", "5"]


def test_a_stream_ends_when_it_is_cancelled(desk: Desk, client: WireClient) -> None:
    subscribe(client)
    assert client.send(2, 2, 5) == []
    desk.move(101.0)
    desk.wait(1.0)
    assert client.read() == []
    assert names(client.send(2, 2, 5)) == ["4 300"]


def test_a_snapshot_ends_with_its_end(desk: Desk, client: WireClient) -> None:
    found = subscribe(client, snapshot=1)
    assert [message[0] for message in found] == [*FIRST, "57"]
    desk.move(101.0)
    desk.wait(1.0)
    assert client.read() == []


def test_a_currency_pair_has_no_trades(client: WireClient) -> None:
    found = client.send(1, 11, 5, *contract("EUR", "CASH", "IDEALPRO"), 0, "", 0, 0, "")
    assert {kind for kind, _ in ticks(found)} == {"1", "0", "2", "3", "6", "7", "9"}


def test_data_is_live_whatever_type_is_asked_for(client: WireClient) -> None:
    assert client.send(59, 1, 3) == []
    assert subscribe(client)[0] == ["58", "1", "5", "1"]
    assert names(client.send(59, 1, 9)) == ["4 321"]


def test_refusals(client: WireClient) -> None:
    subscribe(client, 5)
    assert names(subscribe(client, 5)) == ["4 102"]
    assert names(subscribe(client, 6, "NOSUCH")) == ["4 200"]
    assert names(subscribe(client, 6, "AAPL", "233", 1)) == ["4 414"]
    ambiguous = [0, "SHOP", "STK", "", 0.0, "", "", "SMART", "", "", "", ""]
    assert names(client.send(1, 11, 6, *ambiguous, 0, "", 0, 0, "")) == ["4 200"]


def test_there_are_a_hundred_lines(client: WireClient) -> None:
    for req_id in range(100):
        subscribe(client, req_id)
    assert names(subscribe(client, 100)) == ["4 101"]
    client.send(2, 2, 0)
    assert names(subscribe(client, 100))[0] == "58"


def test_streams_end_with_their_connection(desk: Desk, client: WireClient) -> None:
    subscribe(client)
    desk.hub.disconnected(client.session)
    assert client.session.streams("ticks") == []
