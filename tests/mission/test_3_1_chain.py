"""L 3.1, options chain and IB error 200: each step as it stands on the gateway's wire."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future
from typing import Any

import pytest

from ib_connector import IBConnector
from tests.conftest import DEADLINE, PaperGateway, Publications, Rooms, wait_until
from tests.ib.market_data.taps import (
    CON_ID,
    CURRENCY,
    DATA,
    DATA_TYPE,
    DETAILS,
    EXCHANGE,
    KIND_OF_DATA,
    PARAMETERS,
    PRIMARY,
    SEC_TYPE,
    STRIKE,
    SYMBOL,
    Tap,
)
from tests.mission.world import MissionWorld
from trading.contracts import parse_contract
from trading.options import ChainQuestion
from trading.refusals import NotFound

AAPL = 265598
DELAYED = "3"


@pytest.fixture
def tap(gateway: PaperGateway) -> Iterator[Tap]:
    tap = Tap(gateway)
    tap.start()
    yield tap
    tap.stop()


@pytest.fixture
def agent(rooms: Rooms, tap: Tap) -> IBConnector:
    """What reads TWS in an agent; everything that it says is written down."""
    agent = rooms.reader(tap.port)
    tap.begin()
    return agent


def chain(agent: IBConnector, symbol: str = "AAPL", strikes: int = 1) -> Future[dict[str, Any]]:
    question = ChainQuestion(parse_contract({"symbol": symbol}), strikes=strikes)
    return agent.chain(question, "l31", owner="alice")


def prices(tap: Tap) -> list[list[str]]:
    """Requests for the underlying's price."""
    return [each for each in tap.sent(DATA) if each[SEC_TYPE] == "STK"]


def test_3_1_resolves_the_stock_contract_first(agent: IBConnector, tap: Tap) -> None:
    """Resolves the stock contract first (reqContractDetails) to get conId and primaryExchange."""
    chain(agent).result(DEADLINE)
    first = tap.sent()[0]
    assert first[0] == DETAILS
    assert (first[CON_ID], first[SYMBOL]) == ("0", "AAPL")
    (parameters,) = tap.sent(PARAMETERS)
    assert parameters[-1] == str(AAPL)


def test_3_1_price_with_the_resolved_contract(agent: IBConnector, tap: Tap) -> None:
    """Requests underlying price with that resolved contract when available."""
    chain(agent).result(DEADLINE)
    (price,) = prices(tap)
    assert (price[CON_ID], price[PRIMARY], price[EXCHANGE]) == (str(AAPL), "NASDAQ", "SMART")
    assert tap.sent(DATA_TYPE) == []


def test_3_1_falls_back_to_symbol_smart_usd(
    agent: IBConnector, tap: Tap, gateway: PaperGateway
) -> None:
    """Otherwise falls back to symbol/SMART/USD."""
    gateway.drill(answer_requests_with={"reqMktData": 354})
    shown = chain(agent).result(DEADLINE)
    resolved, named = prices(tap)
    assert resolved[CON_ID] == str(AAPL)
    assert (named[CON_ID], named[PRIMARY]) == ("0", "")
    assert (named[SYMBOL], named[EXCHANGE], named[CURRENCY]) == ("AAPL", "SMART", "USD")
    assert tap.sent(DATA_TYPE) == []  # only error 200 asks for delayed data
    assert shown["underlying"]["price"] is None
    assert {note["code"] for note in shown["notes"]} == {354, None}


def test_3_1_an_unresolved_contract_is_asked_by_symbol_too(
    agent: IBConnector, tap: Tap, gateway: PaperGateway
) -> None:
    """The price by symbol/SMART/USD also when the contract could not be resolved."""
    gateway.drill(answer_requests_with={"reqContractDetails": 200})
    with pytest.raises(NotFound):
        chain(agent).result(DEADLINE)
    (named,) = prices(tap)
    assert (named[CON_ID], named[SYMBOL], named[EXCHANGE]) == ("0", "AAPL", "SMART")


def test_3_1_error_200_retries_once_with_delayed_data(
    agent: IBConnector, tap: Tap, gateway: PaperGateway
) -> None:
    """On error 200 for the underlying request, retries once with delayed market data."""
    gateway.drill(answer_requests_with={"reqMktData": 200})
    shown = chain(agent).result(DEADLINE)
    steps = [
        each
        for each in tap.sent(DATA, DATA_TYPE)
        if each[0] == DATA_TYPE or each[SEC_TYPE] == "STK"
    ]
    kinds = [each[0] for each in steps]
    assert kinds == [DATA, DATA, DATA_TYPE, DATA, DATA_TYPE]
    assert [each[KIND_OF_DATA] for each in steps if each[0] == DATA_TYPE] == [DELAYED, DELAYED]
    assert steps[3][CON_ID] == str(AAPL)
    # A 200 of a single option is that option's own error.
    (row,) = shown["rows"]
    assert "no such contract" in row["call"]["error"]
    assert shown["withoutQuote"] == 2


def test_3_1_an_unknown_symbol_is_error_200_after_every_step(agent: IBConnector, tap: Tap) -> None:
    """Symbol unknown: resolved, by symbol, delayed; then it is said."""
    with pytest.raises(NotFound) as caught:
        chain(agent, "NOSUCH").result(DEADLINE)
    assert caught.value.code == 200
    # The last one, back to what is usual, waits for no answer.
    sent = wait_until(lambda: [each[0] for each in tap.sent()][4:] and tap.sent())
    assert [each[0] for each in sent] == [DETAILS, DATA, DATA_TYPE, DATA, DATA_TYPE]


def test_3_1_one_wildcard_question_tells_which_options_exist(agent: IBConnector, tap: Tap) -> None:
    """Definitions: one reqContractDetails without strike instead of one for each option."""
    chain(agent, strikes=20).result(DEADLINE)
    _, wildcard = tap.sent(DETAILS)
    assert (wildcard[SYMBOL], wildcard[SEC_TYPE], wildcard[STRIKE]) == ("AAPL", "OPT", "0.0")


def test_3_1_secdef_farm_broken_at_startup_says_so_and_waits(
    rooms: Rooms, tap: Tap, gateway: PaperGateway, published: Publications
) -> None:
    """ "Sec-def data farm connection is broken" at agent startup: wait until it is connected."""
    gateway.drill(secdef_broken=True)
    agent = rooms.reader(tap.port)
    tap.begin()
    asked = chain(agent)
    told = wait_until(lambda: [e["text"] for e in published.of("chain") if "2157" in e["text"]])
    assert "Waiting up to 20 s" in told[0]
    assert [each[0] for each in tap.sent(DETAILS, DATA)] == [DETAILS]  # it was answered with 200
    gateway.drill(secdef_broken=False)
    shown = asked.result(DEADLINE)
    assert (shown["partial"], shown["withoutQuote"], len(shown["rows"])) == (False, 0, 1)
    assert any("is back" in event["text"] for event in published.of("chain"))


def test_3_1_a_chain_through_relay_and_agent(world: MissionWorld) -> None:
    """The agent fetches it: the own one, or one that shares its quotes."""
    for name, chain_id in (("alice", "page-1"), ("charlie", "page-2")):
        path = f"/api/v1/fetch-chain?symbol=AAPL&strikes=2&id={chain_id}"
        status, shown = world.call(name, "GET", path)
        assert status == 200, shown
        assert (shown["id"], len(shown["rows"]), shown["withoutQuote"]) == (chain_id, 2, 0)
        status, _ = world.call(name, "DELETE", "/api/v1/fetch-chain/nobodys")
        assert status == 404
    status, answer = world.call("alice", "GET", "/api/v1/fetch-chain?symbol=NOSUCH")
    assert (status, answer["errorCode"]) == (404, 200)
