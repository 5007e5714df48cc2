"""reqHistoricalTicks over the wire: kinds, directions, whole seconds and refusals."""

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
from tests.paper_gateway.wire_client import NOON, Message, WireClient, names

WIDTHS = {"98": 6, "97": 6, "96": 4}
NOON_TEXT = "20260105 10:00:00 US/Eastern"


@pytest.fixture
def client() -> WireClient:
    return MarketDesk().connect()


def asked(client: WireClient, fields: Fields = AAPL, **terms: Any) -> list[Message]:
    usual = {"start": "", "end": NOON_TEXT, "count": 10, "what": "TRADES", "rth": 0, "ignore": 0}
    given = {**usual, **terms}
    if given["start"]:
        given["end"] = terms.get("end", "")
    return client.send(96, 5, *fields, 0, *given.values(), "")


def rows(message: Message) -> list[Message]:
    """The ticks of the one message, which says that it is done."""
    assert message[1] == "5"
    assert message[-1] == "1"
    width = WIDTHS[message[0]]
    found = [message[place : place + width] for place in range(3, len(message) - 1, width)]
    assert len(found) == int(message[2])
    return found


def times(message: Message) -> list[int]:
    return [int(row[0]) for row in rows(message)]


def test_the_last_trades_before_an_end(client: WireClient) -> None:
    ((message),) = asked(client, count=10)
    found = times(message)
    assert message[0] == "98"
    assert found == sorted(found)
    assert found[-1] == NOON - 1
    # The first of ten is the third of its second, which is told whole.
    assert len(found) == 12
    assert found[0] == NOON - 3


def test_the_first_trades_from_a_start_on(client: WireClient) -> None:
    ((message),) = asked(client, start="20260105 09:00:00 US/Eastern", count=10)
    found = times(message)
    assert (found[0], found[-1], len(found)) == (NOON - 3600, NOON - 3598, 12)


def test_trades_are_those_of_the_quotes(client: WireClient) -> None:
    ((message),) = asked(client, count=4)
    market = client.session.hub.market
    quotes = [market.quote(AAPL_ID, NOON - 1 + step / 4) for step in range(4)]
    assert [(row[2], row[3]) for row in rows(message)] == [
        (f"{quote.last:g}", str(quote.last_size)) for quote in quotes
    ]


def test_quotes_and_midpoints(client: WireClient) -> None:
    ((quotes),) = asked(client, what="BID_ASK")
    assert quotes[0] == "97"
    assert all(float(row[2]) < float(row[3]) for row in rows(quotes))
    ((midpoints),) = asked(client, EUR, what="MIDPOINT")
    assert midpoints[0] == "96"
    assert {row[3] for row in rows(midpoints)} == {"0"}


def test_a_thousand_ticks_come_at_once(client: WireClient) -> None:
    ((message),) = asked(client, count=1000)
    assert len(times(message)) == 1000


def test_a_start_near_now_gives_what_there_is(client: WireClient) -> None:
    ((message),) = asked(client, start="20260105 09:59:58 US/Eastern", count=1000)
    assert len(times(message)) == 8
    ((nothing),) = asked(client, start="20260105 10:00:01 US/Eastern")
    assert nothing == ["98", "5", "0", "1"]


def test_a_pair_has_no_trades(client: WireClient) -> None:
    assert asked(client, EUR) == [["98", "5", "0", "1"]]


def test_rare_trades_are_searched_for(client: WireClient) -> None:
    ((message),) = asked(client, contract("GC", "FUT", "COMEX", "202912"), count=100)
    found = times(message)
    assert len(found) in range(100, 105)
    assert NOON - found[0] > 60


def test_regular_hours_end_with_the_closing() -> None:
    evening = exchange_desk(NOON + 14 * 3600).connect()
    end = "20260106 00:00:00 US/Eastern"
    ((regular),) = asked(evening, end=end, rth=1)
    ((whole),) = asked(evening, end=end, rth=0)
    assert times(regular)[-1] == NOON + 6 * 3600 - 1
    assert times(whole)[-1] == NOON + 10 * 3600 - 1
    assert rows(regular)[-1][5] == "6"


@pytest.mark.parametrize(
    ("terms", "text"),
    [
        ({"what": "SMILES"}, "Invalid what-to-show"),
        ({"count": 0}, "between 1 and 1000"),
        ({"count": 1001}, "between 1 and 1000"),
        ({"end": ""}, "Either the start or the end"),
        ({"start": NOON_TEXT, "end": NOON_TEXT}, "Either the start or the end"),
        ({"end": "tomorrow"}, "'tomorrow' is not a date"),
    ],
)
def test_what_makes_no_sense_is_refused(
    client: WireClient, terms: dict[str, Any], text: str
) -> None:
    ((code, sentence),) = errors(asked(client, **terms))
    assert code == "321"
    assert text in sentence


def test_an_unknown_contract_is_refused(client: WireClient) -> None:
    assert names(asked(client, contract("NOSUCH"))) == ["4 200"]


def test_without_a_subscription_there_are_none(client: WireClient) -> None:
    client.session.hub.drills.data_access = "delayed"
    text = "Failed to request historical ticks:No market data permissions for ISLAND STK"
    assert errors(asked(client)) == [("10187", text)]


def test_too_fast_a_repetition_is_refused_when_pacing_is_on(client: WireClient) -> None:
    client.session.hub.drills.history_pacing = True
    assert names(asked(client)) == ["98"]
    assert errors(asked(client)) == [
        ("10187", "Failed to request historical ticks:Historical data request pacing violation")
    ]
