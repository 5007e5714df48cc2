"""The trading schedule (message 106)."""

import pytest

from tests.paper_gateway.market_data.market_desk import (
    AAPL,
    EUR,
    Fields,
    MarketDesk,
    errors,
    exchange_desk,
)
from tests.paper_gateway.wire_client import NOON, Desk, Message


def asked(
    desk: Desk, duration: str = "3 D", rth: int = 1, size: str = "1 day", fields: Fields = AAPL
) -> list[Message]:
    return desk.connect().send(20, 4, *fields, 0, "", size, duration, rth, "SCHEDULE", 1, 0, "")


def test_a_market_that_never_closes_has_a_session_every_day() -> None:
    ((message),) = asked(MarketDesk())
    assert message[:6] == [
        "106", "4", "20260103-00:00:00", "20260105-23:59:00", "US/Eastern", "3",
    ]  # fmt: skip
    assert message[6:9] == ["20260103-00:00:00", "20260103-23:59:00", "20260103"]


def test_regular_sessions_skip_weekends() -> None:
    ((message),) = asked(exchange_desk(), "4 D")
    assert message[5] == "2"
    assert message[6:] == [
        "20260102-09:30:00", "20260102-16:00:00", "20260102",
        "20260105-09:30:00", "20260105-16:00:00", "20260105",
    ]  # fmt: skip


def test_all_hours_are_those_of_the_pre_market_too() -> None:
    ((message),) = asked(exchange_desk(), "1 D", rth=0)
    assert message[6:9] == ["20260105-04:00:00", "20260105-20:00:00", "20260105"]


def test_a_session_of_a_pair_begins_on_the_evening_before() -> None:
    ((message),) = asked(exchange_desk(NOON - 86_400 + 9 * 3600), "60 S", fields=EUR)
    assert message[6:9] == ["20260104-17:15:00", "20260105-17:00:00", "20260105"]


@pytest.mark.parametrize("size", ["1 hour", "1 week"])
def test_a_schedule_comes_in_days_only(size: str) -> None:
    assert errors(asked(MarketDesk(), size=size))[0][0] == "10295"


def test_a_wrong_duration_is_refused() -> None:
    assert errors(asked(MarketDesk(), "yesterday"))[0][0] == "321"


def test_a_schedule_is_bounded() -> None:
    ((message),) = asked(MarketDesk(), "99999999 Y")
    assert message[5] == "5000"
