"""The hub: client ids, who hears of whose orders, and what every client hears."""

import pytest
from ib_async import LimitOrder, MarketOrder, Stock

from paper_gateway.data_requests import TICKS
from paper_gateway.hub import MAX_METERS, Counters
from paper_gateway.pnl_requests import PNL
from paper_gateway.settings import Settings
from tests.paper_gateway.wire_client import NOON, Desk, encoded, names

IN_USE = "Unable to connect as the client id is already in use. Retry with a unique client id."


def test_a_client_id_in_use_is_refused_and_the_newcomer_is_closed() -> None:
    desk = Desk()
    first, second = desk.connect(7), desk.knock()
    assert second.send(71, 2, 7, "") == [["4", "2", "-1", "326", IN_USE, ""]]
    assert second.session.is_closing
    assert names(first.send(49, 1)) == ["49"]


def test_a_client_id_is_free_again_after_its_connection_closed() -> None:
    desk = Desk()
    desk.hub.disconnected(desk.connect(7).session)
    assert names(desk.knock().send(71, 2, 7, ""))[0] == "15"


def test_a_ghost_session_keeps_its_client_id_for_a_while() -> None:
    desk = Desk()
    desk.hub.drills.hold_client_id_seconds = 5.0
    desk.hub.disconnected(desk.connect(7).session)
    assert names(desk.knock().send(71, 2, 7, "")) == ["4 326"]
    desk.wait(6.0)
    assert names(desk.knock().send(71, 2, 7, ""))[0] == "15"


def test_ever_new_client_ids_do_not_add_up() -> None:
    counters = Counters(lambda: NOON)
    for client_id in range(2 * MAX_METERS):
        counters.rate(client_id).count(NOON)
    counters.rate(MAX_METERS + 5).count(NOON)
    assert len(counters.rates) == MAX_METERS
    assert counters.rates[MAX_METERS + 5].total == 2


def test_the_33rd_client_is_refused(caplog: pytest.LogCaptureFixture) -> None:
    desk = Desk()
    for client_id in range(32):
        desk.connect(client_id)
    extra = desk.knock()
    assert names(extra.send(71, 2, 99, "")) == ["4 321"]
    assert caplog.messages == ["client id 99 refused to test: too many clients"]
    assert extra.session.is_closing


def test_orders_are_told_to_their_own_client_only() -> None:
    desk = Desk()
    alice, bob = desk.connect(1), desk.connect(2)
    assert "11" in names(alice.place(1, MarketOrder("BUY", 10)))
    assert bob.read() == []


def test_the_master_client_hears_of_everybodys_orders() -> None:
    desk = Desk(Settings(latency_seconds=0.0, master_client_id=9))
    alice, master = desk.connect(1), desk.connect(9)
    told = names(alice.place(1, MarketOrder("BUY", 10, tif="DAY")))
    assert names(master.read()) == told


def test_two_clients_may_use_the_same_order_id() -> None:
    desk = Desk()
    for client_id in (1, 2):
        found = desk.connect(client_id).place(1, LimitOrder("BUY", 10, 50.0, tif="DAY"))
        assert names(found) == ["5 Submitted", "3 Submitted"]
    assert [order.client_id for order in desk.hub.book.open_orders()] == [1, 2]


def test_what_happens_while_a_client_is_away_is_not_told_later() -> None:
    desk = Desk()
    client = desk.connect(1)
    desk.move(99.0, after=10)
    client.place(1, LimitOrder("BUY", 10, 99.0))
    desk.hub.disconnected(client.session)
    desk.wait(20)
    again = desk.connect(1)
    assert names(again.send(7, 3, 5, *[""] * 7)) == ["11", "59", "55"]


def test_a_system_message_goes_to_every_client() -> None:
    desk = Desk()
    clients = [desk.connect(1), desk.connect(2)]
    desk.hub.broadcast(1100)
    desk.hub.broadcast(2103, "Market data farm connection is broken:eufarm")
    for client in clients:
        lost, broken = client.read()
        assert lost[2:4] == ["-1", "1100"]
        assert broken[4] == "Market data farm connection is broken:eufarm"


@pytest.mark.parametrize(("code", "streams"), [(1101, []), (1102, [9])])
def test_lost_data_end_the_market_data_and_nothing_else(code: int, streams: list[int]) -> None:
    desk = Desk()
    client = desk.connect()
    stock = Stock("AAPL", "SMART", "USD")
    data = encoded(178, lambda tws: tws.reqMktData(9, stock, "", False, False, []))
    client.send_bytes(data)
    client.send(92, 5, "DU1234567", "")
    desk.hub.broadcast(code)
    assert client.session.streams(TICKS) == streams
    assert client.session.streams(PNL) == [5]
    client.read()
    assert names(client.send_bytes(data))[0] == ("58" if code == 1101 else "4 102")


def test_a_session_whose_socket_is_gone_counts_until_its_messages_are_handled() -> None:
    desk = Desk()
    client = desk.connect(7)
    desk.hub.drills.slow_ms = 1000
    client.send(49, 1)
    desk.hub.disconnected(client.session)
    desk.hub.broadcast(1100)
    assert (7 in desk.hub.sessions, client.read()) == (True, [])
    desk.wait(1.1)
    assert 7 not in desk.hub.sessions


def test_arrivals_are_counted() -> None:
    desk = Desk()
    client = desk.connect(7)
    client.send(61, 1)
    client.place(1, LimitOrder("BUY", 10, 50.0, orderRef="key"))
    client.place(1, LimitOrder("BUY", 10, 51.0, orderRef="key"))
    client.place(2, LimitOrder("BUY", 10, 51.0, orderRef="preview", whatIf=True))
    counters = desk.hub.counters
    assert (counters.received[61], counters.received[3], counters.connections) == (1, 3, 1)
    assert counters.orders == {"7/key": 2}
