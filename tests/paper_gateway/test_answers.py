"""Drills about requests: other answers, missing ends, lists that are cut or that change."""

from typing import Any

import pytest
from ib_async import LimitOrder, MarketOrder, Stock

from paper_gateway.drills import END_MESSAGES, apply
from tests.paper_gateway.wire_client import Desk, WireClient, encoded, names

MSFT = Stock("MSFT", "SMART", "USD")
DETAILS = (9, 8, 55, 0, "AAPL", "STK", "", 0.0, "", "", "SMART", "", "USD", "", "", 0, "", "", "")
SIZE = 14


def drilled(**drills: Any) -> tuple[Desk, WireClient]:
    desk = Desk()
    apply(desk.hub.drills, drills)
    return desk, desk.connect(7)


def holding(**drills: Any) -> tuple[Desk, WireClient]:
    """Ten AAPL and ten MSFT are held."""
    desk, client = drilled(**drills)
    client.place(1, MarketOrder("BUY", 10, tif="DAY"))
    client.place(2, MarketOrder("BUY", 10, tif="DAY"), MSFT)
    return desk, client


def subscribe(client: WireClient, req_id: int) -> list[str]:
    data = encoded(178, lambda tws: tws.reqMktData(req_id, MSFT, "", False, False, []))
    return names(client.send_bytes(data))


# Other answers


@pytest.mark.parametrize("code", [200, 321])
def test_a_request_can_be_answered_with_a_code_alone(code: int) -> None:
    desk, client = drilled(answer_requests_with={"reqContractDetails": code})
    ((error),) = client.send(*DETAILS)
    assert error[2:4] == ["55", str(code)]
    assert names(client.send(61, 1)) == ["62"]
    apply(desk.hub.drills, {"answer_requests_with": {}})
    assert names(client.send(*DETAILS))[-1] == "52"


def test_a_data_request_can_be_refused() -> None:
    _, client = drilled(answer_requests_with={"reqMktData": 354})
    assert subscribe(client, 9) == ["4 354"]


def test_a_request_without_an_id_is_answered_with_minus_one() -> None:
    _, client = drilled(answer_requests_with={"reqPositions": 321})
    ((error),) = client.send(61, 1)
    assert error[2:4] == ["-1", "321"]


# Missing ends


@pytest.mark.parametrize(
    ("kind", "request_fields"),
    [
        ("positions", (61, 1)),
        ("openOrders", (5, 1)),
        ("openOrders", (16, 1)),
        ("completedOrders", (99, 0)),
        ("executions", (7, 3, 5, *[""] * 7)),
        ("accountUpdates", (6, 2, 1, "")),
        ("accountSummary", (62, 1, 5, "All", "NetLiquidation")),
        ("accountUpdatesMulti", (76, 1, 5, "", "", 0)),
        ("positionsMulti", (74, 1, 5, "", "")),
        ("contractDetails", DETAILS),
    ],
)
def test_a_list_may_come_without_its_end(kind: str, request_fields: tuple[object, ...]) -> None:
    whole = names(drilled()[1].send(*request_fields))
    assert whole[-1] == str(END_MESSAGES[kind])
    _, client = drilled(omit_ends=[kind])
    assert names(client.send(*request_fields)) == whole[:-1]
    assert names(client.send(49, 1)) == ["49"]


def test_other_lists_keep_their_ends() -> None:
    _, client = drilled(omit_ends=["openOrders"])
    assert names(client.send(61, 1)) == ["62"]


# Positions


def test_the_socket_may_close_after_the_first_position() -> None:
    desk, client = holding(drop_mid_positions=1)
    client.read()
    assert names(client.send(61, 1)) == ["61"]
    assert client.session.is_closing
    desk.hub.disconnected(client.session)
    assert names(desk.connect(7).send(61, 1)) == ["61", "61", "62"]


def test_a_position_may_change_within_the_list() -> None:
    _, client = holding(position_update_mid_snapshot=True)
    client.read()
    *rows, end = client.send(61, 1)
    assert [row[SIZE] for row in rows] == ["11", "10", "10"]
    assert (rows[0][3], end) == (rows[2][3], ["62", "1"])


def test_an_empty_list_of_positions_has_nothing_to_change() -> None:
    _, client = drilled(position_update_mid_snapshot=True)
    assert names(client.send(61, 1)) == ["62"]


# Ids


@pytest.mark.parametrize(("offset", "announced"), [(-2, "1"), (2_000_000_000, "2000000003")])
def test_the_next_id_is_announced_lower_or_higher_than_it_is(offset: int, announced: str) -> None:
    desk, client = drilled()
    for order_id in (1, 2):
        client.place(order_id, LimitOrder("BUY", 10, 50.0, tif="DAY"))
    desk.hub.drills.next_valid_id_offset = offset
    assert client.send(8, 1, 1) == [["9", "1", announced]]
    assert desk.knock().send(71, 2, 8, "")[1] == ["9", "1", str(1 + offset)]
    assert desk.hub.book.next_order_id(7) == 3


# Texts


def test_bad_texts_stand_in_errors_and_names() -> None:
    desk, client = drilled(bad_text="markup")
    assert client.send(999, 1)[0][4].startswith("<img")
    assert client.send(*DETAILS)[0][19].startswith("<img")
    desk.hub.drills.bad_text = ""
    assert not client.send(*DETAILS)[0][19].startswith("<img")
