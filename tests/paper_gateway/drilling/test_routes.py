"""What the control port answers, over HTTP: the page, the table, drills, scripts and verdicts."""

import json
import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
from ib_async import LimitOrder, MarketOrder

from paper_gateway.drilling.routes import ROUTES
from paper_gateway.drilling.table import DRILLS
from paper_gateway.server import Server, serve
from paper_gateway.settings import Settings
from tests.paper_gateway.raw_client import RawClient
from tests.paper_gateway.test_control import LOCAL, fetch
from tests.paper_gateway.wire_client import names


@pytest.fixture
async def gateway() -> AsyncIterator[Server]:
    async with serve(Settings(latency_seconds=0.0, control_port=0)) as server:
        yield server


@pytest.fixture
async def client(gateway: Server) -> AsyncIterator[RawClient]:
    client = await RawClient.started(gateway, 7)
    yield client
    await client.close()


async def ask(gateway: Server, line: str, body: Any = None) -> tuple[int, Any]:
    data = b"" if body is None else json.dumps(body).encode()
    status, _, content = await fetch(gateway, line, data)
    return status, json.loads(content)


async def test_the_page_and_its_parts_come_from_here_under_a_strict_policy(gateway: Server) -> None:
    status, head, page = await fetch(gateway, "GET /")
    assert (status, head["content-type"]) == (200, "text/html; charset=utf-8")
    policy = head["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    parts = re.findall(r'(?:href|src)="(/[^"]+)"', page.decode())
    assert parts == ["/drills.svg", "/drills.css", "/drills.js"]
    kinds = [(await fetch(gateway, f"GET {part}"))[1]["content-type"] for part in parts]
    assert kinds == ["image/svg+xml", "text/css; charset=utf-8", "text/javascript; charset=utf-8"]


async def test_the_page_holds_no_inline_script_or_style(gateway: Server) -> None:
    page = (await fetch(gateway, "GET /"))[2].decode()
    assert re.findall(r"<style|style=|<script(?![^>]*src=)| on[a-z]+=|https?://", page) == []


async def test_the_script_of_the_page_finds_what_it_looks_for(gateway: Server) -> None:
    page = (await fetch(gateway, "GET /"))[2].decode()
    script = (await fetch(gateway, "GET /drills.js"))[2].decode()
    wanted = set(re.findall(r'(?:find|fill)\("([a-z-]+)"', script))
    assert wanted <= set(re.findall(r'id="([a-z-]+)"', page))
    assert {f"GET {path}" for path in re.findall(r'ask\("(/[a-z]+)"\)', script)} == {
        "GET /live", "GET /drills",
    }  # fmt: skip


async def test_the_table_is_given_whole(gateway: Server) -> None:
    status, found = await ask(gateway, "GET /drills")
    assert (status, [row["name"] for row in found["drills"]]) == (200, list(DRILLS))
    assert found["switches"]["swallow_orders"] == 0


async def test_a_drill_is_pressed_with_its_parameters(gateway: Server, client: RawClient) -> None:
    body = {"name": "refused-order", "parameters": {"code": 110}}
    assert await ask(gateway, "POST /drill", body) == (200, {"number": 1})
    client.place(1, LimitOrder("BUY", 10, 1.0, tif="DAY"))
    assert names(await client.heard()) == ["4 110"]


async def test_a_drill_that_takes_its_time_is_shown_as_running(
    gateway: Server, client: RawClient
) -> None:
    _, found = await ask(
        gateway, "POST /drill", {"name": "link-lost", "parameters": {"seconds": 60}}
    )
    assert found == {"number": 1}
    assert names(await client.heard()) == ["4 1100"]
    _, state = await ask(gateway, "GET /state")
    assert state["drills"]["link_down"]
    assert state["scripts"] == [{"number": 1, "name": "link-lost", "stepsLeft": 1}]
    assert await ask(gateway, "POST /script", {"stop": True}) == (200, {"scripts": []})


async def test_a_script_is_played(gateway: Server, client: RawClient) -> None:
    text = "on order 1 swallow_orders\non order 2 notice 1100"
    status, found = await ask(gateway, "POST /script", {"text": text, "name": "mine"})
    assert (status, found) == (200, {"number": 1})
    client.place(1, LimitOrder("BUY", 10, 1.0, tif="DAY"))
    client.place(2, LimitOrder("BUY", 10, 1.0, tif="DAY"))
    assert names(await client.heard()) == ["4 1100", "5 Submitted", "3 Submitted"]


async def test_a_step_that_could_not_be_done_is_shown(gateway: Server, client: RawClient) -> None:
    await ask(gateway, "POST /script", {"text": "on order 1 liquidate MSFT", "name": "mine"})
    client.place(1, LimitOrder("BUY", 10, 1.0, tif="DAY"))
    await client.heard()
    _, state = await ask(gateway, "GET /state")
    text = "mine, line 1: liquidate: no position of 'MSFT' is held"
    assert state["scriptFaults"] == [{"number": 1, "text": text}]


async def test_the_verdict_is_given(gateway: Server, client: RawClient) -> None:
    client.place(1, MarketOrder("BUY", 10, tif="DAY", orderRef="a"))
    await client.heard()
    status, verdict = await ask(gateway, "GET /verdict")
    assert (status, verdict["sentence"]) == (200, "1 order, 0 lost, 0 duplicated")
    _, verdict = await ask(gateway, "POST /verdict", {"journal": "orderRef,state\na,cancelled\n"})
    assert (verdict["isClean"], len(verdict["disagreeing"])) == (False, 1)


async def test_the_short_state_has_what_the_page_shows(gateway: Server, client: RawClient) -> None:
    client.place(1, MarketOrder("BUY", 10, tif="DAY"))
    client.place(2, LimitOrder("BUY", 10, 1.0, tif="DAY"))
    await client.heard()
    _, found = await ask(gateway, "GET /live")
    assert [order["orderId"] for order in found["orders"]] == [2, 1]
    assert found["verdict"]["sentence"] == "2 orders, 0 lost, 0 duplicated"
    assert [session["clientId"] for session in found["sessions"]] == [7]
    last = [(each["direction"], each["name"], each["clientId"]) for each in found["messages"][:2]]
    assert last == [("out", "currentTime", 7), ("in", "reqCurrentTime", 7)]


@pytest.mark.parametrize(
    ("line", "body", "reason"),
    [
        ("POST /drill", {}, "name is a text"),
        ("POST /drill", {"name": "x"}, "there is no drill named x"),
        ("POST /drill", {"name": "slow", "parameters": 5}, "parameters are an object"),
        ("POST /drill", {"name": "slow", "parameters": {"x": 1}}, "not x"),
        ("POST /drill", {"name": "fill-now"}, "no order works"),
        ("POST /script", {"text": "nothing"}, "line 1: "),
        ("POST /script", {"text": 5}, "text is a text"),
        ("POST /script", {"text": "at 0s clear", "name": ""}, "1 to 100 characters"),
        ("POST /verdict", {"journal": "{"}, "line 1: this is not JSON"),
    ],
)
async def test_what_cannot_be_done_is_said(
    gateway: Server, line: str, body: dict[str, object], reason: str
) -> None:
    status, found = await ask(gateway, line, body)
    assert status == 400
    assert reason in found["error"]


@pytest.mark.parametrize("route", ROUTES, ids=" ".join)
async def test_no_route_answers_another_host(gateway: Server, route: tuple[str, str]) -> None:
    other = LOCAL | {"Host": "evil.example"}
    assert (await fetch(gateway, " ".join(route), b"{}", other))[0] == 403


@pytest.mark.parametrize("route", [each for each in ROUTES if each[0] == "POST"], ids=" ".join)
async def test_nothing_is_pressed_by_a_form(gateway: Server, route: tuple[str, str]) -> None:
    form = LOCAL | {"Content-Type": "application/x-www-form-urlencoded"}
    assert (await fetch(gateway, " ".join(route), b"{}", form))[0] == 415
