"""When contracts trade, in instants and in IB's texts."""

from datetime import date, datetime

import pytest

from paper_gateway.contracts import Catalogue, ContractDefinition
from paper_gateway.market_data.hours import ALWAYS_OPEN, EXCHANGE_HOURS
from paper_gateway.times import ZONE

CONTRACTS = Catalogue.default()


def named(con_id: int) -> ContractDefinition:
    found = CONTRACTS.by_con_id(con_id)
    assert found is not None
    return found


APPLE, EURO, BITCOIN, FUTURE = named(265598), named(12087792), named(479624278), named(900000101)


def at(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE).timestamp()


@pytest.mark.parametrize(
    ("moment", "is_open", "is_regular"),
    [
        ("2026-01-05T03:59", False, False),
        ("2026-01-05T04:00", True, False),
        ("2026-01-05T09:30", True, True),
        ("2026-01-05T15:59:59", True, True),
        ("2026-01-05T16:00", True, False),
        ("2026-01-05T20:00", False, False),
        ("2026-01-10T12:00", False, False),
        ("2026-01-19T12:00", False, False),
        ("2026-11-27T12:59", True, True),
        ("2026-11-27T13:00", True, False),
        ("2026-11-27T17:00", False, False),
    ],
)
def test_stocks_trade_from_the_pre_market_to_the_evening(
    moment: str, is_open: bool, is_regular: bool
) -> None:
    assert EXCHANGE_HOURS.is_open(APPLE, at(moment)) is is_open
    assert EXCHANGE_HOURS.is_open(APPLE, at(moment), regular=True) is is_regular


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        ("2026-01-04T17:14", False),
        ("2026-01-04T17:15", True),
        ("2026-01-05T03:00", True),
        ("2026-01-05T17:05", False),
        ("2026-01-05T17:15", True),
        ("2026-01-09T17:00", False),
        ("2026-01-19T12:00", True),
        ("2026-12-25T12:00", False),
    ],
)
def test_currencies_trade_from_sunday_evening_with_a_break_each_day(
    moment: str, is_open: bool
) -> None:
    assert EXCHANGE_HOURS.is_open(EURO, at(moment)) is is_open


def test_cryptocurrencies_never_close() -> None:
    assert EXCHANGE_HOURS.never_close(BITCOIN)
    assert EXCHANGE_HOURS.is_open(BITCOIN, at("2026-01-10T12:00"))


def test_nothing_closes_in_the_always_open_mode() -> None:
    saturday = at("2026-01-10T12:00")
    assert ALWAYS_OPEN.spans(APPLE, saturday, saturday + 60) == [(saturday, saturday + 60)]


def test_spans_are_cut_to_what_was_asked_for() -> None:
    start, end = at("2026-01-05T15:00"), at("2026-01-06T10:00")
    assert EXCHANGE_HOURS.spans(APPLE, start, end, regular=True) == [
        (start, at("2026-01-05T16:00")),
        (at("2026-01-06T09:30"), end),
    ]


def test_the_latest_day_is_the_one_that_has_begun() -> None:
    assert EXCHANGE_HOURS.latest_day(APPLE, at("2026-01-05T03:00")).date == date(2026, 1, 2)
    assert EXCHANGE_HOURS.latest_day(APPLE, at("2026-01-05T04:00")).date == date(2026, 1, 5)
    assert EXCHANGE_HOURS.latest_day(EURO, at("2026-01-04T18:00")).date == date(2026, 1, 5)


def test_the_next_opening_skips_weekends_and_holidays() -> None:
    friday_night = at("2026-01-16T21:00")
    assert EXCHANGE_HOURS.next_open(APPLE, friday_night) == at("2026-01-20T04:00")
    assert EXCHANGE_HOURS.next_open(APPLE, friday_night, regular=True) == at("2026-01-20T09:30")
    now = at("2026-01-05T10:00")
    assert EXCHANGE_HOURS.next_open(APPLE, now) == now


def test_the_texts_are_those_of_ib() -> None:
    trading, liquid = EXCHANGE_HOURS.texts(APPLE, date(2026, 1, 9))
    assert trading.split(";")[:3] == [
        "20260109:0400-20260109:2000", "20260110:CLOSED", "20260111:CLOSED",
    ]  # fmt: skip
    assert liquid.split(";")[0] == "20260109:0930-20260109:1600"
    assert len(trading.split(";")) == len(liquid.split(";")) == 6


def test_texts_are_in_the_zone_of_the_contract_and_name_the_evening_before() -> None:
    trading, liquid = EXCHANGE_HOURS.texts(FUTURE, date(2026, 1, 5))
    assert trading.split(";")[0] == "20260104:1700-20260105:1600"
    assert liquid.split(";")[0] == "20260105:0830-20260105:1500"


def test_texts_of_a_market_that_never_closes_are_whole_days() -> None:
    trading, liquid = ALWAYS_OPEN.texts(APPLE, date(2026, 1, 9))
    assert trading == liquid
    assert trading.split(";")[1] == "20260110:0000-20260110:2359"
