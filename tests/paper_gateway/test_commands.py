"""Commands over real sockets: what happens once, at the moment it is asked for."""

import pytest
from ib_async import MarketOrder

from paper_gateway.bad_frames import GARBAGE
from paper_gateway.drills import DrillError, Drills
from paper_gateway.server import Server
from paper_gateway.wire import frame
from tests.paper_gateway.raw_client import RawClient, resting
from tests.paper_gateway.wire_client import names

# Switches


async def test_clear_sets_every_switch_back_before_the_other_changes(gateway: Server) -> None:
    gateway.apply({"swallow_orders": 3, "notices_before": [399], "partial_fills": [1]})
    gateway.apply({"clear": True, "reject_orders": 1})
    assert gateway.drills == Drills(reject_orders=1)


async def test_clear_lets_go_on_what_was_held_up(gateway: Server, client: RawClient) -> None:
    gateway.apply({"freeze": True, "login": "no_answer", "link_down": True})
    client.send(49, 1)
    gateway.apply({"clear": True})
    assert names([await client.message() for _ in range(3)]) == ["4 1100", "4 1102", "49"]


async def test_a_count_that_runs_down_does_not_change_what_was_given(
    gateway: Server, client: RawClient
) -> None:
    given = {"cancel_answers": [161, 136]}
    gateway.apply(given)
    client.send(4, 1, 1, "")
    assert names(await client.heard()) == ["4 161"]
    assert (given, gateway.drills.cancel_answers) == ({"cancel_answers": [161, 136]}, [136])


# Notices and links


async def test_a_notice_may_be_any_code_about_one_order_of_one_client(
    gateway: Server, client: RawClient
) -> None:
    other = await RawClient.started(gateway, 8)
    gateway.apply({"notice": {"code": 9999, "text": "so be it", "id": 5, "clientId": 7}})
    assert await client.heard() == [["4", "2", "5", "9999", "so be it", ""]]
    assert await other.heard() == []
    await other.close()


@pytest.mark.parametrize("code", [1101, 1102])
async def test_the_link_goes_and_comes(gateway: Server, client: RawClient, code: int) -> None:
    gateway.apply({"link_down": True, "link_notice": code})
    gateway.apply({"link_down": False})
    assert names(await client.heard()) == ["4 1100", f"4 {code}"]


# Sockets and bytes


async def test_one_clients_socket_is_cut(gateway: Server, client: RawClient) -> None:
    other = await RawClient.started(gateway, 8)
    gateway.apply({"drop_client": 8})
    assert await other.rest() == b""
    assert await client.heard() == []
    assert list(gateway.hub.sessions) == [7]
    await other.close()


@pytest.mark.parametrize("kind", GARBAGE)
async def test_garbage_is_sent_as_it_is(gateway: Server, client: RawClient, kind: str) -> None:
    gateway.apply({"garbage": kind})
    gateway.apply({"drop_connections": True})
    assert (await client.rest()) in {GARBAGE[kind], b""}


async def test_bytes_are_sent_as_they_are_to_one_client(gateway: Server, client: RawClient) -> None:
    other = await RawClient.started(gateway, 8)
    whole = frame(49, 1, 12345)
    gateway.apply({"send_bytes": {"hex": whole[:7].hex(), "clientId": 7}})
    gateway.apply({"send_bytes": {"hex": whole[7:].hex(), "clientId": 7}})
    assert await client.message() == ["49", "1", "12345"]
    assert await other.heard() == []
    await other.close()


async def test_rates_are_forgotten(gateway: Server, client: RawClient) -> None:
    await client.heard()
    gateway.apply({"reset_rates": True})
    assert gateway.counters.rates == {}
    await client.heard()
    assert gateway.counters.rates[7].total == 1


async def test_a_half_open_socket_stays_open_and_nothing_passes(
    gateway: Server, client: RawClient
) -> None:
    other = await RawClient.started(gateway, 8)
    gateway.apply({"half_open": 7})
    client.place(1, MarketOrder("BUY", 1, tif="DAY"))
    other.place(1, resting())
    assert names(await other.heard()) == ["5 Submitted", "3 Submitted"]
    assert [order.client_id for order in gateway.hub.book.orders.values()] == [8]
    late = await RawClient.connect(gateway)
    assert names([await late.start(7)]) == ["4 326"]
    gateway.apply({"drop_client": 7})
    assert await client.rest() == b""
    await late.close()
    await other.close()


async def test_every_socket_can_be_half_open(gateway: Server, client: RawClient) -> None:
    gateway.apply({"half_open": True})
    client.send(49, 1)
    gateway.apply({"drop_connections": True})
    assert await client.rest() == b""


# Refusals


@pytest.mark.parametrize(
    "command",
    [
        {"clear": 1},
        {"notice": 42},
        {"notice": True},
        {"notice": {"text": "no code"}},
        {"notice": {"code": "1100"}},
        {"notice": {"code": 1100, "clientId": 99}},
        {"notice": {"code": 1100, "colour": "red"}},
        {"drop_connections": "yes"},
        {"drop_client": 99},
        {"drop_client": None},
        {"send_bytes": "xyz"},
        {"send_bytes": 5},
        {"garbage": "unheard of"},
        {"garbage": {"kind": "oversized", "clientId": 99}},
        {"stale_fill": 5},
        {"stale_fill": {}},
        {"stale_fill": {"permId": 5}},
        {"stale_fill": {"clientId": 7, "orderId": 99}},
        {"unsolicited_completed": 5},
        {"unsolicited_completed": "x"},
        {"cancel_by_ib": 5},
        {"cancel_by_ib": "last"},
        {"cancel_by_ib": {"reason": "no permId"}},
        {"fill": 5},
        {"fill": "last"},
        {"fill": None},
        {"lose_order": "last"},
        {"lose_order": 5},
        {"liquidate": "all"},
        {"liquidate": 5},
        {"half_open": 99},
        {"half_open": "7"},
        {"auction": "noon"},
        {"auction": True},
        {"auction": ["close"]},
        {"roll_back_ids": 0},
        {"reset_rates": 1},
        {"reset_depth": "yes"},
    ],
)
async def test_a_command_that_cannot_be_done_changes_nothing(
    gateway: Server, client: RawClient, command: dict[str, object]
) -> None:
    (name,) = command
    with pytest.raises(DrillError, match=f"{name}|client 99 is not connected"):
        gateway.apply({"read_only": True, **command})
    assert gateway.drills == Drills()
    assert await client.heard() == []


async def test_market_depth_is_reset(gateway: Server, client: RawClient) -> None:
    client.send(10, 5, 4, 0, "AAPL", "STK", "", 0, "", "", "SMART", "", "USD", "", "", 5, 1, "")
    await client.heard()
    gateway.apply({"reset_depth": False})
    assert gateway.hub.depth_resets == 0
    gateway.apply({"reset_depth": True})
    while (message := await client.message())[3] != "317":
        assert message[0] == "13"
    assert message[2] == "4"
