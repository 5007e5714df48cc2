"""When two complete lists of TWS prove that an order was never placed, and when they do not."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest

from tests.trading.orders_for_tests import (
    a_moment,
    a_record,
    hear,
    hear_fill,
    hear_status,
    status_fields,
)
from trading.record_forms import result_of
from trading.records import Moment, OrderRecord
from trading.statuses import OrderState

APART = 10.0
DAY = 24 * 60 * 60

SetZone = Callable[[str], None]


@pytest.fixture
def zone(monkeypatch: pytest.MonkeyPatch) -> Iterator[SetZone]:
    """Lets a test choose the zone of this host."""

    def choose(name: str) -> None:
        monkeypatch.setenv("TZ", name)
        time.tzset()

    yield choose
    monkeypatch.undo()
    time.tzset()


def at(text: str) -> Moment:
    when = datetime.fromisoformat(text).replace(tzinfo=UTC)
    return Moment(when, when.timestamp())


def kinds(record: OrderRecord) -> list[str]:
    return [event["kind"] for event in record.events]


def test_one_absence_makes_an_order_unknown() -> None:
    record = a_record()
    assert record.on_absent(a_moment(5), APART)
    assert (record.state, kinds(record)[-1]) == (OrderState.UNKNOWN, "absent")
    assert (record.unknown_since, record.absent_since) == (a_moment(5), a_moment(5))


def test_a_second_absence_far_enough_apart_means_not_placed() -> None:
    record = a_record()
    record.on_absent(a_moment(5), APART)
    assert record.on_absent(a_moment(15), APART)
    result = result_of(record)
    assert (result.state, result.is_final, result.sent) == ("not_placed", True, "unknown")
    assert record.events[-1]["kind"] == "notPlaced"
    assert record.events[-1]["reason"] == "Two complete lists from TWS do not have it"


def test_a_second_absence_too_soon_is_nothing_new() -> None:
    record = a_record()
    record.on_absent(a_moment(5), APART)
    assert not record.on_absent(a_moment(14.9), APART)
    assert (record.state, kinds(record).count("absent")) == (OrderState.UNKNOWN, 1)


def test_the_time_apart_is_measured_from_the_first_absence() -> None:
    record = a_record()
    for second in (5, 9, 13, 15):
        record.on_absent(a_moment(second), APART)
    assert record.state is OrderState.NOT_PLACED


def test_the_time_apart_is_measured_with_the_clock_that_nobody_sets() -> None:
    record = a_record()
    record.on_absent(a_moment(5), APART)
    an_hour_later_but_at_once = Moment(a_moment(3605).time, a_moment(5.1).seconds)
    assert not record.on_absent(an_hour_later_but_at_once, APART)


@pytest.mark.parametrize("word", ["PreSubmitted", "Submitted", "Inactive"])
def test_an_order_that_ib_has_acknowledged_is_never_called_not_placed(word: str) -> None:
    record = hear(a_record(), [word])
    for second in (60, 120, 180):
        record.on_absent(a_moment(second), APART)
    assert record.state is OrderState.UNKNOWN


def test_an_order_of_an_earlier_day_is_never_called_not_placed() -> None:
    """TWS forgets at midnight what is finished: its lists prove nothing about yesterday."""
    record = a_record()
    record.on_absent(a_moment(5), APART)
    for second in (DAY, DAY + 60):
        record.on_absent(a_moment(second), APART)
    assert record.state is OrderState.UNKNOWN


@pytest.mark.parametrize(
    ("name", "submitted", "asked", "state"),
    [
        ("America/New_York", "2026-11-20T04:59:50", "2026-11-20T05:00:05", "unknown"),
        ("America/New_York", "2026-11-20T23:59:50", "2026-11-21T00:00:05", "unknown"),
        ("America/New_York", "2026-11-20T14:59:50", "2026-11-20T15:00:05", "not_placed"),
        ("UTC", "2026-11-20T04:59:50", "2026-11-20T05:00:05", "not_placed"),
        ("UTC", "2026-11-20T23:59:50", "2026-11-21T00:00:05", "unknown"),
    ],
)
def test_a_midnight_here_or_in_utc_ends_what_the_lists_prove(
    zone: SetZone, name: str, submitted: str, asked: str, state: str
) -> None:
    """Which of the two is TWS's own is not known."""
    zone(name)
    record = a_record()
    record.submitted = at(submitted)
    record.on_absent(at(submitted), APART)
    record.on_absent(at(asked), APART)
    assert record.state == state


def test_a_sign_of_life_between_two_absences_begins_the_count_anew() -> None:
    """TWS may show an order that has no permId yet."""
    record = a_record()
    record.on_absent(a_moment(5), APART)
    record.on_status("ApiPending", a_moment(8), **status_fields(permId=0))
    assert (record.unknown_since, record.absent_since) == (None, None)
    record.on_absent(a_moment(20), APART)
    assert (record.state, record.absent_since) == (OrderState.UNKNOWN, a_moment(20))
    record.on_absent(a_moment(30), APART)
    assert record.state is OrderState.NOT_PLACED


def test_silence_before_the_absence_keeps_the_time_since_when_it_is_unknown() -> None:
    record = a_record()
    record.on_silence("No word from IB", a_moment(3))
    assert record.on_absent(a_moment(5), APART)
    assert (record.unknown_since, record.absent_since) == (a_moment(3), a_moment(5))


def test_silence_is_new_once_and_keeps_its_beginning() -> None:
    record = a_record()
    assert record.on_silence("No word from IB", a_moment(3))
    assert not record.on_silence("No word from IB", a_moment(4))
    assert record.unknown_since == a_moment(3)


def test_silence_about_a_live_order_is_a_line_and_no_doubt() -> None:
    record = hear(a_record(), ["Submitted"])
    assert record.on_silence("The connection is gone", a_moment(3))
    assert (record.state, record.unknown_since) == (OrderState.LIVE, None)


def test_an_order_that_was_not_placed_lives_when_tws_shows_it_after_all() -> None:
    record = a_record()
    for second in (5, 15):
        record.on_absent(a_moment(second), APART)
    hear_status(record, "Submitted")
    assert (record.state, record.sent) == (OrderState.LIVE, "yes")


def test_a_fill_is_believed_also_of_an_order_that_was_not_placed() -> None:
    record = a_record()
    for second in (5, 15):
        record.on_absent(a_moment(second), APART)
    hear_fill(record)
    assert record.state is OrderState.FILLED


def test_bytes_that_provably_never_left_make_an_unknown_order_not_sent() -> None:
    record = a_record()
    record.on_silence("The connection is gone", a_moment(3))
    record.on_not_written("It still stood in the queue", a_moment(4))
    assert (record.state, record.sent, record.unknown_since) == (OrderState.NOT_SENT, "no", None)


# Days that are over


def a_day_order_of_yesterday(tif: str = "DAY") -> OrderRecord:
    record = hear(a_record(), ["Submitted"])
    record.perm_id, record.order = 5, record.order | {"tif": tif}
    return record


def test_a_day_order_that_tws_lists_no_more_on_another_day_works_no_more() -> None:
    record = a_day_order_of_yesterday()
    record.on_absent(a_moment(2 * DAY), 10.0)
    assert record.state is OrderState.UNKNOWN
    record.on_absent(a_moment(2 * DAY + 10), 10.0)
    assert (record.state, record.events[-1]["kind"]) == (OrderState.EXPIRED, "expired")
    assert record.events[-1]["reason"] == "Its day is over and TWS lists it no more"


@pytest.mark.parametrize(
    ("name", "asked", "state"),
    [
        ("America/New_York", "2026-11-21T00:30:00", "unknown"),  # after hours in New York
        ("America/New_York", "2026-11-21T05:30:00", "expired"),
        ("Asia/Tokyo", "2026-11-20T15:30:00", "unknown"),
        ("UTC", "2026-11-21T00:30:00", "expired"),
    ],
)
def test_a_day_is_over_when_it_is_over_here_and_in_utc(
    zone: SetZone, name: str, asked: str, state: str
) -> None:
    """One midnight alone may be in the middle of the session that the order is good for."""
    zone(name)
    record = a_day_order_of_yesterday()
    record.on_absent(a_moment(5), APART)
    record.on_absent(Moment(at(asked).time, a_moment(3600).seconds), APART)
    assert record.state == state


@pytest.mark.parametrize("tif", ["IOC", "FOK", "OPG"])
def test_every_order_of_a_day_expires_with_it(tif: str) -> None:
    record = a_day_order_of_yesterday(tif)
    for seconds in (0, 10):
        record.on_absent(a_moment(2 * DAY + seconds), APART)
    assert record.state is OrderState.EXPIRED


def test_an_order_of_an_earlier_day_that_ib_never_acknowledged_does_not_expire() -> None:
    """Nobody knows whether it ever lived."""
    record = a_record()
    for seconds in (0, 10):
        record.on_absent(a_moment(2 * DAY + seconds), APART)
    assert record.state is OrderState.UNKNOWN


def test_an_order_without_a_last_day_stays_unknown_when_tws_lists_it_no_more() -> None:
    record = a_day_order_of_yesterday("GTC")
    for seconds in (0, 10, 20):
        record.on_absent(a_moment(2 * DAY + seconds), 10.0)
    assert record.state is OrderState.UNKNOWN


def test_a_day_order_that_is_absent_on_its_own_day_stays_unknown() -> None:
    record = a_day_order_of_yesterday()
    for seconds in (1, 11, 21):
        record.on_absent(a_moment(seconds), 10.0)
    assert record.state is OrderState.UNKNOWN


def test_an_expired_order_that_has_filled_after_all_is_filled() -> None:
    record = a_day_order_of_yesterday()
    for seconds in (0, 10):
        record.on_absent(a_moment(2 * DAY + seconds), 10.0)
    hear(record, ["Filled"])
    assert record.state is OrderState.FILLED
