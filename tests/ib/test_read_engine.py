"""The read connection inside its loop: it cannot send orders, it asks again for what is lost."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import ib
from ib.read_engine import ReadEngine
from ib_connector import IBConnector
from order_handler import OrderHandler
from tests.conftest import (
    DEADLINE,
    PaperGateway,
    Publications,
    Rooms,
    endpoint,
    place,
    wait_until,
)
from trading.contracts import parse_contract
from trading.ib_errors import CodeTable

FOLDER = Path(str(ib.__file__)).parent
READING = (
    "read_engine",
    "order_facts",
    "portfolio",
    *(f"market_data/{path.stem}" for path in (FOLDER / "market_data").glob("*.py")),
)
# Every method of ib_async's IB and Client that places, changes or ends an order.
ORDER_METHODS = {
    "placeOrder",
    "cancelOrder",
    "reqGlobalCancel",
    "whatIfOrder",
    "whatIfOrderAsync",
    "bracketOrder",
    "oneCancelsAll",
    "exerciseOptions",
    "reqAutoOpenOrders",
    "send",
    "sendMsg",
}
AAPL, MSFT = (parse_contract({"symbol": symbol}) for symbol in ("AAPL", "MSFT"))
REQ_MARKET_DATA, REQ_POSITIONS, REQ_ACCOUNT, REQ_PNL = 1, 61, 6, 92


def attributes(module: str) -> set[str]:
    tree = ast.parse((FOLDER / f"{module}.py").read_text())
    return {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}


# Read-only by construction


@pytest.mark.parametrize("module", READING)
def test_a_reading_room_never_refers_to_an_order_method(module: str) -> None:
    assert attributes(module) & ORDER_METHODS == set()


def test_the_search_finds_what_the_order_rooms_refer_to() -> None:
    others = {path.stem for path in FOLDER.glob("*.py")} - set(READING)
    assert {"placeOrder", "cancelOrder"} <= set[str]().union(*map(attributes, others))


@pytest.mark.parametrize("room", [IBConnector, ReadEngine])
def test_the_reader_has_no_method_that_sends(room: type[object]) -> None:
    sending = re.compile("place|submit|cancel|modify|preview|exercise|what_?if|send")
    names = {*dir(room), *getattr(room, "__annotations__", ())} - set(dir(object))
    assert {"positions", "open_orders"} <= names
    assert [name for name in names if sending.search(name.lower())] == []


def test_a_reader_is_nobody_who_hears_order_messages() -> None:
    engine = ReadEngine(endpoint(1, 999), CodeTable(), Publications())
    heard = {"on_open_order", "on_order_status", "on_execution", "on_completed_order"}
    assert [name for name in heard if hasattr(engine, name)] == []


# Against the paper gateway


def test_everything_is_subscribed_once(
    reader: IBConnector, handler: OrderHandler, gateway: PaperGateway
) -> None:
    for number in range(3):
        place(handler, f"ui-{number}")
    wait_until(lambda: _sizes(reader) == [300])
    asked = [gateway.received(each) for each in (REQ_POSITIONS, REQ_ACCOUNT, REQ_PNL)]
    assert asked == [1, 1, 1]


@pytest.mark.failure("F27")
def test_lost_market_data_is_asked_for_again_exactly_once(
    reader: IBConnector, gateway: PaperGateway, published: Publications
) -> None:
    for contract in (AAPL, MSFT):
        reader.quote(contract).result(DEADLINE)
    gateway.tell(1100)
    gateway.tell(1101)
    wait_until(lambda: gateway.received(REQ_MARKET_DATA) == 4)
    quote = reader.quote(AAPL).result(DEADLINE)
    assert (quote["bid"] > 0, gateway.received(REQ_MARKET_DATA)) == (True, 4)


def test_kept_market_data_is_not_asked_for_again(
    reader: IBConnector, gateway: PaperGateway
) -> None:
    reader.quote(AAPL).result(DEADLINE)
    gateway.tell(1100)
    gateway.tell(1102)
    wait_until(lambda: reader.status().broker_link == "up")
    reader.quote(AAPL).result(DEADLINE)
    assert gateway.received(REQ_MARKET_DATA) == 1


def test_a_position_is_valued_after_a_reconnect(
    reader: IBConnector, handler: OrderHandler, gateway: PaperGateway
) -> None:
    place(handler, "ui-1")
    gateway.restart()
    wait_until(lambda: reader.status().reconnects and reader.status().is_connected)
    wait_until(lambda: reader.positions().result(DEADLINE).rows[0]["marketPrice"])
    assert _sizes(reader) == [100]


def test_messages_of_tws_are_published_with_their_meaning(
    reader: IBConnector, gateway: PaperGateway, published: Publications
) -> None:
    gateway.tell(2103)
    message = wait_until(
        lambda: next((m for m in published.of("message") if m["code"] == 2103), {})
    )
    assert (message["connection"], message["clientOrderId"]) == ("data", None)
    assert message["meaning"]


def test_each_change_of_the_connection_is_published(
    reader: IBConnector, gateway: PaperGateway, published: Publications
) -> None:
    told = len(published.of("status"))
    gateway.tell(1100)
    wait_until(lambda: len(published.of("status")) > told)


def test_a_cut_line_is_followed_by_a_whole_new_start(rooms: Rooms, gateway: PaperGateway) -> None:
    cable = rooms.cable(gateway)
    reader = rooms.reader(cable.port)
    cable.cut()
    wait_until(lambda: reader.status().reconnects == 1 and reader.status().is_connected)
    assert (_sizes(reader), gateway.clients()) == ([], [999])


def _sizes(reader: IBConnector) -> list[float]:
    return [row["position"] for row in reader.positions().result(DEADLINE).rows]
