"""Live quotes: the order of the first ticks, changes only afterwards, and the refusals."""

import pytest

from tests.paper_gateway.market_data.market_desk import SATURDAY, errors, exchange_desk
from tests.paper_gateway.wire_client import NOON, Desk, Message, WireClient, names

FIRST = ["58", "81", "1", "2", "1", "2", "46", "1", "2", "2", "45", "1", "1", "1", "1"]


def contract(symbol: str = "AAPL", sec_type: str = "STK", exchange: str = "SMART") -> list[object]:
    return [0, symbol, sec_type, "", 0.0, "", "", exchange, "", "USD", "", ""]


def subscribe(
    client: WireClient, req_id: int = 5, symbol: str = "AAPL", generic: str = "", snapshot: int = 0
) -> list[Message]:
    return client.send(1, 11, req_id, *contract(symbol), 0, generic, snapshot, 0, "")


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def client(desk: Desk) -> WireClient:
    return desk.connect()


def ticks(found: list[Message]) -> list[tuple[str, str]]:
    """(tick type, price or size) of the price and size ticks."""
    return [(message[3], message[4]) for message in found if message[0] in {"1", "2"}]


def test_a_stream_begins_with_its_type_its_tick_and_every_price(client: WireClient) -> None:
    found = subscribe(client)
    assert [message[0] for message in found] == FIRST
    assert found[:2] == [["58", "1", "5", "1"], ["81", "5", "0.01", "9c0001", "3"]]
    assert ticks(found) == [
        ("1", "99.99"), ("0", "300"), ("2", "100.01"), ("3", "200"), ("4", "100"), ("5", "100"),
        ("8", "5000"), ("6", "101"), ("7", "98"), ("9", "97.5"), ("14", "99"),
    ]  # fmt: skip


def test_a_price_tick_carries_its_size_which_is_then_repeated(client: WireClient) -> None:
    bid, size = subscribe(client)[2:4]
    assert bid == ["1", "6", "5", "1", "99.99", "300", "1"]
    assert size == ["2", "6", "5", "0", "300"]


def test_only_changes_are_told_and_only_every_quarter_of_a_second(
    desk: Desk, client: WireClient
) -> None:
    subscribe(client)
    desk.wait(1.0)
    assert client.read() == []
    desk.move(100.5)
    desk.wait(0.25)
    assert [kind for kind, _ in ticks(client.read())] == ["1", "0", "2", "3", "4", "5"]


def test_a_stream_ends_when_it_is_cancelled(desk: Desk, client: WireClient) -> None:
    subscribe(client)
    assert client.send(2, 2, 5) == []
    desk.move(101.0)
    desk.wait(1.0)
    assert client.read() == []
    assert names(client.send(2, 2, 5)) == ["4 300"]


def test_a_snapshot_ends_with_its_end(desk: Desk, client: WireClient) -> None:
    found = subscribe(client, snapshot=1)
    assert [message[0] for message in found] == [*FIRST, "57"]
    desk.move(101.0)
    desk.wait(1.0)
    assert client.read() == []


def test_a_currency_pair_has_no_trades(client: WireClient) -> None:
    found = client.send(1, 11, 5, *contract("EUR", "CASH", "IDEALPRO"), 0, "", 0, 0, "")
    assert {kind for kind, _ in ticks(found)} == {"1", "0", "2", "3", "6", "7", "9"}


@pytest.mark.parametrize("kind", [1, 2, 3, 4])
def test_data_is_live_whatever_type_is_asked_for(client: WireClient, kind: int) -> None:
    assert client.send(59, 1, kind) == []
    assert subscribe(client)[0] == ["58", "1", "5", "1"]


@pytest.mark.parametrize("kind", [0, 5, 9])
def test_there_are_four_types(client: WireClient, kind: int) -> None:
    assert names(client.send(59, 1, kind)) == ["4 321"]


def test_refusals(client: WireClient) -> None:
    subscribe(client, 5)
    assert names(subscribe(client, 5)) == ["4 102"]
    assert names(subscribe(client, 6, "NOSUCH")) == ["4 200"]
    assert names(subscribe(client, 6, "AAPL", "233", 1)) == ["4 414"]
    ambiguous = [0, "SHOP", "STK", "", 0.0, "", "", "SMART", "", "", "", ""]
    assert names(client.send(1, 11, 6, *ambiguous, 0, "", 0, 0, "")) == ["4 200"]


def test_there_are_a_hundred_lines(client: WireClient) -> None:
    for req_id in range(100):
        subscribe(client, req_id)
    assert names(subscribe(client, 100)) == ["4 101"]
    client.send(2, 2, 0)
    assert names(subscribe(client, 100))[0] == "58"


def test_streams_end_with_their_connection(desk: Desk, client: WireClient) -> None:
    subscribe(client)
    desk.hub.disconnected(client.session)
    assert client.session.streams("ticks") == []


def test_the_lines_are_shared_by_all_clients_and_their_number_is_a_drill(
    desk: Desk, client: WireClient
) -> None:
    desk.hub.drills.data_lines = 2
    other = desk.connect(8)
    subscribe(client, 1)
    subscribe(other, 1)
    assert names(subscribe(client, 2)) == ["4 101"]
    desk.hub.disconnected(other.session)
    assert names(subscribe(client, 2))[0] == "58"


def test_a_regulatory_snapshot_is_refused(client: WireClient) -> None:
    ((code, text),) = errors(client.send(1, 11, 5, *contract(), 0, "", 0, 1, ""))
    assert code == "321"
    assert text.endswith("Regulatory snapshots are not permitted for a paper account")


# What is not subscribed


def test_delayed_data_comes_after_its_notice_with_ticks_of_its_own(
    desk: Desk, client: WireClient
) -> None:
    desk.hub.drills.data_access = "delayed"
    client.send(59, 1, 3)
    found = subscribe(client)
    assert [message[0] for message in found] == ["4", *FIRST]
    assert errors(found)[0][0] == "10167"
    assert found[1] == ["58", "1", "5", "3"]
    assert ticks(found) == [
        ("66", "99.99"), ("69", "300"), ("67", "100.01"), ("70", "200"), ("68", "100"),
        ("71", "100"), ("74", "5000"), ("72", "101"), ("73", "98"), ("75", "97.5"), ("76", "99"),
    ]  # fmt: skip
    strings = [message[3] for message in found if message[0] in {"45", "46"}]
    assert strings == ["88", "90"]


def test_delayed_data_is_a_quarter_of_an_hour_old(desk: Desk, client: WireClient) -> None:
    desk.hub.drills.data_access = "delayed"
    client.send(59, 1, 3)
    subscribe(client)
    desk.move(105.0)
    desk.wait(899.5)
    assert client.read() == []
    desk.wait(0.5)
    assert ("68", "105") in ticks(client.read())


@pytest.mark.parametrize("code", [354, 10089, 10168, 10186])
def test_live_data_that_is_not_subscribed_is_refused(
    desk: Desk, client: WireClient, code: int
) -> None:
    desk.hub.drills.data_access, desk.hub.drills.data_refusal = "delayed", code
    assert names(subscribe(client)) == [f"4 {code}"]
    desk.wait(1.0)
    assert client.read() == []
    assert names(client.send(2, 2, 5)) == ["4 300"]


def test_a_part_of_the_data_leaves_generic_ticks(desk: Desk, client: WireClient) -> None:
    desk.hub.drills.data_access = "part"
    found = subscribe(client, generic="236")
    assert names(found) == ["4 10090", "58", "81", "45", "2"]
    assert [message[3] for message in found[3:]] == ["46", "89"]


def test_a_competing_session_stops_every_line_until_it_ends(desk: Desk, client: WireClient) -> None:
    subscribe(client)
    desk.hub.drills.competing_session = True
    desk.wait(1.0)
    text = "No market data during competing live session"
    assert errors(client.read()) == [("10197", text)]
    assert names(subscribe(client, 6)) == ["58", "81", "4 10197"]
    desk.hub.drills.competing_session = False
    desk.wait(0.25)
    resumed = [message[0] for message in client.read() if message[1:3] != ["6", "6"]]
    assert resumed.count("58") == 2
    assert resumed.count("1") == 7


# Hours


def test_out_of_hours_a_live_line_has_no_bid_and_no_ask() -> None:
    client = exchange_desk(SATURDAY).connect()
    found = subscribe(client)
    assert found[0] == ["58", "1", "5", "1"]
    shown = dict(ticks(found))
    assert (shown["1"], shown["0"], shown["2"], shown["3"]) == ("-1", "0", "-1", "0")
    assert float(shown["4"]) > 0


def test_out_of_hours_frozen_data_is_that_of_the_last_open_instant() -> None:
    desk = exchange_desk(SATURDAY)
    client = desk.connect()
    client.send(59, 1, 2)
    found = subscribe(client)
    friday = desk.hub.market.quote(265598, SATURDAY - 14 * 3600 - 0.25)
    assert found[0] == ["58", "1", "5", "2"]
    assert dict(ticks(found))["1"] == f"{friday.bid:g}"
    desk.wait(60.0)
    assert client.read() == []


def test_a_line_says_when_its_exchange_opens_and_closes() -> None:
    desk = exchange_desk(NOON + 10 * 3600 - 0.5)
    client = desk.connect()
    client.send(59, 1, 2)
    assert subscribe(client)[0] == ["58", "1", "5", "1"]
    desk.wait(1.0)
    assert ["58", "1", "5", "2"] in client.read()
    # To the pre-market of the next day, past the quarters of a second between.
    desk.clock.now = NOON + 18 * 3600
    desk.wait(0.25)
    assert client.read()[0] == ["58", "1", "5", "1"]


def test_delayed_data_may_be_frozen_too() -> None:
    desk = exchange_desk(SATURDAY)
    client = desk.connect()
    desk.hub.drills.data_access = "delayed"
    client.send(59, 1, 4)
    found = subscribe(client)
    assert errors(found)[0][0] == "10167"
    assert found[1] == ["58", "1", "5", "4"]
    assert float(dict(ticks(found))["66"]) > 0


def test_an_index_has_a_price_but_no_bid_ask_or_volume(client: WireClient) -> None:
    spx = [0, "SPX", "IND", "", 0.0, "", "", "CBOE", "", "USD", "", ""]
    found = client.send(1, 11, 5, *spx, 0, "", 0, 0, "")
    prices = {message[3]: message[4] for message in found if message[0] == "1"}
    assert prices == {"4": "100", "6": "101", "7": "98", "9": "97.5", "14": "99"}
    assert [message for message in found if message[0] == "2"] == []
