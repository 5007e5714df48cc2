"""History over the wire: dates, bars kept up to date, and the refusals."""

from typing import Any

import pytest

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


def test_a_schedule_is_answered_as_one(client: WireClient) -> None:
    ((message),) = history(client, what="SCHEDULE", bar_size="1 day")
    assert message[0] == "106"


@pytest.mark.parametrize(
    ("terms", "code", "text"),
    [
        ({"bar_size": "7 mins"}, "321", "Legal ones are: 1 secs"),
        ({"duration": "yesterday"}, "321", "for example '1 D'"),
        ({"what": "SMILES"}, "321", "Legal ones are: TRADES"),
        ({"end": "tomorrow"}, "10314", "time-zone entered is invalid"),
        ({"end": "00010101-00:00:00", "what": "SCHEDULE"}, "10314", "invalid"),
        ({"end": "20260101 10:00:00 Mars/Base"}, "10314", "invalid"),
        ({"end": "20260101 10:00:00", "keeps_up": 1}, "321", "keepUpToDate"),
        ({"end": "19800101 10:00:00"}, "162", "HMDS query returned no data"),
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


@pytest.mark.parametrize(("form", "text"), [(1, "20040102-14:30:00"), (2, "1073053800")])
def test_the_head_of_history(client: WireClient, form: int, text: str) -> None:
    assert client.send(87, 4, *AAPL, 0, 1, "TRADES", form) == [["88", "4", text]]
