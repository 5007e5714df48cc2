"""Live quotes: one line per contract, leases, troubles, and no price that nobody sent."""

from __future__ import annotations

import asyncio

import pytest

from tests.ib.market_data.quotes_for_tests import Desk, begin, stock
from trading.refusals import Busy, NoAnswer, NotConnected, RejectedByIB

NAMED = (
    "Requested market data is not subscribed.Delayed market data is not available."
    "AAPL NASDAQ.NMS/TOP/ALL"
)


@pytest.fixture
def desk() -> Desk:
    return Desk()


async def test_the_first_tick_answers_all_who_wait(desk: Desk) -> None:
    asks = [desk.ask(1) for _ in range(3)]
    await begin(*asks)
    desk.tick(1, bid=9.5, ask=10.0)
    rows = await asyncio.gather(*asks)
    assert [(row["bid"], row["ask"]) for row in rows] == [(9.5, 10.0)] * 3
    assert desk.fake.requested == [1]


async def test_a_watched_quote_is_given_at_once(desk: Desk) -> None:
    await desk.looked_at(1)
    desk.tick(1, last=11.0)
    assert (await desk.ask(1))["last"] == 11.0


async def test_a_tick_without_any_price_is_no_answer_yet(desk: Desk) -> None:
    asked = desk.ask(1)
    await begin(asked)
    desk.tick(1, bid=-1.0, ask=-1.0)
    await begin(asked)
    assert not asked.done()
    desk.tick(1, close=9.0)
    assert (await asked)["close"] == 9.0


async def test_a_closed_market_is_told_when_the_time_is_up(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ib.market_data.quotes.FIRST_TICK_SECONDS", 0.01)
    with pytest.raises(NoAnswer, match="may be closed"):
        await desk.ask(1)
    desk.tick(1, bid=-1.0, ask=-1.0)
    assert (await desk.ask(1))["bid"] is None  # it ticks, without a price


# Leases


async def test_what_nobody_looks_at_is_cancelled_on_the_wire(desk: Desk) -> None:
    await desk.looked_at(1, 2)
    desk.sweep(59)
    desk.watch(2)
    desk.sweep(2)
    assert (desk.fake.cancelled, desk.open_lines) == ([1], 1)
    assert (1 in desk.quotes, 2 in desk.quotes) == (False, True)


async def test_a_held_position_needs_no_look(desk: Desk) -> None:
    desk.hold(1)
    desk.sweep(3600)
    assert desk.fake.cancelled == []
    desk.quotes.release(set())
    desk.sweep(61)
    assert desk.fake.cancelled == [1]


async def test_a_page_that_watches_gets_what_is_known_and_opens_the_rest(desk: Desk) -> None:
    await desk.looked_at(1)
    rows = [desk.quotes.watch(desk.wire, stock(con_id)) for con_id in (1, 2)]
    desk.sweep()
    assert [row and row["last"] for row in rows] == [5.0, None]
    assert desk.fake.requested == [1, 2]


async def test_lines_open_no_faster_than_the_wire_has_room(desk: Desk) -> None:
    desk.fake.room = 2
    desk.watch(1, 2, 3, 4)
    assert desk.fake.requested == [1, 2]
    desk.fake.room = 1
    desk.sweep()
    assert desk.fake.requested == [1, 2, 3]


async def test_whoever_waits_for_a_price_comes_before_the_pages(desk: Desk) -> None:
    desk.fake.room = 0
    desk.watch(1)
    asked = desk.ask(2)
    await begin(asked)
    desk.fake.room = 1
    desk.sweep()
    desk.tick(2, last=3.0)
    assert ((await asked)["last"], desk.fake.requested) == (3.0, [2])


# Troubles


async def test_a_refusal_is_retried_once_with_delayed_data(desk: Desk) -> None:
    asked = desk.ask(1)
    await begin(asked)
    desk.error(1, 354)
    desk.sweep(1)
    assert (desk.fake.requested, desk.fake.types) == ([1, 1], [3])
    desk.tick(1, last=4.0, marketDataType=3)
    row = await asked
    assert (row["last"], row["marketDataType"], row["trouble"]) == (4.0, "delayed", None)


@pytest.mark.parametrize("code", [200, 354, 10089, 10168, 10186])
async def test_a_second_refusal_says_why_and_what_to_subscribe(desk: Desk, code: int) -> None:
    asked = desk.ask(1)
    await begin(asked)
    desk.error(1, code, NAMED)
    desk.sweep(1)
    desk.error(1, code, NAMED)
    with pytest.raises(RejectedByIB) as refused:
        await asked
    assert (refused.value.code, refused.value.text, desk.open_lines) == (code, NAMED, 0)
    trouble = desk.quotes.trouble()
    assert trouble is not None
    shown = trouble.to_payload()
    assert (shown["code"], shown["subscription"]) == (code, "AAPL NASDAQ.NMS/TOP/ALL")
    assert shown["meaning"] and shown["next"] and shown["since"] and shown["retryAt"]
    assert desk.fake.cancelled == []  # TWS has ended them itself


async def test_a_refused_quote_is_asked_for_again_while_a_page_looks(desk: Desk) -> None:
    desk.watch(1)
    desk.error(1, 354)
    desk.sweep(1)
    desk.error(1, 354)
    desk.sweep(29)
    assert len(desk.fake.requested) == 2
    with pytest.raises(RejectedByIB):
        desk.watch(1)
    desk.sweep(2)
    desk.tick(1, last=4.0)
    assert (len(desk.fake.requested), desk.quotes.trouble()) == (3, None)


async def test_a_person_who_asks_again_is_not_answered_from_memory(desk: Desk) -> None:
    desk.watch(1)
    desk.error(1, 354)
    desk.sweep(1)
    desk.error(1, 354)
    asked = desk.ask(1)
    await begin(asked)
    desk.tick(1, last=4.0)
    assert (await asked)["last"] == 4.0


@pytest.mark.parametrize("code", [10090, 10091, 10167])
async def test_a_line_with_a_part_of_the_data_goes_on(desk: Desk, code: int) -> None:
    asked = desk.ask(1)
    await begin(asked)
    desk.error(1, code, NAMED)
    desk.tick(1, last=4.0)
    row = await asked
    assert (row["last"], row["trouble"]["code"], desk.open_lines) == (4.0, code, 1)
    assert desk.quotes.trouble() is None  # it does not concern all quotes


async def test_a_change_of_the_data_type_is_told_at_once(desk: Desk) -> None:
    await desk.looked_at(1)
    desk.error(1, 10167)
    assert desk.told()[1]["trouble"]["code"] == 10167
    req_id, ticker = desk.fake.newest(1)
    ticker.marketDataType = 1
    desk.quotes.on_data_type(req_id, 1)
    assert desk.quotes.news.is_set()
    row = desk.told()[1]
    assert (row["marketDataType"], row["trouble"]) == ("live", None)


async def test_a_competing_session_shows_old_prices_as_old_and_is_asked_again(desk: Desk) -> None:
    await desk.looked_at(1)
    desk.error(1, 10197)
    row = await desk.ask(1)
    assert (row["last"], row["time"]) == (5.0, "2026-11-20T14:31:02.000Z")
    assert (row["trouble"]["code"], row["trouble"]["retryAt"] is None) == (10197, False)
    trouble = desk.quotes.trouble()
    assert trouble and trouble.code == 10197
    desk.sweep(14)
    assert desk.fake.requested == [1]
    desk.sweep(2)
    assert (desk.fake.requested, desk.fake.cancelled) == ([1, 1], [1])
    desk.error(1, 10197)
    again = desk.quotes.trouble()
    assert again and again.since == trouble.since
    desk.tick(1, last=6.0)
    assert (desk.quotes.trouble(), (await desk.ask(1))["last"]) == (None, 6.0)


async def test_without_earlier_prices_a_competing_session_is_an_error(desk: Desk) -> None:
    asked = desk.ask(1)
    await begin(asked)
    desk.error(1, 10197)
    with pytest.raises(RejectedByIB):
        await asked
    with pytest.raises(RejectedByIB):
        await desk.ask(1)


async def test_a_code_about_something_else_changes_nothing(desk: Desk) -> None:
    await desk.looked_at(1)
    desk.error(1, 300)
    desk.quotes.on_error(4711, 354, "another request's")
    desk.quotes.on_data_type(4711, 3)
    assert (desk.open_lines, (await desk.ask(1))["trouble"]) == (1, None)


# Too few lines


async def test_tws_allows_fewer_lines_than_we_thought(desk: Desk) -> None:
    await desk.looked_at(1)
    desk.clock.pass_by(30)  # the page that showed it has missed its renewal
    asked = desk.ask(2)
    await begin(asked)
    desk.error(2, 101, "Max number of tickers has been reached.")
    assert desk.quotes.lines_payload()["cap"] == 1
    desk.sweep(1)
    assert desk.fake.cancelled == [1]
    desk.tick(2, last=7.0)
    assert (await asked)["last"] == 7.0


async def test_when_no_line_is_left_a_held_position_waits_with_its_trouble(desk: Desk) -> None:
    desk.hold(1, 2)
    desk.error(2, 101, "Max number of tickers has been reached.")
    desk.sweep(1)
    with pytest.raises(Busy):
        await desk.ask(3)
    assert (desk.open_lines, desk.fake.cancelled) == (1, [])
    desk.quotes.release({2})
    desk.sweep(61)
    desk.sweep(1)
    assert desk.fake.requested == [1, 2, 2]


async def test_after_ten_minutes_more_lines_are_tried(desk: Desk) -> None:
    desk.watch(1)
    desk.error(1, 101)
    assert desk.quotes.lines.cap == 1
    desk.sweep(601)
    assert desk.quotes.lines.cap == 100


# The connection


async def test_the_end_of_the_connection_ends_the_wait(desk: Desk) -> None:
    asked = desk.ask(1)
    await begin(asked)
    desk.quotes.clear("TWS closed the connection")
    with pytest.raises(NotConnected) as refused:
        await asked
    assert (refused.value.text, desk.open_lines) == ("TWS closed the connection", 0)


async def test_looks_outlive_a_connection_and_prices_do_not(desk: Desk) -> None:
    await desk.looked_at(1)
    await desk.looked_at(2, lent=True)
    desk.quotes.clear("gone")
    desk.quotes.resume()
    desk.sweep()
    assert desk.fake.requested == [1, 2, 1]
    assert desk.quotes.fresh(1) is None
    asked = desk.ask(1)
    await begin(asked)
    assert not asked.done()
    desk.tick(1, last=9.0)
    assert (await asked)["last"] == 9.0


async def test_lines_that_tws_has_forgotten_are_opened_again(desk: Desk) -> None:
    await desk.looked_at(1)
    desk.told()
    desk.quotes.resume()
    desk.sweep()
    assert (desk.fake.requested, desk.fake.cancelled, desk.open_lines) == ([1, 1], [], 1)
    assert desk.told() == {}  # the old price is not told again


async def test_a_line_that_cannot_be_written_is_not_connected(desk: Desk) -> None:
    desk.fake.is_gone = True
    with pytest.raises(NotConnected):
        await desk.ask(1)
    assert desk.open_lines == 0


# What is told


async def test_what_has_moved_is_taken_once(desk: Desk) -> None:
    await desk.looked_at(1)
    assert desk.told()[1]["last"] == 5.0
    assert (desk.told(), desk.quotes.news.is_set()) == ({}, False)


async def test_the_late_ticks_of_a_closed_line_are_nobodys(desk: Desk) -> None:
    await desk.looked_at(1)
    desk.told()
    desk.sweep(61)
    desk.tick(1, last=6.0)
    assert desk.told() == {}


async def test_received_types_are_counted(desk: Desk) -> None:
    await desk.looked_at(1, 2, 3)
    desk.tick(2, marketDataType=3)
    desk.error(3, 10197)
    assert desk.quotes.received() == {"live": 1, "delayed": 1}
    assert desk.quotes.fresh(3) is None
