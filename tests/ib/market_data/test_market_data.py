"""Market data through one connection to the paper gateway, seen from other threads."""

from __future__ import annotations

from datetime import UTC, datetime
from time import monotonic
from typing import Any

import pytest

from ib.market_data.prices import TOO_LATE
from ib_connector import IBConnector
from order_handler import OrderHandler
from paper_gateway.catalogue.instruments import instruments
from paper_gateway.data_requests import TICKS
from paper_gateway.market_data.lines import count_streams
from tests.conftest import (
    DEADLINE,
    READER,
    PaperGateway,
    Publications,
    Rooms,
    place,
    wait_until,
)
from trading.contracts import Contract, parse_contract
from trading.options import ChainQuestion
from trading.price_requests import parse_prices
from trading.refusals import NoAnswer, NotConnected, NotFound, Refused, RejectedByIB
from trading.sessions import MarketNow, market_now, sessions_of

MARKET_DATA, CANCEL, DETAILS, DATA_TYPE = 1, 2, 9, 59
NO_DEFINITION = 200
AAPL = parse_contract({"symbol": "AAPL"})
AAPL_NUMBER = 265598
PACE = 45  # messages a second


def contract(symbol: str, **fields: Any) -> Contract:
    return parse_contract({"symbol": symbol, **fields})


def stocks(count: int) -> list[str]:
    symbols = [each.symbol for each in instruments() if each.sec_type == "STK"]
    return [symbol for symbol in dict.fromkeys(symbols) if symbol not in ("RY", "SHOP")][:count]


def lines(gateway: PaperGateway) -> int:
    """The lines that are open at the gateway."""
    return gateway.call(lambda server: count_streams(server.hub, TICKS))


def keeps_to_pace(gateway: PaperGateway, began: float) -> bool:
    """No more than 45 a second since then. The gateway's own count of the fullest second is no
    help in this process: when it reads late it sees a burst."""
    received = int(gateway.state()["rates"][str(READER)]["received"])
    return received - PACE <= (monotonic() - began) * PACE


def codes(published: Publications) -> set[int]:
    return {message["code"] for message in published.of("message")}


def last_quote(published: Publications) -> dict[str, Any]:
    return next(reversed(published.of("quote")), {})


def test_changes_of_a_quote_are_published(reader: IBConnector, published: Publications) -> None:
    reader.quote(AAPL).result(DEADLINE)
    quote = wait_until(lambda: next(iter(published.of("quote")), {}))
    assert quote["symbol"] == "AAPL"


def test_delayed_data_is_asked_for(reader: IBConnector, gateway: PaperGateway) -> None:
    assert gateway.received(DATA_TYPE) == 1


def test_the_status_tells_types_lines_and_messages(
    reader: IBConnector, gateway: PaperGateway
) -> None:
    assert reader.market_data()["received"] == {}
    reader.quote(AAPL).result(DEADLINE)
    shown = wait_until(lambda: reader.market_data()["received"] and reader.market_data())
    assert shown["received"] == {"live": 1}
    assert shown["lines"] == {"used": 1, "cap": 100, "held": 0}
    assert (shown["requested"], shown["trouble"]) == ("delayed", None)
    assert shown["messages"] == {"cap": 45, "queued": 0}


def test_a_position_and_its_stock_are_two_rows(
    reader: IBConnector, handler: OrderHandler, published: Publications
) -> None:
    """A held option of AAPL never takes the place of AAPL's own quote."""
    (option,) = reader.search("AAPL  261218C00230000").result(DEADLINE).rows
    reader.quote(parse_contract({"conId": option["conId"], "secType": "OPT"})).result(DEADLINE)
    reader.quote(AAPL).result(DEADLINE)
    wait_until(lambda: len({q["contract"]["conId"] for q in published.of("quote")}) == 2)
    assert {q["symbol"] for q in published.of("quote")} == {"AAPL"}


def test_a_held_position_has_a_line_and_a_closed_one_needs_a_look(
    reader: IBConnector, handler: OrderHandler, gateway: PaperGateway
) -> None:
    place(handler, "ui-1", symbol="MSFT")
    wait_until(lambda: reader.market_data()["lines"]["held"] == 1)
    place(handler, "ui-2", symbol="MSFT", action="SELL")
    wait_until(lambda: reader.market_data()["lines"]["held"] == 0)
    assert lines(gateway) == 1  # its lease has begun


# What the account has not subscribed to


@pytest.mark.parametrize("code", [354, 10089, 10168, 10186])
def test_what_is_not_subscribed_is_asked_for_once_more_delayed_and_then_explained(
    reader: IBConnector, gateway: PaperGateway, code: int
) -> None:
    gateway.drill(data_access="none", data_refusal=code)
    with pytest.raises(RejectedByIB) as refused:
        reader.quote(AAPL).result(DEADLINE)
    assert refused.value.code == code
    assert (gateway.received(MARKET_DATA), gateway.received(DATA_TYPE)) == (2, 2)
    trouble = wait_until(lambda: reader.market_data()["trouble"])
    named = "AAPL NASDAQ.NMS/TOP/ALL" if code in (354, 10089) else None
    assert (trouble["code"], trouble["subscription"]) == (code, named)
    assert (lines(gateway), gateway.received(CANCEL)) == (0, 0)
    gateway.drill(data_access="")
    assert reader.quote(AAPL).result(DEADLINE)["trouble"] is None


def test_delayed_data_is_shown_as_delayed(
    reader: IBConnector, gateway: PaperGateway, published: Publications
) -> None:
    gateway.drill(data_access="delayed")
    quote = reader.quote(AAPL).result(DEADLINE)
    assert (quote["requestedType"], quote["marketDataType"]) == ("delayed", "delayed")
    assert quote["trouble"]["code"] == 10167
    assert wait_until(lambda: reader.market_data()["received"]) == {"delayed": 1}
    assert reader.market_data()["trouble"] is None


def test_a_part_of_the_data_is_no_price(reader: IBConnector, gateway: PaperGateway) -> None:
    gateway.drill(data_access="part")
    with pytest.raises(RejectedByIB, match="Part of this market data") as refused:
        reader.quote(AAPL).result(DEADLINE)
    assert refused.value.code == 10090


def test_a_competing_session_is_told_and_its_end_too(
    reader: IBConnector, gateway: PaperGateway, published: Publications
) -> None:
    reader.quote(AAPL).result(DEADLINE)
    gateway.drill(competing_session=True)
    quote = wait_until(lambda: last_quote(published)["trouble"] and last_quote(published))
    assert (quote["trouble"]["code"], quote["bid"] is None) == (10197, False)
    wait_until(lambda: reader.market_data()["trouble"])
    assert published.of("status")[-1:] == [{}]
    assert reader.quote(AAPL).result(DEADLINE)["time"] == quote["time"]  # no new price
    gateway.drill(competing_session=False)
    wait_until(lambda: last_quote(published)["trouble"] is None)
    wait_until(lambda: reader.market_data()["trouble"] is None)


def test_few_lines_go_to_whoever_looked_last(
    reader: IBConnector, gateway: PaperGateway, published: Publications
) -> None:
    reader.quote(AAPL).result(DEADLINE)
    gateway.drill(data_lines=1)
    assert reader.quote(contract("MSFT")).result(DEADLINE)["symbol"] == "MSFT"
    assert (lines(gateway), gateway.received(CANCEL)) == (1, 1)
    assert wait_until(lambda: reader.market_data()["lines"]["cap"] == 1)
    (failed,) = reader.watch([AAPL]).result(DEADLINE)["failed"]  # MSFT is still watched
    assert failed["error"] == "Every line of market data that this feed has is in use"
    assert 101 in codes(published)


# Many at once


def test_two_hundred_prices_come_in_time_within_pace_and_lines(
    reader: IBConnector, gateway: PaperGateway, published: Publications
) -> None:
    asked = parse_prices({"symbols": [*stocks(199), "NOSUCH"]})
    began = monotonic()
    found = reader.prices(asked).result(20)
    assert keeps_to_pace(gateway, began)
    failed = {one["symbol"]: one["error"] for one in found["failed"]}
    # A slow machine may leave some out; then they are named.
    assert failed.pop("NOSUCH") in ("IB knows no contract NOSUCH", TOO_LATE)
    assert set(failed.values()) <= {TOO_LATE}
    assert (len(found["quotes"]) + len(failed), found["partial"]) == (199, True)
    assert all(quote["bid"] < quote["ask"] for quote in found["quotes"])
    assert not codes(published) & {100, 101}
    assert (lines(gateway), found["lines"]["used"]) == (0, 0)


def test_a_page_of_a_hundred_contracts_keeps_to_pace_and_lines(
    reader: IBConnector, gateway: PaperGateway, published: Publications
) -> None:
    watched = [contract(symbol) for symbol in stocks(100)]
    began = monotonic()
    reader.watch(watched).result(DEADLINE)
    wait_until(lambda: lines(gateway) == 100)
    assert keeps_to_pace(gateway, began)
    more = [contract(symbol) for symbol in stocks(101)]
    wait_until(lambda: reader.watch(more).result(DEADLINE)["failed"])
    (failed,) = reader.watch(more).result(DEADLINE)["failed"]
    assert failed["error"] == "Every line of market data that this feed has is in use"
    assert not codes(published) & {100, 101}


def test_streams_give_way_to_snapshots_and_come_back(
    reader: IBConnector, gateway: PaperGateway, published: Publications
) -> None:
    few, watched = 10, [contract(symbol) for symbol in stocks(11)]
    gateway.drill(data_lines=few)
    reader.watch(watched).result(DEADLINE)
    wait_until(lambda: reader.market_data()["lines"] == {"used": few, "cap": few, "held": 0})
    wait_until(lambda: lines(gateway) == few)
    refused = [message["code"] for message in published.of("message")].count(101)
    found = reader.prices(parse_prices({"symbols": stocks(40)[11:]})).result(DEADLINE)
    assert (len(found["quotes"]), found["failed"]) == (29, [])
    chain = reader.chain(ChainQuestion(contract("TSLA"), strikes=10), "c", owner="a")
    shown = chain.result(DEADLINE)
    assert (shown["withoutQuote"], {note["code"] for note in shown["notes"]}) == (0, set())
    wait_until(lambda: lines(gateway) == few)
    assert [message["code"] for message in published.of("message")].count(101) == refused


def test_pages_watch_what_is_known_and_hear_of_the_rest(
    reader: IBConnector, published: Publications
) -> None:
    first = reader.watch([AAPL, contract("NOSUCH")]).result(DEADLINE)
    assert (first["quotes"], first["failed"]) == ([], [])
    wait_until(lambda: published.of("quote"))
    wait_until(lambda: reader.watch([AAPL, contract("NOSUCH")]).result(DEADLINE)["failed"])
    answer = reader.watch([AAPL, contract("NOSUCH")]).result(DEADLINE)
    assert [quote["symbol"] for quote in answer["quotes"]] == ["AAPL"]
    assert [(each["symbol"], each["errorCode"]) for each in answer["failed"]] == [("NOSUCH", 200)]


# Futures


def test_the_months_of_a_future_have_a_front_a_roll_date_and_prices(reader: IBConnector) -> None:
    found = reader.futures("ES").result(DEADLINE)
    months = found["futures"]
    assert (found["symbol"], len(months)) == ("ES", 8)
    expiries = [month["expiry"] for month in months]
    assert expiries == sorted(expiries)
    assert [month["isFront"] for month in months].count(True) == 1
    for month in months:
        assert (month["error"], month["quote"]["bid"] < month["quote"]["ask"]) == (None, True)
        assert month["rollDate"].replace("-", "") < month["expiry"]
        assert month["openInterest"] and month["volume"]


def test_a_symbol_without_futures_is_not_found(reader: IBConnector) -> None:
    with pytest.raises(NotFound, match="IB knows no future of AAPL"):
        reader.futures("AAPL").result(DEADLINE)


# Which contract is meant


@pytest.mark.parametrize(
    ("typed", "local_symbol"),
    [
        ("aapl ", "AAPL"),
        ("EUR.USD", "EUR.USD"),
        ("eurusd", "EUR.USD"),
        ("ES 202612", "ESZ6"),
        ("ESZ6", "ESZ6"),
        ("AAPL  261218C00230000", "AAPL  261218C00230000"),
        ("US0378331005", "AAPL"),
        ("SPX", "SPX"),
    ],
)
def test_what_people_type_is_understood(reader: IBConnector, typed: str, local_symbol: str) -> None:
    found = reader.contract_details(typed).result(DEADLINE)
    assert found["contract"]["localSymbol"] == local_symbol
    assert found["minTick"] and found["timeZoneId"] and found["tradingHours"]


def test_a_symbol_of_two_currencies_is_a_list_to_pick_from(reader: IBConnector) -> None:
    with pytest.raises(Refused, match="SHOP names several contracts") as refused:
        reader.contract_details("SHOP").result(DEADLINE)
    found = {(c["currency"], c["primaryExchange"]) for c in refused.value.choices}
    assert {currency for currency, _ in found} == {"USD", "CAD"}
    assert all(choice["description"] and choice["conId"] for choice in refused.value.choices)
    assert reader.contract_details("SHOP", "CAD").result(DEADLINE)["contract"]["currency"] == "CAD"


def test_when_a_contract_trades_comes_from_its_details(
    reader: IBConnector, gateway: PaperGateway
) -> None:
    told = reader.sessions(AAPL).result(DEADLINE)
    assert told["conId"] == AAPL_NUMBER
    # The paper gateway's markets never close unless it is told otherwise.
    assert market_now(sessions_of(told["sessions"]), datetime.now(UTC)) == MarketNow("regular")
    asked = gateway.received(DETAILS)
    assert reader.sessions(AAPL).result(DEADLINE)["sessions"] == told["sessions"]
    assert gateway.received(DETAILS) == asked


def test_while_definitions_are_away_the_answer_is_clear(
    reader: IBConnector, gateway: PaperGateway
) -> None:
    gateway.drill(answer_requests_with={"reqContractDetails": 200})
    gateway.tell(2157, "Sec-def data farm connection is broken:secdefil")
    wait_until(lambda: any(farm.state == "broken" for farm in reader.status().farms))
    with pytest.raises(NoAnswer, match="security-definition farm is disconnected") as refused:
        reader.quote(contract("MSFT")).result(DEADLINE)
    assert refused.value.code == 2157
    gateway.drill(answer_requests_with={})
    assert reader.quote(contract("MSFT")).result(DEADLINE)["symbol"] == "MSFT"


def test_after_a_restart_contracts_are_known_without_asking(
    rooms: Rooms, gateway: PaperGateway
) -> None:
    first = rooms.reader(gateway.port, contracts="contracts")
    first.quote(AAPL).result(DEADLINE)
    first.contract_details("US0378331005").result(DEADLINE)
    first.stop()
    asked = gateway.received(DETAILS)
    second = rooms.reader(gateway.port, contracts="contracts")
    assert second.quote(AAPL).result(DEADLINE)["contract"]["conId"] == AAPL_NUMBER
    assert second.contract_details("US0378331005").result(DEADLINE)["longName"]
    assert gateway.received(DETAILS) == asked


def test_another_tws_is_asked_anew(rooms: Rooms, gateway: PaperGateway, tmp_path: Any) -> None:
    rooms.reader(gateway.port, contracts="contracts").quote(AAPL).result(DEADLINE)
    other = rooms.gateway(tmp_path / "other", account="DU7654321")
    rooms.reader(other.port, contracts="contracts").quote(AAPL).result(DEADLINE)
    assert other.received(DETAILS) == 1


# The connection


def test_looks_are_taken_up_again_after_a_reconnect(
    reader: IBConnector, gateway: PaperGateway, published: Publications
) -> None:
    reader.quote(AAPL).result(DEADLINE)
    gateway.drop_connections()
    wait_until(lambda: gateway.received(MARKET_DATA) == 2)
    before = len(published.of("quote"))
    wait_until(lambda: len(published.of("quote")) > before)


def test_lines_that_tws_has_forgotten_are_asked_for_again(
    reader: IBConnector, gateway: PaperGateway
) -> None:
    reader.quote(AAPL).result(DEADLINE)
    gateway.tell(1100)
    gateway.tell(1101)
    wait_until(lambda: gateway.received(MARKET_DATA) == 2)


def test_without_a_connection_everything_says_so(
    reader: IBConnector, gateway: PaperGateway
) -> None:
    gateway.stop()
    wait_until(lambda: not reader.status().is_connected)
    asked = (
        reader.quote(AAPL),
        reader.prices(parse_prices({"symbols": ["AAPL"]})),
        reader.watch([AAPL]),
        reader.futures("ES"),
        reader.contract_details("AAPL"),
    )
    for future in asked:
        with pytest.raises(NotConnected):
            future.result(DEADLINE)
    wait_until(lambda: reader.market_data()["messages"] is None)


def test_a_contract_that_was_looked_up_in_vain_is_no_news(
    reader: IBConnector, published: Publications
) -> None:
    """Whoever looked it up is told; several kinds of contract are tried one after the other."""
    with pytest.raises(NotFound):
        reader.contract_details("NOSUCHCO").result(DEADLINE)
    with pytest.raises(NotFound):
        reader.quote(contract("NOSUCHCO")).result(DEADLINE)
    assert NO_DEFINITION not in codes(published)
