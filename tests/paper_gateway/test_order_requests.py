"""Lists of orders and executions: whose, in which order, and how they end."""

import pytest
from ib_async import LimitOrder, MarketOrder

from paper_gateway.settings import Settings
from tests.paper_gateway.wire_client import Desk, WireClient, names


@pytest.fixture
def desk() -> Desk:
    """Client 1 has an open and a filled order, client 2 an open one."""
    desk = Desk()
    alice, bob = desk.connect(1), desk.connect(2)
    alice.place(1, LimitOrder("BUY", 10, 50.0, orderRef="alice"))
    alice.place(2, MarketOrder("BUY", 10, orderRef="filled"))
    bob.place(1, LimitOrder("SELL", 10, 150.0, orderRef="bob"))
    return desk


def executions(client: WireClient, *terms: object) -> list[str]:
    return names(client.send(7, 3, 5, *(terms or [""] * 7)))


def test_a_client_lists_its_own_open_orders(desk: Desk) -> None:
    found = desk.connect(3).send(5, 1)
    assert found == [["53", "1"]]
    desk.hub.disconnected(desk.hub.sessions[2])
    assert names(desk.connect(2).send(5, 1)) == ["5 Submitted", "3 Submitted", "53"]


def test_everybodys_open_orders_are_listed_with_their_clients(desk: Desk) -> None:
    found = desk.connect(3).send(16, 1)
    assert names(found) == [*["5 Submitted", "3 Submitted"] * 2, "53"]
    assert [message[9] for message in found if message[0] == "3"] == ["1", "2"]


def test_completed_orders_of_all_clients_are_listed(desk: Desk) -> None:
    found = desk.connect(3).send(99, 0)
    assert [message[0] for message in found] == ["101", "102"]
    assert "filled" in found[0]


def test_a_client_sees_its_own_executions_only(desk: Desk) -> None:
    assert executions(desk.connect(3)) == ["55"]
    desk.hub.disconnected(desk.hub.sessions[1])
    assert executions(desk.connect(1)) == ["11", "59", "55"]


def test_the_master_client_sees_everybodys() -> None:
    desk = Desk(Settings(latency_seconds=0.0, master_client_id=9))
    desk.connect(1).place(1, MarketOrder("BUY", 10))
    master = desk.connect(9)
    assert executions(master) == ["11", "59", "55"]
    desk.connect(2).place(1, LimitOrder("BUY", 10, 50.0, tif="DAY"))
    master.read()
    assert names(master.send(5, 1)) == ["5 Submitted", "3 Submitted", "53"]


@pytest.mark.parametrize(
    ("terms", "count"),
    [
        (["0", "", "", "", "", "", ""], 1),
        (["1", "DU1234567", "20260105 09:59:00 US/Eastern", "AAPL", "STK", "NASDAQ", "BUY"], 1),
        (["", "", "20260105-14:59:00", "", "", "", "BOT"], 1),
        (["", "", "20260105 10:01:00", "", "", "", ""], 0),
        (["", "", "", "MSFT", "", "", ""], 0),
        (["", "", "", "", "", "", "SELL"], 0),
        (["2", "", "", "", "", "", ""], 0),
    ],
)
def test_executions_can_be_filtered(desk: Desk, terms: list[object], count: int) -> None:
    desk.hub.disconnected(desk.hub.sessions[1])
    assert executions(desk.connect(1), *terms) == [*["11", "59"] * count, "55"]


def test_an_unreadable_filter_time_is_refused(desk: Desk) -> None:
    assert executions(desk.connect(3), "", "", "soon", "", "", "", "") == ["4 321"]
    assert executions(desk.connect(4), "", "", "20260105 10:00:00 Mars/Base", *[""] * 4) == [
        "4 321"
    ]


def test_an_answer_has_the_requests_id_and_a_push_has_none(desk: Desk) -> None:
    client = desk.connect(3)
    push = [message for message in client.place(1, MarketOrder("BUY", 10)) if message[0] == "11"]
    answer = [message for message in client.send(7, 3, 5, *[""] * 7) if message[0] == "11"]
    assert (push[0][1], answer[0][1]) == ("-1", "5")


def test_the_next_id_follows_the_highest_of_this_client(desk: Desk) -> None:
    desk.connect(3).place(77, LimitOrder("BUY", 1, 50.0))
    desk.hub.disconnected(desk.hub.sessions[3])
    assert desk.connect(3).send(8, 1, 1) == [["9", "1", "78"]]
    assert desk.connect(4).send(8, 1, 1) == [["9", "1", "1"]]


def test_only_client_0_can_bind_orders(desk: Desk) -> None:
    assert desk.connect(0).send(15, 1, 1) == []
    assert names(desk.connect(3).send(15, 1, 1)) == ["4 327"]


def test_exercising_an_option_that_is_not_held_is_refused(desk: Desk) -> None:
    option = [0, "AAPL", "OPT", "20260320", 150, "C", "100", "SMART", "USD", "", ""]
    assert names(desk.connect(3).send(21, 2, 5, *option, 1, 1, "", 0)) == ["4 322"]
