"""Questions about contracts: asked once, answered in time, and an error is never an empty list."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any, cast

import ib_async
import pytest
from ib_async.wrapper import RequestError

from ib.lookups import Lookups
from ib.wire import Wire
from trading.contracts import parse_contract
from trading.ib_errors import CodeTable
from trading.refusals import NoAnswer, NotConnected, NotFound, Refused, RejectedByIB

AAPL = parse_contract({"symbol": "AAPL"})


class FakeWire:
    """Answers each question with `answers[name]`, or raises it when it is an error."""

    def __init__(self, **answers: Any) -> None:
        self.answers = {"details": [details(265598)], "symbols": [], "bars": []} | answers
        self.asked: list[tuple[str, Any]] = []
        self.at_once = 0
        self.most_at_once = 0

    async def reqContractDetailsAsync(self, contract: ib_async.Contract) -> Any:
        return await self._answer("details", contract)

    async def reqMatchingSymbolsAsync(self, pattern: str) -> Any:
        return await self._answer("symbols", pattern)

    async def reqHistoricalDataAsync(self, *question: Any, **options: Any) -> Any:
        return await self._answer("bars", (*question, options))

    async def _answer(self, name: str, question: Any) -> Any:
        self.asked.append((name, question))
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await asyncio.wait({asyncio.create_task(nothing())})
        self.at_once -= 1
        answer = self.answers[name]
        if isinstance(answer, Exception):
            raise answer
        return answer

    def count(self, name: str) -> int:
        return [each for each, _ in self.asked].count(name)


async def nothing() -> None:
    return


def details(con_id: int, **fields: Any) -> ib_async.ContractDetails:
    contract = ib_async.Contract(conId=con_id, symbol="AAPL", secType="STK", **fields)
    return ib_async.ContractDetails(contract=contract)


def bar(moment: date | datetime) -> ib_async.BarData:
    return ib_async.BarData(date=moment, open=1, high=3, low=0.5, close=2, volume=9)


def ask(wire: FakeWire) -> tuple[Lookups, Wire]:
    return Lookups(CodeTable()), cast(Wire, wire)


async def test_a_contract_is_resolved_once_however_many_ask() -> None:
    fake = FakeWire()
    lookups, wire = ask(fake)
    found = await asyncio.gather(*(lookups.resolve(wire, AAPL) for _ in range(20)))
    assert {(each.conId, each.exchange) for each in found} == {(265598, "SMART")}
    assert fake.count("details") == 1


async def test_several_contracts_are_refused_with_the_choices() -> None:
    listings = [details(1, currency="USD"), details(2, currency="EUR")]
    lookups, wire = ask(FakeWire(details=listings))
    with pytest.raises(Refused, match=r"AAPL names several contracts: .*\(conId 2\)") as refused:
        await lookups.resolve(wire, AAPL)
    assert refused.value.fields[0].pointer == "/contract"


@pytest.mark.parametrize("answer", [[], RequestError(5, 200, "No security definition")])
async def test_no_contract_is_not_found(answer: Any) -> None:
    lookups, wire = ask(FakeWire(details=answer))
    with pytest.raises(NotFound) as refused:
        await lookups.resolve(wire, AAPL)
    assert refused.value.code == 200


Question = Callable[[Lookups, Wire], Any]
QUESTIONS: dict[str, Question] = {
    "details": lambda lookups, wire: lookups.resolve(wire, AAPL),
    "symbols": lambda lookups, wire: lookups.search(wire, "AAPL"),
    "bars": lambda lookups, wire: lookups.bars(wire, AAPL, "1 hour", "1 D"),
}


@pytest.mark.parametrize("name", QUESTIONS)
@pytest.mark.parametrize(
    ("error", "meaning"),
    [
        (ConnectionError("Socket disconnect"), NotConnected),
        (TimeoutError(), NoAnswer),
        (RequestError(5, 321, "Error validating request"), RejectedByIB),
    ],
    ids=["gone", "silent", "refused"],
)
async def test_an_error_is_told_in_our_words(
    name: str, error: Exception, meaning: type[Exception]
) -> None:
    lookups, wire = ask(FakeWire(**{name: error}))
    with pytest.raises(meaning):
        await QUESTIONS[name](lookups, wire)


async def test_after_an_error_the_question_is_asked_again() -> None:
    fake = FakeWire(details=ConnectionError("Socket disconnect"))
    lookups, wire = ask(fake)
    with pytest.raises(NotConnected):
        await lookups.resolve(wire, AAPL)
    fake.answers["details"] = [details(265598)]
    assert (await lookups.resolve(wire, AAPL)).conId == 265598


async def test_a_request_that_cannot_leave_is_not_connected() -> None:
    class GoneWire(FakeWire):
        def reqContractDetailsAsync(self, contract: ib_async.Contract) -> Any:
            raise ConnectionError("Not connected")

    lookups, wire = ask(GoneWire())
    with pytest.raises(NotConnected):
        await lookups.resolve(wire, AAPL)


async def test_a_search_that_timed_out_in_the_library_is_no_empty_list() -> None:
    lookups, wire = ask(FakeWire(symbols=None))
    with pytest.raises(NoAnswer):
        await lookups.search(wire, "AAPL")


async def test_a_search_without_matches_is_an_empty_list() -> None:
    lookups, wire = ask(FakeWire(symbols=[]))
    assert await lookups.search(wire, "QQQQQ") == []


async def test_searches_go_one_after_the_other() -> None:
    match = ib_async.ContractDescription(contract=details(7).contract)
    fake = FakeWire(symbols=[match])
    lookups, wire = ask(fake)
    found = await asyncio.gather(*(lookups.search(wire, text) for text in ("A", "a", "B")))
    assert [row["conId"] for rows in found for row in rows] == [7, 7, 7]
    assert (fake.most_at_once, fake.count("symbols")) == (1, 2)


async def test_the_same_bars_are_not_asked_for_twice() -> None:
    fake = FakeWire(bars=[bar(datetime(2026, 11, 20, 14, 0, tzinfo=UTC))])
    lookups, wire = ask(fake)
    first = await lookups.bars(wire, AAPL, "1 hour", "1 D")
    assert await lookups.bars(wire, AAPL, "1 hour", "1 D") == first
    assert fake.count("bars") == 1
    await lookups.bars(wire, AAPL, "1 day", "1 M")
    lookups.forget()
    await lookups.bars(wire, AAPL, "1 hour", "1 D")
    assert (fake.count("bars"), fake.count("details")) == (3, 1)


async def test_bars_have_epoch_seconds_also_for_days() -> None:
    moments = [date(2026, 11, 20), datetime(2026, 11, 20, 14, 0, tzinfo=UTC)]
    lookups, wire = ask(FakeWire(bars=[bar(moment) for moment in moments]))
    rows = await lookups.bars(wire, AAPL, "1 hour", "1 D")
    assert [row["time"] for row in rows] == [1_795_132_800, 1_795_183_200]
    assert rows[0] | {"time": 0} == {
        "time": 0,
        "open": 1,
        "high": 3,
        "low": 0.5,
        "close": 2,
        "volume": 9,
    }


@pytest.mark.parametrize(("sec_type", "what"), [("STK", "TRADES"), ("CASH", "MIDPOINT")])
async def test_a_currency_pair_has_no_trades(sec_type: str, what: str) -> None:
    found = details(7)
    assert found.contract
    found.contract.secType = sec_type
    fake = FakeWire(details=[found])
    lookups, wire = ask(fake)
    await lookups.bars(wire, AAPL, "1 hour", "1 D")
    assert fake.asked[-1][1][4] == what
