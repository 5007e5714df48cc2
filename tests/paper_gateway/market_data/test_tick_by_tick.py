"""reqTickByTickData over the wire: every tick once, after the past ones that were asked for."""

from typing import Any

import pytest

from tests.paper_gateway.market_data.market_desk import (
    AAPL,
    AAPL_ID,
    EUR,
    Fields,
    MarketDesk,
    contract,
    errors,
    exchange_desk,
)
from tests.paper_gateway.wire_client import NOON, Message, WireClient, decoded, names


@pytest.fixture
def desk() -> MarketDesk:
    return MarketDesk()


@pytest.fixture
def client(desk: MarketDesk) -> WireClient:
    return desk.connect()


def asked(
    client: WireClient, kind: str = "Last", req_id: int = 5, fields: Fields = AAPL, **terms: Any
) -> list[Message]:
    return client.send(
        97, req_id, *fields, kind, terms.get("count", 0), terms.get("ignore_size", 0)
    )


def test_every_trade_is_told_once(desk: MarketDesk, client: WireClient) -> None:
    assert asked(client) == []
    desk.wait(2.0)
    found = client.read()
    quotes = [desk.hub.market.quote(AAPL_ID, NOON + step / 4) for step in range(1, 9)]
    assert [message[:6] for message in found] == [
        ["99", "5", "1", str(int(quote.time)), f"{quote.last:g}", str(quote.last_size)]
        for quote in quotes
    ]


@pytest.mark.parametrize(
    ("kind", "number", "length"),
    [("Last", "1", 9), ("AllLast", "2", 9), ("BidAsk", "3", 9), ("MidPoint", "4", 5)],
)
def test_each_kind_has_its_number_and_its_fields(
    desk: MarketDesk, client: WireClient, kind: str, number: str, length: int
) -> None:
    asked(client, kind)
    desk.wait(10.0)
    found = client.read()
    assert {(message[0], message[2], len(message)) for message in found} == {("99", number, length)}


def test_ib_async_reads_what_is_told(desk: MarketDesk, client: WireClient) -> None:
    asked(client, "BidAsk")
    desk.wait(0.25)
    ((method, arguments),) = decoded(client.session.take_output())
    quote = desk.hub.market.quote(AAPL_ID, NOON + 0.25)
    assert method == "tickByTickBidAsk"
    assert arguments[2:6] == (quote.bid, quote.ask, quote.bid_size, quote.ask_size)


@pytest.mark.parametrize(
    ("kind", "message_id"),
    [("Last", "98"), ("AllLast", "98"), ("BidAsk", "97"), ("MidPoint", "96")],
)
def test_past_ticks_come_first_when_they_are_asked_for(
    desk: MarketDesk, client: WireClient, kind: str, message_id: str
) -> None:
    ((history),) = asked(client, kind, count=20)
    assert history[0] == message_id
    assert int(history[2]) >= 20
    desk.wait(10.0)
    assert {message[0] for message in client.read()} == {"99"}


def test_a_stream_ends_when_it_is_cancelled(desk: MarketDesk, client: WireClient) -> None:
    asked(client)
    assert client.send(98, 5) == []
    desk.wait(1.0)
    assert client.read() == []


def test_one_stream_is_had_for_every_twenty_lines(client: WireClient) -> None:
    for req_id in range(5):
        asked(client, req_id=req_id)
    sixth = errors(asked(client, req_id=5))
    assert sixth == [("10190", "Max number of tick-by-tick requests has been reached.")]
    client.send(98, 0)
    assert asked(client, req_id=5) == []
    assert errors(asked(client, req_id=5)) == [("102", "Duplicate ticker ID.")]


@pytest.mark.parametrize(
    ("kind", "count", "code"),
    [("Trades", 0, "321"), ("", 0, "321"), ("Last", -1, "321"), ("Last", 1001, "321")],
)
def test_what_makes_no_sense_is_refused(
    client: WireClient, kind: str, count: int, code: str
) -> None:
    assert names(asked(client, kind, count=count)) == [f"4 {code}"]


def test_what_has_no_such_stream_is_refused(client: WireClient) -> None:
    text = "Failed to request tick-by-tick data:Last tick-by-tick requests are not supported for "
    assert errors(asked(client, fields=EUR)) == [("10189", text + "EUR.USD")]
    assert asked(client, "BidAsk", fields=EUR) == []
    assert names(asked(client, fields=contract("NOSUCH"), req_id=6)) == ["4 200"]


def test_options_have_no_stream(client: WireClient) -> None:
    option: Fields = [900000201, "", "", "", 0.0, "", "", "SMART", "", "", "", ""]
    assert names(asked(client, "BidAsk", fields=option)) == ["4 10189"]


def test_without_a_subscription_there_is_no_stream(client: WireClient) -> None:
    client.session.hub.drills.data_access = "delayed"
    text = "Failed to request tick-by-tick data:No market data permissions for ISLAND STK"
    assert errors(asked(client)) == [("10189", text)]


def test_the_same_contract_may_be_asked_for_again_after_fifteen_seconds(
    desk: MarketDesk, client: WireClient
) -> None:
    desk.hub.drills.history_pacing = True
    asked(client)
    client.send(98, 5)
    text = "Failed to request tick-by-tick data:Historical data request pacing violation"
    assert errors(asked(client)) == [("10189", text)]
    desk.wait(15.0)
    assert asked(client) == []


def test_a_competing_session_interrupts_it(desk: MarketDesk, client: WireClient) -> None:
    asked(client)
    desk.hub.drills.competing_session = True
    desk.wait(5.0)
    assert names(client.read()) == ["4 10197"]
    desk.hub.drills.competing_session = False
    desk.wait(0.5)
    assert names(client.read()) == ["99", "99"]


def test_nothing_is_told_while_the_exchange_is_closed() -> None:
    desk = exchange_desk(NOON + 10 * 3600 - 1)
    client = desk.connect()
    asked(client)
    desk.wait(3600.0)
    assert [int(message[3]) for message in client.read()] == [int(NOON) + 35_999] * 3


def test_after_a_pause_a_minute_is_told(desk: MarketDesk, client: WireClient) -> None:
    asked(client)
    desk.clock.now += 3600
    desk.hub.timers.run_due()
    assert len(client.read()) == 240
