"""IB's pacing of history: a request waits its turn, or says how long it would."""

from __future__ import annotations

import asyncio

import pytest

from ib.market_data.history_pace import HEAVY, MARGIN_SECONDS, HistoryPace, Terms
from paper_gateway.market_data.pacing import Asked, HistoryPacing
from tests.fakes import FakeClock
from trading.refusals import Busy


def terms(number: int, con_id: int = 0, what: str = "TRADES") -> Terms:
    return Terms(number, con_id or number, what)


async def test_an_identical_request_waits_fifteen_seconds() -> None:
    clock = FakeClock()
    pace = HistoryPace(clock)
    await pace.turn(terms(1))
    assert pace.wait(terms(1)) == (15 + MARGIN_SECONDS, "identical")
    assert pace.wait(terms(2))[0] <= 0
    clock.pass_by(15 + MARGIN_SECONDS)
    assert pace.wait(terms(1))[0] <= 0


async def test_who_would_wait_too_long_is_told_how_long() -> None:
    pace = HistoryPace(FakeClock())
    await pace.turn(terms(1))
    with pytest.raises(Busy, match="takes the same request for history again in 16 s") as caught:
        await pace.turn(terms(1))
    assert caught.value.retry_after_seconds == 16


@pytest.mark.parametrize(("what", "room"), [("TRADES", 5), (HEAVY, 2)])
async def test_less_than_six_of_one_contract_leave_within_two_seconds(what: str, room: int) -> None:
    clock = FakeClock()
    pace = HistoryPace(clock)
    for number in range(room):
        await pace.turn(Terms(number, 7, what))
    assert pace.wait(Terms(99, 7, what)) == (2 + MARGIN_SECONDS, "contract")
    assert pace.wait(Terms(99, 7, "BID"))[0] <= 0
    assert pace.wait(Terms(99, 8, what))[0] <= 0
    clock.pass_by(2 + MARGIN_SECONDS)
    assert pace.wait(Terms(99, 7, what))[0] <= 0


async def test_sixty_leave_in_ten_minutes_and_bid_ask_counts_twice() -> None:
    clock = FakeClock()
    pace = HistoryPace(clock)
    await pace.turn(terms(1, what=HEAVY))
    clock.pass_by(100)
    for number in range(2, 60):
        await pace.turn(terms(number))
    assert pace.budget() == {"used": 60, "cap": 60, "seconds": 600}
    assert pace.wait(terms(99)) == (500 + MARGIN_SECONDS, "total")
    with pytest.raises(Busy, match="The 60 requests for history that IB allows"):
        await pace.turn(terms(99))
    clock.pass_by(500 + MARGIN_SECONDS)
    assert pace.budget()["used"] == 58
    assert pace.wait(terms(99))[0] <= 0


async def test_what_is_admitted_here_is_admitted_by_the_gateways_rules() -> None:
    """The gateway was written from IB's documents by itself."""
    clock = FakeClock()
    ours, theirs = HistoryPace(clock), HistoryPacing()
    sent = 0
    for number in range(400):
        what = HEAVY if number % 3 == 0 else "TRADES"
        asked = Terms(number % 11, number % 4, what)
        while (wait := ours.wait(asked)[0]) > 0:
            clock.pass_by(wait)
        await ours.turn(asked)
        assert theirs.admits(Asked(clock(), (asked.all,), asked.con_id, what))
        sent += 1
        clock.pass_by(0.3)
    assert sent == 400


async def test_a_short_wait_is_waited_for() -> None:
    """On the real clock, whose two seconds have nearly passed."""
    clock = FakeClock()
    pace = HistoryPace(clock)
    for number in range(5):
        await pace.turn(Terms(number, 7, "TRADES"))
    clock.pass_by(2 + MARGIN_SECONDS - 0.01)
    waiting = asyncio.create_task(pace.turn(Terms(99, 7, "TRADES")))
    await asyncio.wait({waiting}, timeout=0)
    assert not waiting.done()
    clock.pass_by(0.01)
    await waiting
    assert pace.budget()["used"] == 6


async def test_after_ibs_own_word_nothing_leaves_for_a_while() -> None:
    pace = HistoryPace(FakeClock())
    pace.on_violation()
    with pytest.raises(Busy, match="asked for too fast"):
        await pace.turn(terms(1))
