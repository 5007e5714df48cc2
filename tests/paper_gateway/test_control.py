"""The control port: drills and counters for whoever is on this machine, and for no web page."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
from ib_async import LimitOrder, MarketOrder

from paper_gateway.server import Server, serve
from paper_gateway.settings import Settings
from paper_gateway.wire import frame
from tests.paper_gateway.raw_client import RawClient
from tests.paper_gateway.wire_client import AAPL, HELLO

DEADLINE = 5.0
LOCAL = {"Host": "127.0.0.1:1", "Content-Type": "application/json"}


@pytest.fixture
async def gateway() -> AsyncIterator[Server]:
    async with serve(Settings(latency_seconds=0.0, control_port=0)) as server:
        yield server


async def exchange(gateway: Server, data: bytes) -> tuple[int, dict[str, str], bytes]:
    """Send raw bytes to the control port; the status, the headers and the body that come back."""
    reader, writer = await asyncio.open_connection("127.0.0.1", gateway.control_port)
    writer.write(data)
    writer.write_eof()
    head, _, body = (await asyncio.wait_for(reader.read(), DEADLINE)).partition(b"\r\n\r\n")
    writer.close()
    await writer.wait_closed()
    first, *lines = head.decode().split("\r\n")
    pairs = (line.partition(": ") for line in lines)
    return int(first.split()[1]), {name.lower(): value for name, _, value in pairs}, body


async def fetch(
    gateway: Server, line: str, body: bytes = b"", headers: dict[str, str] = LOCAL
) -> tuple[int, dict[str, str], bytes]:
    """One request; the status, the headers and the body of the answer."""
    lines = [f"{line} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    head = "\r\n".join([*lines, f"Content-Length: {len(body)}", "", ""])
    return await exchange(gateway, head.encode() + body)


async def ask(
    gateway: Server, line: str, body: bytes = b"", headers: dict[str, str] = LOCAL
) -> tuple[int, dict[str, Any]]:
    """One request; the status and the JSON of the answer."""
    status, _, content = await fetch(gateway, line, body, headers)
    return status, json.loads(content)


async def press(gateway: Server, **drills: object) -> tuple[int, dict[str, Any]]:
    return await ask(gateway, "POST /drills", json.dumps(drills).encode())


async def test_the_state_counts_what_arrived(gateway: Server) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", gateway.port)
    writer.write(HELLO + frame(71, 2, 7, "") + frame(61, 1) + frame(61, 1))
    for _ in range(2):
        await asyncio.wait_for(reader.readuntil(frame(62, 1)), DEADLINE)
    status, state = await ask(gateway, "GET /state")
    assert (status, state["account"], state["connections"]) == (200, "DU1234567", 1)
    assert state["received"] == {"71": 1, "61": 2}
    assert [(each["clientId"], each["version"]) for each in state["sessions"]] == [(7, 178)]
    writer.close()
    await writer.wait_closed()


async def test_the_state_is_the_whole_book(gateway: Server) -> None:
    client = await RawClient.started(gateway, 7)
    client.place(1, MarketOrder("BUY", 10, tif="DAY", orderRef="bought"))
    client.place(2, LimitOrder("SELL", 5, 9999.0, tif="DAY", orderRef="resting"))
    await client.heard()
    _, state = await ask(gateway, "GET /state")
    bought, resting = state["orders"]
    known = {"clientId": 7, "conId": AAPL, "symbol": "AAPL"}
    assert bought.items() >= {
        **known, "orderId": 1, "orderRef": "bought", "action": "BUY", "quantity": 10.0,
        "orderType": "MKT", "status": "Filled", "filled": 10.0,
    }.items()  # fmt: skip
    assert resting.items() >= {
        **known, "orderId": 2, "orderRef": "resting", "action": "SELL", "quantity": 5.0,
        "orderType": "LMT", "status": "Submitted", "filled": 0.0,
    }.items()  # fmt: skip
    (execution,) = state["executions"]
    assert execution.items() >= {
        "permId": bought["permId"], "clientId": 7, "orderId": 1, "orderRef": "bought",
        "conId": AAPL, "side": "BOT", "shares": 10.0, "price": bought["avgFillPrice"],
    }.items()  # fmt: skip
    assert execution["execId"]
    assert (state["positions"], state["sockets"]) == ({"AAPL": 10.0}, 1)
    assert state["rates"]["7"]["mostPerSecond"] == 3
    await client.close()


async def test_a_client_whose_messages_are_not_all_handled_is_shown_apart(gateway: Server) -> None:
    client = await RawClient.started(gateway, 7)
    assert (await press(gateway, slow_ms=60_000))[0] == 200
    client.send(49, 1)
    await client.close()
    _, state = await ask(gateway, "GET /state")
    assert (state["sessions"], state["draining"]) == ([], [7])


async def test_the_state_holds_ten_thousand_orders(gateway: Server) -> None:
    client = await RawClient.started(gateway, 7)
    client.place(1, LimitOrder("BUY", 1, 1.0, tif="DAY"))
    await client.heard()
    (order,) = gateway.hub.book.orders.values()
    copies = {perm_id: replace(order, perm_id=perm_id) for perm_id in range(10_000)}
    gateway.hub.book.orders.update(copies)
    assert len((await ask(gateway, "GET /state"))[1]["orders"]) == 10_001
    await client.close()


async def test_commands_are_pressed_with_switches(gateway: Server) -> None:
    client = await RawClient.started(gateway, 7)
    await press(gateway, swallow_orders=2, read_only=True)
    status, drills = await press(gateway, clear=True, read_only=True, notice=2110)
    assert (status, drills["swallow_orders"], drills["read_only"]) == (200, 0, True)
    assert (await client.heard())[0][3] == "2110"
    assert (await press(gateway, garbage="zero_length"))[0] == 200
    assert await client.frame() == b""
    await client.close()


async def test_a_drill_is_pressed_by_name(gateway: Server) -> None:
    status, drills = await press(gateway, swallow_orders=2, partial_fills=[1, 2])
    assert (status, drills["swallow_orders"]) == (200, 2)
    assert gateway.drills.partial_fills == [1, 2]


async def test_a_system_message_and_a_drop_can_be_pressed(gateway: Server) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", gateway.port)
    writer.write(HELLO + frame(71, 2, 7, ""))
    await asyncio.wait_for(reader.readuntil(b"secdefil\0\0"), DEADLINE)
    assert (await press(gateway, notice=1100))[0] == 200
    await asyncio.wait_for(reader.readuntil(b"has been lost.\0\0"), DEADLINE)
    assert (await press(gateway, drop_connections=True))[0] == 200
    assert await asyncio.wait_for(reader.read(), DEADLINE) == b""
    writer.close()
    await writer.wait_closed()


@pytest.mark.parametrize(
    "drills",
    [{"nonsense": 1}, {"swallow_orders": "x"}, {"notice": 42}, {"notice": True}, {"notice": [1]},
     {"drop_connections": 1}],
)  # fmt: skip
async def test_a_wrong_drill_is_refused_and_nothing_is_changed(
    gateway: Server, drills: dict[str, object]
) -> None:
    status, answer = await press(gateway, read_only=True, **drills)
    assert (status, gateway.drills.read_only) == (400, False)
    assert answer["error"]


@pytest.mark.parametrize("body", [b"", b"no json", b"[1]", b'"x"', b"[" * 60_000])
async def test_a_body_that_is_no_json_object_is_refused(gateway: Server, body: bytes) -> None:
    assert (await ask(gateway, "POST /drills", body))[0] == 400


@pytest.mark.parametrize(
    ("line", "headers", "status"),
    [
        ("GET /nothing", LOCAL, 404),
        ("DELETE /state", LOCAL, 404),
        ("GET /state", {"Host": "evil.example:80"}, 403),
        ("GET /state", {}, 403),
        ("POST /drills", {"Host": "127.0.0.1:1", "Content-Type": "text/plain"}, 415),
    ],
)
async def test_what_a_web_page_could_send_is_refused(
    gateway: Server, line: str, headers: dict[str, str], status: int
) -> None:
    assert (await ask(gateway, line, b"{}", headers))[0] == status


@pytest.mark.parametrize(
    "data",
    [b"", b"GET", b"nonsense\r\n\r\n", b"\xff\xfe\r\n\r\n", b"x" * 200_000,
     b"POST /drills HTTP/1.1\r\nHost: localhost:1\r\nContent-Type: application/json\r\n"
     b"Content-Length: 99999999\r\n\r\n{}",
     b"POST /drills HTTP/1.1\r\nHost: localhost:1\r\nContent-Type: application/json\r\n"
     b"Content-Length: 50\r\n\r\n{}"],
)  # fmt: skip
async def test_no_bytes_break_the_control_port(gateway: Server, data: bytes) -> None:
    assert (await exchange(gateway, data))[0] == 400
    assert (await ask(gateway, "GET /state"))[0] == 200
