"""Bars: asked for once, within IB's pacing."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime
from typing import cast

import ib_async
import pytest
from ib_async.wrapper import RequestError

from ib.market_data.asking import Asking
from ib.market_data.history import History, kept_seconds, shown_sessions
from ib.market_data.history_pace import HistoryPace
from ib.wire import Wire
from tests.fakes import FakeClock
from tests.ib.market_data.wires_for_tests import AAPL, FakeWire, bar, details
from trading.bars import BarQuestion
from trading.ib_errors import CodeTable
from trading.refusals import Busy, NoAnswer, NotConnected, RejectedByIB

MOMENT = datetime(2026, 11, 20, 14, 0, tzinfo=UTC)
HOURS = BarQuestion(AAPL, "1 hour", "1 D")
STOCK = ib_async.Contract(conId=265598, symbol="AAPL", secType="STK")
SERVICE = "Historical Market Data Service error message:"


class Asked:
    """A history over a wire that a test answers for."""

    def __init__(self, seconds: float = 10, **answers: object) -> None:
        self.wire = FakeWire(**{"bars": [bar(MOMENT)]} | answers)
        self.clock = FakeClock()
        self.pace = HistoryPace(self.clock)
        self.history = History(Asking(CodeTable(), seconds), self.pace)

    async def bars(self, question: BarQuestion = HOURS) -> list[dict[str, object]]:
        past = await self.history.bars(cast(Wire, self.wire), STOCK, question)
        return list(past.rows)


def refusal(text: str, code: int = 162) -> RequestError:
    return RequestError(1, code, SERVICE + text)


async def test_the_same_bars_are_not_asked_for_twice() -> None:
    asked = Asked()
    many = await asyncio.gather(*(asked.bars() for _ in range(20)))
    assert all(each == many[0] for each in many)
    assert asked.wire.count("bars") == 1
    await asked.bars(BarQuestion(AAPL, "1 day", "1 M"))
    assert (asked.wire.count("bars"), asked.pace.budget()["used"]) == (2, 2)


async def test_bars_have_epoch_seconds_also_for_days() -> None:
    rows = await Asked(bars=[bar(date(2026, 11, 20)), bar(MOMENT)]).bars()
    assert [row["time"] for row in rows] == [1_795_132_800, 1_795_183_200]
    prices = {"open": 1, "high": 3, "low": 0.5, "close": 2, "volume": 9}
    assert rows[0] | {"time": 0} == {"time": 0, **prices}


async def test_a_volume_that_ib_does_not_have_is_none() -> None:
    without = bar(MOMENT)
    without.volume = -1
    (row,) = await Asked(bars=[without]).bars()
    assert row["volume"] is None


@pytest.mark.parametrize(
    ("sec_type", "named", "what"),
    [("STK", "", "TRADES"), ("CASH", "", "MIDPOINT"), ("CASH", "BID", "BID")],
)
async def test_a_currency_pair_has_no_trades(sec_type: str, named: str, what: str) -> None:
    asked = Asked()
    contract = ib_async.Contract(conId=7, secType=sec_type)
    question = BarQuestion(AAPL, what=named)
    await asked.history.bars(cast(Wire, asked.wire), contract, question)
    assert asked.wire.asked[-1][1][2].what == what


async def test_a_plain_request_does_not_go_on() -> None:
    asked = Asked()
    await asked.bars(BarQuestion(AAPL, is_live=True))
    assert asked.wire.asked[-1][1][2].is_live is False


async def test_no_data_is_an_answer_and_is_not_asked_again() -> None:
    asked = Asked(bars=refusal("HMDS query returned no data: AAPL@SMART Trades"))
    past = await asked.history.bars(cast(Wire, asked.wire), STOCK, HOURS)
    assert past.rows == ()
    assert past.note
    assert "no data" in past.note
    await asked.bars()
    assert asked.wire.count("bars") == 1


async def test_a_refusal_says_why() -> None:
    asked = Asked(bars=refusal("No market data permissions for NASDAQ STK"))
    with pytest.raises(RejectedByIB, match="No market data permissions") as caught:
        await asked.bars()
    assert caught.value.code == 162
    assert asked.wire.forgotten == [1]


async def test_a_refusal_is_told_again_while_ib_may_not_be_asked() -> None:
    asked = Asked(bars=refusal("No market data permissions for NASDAQ STK"))
    for _ in range(2):
        with pytest.raises(RejectedByIB, match="No market data permissions") as caught:
            await asked.bars()
        assert caught.value.code == 162
    assert asked.wire.count("bars") == 1


async def test_after_a_failure_the_same_waits_for_ibs_pacing() -> None:
    asked = Asked(bars=ConnectionError("gone"))
    with pytest.raises(NotConnected):
        await asked.bars()
    with pytest.raises(Busy, match="again in 16 s"):
        await asked.bars()
    assert asked.wire.count("bars") == 1


async def test_ibs_word_that_it_was_too_fast_stops_the_others_too() -> None:
    asked = Asked(bars=refusal("Historical data request pacing violation"))
    with pytest.raises(Busy) as caught:
        await asked.bars()
    assert caught.value.retry_after_seconds == 15
    with pytest.raises(Busy):
        await asked.bars(BarQuestion(AAPL, "1 day", "1 M"))
    assert asked.wire.count("bars") == 1


async def test_what_is_not_answered_in_time_is_cancelled_at_tws() -> None:
    asked = Asked(seconds=0.01, bars=asyncio.get_running_loop().create_future())
    with pytest.raises(NoAnswer):
        await asked.bars()
    assert asked.wire.ended == [1]
    assert asked.history.is_own_cancel(1, 162)
    assert not asked.history.is_own_cancel(1, 200)
    assert not asked.history.is_own_cancel(2, 162)


@pytest.mark.parametrize(
    ("size", "seconds"), [("5 secs", 16), ("1 min", 20), ("15 mins", 300), ("1 day", 300)]
)
def test_long_bars_are_kept_longer(size: str, seconds: float) -> None:
    assert kept_seconds(BarQuestion(AAPL, size)) == seconds


def test_sessions_go_back_to_the_first_bar_within_a_day() -> None:
    found = details(7)
    found.timeZoneId = "US/Eastern"
    found.liquidHours = found.tradingHours = "20261127:0930-20261127:1600"
    rows: tuple[dict[str, object], ...] = ({"time": int(MOMENT.timestamp())},)
    intraday = shown_sessions(found, HOURS, rows)
    assert [one["projected"] for one in intraday] == [True, False]
    assert intraday[0]["start"] == "2026-11-20T14:30:00.000Z"
    assert len(shown_sessions(found, BarQuestion(AAPL, "1 day", "1 Y"), rows)) == 1
    assert shown_sessions(details(7), HOURS, rows) == []
