"""Bars through one connection to the paper gateway: what goes over the wire, and when."""

from __future__ import annotations

from typing import Any

import pytest

from ib_connector import IBConnector
from tests.conftest import DEADLINE, PaperGateway, Publications, wait_until
from trading.bars import BarQuestion
from trading.contracts import parse_contract
from trading.refusals import RejectedByIB

AAPL, EURUSD = (
    parse_contract({"symbol": "AAPL"}),
    parse_contract({"symbol": "EUR", "secType": "CASH", "currency": "USD", "exchange": "IDEALPRO"}),
)
REQ_BARS, CANCEL_BARS = 20, 25
LIVE = BarQuestion(AAPL, is_live=True)
UPDATE_SECONDS = 20.0  # the gateway tells a bar anew every five seconds


def bars(reader: IBConnector, question: BarQuestion, **how: Any) -> dict[str, Any]:
    return reader.bars(question, **how).result(DEADLINE)


def test_bars_say_what_they_show_and_when_the_market_is_open(reader: IBConnector) -> None:
    answer = bars(reader, BarQuestion(AAPL, "5 mins", "1 D", is_regular=True))
    assert (answer["what"], answer["live"], answer["conId"]) == ("TRADES", False, 265598)
    assert answer["budget"] == {"used": 1, "cap": 60, "seconds": 600}
    assert {one["kind"] for one in answer["sessions"]} <= {"regular", "extended"}
    assert answer["sessions"]
    assert answer["timeZone"] == "US/Eastern"
    assert bars(reader, BarQuestion(EURUSD))["what"] == "MIDPOINT"


def test_bars_go_on_for_all_who_look_with_one_subscription(
    reader: IBConnector, gateway: PaperGateway, published: Publications
) -> None:
    gateway.drill(history_pacing=True)
    looks = [bars(reader, LIVE) for _ in range(5)]
    assert all(look["live"] and look["bars"] for look in looks)
    assert gateway.received(REQ_BARS) == 1
    told = wait_until(lambda: published.of("bar"), UPDATE_SECONDS)[0]
    assert (told["contract"]["conId"], told["barSize"], told["trouble"]) == (265598, "1 min", None)
    assert told["bar"]["low"] <= told["bar"]["close"] <= told["bar"]["high"]
    assert told["bar"]["low"] <= told["bar"]["open"] <= told["bar"]["high"]
    assert told["bar"]["time"] >= looks[0]["bars"][-1]["time"]


def test_lent_bars_do_not_go_on(reader: IBConnector, gateway: PaperGateway) -> None:
    assert bars(reader, LIVE, lent=True)["live"] is False
    # What is not live may be asked for once more, in its turn: it is the same request.
    assert gateway.received(REQ_BARS) == 1


def test_a_contract_without_history_says_why_and_is_not_asked_twice(
    reader: IBConnector, gateway: PaperGateway
) -> None:
    gateway.drill(data_access="none")
    for _ in range(2):
        with pytest.raises(RejectedByIB) as refused:
            bars(reader, BarQuestion(AAPL))
        assert refused.value.code == 162
    assert gateway.received(REQ_BARS) == 1


def test_six_requests_for_one_contract_are_spread_within_ibs_pacing(
    reader: IBConnector, gateway: PaperGateway
) -> None:
    """Under the gateway's own enforcement of IB's rules none is refused."""
    gateway.drill(history_pacing=True)
    sizes = ("1 min", "2 mins", "3 mins", "5 mins", "10 mins", "15 mins")
    futures = [reader.bars(BarQuestion(AAPL, size)) for size in sizes]
    assert all(future.result(DEADLINE)["bars"] for future in futures)
    assert gateway.received(REQ_BARS) == 6


def test_after_a_reconnect_live_bars_are_asked_for_once_more(
    reader: IBConnector, gateway: PaperGateway
) -> None:
    size = BarQuestion(AAPL, "5 mins", is_live=True)
    bars(reader, size)
    streams = reader._engine.market_data.bar_streams
    reader._engine.market_data.history_pace._left.clear()  # as if it had been a minute ago
    reconnects = reader.status().reconnects
    gateway.drop_connections()
    wait_until(lambda: reader.status().reconnects > reconnects and reader.status().is_connected)
    wait_until(lambda: gateway.received(REQ_BARS) == 2)
    wait_until(lambda: all(one.bars is not None for one in list(streams._streams.values())))
    assert bars(reader, size)["live"] is True
    assert gateway.received(REQ_BARS) == 2


def test_after_1101_live_bars_are_asked_for_once_more_without_noise(
    reader: IBConnector, gateway: PaperGateway, published: Publications
) -> None:
    bars(reader, LIVE)
    reader._engine.market_data.history_pace._left.clear()
    gateway.tell(1101)
    wait_until(lambda: gateway.received(REQ_BARS) == 2)
    assert bars(reader, LIVE)["live"] is True
    assert gateway.received(REQ_BARS) == 2
    assert not {message["code"] for message in published.of("message")} & {162, 366}


def test_bars_that_nobody_looks_at_are_cancelled_and_nobody_is_bothered(
    reader: IBConnector, gateway: PaperGateway, published: Publications
) -> None:
    bars(reader, LIVE)
    (stream,) = reader._engine.market_data.bar_streams._streams.values()
    stream.looked_at -= 1000
    wait_until(lambda: gateway.received(CANCEL_BARS) == 1)
    bars(reader, BarQuestion(AAPL, "1 day", "1 M"))  # answered behind the cancel
    assert 162 not in {message["code"] for message in published.of("message")}
