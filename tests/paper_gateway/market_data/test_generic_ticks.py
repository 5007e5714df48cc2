"""Generic ticks: what comes of each number."""

import pytest

from paper_gateway.market_data.news import stories
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
from tests.paper_gateway.wire_client import NOON, Desk, Message

Ticks = dict[str, str]


def ticks(found: list[Message]) -> Ticks:
    """The values of the ticks by tick type."""
    return {message[3]: message[4] for message in found if message[0] in {"1", "2", "45", "46"}}


def subscribed(desk: Desk, numbers: str, fields: Fields = AAPL) -> Ticks:
    """What comes with a list of generic ticks and not without."""
    client = desk.connect(3)
    plain = ticks(client.send(1, 11, 5, *fields, 0, "", 0, 0, ""))
    found = ticks(client.send(1, 11, 6, *fields, 0, numbers, 0, 0, ""))
    return {kind: value for kind, value in found.items() if kind not in plain}


def test_a_client_hears_of_a_wrong_list() -> None:
    client = MarketDesk().connect()
    ((code, text),) = errors(client.send(1, 11, 5, *AAPL, 0, "233,999", 0, 0, ""))
    assert code == "321"
    assert "Incorrect generic tick list of 233,999.  Legal ones for (STK) are:" in text
    assert "232/221(Pl Price)" in text


@pytest.mark.parametrize(
    ("number", "kinds"),
    [
        ("100", {"29", "30"}),
        ("101", {"27", "28"}),
        ("104", {"23"}),
        ("105", {"87"}),
        ("106", {"24"}),
        ("165", {"15", "16", "17", "18", "19", "20", "21"}),
        ("220", {"78"}),
        ("221", {"37"}),
        ("232", {"37"}),
        ("233", {"48"}),
        ("236", {"46", "89"}),
        ("293", {"54"}),
        ("294", {"55"}),
        ("295", {"56"}),
        ("318", {"57"}),
        ("375", {"77"}),
        ("411", {"58"}),
        ("595", {"63", "64", "65"}),
        ("619", {"79"}),
        # Taken, and nothing comes of them.
        ("225", set()),
        ("258", set()),
        ("456", set()),
        ("588", set()),
    ],
)
def test_every_number_brings_its_tick_types(number: str, kinds: set[str]) -> None:
    assert set(subscribed(MarketDesk(), number)) == kinds


def test_mark_and_last_trade_are_the_last_price() -> None:
    desk = MarketDesk()
    last = str(desk.hub.market.quote(265598, NOON).last)
    assert subscribed(desk, "232,318") == {"37": last, "57": last}


def test_a_stock_may_be_sold_short() -> None:
    found = subscribed(MarketDesk(), "236")
    assert found["46"] == "3"
    assert 2_000_000 < float(found["89"]) < 50_000_000


def test_ranges_enclose_the_day_and_widen() -> None:
    found = {kind: float(value) for kind, value in subscribed(MarketDesk(), "165").items()}
    assert found["19"] <= found["17"] <= found["15"] < found["16"] <= found["18"] <= found["20"]
    # In hundreds of shares, around the 55 millions of the catalogue.
    assert 400_000 < found["21"] < 800_000


def test_trade_volume_tells_price_size_time_volume_and_average() -> None:
    desk = MarketDesk()
    quote = desk.hub.market.quote(265598, NOON)
    price, size, time, volume, average, single = subscribed(desk, "233")["48"].split(";")
    assert (float(price), int(size), int(volume)) == (quote.last, quote.last_size, quote.volume)
    assert (int(time), single) == (round(NOON * 1000), "true")
    assert quote.low <= float(average) <= quote.high


def test_volumes_of_minutes_are_those_of_the_path() -> None:
    desk = MarketDesk()
    market = desk.hub.market
    before = market.quote(265598, NOON - 600.25).volume
    found = subscribed(desk, "595")
    assert int(found["65"]) == market.quote(265598, NOON - 0.25).volume - before


def test_the_auction_is_told_before_the_closing() -> None:
    desk = MarketDesk(now=NOON + 6 * 3600 - 60)
    assert set(subscribed(desk, "225")) == {"34", "35", "36", "61"}


def test_the_last_regular_trade_stays_after_the_closing() -> None:
    evening = NOON + 8 * 3600
    desk = exchange_desk(evening)
    closing = desk.hub.market.mark(265598, NOON + 6 * 3600 - 0.25)
    assert subscribed(desk, "318") == {"57": str(closing)}
    before_opening = exchange_desk(NOON + 24 * 3600 - 2 * 3600)
    assert subscribed(before_opening, "318") == {"57": str(closing)}


def test_futures_have_an_open_interest() -> None:
    future = contract("GC", "FUT", "COMEX", "202912")
    assert set(subscribed(MarketDesk(), "588", future)) == {"86"}


def test_a_pair_has_no_trades_to_tell_of() -> None:
    assert subscribed(MarketDesk(), "233", EUR) == {}


def test_only_what_changes_is_told_again() -> None:
    desk = MarketDesk()
    client = desk.connect()
    client.send(1, 11, 6, *AAPL, 0, "mdoff,101,236", 0, 0, "")
    desk.wait(30.0)
    assert client.read() == []
    client.send(1, 11, 7, *AAPL, 0, "mdoff,293", 0, 0, "")
    desk.wait(1.0)
    assert {message[3] for message in client.read()} == {"54"}


def test_headlines_come_with_the_line_and_as_they_appear() -> None:
    desk = MarketDesk()
    client = desk.connect()
    found = client.send(1, 11, 6, *AAPL, 0, "mdoff,292", 0, 0, "")
    times = [int(message[2]) for message in found if message[0] == "84"]
    assert len(times) == 4
    assert times == sorted(times)
    apple = desk.hub.catalogue.by_con_id(AAPL_ID)
    assert apple is not None
    (coming, *_) = stories(1, apple, NOON, NOON + 4800)
    desk.wait(4800.0)
    later = [message for message in client.read() if message[0] == "84"]
    assert later == [
        ["84", "6", str(coming.time * 1000), coming.provider, coming.article, coming.text, ""]
    ]


def test_headlines_of_some_providers_alone() -> None:
    client = MarketDesk().connect()
    found = client.send(1, 11, 6, *AAPL, 0, "mdoff,292:NOSUCH", 0, 0, "")
    assert [message[0] for message in found] == ["58", "81"]
