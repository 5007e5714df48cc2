"""Questions about contracts: asked once, and an error is never an empty list."""

from __future__ import annotations

import asyncio
from typing import Any, cast

import ib_async
import pytest
from ib_async.wrapper import RequestError

from ib.market_data.asking import Asking
from ib.market_data.contracts import Contracts, rules_row
from ib.wire import Wire
from tests.ib.market_data.wires_for_tests import AAPL, FakeWire, details
from trading.contracts import parse_contract
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


def listing(con_id: int, currency: str, name: str) -> ib_async.ContractDetails:
    made = details(con_id, currency=currency, localSymbol="SHOP", primaryExchange=name)
    made.longName, made.validExchanges = "SHOPIFY INC", f"SMART,{name}"
    return made


async def test_the_choices_have_exchange_currency_and_name() -> None:
    found = [listing(1, "USD", "NYSE"), listing(2, "CAD", "TSE"), listing(2, "CAD", "TSE")]
    contracts, wire = ask(FakeWire(details=found))
    with pytest.raises(Refused) as refused:
        await contracts.typed(wire, "SHOP")
    assert [
        (row["conId"], row["currency"], row["primaryExchange"], row["description"])
        for row in refused.value.choices
    ] == [(1, "USD", "NYSE", "SHOPIFY INC"), (2, "CAD", "TSE", "SHOPIFY INC")]


async def test_a_thousand_choices_are_told_in_short() -> None:
    contracts, wire = ask(FakeWire(details=[details(n) for n in range(1, 1001)]))
    with pytest.raises(Refused, match=r"and 995 more") as refused:
        await contracts.typed(wire, "AAPL")
    assert len(refused.value.choices) == 60


async def test_the_first_kind_that_ib_knows_is_meant() -> None:
    class Indices(FakeWire):
        async def reqContractDetailsAsync(self, contract: ib_async.Contract) -> Any:
            found = await super().reqContractDetailsAsync(contract)
            if contract.secType != "IND":
                raise RequestError(5, 200, "No security definition")
            return found

    fake = Indices()
    contracts, wire = ask(fake)
    assert (await contracts.typed(wire, "spx")).contract is not None
    assert [asked.secType for _, asked in fake.asked] == ["STK", "IND"]
    await contracts.typed(wire, " SPX ")
    assert fake.count("details") == 2  # the same text again is known


async def test_an_isin_is_asked_for_as_one() -> None:
    fake = FakeWire()
    contracts, wire = ask(fake)
    await contracts.typed(wire, "US0378331005")
    ((_, asked),) = fake.asked
    assert (asked.secIdType, asked.secId, asked.symbol) == ("ISIN", "US0378331005", "")


async def test_a_text_that_means_nothing_at_ib_is_not_found() -> None:
    contracts, wire = ask(FakeWire(details=RequestError(5, 200, "No security definition")))
    with pytest.raises(NotFound, match="IB knows no contract NOSUCH"):
        await contracts.typed(wire, "NOSUCH")


async def test_what_the_text_gives_away_is_found_without_ibs_search() -> None:
    fake = FakeWire()
    contracts, wire = ask(fake)
    (row,) = await contracts.search(wire, "AAPL  261218C00150000")
    assert (row["conId"], fake.count("symbols")) == (265598, 0)
    assert (row["exchange"], row["validExchanges"]) == ("", None)


async def test_what_is_no_contract_after_all_is_searched() -> None:
    fake = FakeWire(details=RequestError(5, 200, "No security definition"))
    contracts, wire = ask(fake)
    assert await contracts.search(wire, "ESZ6") == []
    assert fake.count("symbols") == 1


async def test_what_is_known_needs_no_tws_and_another_tws_is_asked_anew() -> None:
    fake = FakeWire()
    contracts, wire = ask(fake)
    contracts.use("one")
    assert contracts.known(AAPL) is None
    await contracts.details(wire, AAPL)
    assert contracts.known(AAPL) is not None
    contracts.use("one")
    assert contracts.known(AAPL) is not None
    contracts.use("another")
    assert contracts.known(AAPL) is None


async def test_a_con_id_is_asked_for_alone_and_trades_where_it_can() -> None:
    found = details(7, exchange="CME")
    found.validExchanges = "CME,QBALGO"
    fake = FakeWire(details=[found])
    contracts, wire = ask(fake)
    resolved = await contracts.resolve(wire, parse_contract({"conId": 7}))
    ((_, asked),) = fake.asked
    assert (asked.conId, asked.secType, asked.exchange, asked.currency) == (7, "", "", "")
    assert resolved.exchange == "CME"  # and not SMART, which is only a stock's default
    other = await contracts.resolve(wire, parse_contract({"conId": 7, "exchange": "QBALGO"}))
    assert other.exchange == "QBALGO"


def test_rules_show_hours_and_the_price_step() -> None:
    found = details(7)
    found.minTick, found.longName, found.timeZoneId = 0.01, "APPLE INC", "US/Eastern"
    row = rules_row(found)
    assert (row["minTick"], row["longName"], row["timeZoneId"]) == (0.01, "APPLE INC", "US/Eastern")
    assert rules_row(details(7))["minTick"] is None  # never a step of zero


async def test_searches_go_one_after_the_other() -> None:
    match = ib_async.ContractDescription(contract=details(7).contract)
    fake = FakeWire(symbols=[match])
    contracts, wire = ask(fake)
    found = await asyncio.gather(*(contracts.search(wire, text) for text in ("A", "a", "B")))
    assert [row["conId"] for rows in found for row in rows] == [7, 7, 7]
    assert (fake.most_at_once, fake.count("symbols")) == (1, 2)
