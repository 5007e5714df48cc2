"""Bars that go on: one subscription however many watch, for as long as somebody looks."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import ib_async
import pytest
from ib_async.wrapper import RequestError

from ib.market_data.asking import Asking
from ib.market_data.bar_streams import LEASE_SECONDS, MOST_LIVE, BarStreams
from ib.market_data.history import History
from ib.market_data.history_pace import HistoryPace
from ib.wire import Wire
from tests.fakes import FakeClock
from tests.ib.market_data.wires_for_tests import AAPL, FakeWire, bar
from trading.bars import BarQuestion
from trading.ib_errors import CodeTable
from trading.refusals import Busy, NotConnected, RejectedByIB

MOMENT = datetime(2026, 11, 20, 14, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
STOCK = ib_async.Contract(conId=265598, symbol="AAPL", secType="STK")
LIVE = BarQuestion(AAPL, is_live=True)


class Watched:
    """Streams over a wire that a test answers for, on a clock that a test moves."""

    def __init__(self, **answers: Any) -> None:
        self.wire = FakeWire(**{"bars": [bar(MOMENT - MINUTE), bar(MOMENT)]} | answers)
        self.clock = FakeClock()
        pace = HistoryPace(self.clock)
        self.streams = BarStreams(History(Asking(CodeTable()), pace), CodeTable(), self.clock)

    async def look(self, question: BarQuestion = LIVE) -> tuple[dict[str, Any], ...] | None:
        return await self.streams.look(cast(Wire, self.wire), STOCK, question)

    @property
    def kept(self) -> ib_async.BarDataList:
        """What TWS keeps up to date, as ib_async does."""
        (stream,) = self.streams._streams.values()
        assert stream.bars is not None
        return stream.bars

    def update(self, moment: datetime, close: float) -> None:
        new = bar(moment)
        new.close = close
        has_new = moment > self.kept[-1].date
        if has_new:
            self.kept.append(new)
        else:
            self.kept[-1] = new
        self.streams.on_update(self.kept, has_new)

    def news(self) -> list[dict[str, Any]]:
        return list(self.streams.take_news())

    async def renew(self) -> None:
        """TWS is back and asked again; whatever waits for its turn goes on."""
        self.clock.pass_by(20)
        self.streams.renew(cast(Wire, self.wire))
        await asyncio.wait([one.opening for one in self.streams._streams.values() if one.opening])


@pytest.fixture
async def watched() -> AsyncIterator[Watched]:
    watched = Watched()
    await watched.look()
    yield watched


async def test_however_many_look_one_subscription_is_made(watched: Watched) -> None:
    looks = await asyncio.gather(*(watched.look() for _ in range(10)))
    assert [len(rows or ()) for rows in looks] == [2] * 10
    assert watched.wire.count("bars") == 1
    assert watched.wire.asked[0][1][2].is_live
    assert watched.streams.is_live(STOCK, LIVE)


async def test_many_who_look_at_once_share_it_too() -> None:
    watched = Watched()
    looks = await asyncio.gather(*(watched.look() for _ in range(10)))
    assert [len(rows or ()) for rows in looks] == [2] * 10
    assert watched.wire.count("bars") == 1


async def test_changes_are_told_once_the_newest_of_each_bar(watched: Watched) -> None:
    watched.update(MOMENT, 5)
    watched.update(MOMENT, 6)
    (told,) = watched.news()
    assert (told["contract"]["conId"], told["barSize"], told["what"], told["rth"]) == (
        265598,
        "1 min",
        "TRADES",
        "no",
    )
    assert (told["bar"]["close"], told["trouble"]) == (6, None)
    assert watched.news() == []


async def test_a_new_bar_comes_with_the_finished_one(watched: Watched) -> None:
    watched.update(MOMENT + MINUTE, 7)
    assert [one["bar"]["close"] for one in watched.news()] == [2, 7]
    assert len(await watched.look() or ()) == 3


async def test_bars_of_another_subscription_are_nobodys(watched: Watched) -> None:
    watched.streams.on_update(ib_async.BarDataList([bar(MOMENT)]), True)
    assert watched.news() == []


async def test_another_duration_shares_the_subscription(watched: Watched) -> None:
    assert await watched.look(BarQuestion(AAPL, duration="2 D", is_live=True)) is None
    assert watched.streams.is_live(STOCK, BarQuestion(AAPL, duration="2 D"))
    assert watched.wire.count("bars") == 1


async def test_nobody_looks_and_it_is_cancelled_at_tws(watched: Watched) -> None:
    watched.clock.pass_by(LEASE_SECONDS - 1)
    await watched.look()
    watched.clock.pass_by(LEASE_SECONDS - 1)
    watched.streams.end_unwatched()
    assert watched.wire.ended == []
    watched.clock.pass_by(1)
    watched.streams.end_unwatched()
    assert (watched.wire.ended, len(watched.streams)) == ([1], 0)


async def test_after_a_reconnect_it_is_asked_for_exactly_once_more(watched: Watched) -> None:
    watched.update(MOMENT, 5)
    watched.news()
    watched.streams.lose()
    assert not watched.streams.is_live(STOCK, LIVE)
    watched.wire.answers["bars"] = [bar(MOMENT), bar(MOMENT + MINUTE)]
    await watched.renew()
    watched.streams.renew(cast(Wire, watched.wire))
    assert watched.wire.count("bars") == 2
    assert watched.streams.is_live(STOCK, LIVE)
    assert [one["bar"]["time"] for one in watched.news()] == [1_795_183_200, 1_795_183_260]


async def test_a_renewal_waits_for_its_turn_in_ibs_pacing(watched: Watched) -> None:
    """It is the same request as the first one: within 15 seconds IB would refuse it."""
    watched.streams.lose()
    watched.streams.renew(cast(Wire, watched.wire))
    (stream,) = watched.streams._streams.values()
    assert stream.opening is not None
    await asyncio.wait({stream.opening}, timeout=0.05)
    assert (stream.opening.done(), watched.wire.count("bars")) == (False, 1)
    watched.streams.lose()  # the connection drops meanwhile
    await watched.renew()
    assert watched.wire.count("bars") == 2


async def test_what_nobody_watches_any_more_is_not_renewed(watched: Watched) -> None:
    watched.streams.lose()
    watched.clock.pass_by(LEASE_SECONDS)
    watched.streams.end_unwatched()
    watched.streams.renew(cast(Wire, watched.wire))
    assert (watched.wire.count("bars"), watched.wire.ended) == (1, [])


async def test_a_renewal_that_ib_refuses_says_why(watched: Watched) -> None:
    watched.streams.lose()
    watched.wire.answers["bars"] = RequestError(2, 162, "Historical: no permission")
    await watched.renew()
    (told,) = watched.news()
    assert (told["bar"], told["trouble"]["code"]) == (None, 162)
    assert len(watched.streams) == 0


async def test_a_renewal_that_drops_with_the_connection_is_tried_with_the_next(
    watched: Watched,
) -> None:
    watched.streams.lose()
    watched.wire.answers["bars"] = ConnectionError("gone")
    await watched.renew()
    assert len(watched.streams) == 1
    watched.streams.lose()
    watched.wire.answers["bars"] = [bar(MOMENT)]
    await watched.renew()
    assert watched.streams.is_live(STOCK, LIVE)


@pytest.mark.parametrize("code", [162, 366, 420, 10187])
async def test_an_error_that_names_it_ends_it_with_its_meaning(watched: Watched, code: int) -> None:
    watched.streams.on_error(1, code, "as IB says it")
    (told,) = watched.news()
    assert told["bar"] is None
    assert (told["trouble"]["code"], told["trouble"]["text"]) == (code, "as IB says it")
    assert told["trouble"]["next"]
    assert (watched.wire.forgotten, len(watched.streams)) == ([1], 0)


async def test_notices_and_errors_of_others_do_not_end_it(watched: Watched) -> None:
    watched.streams.on_error(1, 2100, "a notice")
    watched.streams.on_error(2, 162, "another's")
    assert (watched.news(), len(watched.streams)) == ([], 1)


async def test_a_first_refusal_reaches_everybody_who_looks() -> None:
    watched = Watched(bars=RequestError(1, 162, "Historical: no permission"))
    looks = await asyncio.gather(*(watched.look() for _ in range(3)), return_exceptions=True)
    assert [type(one) for one in looks] == [RejectedByIB] * 3
    assert (len(watched.streams), watched.news()) == (0, [])


async def test_a_first_connection_that_drops_is_forgotten() -> None:
    watched = Watched(bars=ConnectionError("gone"))
    with pytest.raises(NotConnected):
        await watched.look()
    assert len(watched.streams) == 0


async def test_who_must_wait_for_ibs_pacing_is_told() -> None:
    watched = Watched(bars=ConnectionError("gone"))
    with pytest.raises(NotConnected):
        await watched.look()
    with pytest.raises(Busy):
        await watched.look()


async def test_no_data_is_no_subscription() -> None:
    watched = Watched(bars=RequestError(1, 162, "HMDS query returned no data: AAPL"))
    assert await watched.look() is None
    assert (len(watched.streams), watched.streams.is_live(STOCK, LIVE)) == (0, False)


async def test_so_many_and_only_some_prices_go_on() -> None:
    watched = Watched()
    assert await watched.look(BarQuestion(AAPL, what="BID_ASK", is_live=True)) is None
    assert await watched.look(BarQuestion(AAPL, "1 secs", "600 S", is_live=True)) is None
    for number in range(MOST_LIVE + 1):
        contract = ib_async.Contract(conId=number, symbol="A", secType="STK")
        found = await watched.streams.look(cast(Wire, watched.wire), contract, LIVE)
        assert (found is None) == (number == MOST_LIVE)


async def test_whoever_gives_up_waiting_does_not_end_it_for_others() -> None:
    answer: asyncio.Future[list[ib_async.BarData]] = asyncio.get_running_loop().create_future()
    watched = Watched(bars=answer)
    first, second = (asyncio.create_task(watched.look()) for _ in range(2))
    await asyncio.wait({first, second}, timeout=0)
    first.cancel()
    await asyncio.wait({first}, timeout=0.1)
    answer.set_result([bar(MOMENT)])
    assert len(await second or ()) == 1
