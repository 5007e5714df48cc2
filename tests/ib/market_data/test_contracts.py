"""Questions about contracts: asked once, and an error is never an empty list."""

from __future__ import annotations

import asyncio
from typing import Any, cast

import ib_async
import pytest
from ib_async.wrapper import RequestError

from ib.market_data.asking import Asking
from ib.market_data.contracts import Contracts
from ib.wire import Wire
from tests.ib.market_data.wires_for_tests import AAPL, FakeWire, details
from trading.ib_errors import CodeTable
from trading.refusals import NoAnswer, NotConnected, NotFound, Refused


def ask(wire: FakeWire) -> tuple[Contracts, Wire]:
    return Contracts(Asking(CodeTable())), cast(Wire, wire)


async def test_a_contract_is_resolved_once_however_many_ask() -> None:
    fake = FakeWire()
    contracts, wire = ask(fake)
    found = await asyncio.gather(*(contracts.resolve(wire, AAPL) for _ in range(20)))
    assert {(each.conId, each.exchange) for each in found} == {(265598, "SMART")}
    assert fake.count("details") == 1


async def test_several_contracts_are_refused_with_the_choices() -> None:
    listings = [details(1, currency="USD"), details(2, currency="EUR")]
    contracts, wire = ask(FakeWire(details=listings))
    with pytest.raises(Refused, match=r"AAPL names several contracts: .*\(conId 2\)") as refused:
        await contracts.resolve(wire, AAPL)
    assert refused.value.fields[0].pointer == "/contract"


@pytest.mark.parametrize("answer", [[], RequestError(5, 200, "No security definition")])
async def test_no_contract_is_not_found(answer: Any) -> None:
    contracts, wire = ask(FakeWire(details=answer))
    with pytest.raises(NotFound) as refused:
        await contracts.resolve(wire, AAPL)
    assert refused.value.code == 200


async def test_after_an_error_the_question_is_asked_again() -> None:
    fake = FakeWire(details=ConnectionError("Socket disconnect"))
    contracts, wire = ask(fake)
    with pytest.raises(NotConnected):
        await contracts.resolve(wire, AAPL)
    fake.answers["details"] = [details(265598)]
    assert (await contracts.resolve(wire, AAPL)).conId == 265598


async def test_a_search_that_timed_out_in_the_library_is_no_empty_list() -> None:
    contracts, wire = ask(FakeWire(symbols=None))
    with pytest.raises(NoAnswer):
        await contracts.search(wire, "AAPL")


async def test_a_search_without_matches_is_an_empty_list() -> None:
    contracts, wire = ask(FakeWire(symbols=[]))
    assert await contracts.search(wire, "QQQQQ") == []


async def test_searches_go_one_after_the_other() -> None:
    match = ib_async.ContractDescription(contract=details(7).contract)
    fake = FakeWire(symbols=[match])
    contracts, wire = ask(fake)
    found = await asyncio.gather(*(contracts.search(wire, text) for text in ("A", "a", "B")))
    assert [row["conId"] for rows in found for row in rows] == [7, 7, 7]
    assert (fake.most_at_once, fake.count("symbols")) == (1, 2)
