"""History over the wire: dates, bars kept up to date, and the refusals."""

from typing import Any

import pytest

from tests.paper_gateway.market_data.market_desk import EUR, MarketDesk, errors, exchange_desk
from tests.paper_gateway.wire_client import NOON, Desk, Message, WireClient, names

AAPL = [0, "AAPL", "STK", "", 0.0, "", "", "SMART", "", "USD", "", ""]


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def client(desk: Desk) -> WireClient:
    return desk.connect()


def history(
    client: WireClient, bar_size: str = "1 hour", duration: str = "1 D", **terms: object
) -> list[Message]:
    """reqHistoricalData with ``end``, ``what``, ``form`` and ``keeps_up`` by name."""
    asked = {"end": "", "what": "TRADES", "form": 1, "keeps_up": 0, **terms}
    fields = [asked["end"], bar_size, duration, 1, asked["what"], asked["form"]]
    return client.send(20, 4, *AAPL, 0, *fields, asked["keeps_up"], "")


def test_bars_come_in_one_frame_with_their_span(client: WireClient) -> None:
    ((message),) = history(client)
    assert message[:2] == ["17", "4"]
    assert message[3:5] == ["20260105 10:00:00 US/Eastern", "24"]
    assert message[5] == message[2] == "20260104 10:00:00 US/Eastern"
    assert len(message) == 5 + 24 * 8


def test_daily_bars_are_dated_by_day(client: WireClient) -> None:
    ((message),) = history(client, "1 day", "3 D")
    assert message[5::8] == ["20260103", "20260104", "20260105"]


def test_dates_can_be_epoch_seconds(client: WireClient) -> None:
    ((message),) = history(client, form=2)
    assert float(message[5]) == NOON - 86_400


def test_adjusted_prices_are_the_traded_ones(client: WireClient) -> None:
    assert history(client, what="ADJUSTED_LAST") == history(client)


@pytest.mark.parametrize(
    ("terms", "code", "text"),
    [
        ({"bar_size": "7 mins"}, "321", "Legal ones are: 1 secs"),
        ({"duration": "yesterday"}, "321", "for example '1 D'"),
        ({"what": "SMILES"}, "321", "Legal ones are: TRADES"),
        ({"end": "tomorrow"}, "10314", "time-zone entered is invalid"),
        ({"end": "20260101 10:00:00 Mars/Base"}, "10314", "invalid"),
        ({"end": "20260101 10:00:00", "keeps_up": 1}, "321", "keepUpToDate"),
        ({"end": "19800101 10:00:00"}, "162", "HMDS query returned no data"),
        ({"duration": "366 D"}, "321", "must be made in years"),
        ({"what": "ADJUSTED_LAST", "end": "20260101 10:00:00"}, "321", "with adjusted last"),
        ({"what": "ADJUSTED_LAST", "bar_size": "1 week"}, "321", "Multi day bar size"),
    ],
)
def test_what_makes_no_sense_is_refused(
    client: WireClient, terms: dict[str, Any], code: str, text: str
) -> None:
    ((error),) = history(client, **terms)
    assert error[2:4] == ["4", code]
    assert text in error[4]


def test_an_unknown_contract_is_refused(client: WireClient) -> None:
    unknown = [0, "NOSUCH", *AAPL[2:]]
    found = client.send(20, 4, *unknown, 0, "", "1 day", "1 D", 1, "TRADES", 1, 0, "")
    assert names(found) == ["4 200"]


def test_bars_kept_up_to_date_are_told_until_they_are_cancelled(
    desk: Desk, client: WireClient
) -> None:
    history(client, "1 min", "600 S", keeps_up=1)
    desk.wait(10.0)
    updates = client.read()
    assert [message[0] for message in updates] == ["90", "90"]
    assert {message[3] for message in updates} == {"20260105 10:00:00 US/Eastern"}
    ((cancelled),) = client.send(25, 1, 4)
    assert cancelled[2:5] == ["4", "162", "API historical data query cancelled: 4"]
    desk.wait(60.0)
    assert client.read() == []


@pytest.mark.parametrize("bar_size", ["1 secs", "1 day", "1 week", "1 month"])
def test_bars_of_every_size_can_be_kept_up(desk: Desk, client: WireClient, bar_size: str) -> None:
    history(client, bar_size, "60 S" if bar_size == "1 secs" else "1 Y", keeps_up=1)
    desk.wait(5.0)
    assert [message[0] for message in client.read()] == ["90"]


def test_cancelling_a_finished_query_finds_nothing(client: WireClient) -> None:
    history(client)
    assert names(client.send(25, 1, 4)) == ["4 366"]


def test_real_time_bars_come_every_five_seconds(desk: Desk, client: WireClient) -> None:
    assert client.send(50, 3, 4, *AAPL, 5, "TRADES", 1, "") == []
    desk.wait(10.0)
    found = client.read()
    assert [float(message[3]) for message in found] == [NOON, NOON + 5]
    client.send(51, 1, 4)
    desk.wait(10.0)
    assert client.read() == []


def test_real_time_bars_of_nonsense_are_refused(client: WireClient) -> None:
    assert names(client.send(50, 3, 4, *AAPL, 5, "SMILES", 1, "")) == ["4 420"]


# What is shown


@pytest.fixture
def market_desk() -> MarketDesk:
    """On the real synthetic prices."""
    return MarketDesk()


def rows(found: list[Message]) -> list[list[float]]:
    """Open, high, low, close, volume, average and count of every bar."""
    ((message),) = found
    return [
        [float(each) for each in message[place + 1 : place + 8]]
        for place in range(5, len(message), 8)
    ]


def test_bars_of_bid_and_ask_are_averages_and_extremes(market_desk: MarketDesk) -> None:
    client = market_desk.connect()
    bids, asks = (rows(history(client, what=what)) for what in ("BID", "ASK"))
    both = rows(history(client, what="BID_ASK"))
    assert [bar[1] for bar in both] == [bar[1] for bar in asks]
    assert [bar[2] for bar in both] == [bar[2] for bar in bids]
    assert all(bar[0] < bar[3] for bar in both)
    assert {tuple(bar[4:]) for bar in both} == {(-1.0, -1.0, -1.0)}


@pytest.mark.parametrize("what", ["HISTORICAL_VOLATILITY", "OPTION_IMPLIED_VOLATILITY"])
def test_volatilities_have_bars(market_desk: MarketDesk, what: str) -> None:
    found = rows(history(market_desk.connect(), "1 day", "5 D", what=what))
    assert len(found) == 5
    assert all(0.05 < bar[2] <= bar[3] <= bar[1] < 0.6 for bar in found)


# Hours


def test_regular_hours_alone_or_all_hours() -> None:
    client = exchange_desk(NOON + 12 * 3600).connect()
    asked = [1, "TRADES", 1, 0, ""]
    ((regular),) = client.send(20, 4, *AAPL, 0, "", "1 hour", "1 D", *asked)
    ((whole),) = client.send(20, 4, *AAPL, 0, "", "1 hour", "1 D", 0, *asked[1:])
    assert regular[5::8] == [
        f"20260105 {start} US/Eastern"
        for start in ("09:30:00", *(f"{hour}:00:00" for hour in range(10, 16)))
    ]
    assert whole[4] == "16"


def test_daily_bars_are_dated_by_trading_day() -> None:
    client = exchange_desk(NOON).connect()
    ((stock),) = client.send(20, 4, *AAPL, 0, "", "1 day", "3 D", 1, "TRADES", 1, 0, "")
    assert stock[5::8] == ["20251231", "20260102", "20260105"]
    # The day of a pair begins on the evening before.
    ((pair),) = client.send(20, 4, *EUR, 0, "", "1 day", "2 D", 1, "MIDPOINT", 1, 0, "")
    assert pair[5::8] == ["20260102", "20260105"]


def test_kept_bars_and_real_time_bars_rest_while_the_exchange_is_closed() -> None:
    desk = exchange_desk(NOON + 6 * 3600 - 7)
    client = desk.connect()
    client.send(20, 4, *AAPL, 0, "", "1 min", "600 S", 1, "TRADES", 1, 1, "")
    client.send(50, 3, 5, *AAPL, 5, "TRADES", 1, "")
    client.read()
    desk.wait(60.0)
    found = client.read()
    assert [message[0] for message in found if message[0] == "90"] == ["90"]
    assert [int(message[3]) - NOON for message in found if message[0] == "50"] == [21_590, 21_595]


# Drills


def test_history_without_any_subscription_is_refused(desk: Desk, client: WireClient) -> None:
    desk.hub.drills.data_access = "none"
    text = "message:No market data permissions for ISLAND STK"
    assert errors(history(client)) == [("162", f"Historical Market Data Service error {text}")]
    ((code, sentence),) = errors(client.send(50, 3, 4, *AAPL, 5, "TRADES", 1, ""))
    assert (code, sentence) == (
        "420", "Invalid Real-time Query:No market data permissions for ISLAND STK",
    )  # fmt: skip


def test_pacing_is_off_unless_it_is_switched_on(desk: Desk, client: WireClient) -> None:
    assert names(history(client) + history(client)) == ["17", "17"]
    desk.hub.drills.history_pacing = True
    assert names(history(client)) == ["17"]
    text = "Historical Market Data Service error message:Historical data request pacing violation"
    assert errors(history(client)) == [("162", text)]
    assert names(history(client, "30 mins")) == ["17"]
    desk.wait(15.0)
    assert names(history(client)) == ["17"]


def test_a_request_id_in_use_is_refused(client: WireClient) -> None:
    history(client, "1 min", "600 S", keeps_up=1)
    ((code, text),) = errors(history(client))
    assert code == "322"
    assert text.endswith("Duplicate ticker ID for API historical data query")


def test_real_time_bars_are_as_many_as_the_lines(desk: Desk, client: WireClient) -> None:
    desk.hub.drills.data_lines = 1
    assert client.send(50, 3, 4, *AAPL, 5, "TRADES", 1, "") == []
    assert names(client.send(50, 3, 4, *AAPL, 5, "TRADES", 1, "")) == ["4 102"]
    ((code, text),) = errors(client.send(50, 3, 5, *AAPL, 5, "TRADES", 1, ""))
    assert code == "322"
    assert text.endswith("Max number of real time requests has been reached.")


def test_fifty_histories_may_be_kept_up_at_once(client: WireClient) -> None:
    kept = ["", "1 min", "60 S", 1, "TRADES", 1, 1, ""]
    for req_id in range(50):
        client.send(20, 100 + req_id, *AAPL, 0, *kept)
    assert names(client.send(20, 99, *AAPL, 0, *kept)) == ["4 322"]
    assert names(history(client)) == ["17"]


def test_a_competing_session_interrupts_real_time_bars(desk: Desk, client: WireClient) -> None:
    client.send(50, 3, 4, *AAPL, 5, "TRADES", 1, "")
    desk.hub.drills.competing_session = True
    desk.wait(10.0)
    assert names(client.read()) == ["4 10197"]
    desk.hub.drills.competing_session = False
    desk.wait(5.0)
    assert names(client.read()) == ["50"]


@pytest.mark.parametrize(("include_expired", "answer"), [(0, ["4 200"]), (1, ["17"])])
def test_an_expired_future_has_a_history_for_who_asks_for_expired_ones(
    client: WireClient, include_expired: int, answer: list[str]
) -> None:
    future = [0, "ES", "FUT", "202512", 0.0, "", "", "CME", "", "USD", "", ""]
    fields = ["20251218 16:00:00 US/Eastern", "1 hour", "1 D", 1, "TRADES", 1, 0, ""]
    assert names(client.send(20, 4, *future, include_expired, *fields)) == answer
