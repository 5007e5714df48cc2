"""Drills about contracts: holes in a chain, a farm that is down, wildcards that are refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ib_async import Contract

from paper_gateway.data_requests import TICK_SECONDS
from paper_gateway.definition_faults import farm_code
from paper_gateway.drills import apply
from tests.conftest import Publications, Rooms, wait_until
from tests.paper_gateway.wire_client import Desk, Message, WireClient, decoded, encoded, names

AAPL = [265598, "AAPL", "STK", "", 0.0, "", "", "SMART", "", "USD", "", ""]


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def client(desk: Desk) -> WireClient:
    return desk.connect()


def drill(desk: Desk, **switches: Any) -> None:
    apply(desk.hub.drills, switches)


def details(client: WireClient, contract: Contract) -> list[Message]:
    return client.send_bytes(encoded(178, lambda ib: ib.reqContractDetails(5, contract)))


def parameters(client: WireClient) -> list[Message]:
    return client.send_bytes(
        encoded(178, lambda ib: ib.reqSecDefOptParams(6, "AAPL", "", "STK", 265598))
    )


def snapshot(client: WireClient, contract: Contract) -> list[str]:
    send = encoded(178, lambda ib: ib.reqMktData(7, contract, "", True, False, []))
    return names(client.send_bytes(send))


def chain(client: WireClient) -> dict[float, Contract]:
    """The calls of the first expiration that AAPL has, by strike."""
    expiry = parameters(client)[0][7]
    wildcard = Contract(
        symbol="AAPL",
        secType="OPT",
        lastTradeDateOrContractMonth=expiry,
        right="C",
        exchange="SMART",
        currency="USD",
        tradingClass="AAPL",
    )
    client.session.receive(encoded(178, lambda ib: ib.reqContractDetails(5, wildcard)))
    calls = decoded(client.session.take_output())
    found = [arguments[1].contract for name, arguments in calls if name == "contractDetails"]
    return {contract.strike: contract for contract in found}


def test_one_strike_of_so_many_is_missing_in_lists_and_by_itself(
    desk: Desk, client: WireClient
) -> None:
    whole = chain(client)
    drill(desk, missing_definitions=2)
    left = chain(client)
    assert left.keys() < whole.keys()
    assert len(left) == pytest.approx(len(whole) / 2, abs=1)
    for strike, contract in list(whole.items())[:6]:
        is_there = strike in left
        assert names(details(client, contract)) == (["10", "52"] if is_there else ["4 200"])
        assert (snapshot(client, contract) == ["4 200"]) is not is_there
    assert names(client.send(9, 8, 5, *AAPL, 0, "", "", "")) == ["10", "52"]


def test_a_broken_farm_knows_no_contract(desk: Desk, client: WireClient) -> None:
    by_name = Contract(symbol="AAPL", secType="STK", exchange="SMART", currency="USD")
    drill(desk, secdef_broken=True)
    assert farm_code(desk.hub.drills) == 2157
    assert names(client.send(9, 8, 5, *AAPL, 0, "", "", "")) == ["4 200"]
    assert names(parameters(client)) == ["4 200"]
    assert snapshot(client, by_name) == ["4 200"]
    assert snapshot(client, Contract(conId=265598, exchange="SMART"))[-1] == "57"
    drill(desk, secdef_broken=False)
    assert farm_code(desk.hub.drills) == 2158
    assert names(client.send(9, 8, 5, *AAPL, 0, "", "", "")) == ["10", "52"]


def test_everybody_hears_of_the_farm_and_whoever_connects_as_well(
    rooms: Rooms, tmp_path: Path, published: Publications
) -> None:
    def said() -> list[int]:
        return [each["code"] for each in published.of("message") if each["code"] in (2157, 2158)]

    gateway = rooms.gateway(tmp_path / "gateway")
    rooms.reader(gateway.port)
    wait_until(lambda: said() == [2158])
    gateway.drill(secdef_broken=True)
    wait_until(lambda: said() == [2158, 2157])
    gateway.drop_connections()
    wait_until(lambda: said() == [2158, 2157, 2157])
    gateway.drill(secdef_broken=False)
    wait_until(lambda: said() == [2158, 2157, 2157, 2158])


@pytest.mark.parametrize("code", [200, 322])
def test_a_wildcard_is_refused_and_a_single_option_is_not(
    desk: Desk, client: WireClient, code: int
) -> None:
    call = next(iter(chain(client).values()))
    drill(desk, refuse_wildcards=code)
    wildcard = Contract(symbol="AAPL", secType="OPT", exchange="SMART", currency="USD")
    assert names(details(client, wildcard)) == [f"4 {code}"]
    assert names(details(client, call)) == ["10", "52"]
    call.conId = 0
    assert names(details(client, call)) == ["10", "52"]
    assert names(client.send(9, 8, 5, *AAPL, 0, "", "", "")) == ["10", "52"]


def test_a_silent_farm_ends_no_snapshot_and_ticks_go_on_after_it(
    desk: Desk, client: WireClient
) -> None:
    stock = Contract(conId=265598, exchange="SMART")
    drill(desk, data_silent=True)
    assert "57" not in snapshot(client, stock)
    stream = encoded(178, lambda ib: ib.reqMktData(8, stock, "", False, False, []))
    assert "1" not in names(client.send_bytes(stream))
    drill(desk, data_silent=False)
    desk.wait(TICK_SECONDS)
    assert "1" in names(client.read())
