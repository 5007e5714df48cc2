"""One chain against time and silence: deadlines, cancels, and what is kept."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from typing import Any, TypeVar

import ib_async
import pytest

from ib.market_data.asking import Asking
from ib.market_data.chain_run import DEADLINE_SECONDS, today_of
from ib.market_data.chains import Asker, Chains
from ib.market_data.contracts import Contracts
from ib.market_data.lines import Lines
from ib.market_data.pace import Pace
from tests.ib.market_data.chain_wires import EXPIRY, STRIKES, TODAY, ChainWire, classes, options
from tests.ib.market_data.timeless import TimelessLoop
from trading.contracts import parse_contract
from trading.ib_errors import CodeTable
from trading.options import ChainQuestion
from trading.refusals import NoAnswer, NotFound, TradingError

T = TypeVar("T")

XYZ = ChainQuestion(parse_contract({"symbol": "XYZ"}), strikes=3)
ALICE = Asker("alice", "one")


class Room:
    """Chains over a wire, in a loop without real time."""

    def __init__(self, loop: TimelessLoop) -> None:
        self.loop = loop
        self.events: list[dict[str, Any]] = []
        self.lines = Lines()
        codes = CodeTable()
        contracts = Contracts(Asking(codes))
        self.chains = Chains(codes, self._hear, contracts, self.lines, Pace(), lambda: 3)

    def _hear(self, kind: str, payload: dict[str, Any]) -> None:
        assert kind == "chain"
        self.events.append(payload)

    def fetch(self, wire: ChainWire, question: ChainQuestion = XYZ) -> dict[str, Any]:
        return self.run(self.chains.fetch(wire, question, ALICE))  # type: ignore[arg-type]

    def run(self, doing: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(doing)

    def stages(self) -> list[str]:
        return list(dict.fromkeys(event["stage"] for event in self.events))


@pytest.fixture
def room() -> Iterator[Room]:
    loop = TimelessLoop()
    yield Room(loop)
    while tasks := asyncio.all_tasks(loop):
        for task in tasks:
            task.cancel()
        loop.run_until_complete(asyncio.wait(tasks))
    loop.close()


def test_a_chain_holds_what_came(room: Room) -> None:
    chain = room.fetch(ChainWire())
    assert [row["strike"] for row in chain["rows"]] == [95.0, 100.0, 105.0]
    assert chain["expiry"] == EXPIRY
    assert chain["underlying"]["price"] == 101.0
    call = chain["rows"][1]["call"]
    assert (call["bid"], call["ask"], call["delta"], call["openInterest"]) == (1.0, 1.1, 0.5, None)
    assert room.stages()[-1] == "done"
    assert room.loop.now < 1


def test_silent_quotes_end_with_the_deadline_and_are_marked_partial(room: Room) -> None:
    many = [float(strike) for strike in range(1, 201)]
    wire = ChainWire(quote=None, classes=classes(many), wildcard=options(many))
    chain = room.fetch(wire, ChainQuestion(XYZ.underlying, strikes=200))
    assert room.loop.now == pytest.approx(DEADLINE_SECONDS, abs=0.5)
    assert (chain["partial"], chain["withoutQuote"], len(chain["rows"])) == (True, 400, 200)
    assert wire.most_open <= room.lines.cap
    assert "Not every option had answered" in chain["notes"][-1]["text"]


def test_a_silent_snapshot_takes_no_longer_than_tws_would(room: Room) -> None:
    chain = room.fetch(ChainWire(quote=None))
    assert room.loop.now == pytest.approx(12, abs=0.5)
    assert (chain["partial"], chain["withoutQuote"]) == (True, 6)


def test_a_silent_tws_is_an_error_and_never_an_empty_chain(room: Room) -> None:
    with pytest.raises(NoAnswer):
        room.fetch(ChainWire(details=None, price=None))
    assert room.loop.now <= DEADLINE_SECONDS
    assert room.stages()[-1] == "failed"


def test_a_silent_price_is_noted_and_the_chain_goes_on(room: Room) -> None:
    chain = room.fetch(ChainWire(price=None))
    assert chain["underlying"]["price"] is None
    assert [row["strike"] for row in chain["rows"]] == STRIKES[1:4]
    assert "There is no price of XYZ" in chain["notes"][0]["text"]
    assert not chain["partial"]


def test_a_silent_wildcard_keeps_its_rows_and_asks_for_the_rest(room: Room) -> None:
    wire = ChainWire(wildcard=[*options([95.0, 100.0]), None])
    chain = room.fetch(wire)
    assert wire.count("single") == 2  # those of 105
    assert (chain["holes"], chain["withoutQuote"], chain["partial"]) == (0, 0, False)
    assert chain["notes"][0]["text"] == "TWS did not finish the list of options in time"


def test_unanswered_single_questions_are_no_holes(room: Room) -> None:
    with pytest.raises(TradingError):
        room.fetch(ChainWire(wildcard=322, single=None))


def test_nothing_listed_is_said(room: Room) -> None:
    with pytest.raises(NotFound, match="IB lists no options on XYZ"):
        room.fetch(ChainWire(classes=[]))


def test_the_underlying_is_asked_again_when_its_price_was_found_by_name(room: Room) -> None:
    wire = ChainWire(details=200)

    async def story() -> dict[str, Any]:
        asked = asyncio.ensure_future(
            room.chains.fetch(wire, XYZ, ALICE)  # type: ignore[arg-type]
        )
        await until(lambda: wire.count("price") == 1)
        wire.answers["details"] = ChainWire().answers["details"]
        return await asked

    chain = room.run(story())
    assert wire.count("details") == 2
    assert chain["underlying"]["price"] == 101.0


def test_a_cancel_at_any_stage_answers_with_what_there_is(room: Room) -> None:
    for kind, silent in enumerate(("details", "classes", "wildcard", "quote")):
        wire = ChainWire(**{silent: None})
        question = ChainQuestion(XYZ.underlying, strikes=kind + 1)
        room.chains = Room(room.loop).chains

        async def story(
            wire: ChainWire = wire, question: ChainQuestion = question, silent: str = silent
        ) -> dict[str, Any]:
            asked = asyncio.ensure_future(
                room.chains.fetch(wire, question, ALICE)  # type: ignore[arg-type]
            )
            await until(lambda: wire.count(silent) > 0)
            assert room.chains.cancel(ALICE)
            return await asked

        chain = room.run(story())
        assert (chain["cancelled"], chain["partial"]) == (True, True), silent
        assert (chain["expiry"] is None) is (silent in ("details", "classes"))


def test_a_cancelled_chain_is_not_joined_or_kept(room: Room) -> None:
    wire = ChainWire(quote=None)

    async def story() -> dict[str, Any]:
        first = asyncio.ensure_future(
            room.chains.fetch(wire, XYZ, ALICE)  # type: ignore[arg-type]
        )
        await until(lambda: wire.count("quote") > 0)
        room.chains.cancel(ALICE)
        wire.answers["quote"] = ChainWire().answers["quote"]
        second = await room.chains.fetch(
            wire,  # type: ignore[arg-type]
            XYZ,
            Asker("alice", "two"),
        )
        assert (await first)["cancelled"]
        return second

    chain = room.run(story())
    assert (chain["cancelled"], chain["withoutQuote"]) == (False, 0)


def test_the_date_is_that_of_where_it_trades() -> None:
    assert today_of(ib_async.ContractDetails(timeZoneId="UTC")) == TODAY
    assert today_of(ib_async.ContractDetails(timeZoneId="Nowhere/At all")) == TODAY
    assert today_of(ib_async.ContractDetails()) == TODAY


async def until(condition: Callable[[], bool]) -> None:
    while not condition():
        await asyncio.sleep(0.001)


def test_a_farm_that_stays_down_is_said_without_further_questions(room: Room) -> None:
    wire = ChainWire(details=200)
    room.chains.farm.hear(2157)
    with pytest.raises(NoAnswer, match="security-definition farm is disconnected"):
        room.fetch(wire)
    assert (wire.count("details"), wire.count("price")) == (1, 0)
    assert room.loop.now == pytest.approx(20, abs=1)
    assert any("Waiting up to 20 s" in event["text"] for event in room.events)
