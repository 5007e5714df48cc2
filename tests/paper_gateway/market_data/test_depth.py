"""Market depth: ten rows a side, what changes of them, and the limits."""

import pytest

from paper_gateway.contracts import Catalogue
from paper_gateway.market import Market
from paper_gateway.market_data.depth import book
from paper_gateway.wire import frame
from tests.paper_gateway.market_data.market_desk import (
    AAPL,
    AAPL_ID,
    EUR,
    Fields,
    MarketDesk,
    contract,
    errors,
)
from tests.paper_gateway.wire_client import NOON, Message, WireClient, decoded, names

ASK, BID = "0", "1"


@pytest.fixture
def desk() -> MarketDesk:
    return MarketDesk()


@pytest.fixture
def client(desk: MarketDesk) -> WireClient:
    return desk.connect()


def asked(
    client: WireClient, req_id: int = 5, fields: Fields = AAPL, rows: int = 10, smart: int = 1
) -> list[Message]:
    return client.send(10, 5, req_id, *fields, rows, smart, "")


def applied(found: list[Message], shown: dict[tuple[str, int], tuple[str, str]]) -> None:
    """What a client does with the rows of message 13: place them by side and position."""
    for message in found:
        _, _, _, position, _, operation, side, price, size, _ = message
        key = (side, int(position))
        assert (key in shown) == (operation in {"1", "2"})
        if operation == "2":
            del shown[key]
        else:
            shown[key] = (price, size)


def test_a_smart_book_has_ten_rows_a_side_with_their_exchanges(
    desk: MarketDesk, client: WireClient
) -> None:
    notice, *rows = asked(client)
    assert notice[3] == "2152"
    assert notice[4].startswith("Exchanges - Depth: NASDAQ; ARCA; BATS; NYSE; IEX; Top: BYX; ")
    quote = desk.hub.market.quote(AAPL_ID, NOON)
    assert len(rows) == 20
    assert rows[0][:4] == ["13", "1", "5", "0"]
    assert rows[0][5:9] == ["0", ASK, f"{quote.ask:g}", str(quote.ask_size)]
    assert rows[10][5:9] == ["0", BID, f"{quote.bid:g}", str(quote.bid_size)]
    assert {row[4] for row in rows} <= {"NASDAQ", "ARCA", "BATS", "NYSE", "IEX"}
    assert {row[9] for row in rows} == {"1"}


def test_rows_are_a_price_step_apart(client: WireClient) -> None:
    rows = asked(client)[1:]
    asks = [float(row[7]) for row in rows if row[6] == ASK]
    bids = [float(row[7]) for row in rows if row[6] == BID]
    assert asks == [pytest.approx(asks[0] + row / 100) for row in range(10)]
    assert bids == [pytest.approx(bids[0] - row / 100) for row in range(10)]


def test_updates_keep_the_clients_book_right(desk: MarketDesk, client: WireClient) -> None:
    shown: dict[tuple[str, int], tuple[str, str]] = {}
    applied(asked(client, rows=5)[1:], shown)
    desk.wait(60.0)
    applied(client.read(), shown)
    apple = desk.hub.catalogue.by_con_id(AAPL_ID)
    assert apple is not None
    sides = book(desk.hub.market, apple, desk.clock.now, ("X",))
    assert shown == {
        (str(side), place): (f"{price:g}", f"{size:g}")
        for side, rows in sides.items()
        for place, (price, size, _) in enumerate(rows[:5])
    }


def test_nasdaqs_own_book_names_market_makers_and_others_none(client: WireClient) -> None:
    nasdaq = asked(client, 5, contract(exchange="ISLAND"), 1, 0)
    assert [message[0] for message in nasdaq] == ["13", "13"]
    assert {message[9] for message in nasdaq} == {"0"}
    arca = asked(client, 6, contract(exchange="ARCA"), 1, 0)
    assert [(message[0], message[5]) for message in arca] == [("12", ASK), ("12", BID)]
    assert [message[0] for message in asked(client, 7, EUR, 1, 0)] == ["12", "12"]


def test_ib_async_reads_the_rows(desk: MarketDesk, client: WireClient) -> None:
    client.session.receive(frame(10, 5, 5, *AAPL, 1, 1, ""))
    quote = desk.hub.market.quote(AAPL_ID, NOON)
    _, (method, ask), (_, bid) = decoded(client.session.take_output())
    assert method == "updateMktDepthL2"
    assert (ask[1], ask[3:]) == (0, (0, 0, quote.ask, quote.ask_size, True))
    assert (bid[1], bid[3:]) == (0, (0, 1, quote.bid, quote.bid_size, True))


def test_what_has_no_depth_is_refused(client: WireClient) -> None:
    text = "Deep market data is not supported for this combination of security type/exchange"
    assert errors(asked(client, smart=0)) == [("10092", text)]
    assert errors(asked(client, fields=contract(exchange="AMEX"), smart=0)) == [("10092", text)]
    assert names(asked(client, rows=0)) == ["4 321"]
    assert names(asked(client, fields=contract("NOSUCH"))) == ["4 200"]


def test_a_client_has_three_books_at_most(client: WireClient) -> None:
    for req_id in range(3):
        asked(client, req_id)
    text = "Max number (3) of market depth requests has been reached."
    assert errors(asked(client, 3)) == [("309", text)]
    assert errors(asked(client, 2)) == [("102", "Duplicate ticker ID.")]
    assert client.send(11, 1, 0, 1) == []
    assert names(asked(client, 3))[0] == "4 2152"


def test_cancelling_what_is_not_there(client: WireClient) -> None:
    text = "Can't find the subscribed market depth with tickerId:5"
    assert errors(client.send(11, 1, 5, 1)) == [("310", text)]


def test_a_reset_tells_the_whole_book_again(desk: MarketDesk, client: WireClient) -> None:
    asked(client)
    desk.hub.depth_resets += 1
    desk.wait(0.25)
    reset, *rows = client.read()
    assert reset[3] == "317"
    assert reset[4].startswith("Market depth data has been RESET.")
    assert len(rows) == 20
    assert {row[5] for row in rows} == {"0"}


def test_a_competing_session_interrupts_it(desk: MarketDesk, client: WireClient) -> None:
    asked(client)
    desk.hub.drills.competing_session = True
    desk.wait(5.0)
    assert names(client.read()) == ["4 10197"]


def test_without_a_subscription_there_is_no_depth(client: WireClient) -> None:
    client.session.hub.drills.data_access = "none"
    assert errors(asked(client))[0][0] == "354"


def test_no_row_has_a_price_of_nothing() -> None:
    catalogue = Catalogue.default()
    market = Market(catalogue)
    for definition in catalogue.definitions:
        for rows in book(market, definition, NOON, ()).values():
            assert all(price > 0 and size > 0 for price, size, _ in rows)


def test_lists_of_exchanges(client: WireClient) -> None:
    ((depth),) = client.send(82)
    assert depth[:7] == ["80", "10", "NASDAQ", "STK", "", "Deep2", "2147483647"]
    ((smart),) = client.send(83, 5, "9c0001")
    assert smart[:6] == ["82", "5", "7", "0", "NASDAQ", "Q"]
