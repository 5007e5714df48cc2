"""The Reader of relay mode: every value comes back as the agent had it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from relay.client import RelayClient
from relay.link import Asking
from relay.reader import RelayReader
from relay.value_forms import account_form, facts_form, rows_form
from tests.fakes import ACCOUNT, NOW, bars_answer
from tests.relay.fake_relay import FakeRelay, linked, status_form
from trading.bars import BarQuestion
from trading.contracts import parse_contract
from trading.options import ChainQuestion
from trading.ports import Reader
from trading.price_requests import parse_prices
from trading.refusals import AgentNotConnected, NoAnswer, Refused
from trading.sizing import NO_FACTS
from trading.snapshots import AccountSummary, Rows

ROWS = Rows(NOW, ({"account": ACCOUNT, "position": 100.5, "marketPrice": None},), stale=True)
AAPL = parse_contract({"symbol": "AAPL"})
AAPL_FORM = {"symbol": "AAPL", "exchange": "SMART"}


@pytest.fixture
def relay() -> Iterator[FakeRelay]:
    with FakeRelay() as relay:
        yield relay


@pytest.fixture
def reader(relay: FakeRelay) -> Iterator[Reader]:
    with linked(relay) as link:
        yield RelayReader(RelayClient(link, Asking("alice", "read")))


@pytest.mark.parametrize(
    ("name", "ask", "arguments"),
    [
        ("positions", lambda r: r.positions("DU1"), {"account": "DU1"}),
        ("positions", lambda r: r.positions(), {}),
        ("pnl", lambda r: r.pnl(), {}),
        ("open-orders", lambda r: r.open_orders(), {}),
        ("executions", lambda r: r.executions(), {}),
        ("messages", lambda r: r.messages(), {}),
        ("contracts", lambda r: r.search("app"), {"query": "app"}),
    ],
)
def test_rows_come_back_as_they_are(
    relay: FakeRelay, reader: Reader, name: str, ask: Any, arguments: dict[str, Any]
) -> None:
    relay.results[name] = rows_form(ROWS)
    assert ask(reader).result(10) == ROWS
    (call,) = relay.asked
    assert (call.operation, call.user, call.arguments) == (name, "alice", arguments)


def test_bars_are_asked_for_with_what_is_not_usual(relay: FakeRelay, reader: Reader) -> None:
    relay.results["bars"] = bars_answer()
    question = BarQuestion(AAPL, "5 mins", "2 D", is_live=True)
    assert reader.bars(question).result(10) == bars_answer()
    (call,) = relay.asked
    assert call.arguments == {
        "contract": AAPL_FORM,
        "barSize": "5 mins",
        "duration": "2 D",
        "live": "yes",
    }


@pytest.mark.parametrize("name", ["asOf", "bars", "sessions", "budget", "what"])
def test_bars_without_their_shape_are_no_answer(
    relay: FakeRelay, reader: Reader, name: str
) -> None:
    relay.results["bars"] = bars_answer() | {name: 7}
    with pytest.raises(NoAnswer):
        reader.bars(BarQuestion(AAPL)).result(10)


def test_a_chain_and_its_cancel_are_asked_of_an_agent(relay: FakeRelay, reader: Reader) -> None:
    relay.results |= {"fetch-chain": {"symbol": "AAPL", "rows": []}, "cancel-chain": True}
    question = ChainQuestion(AAPL, "20261218", 40, "AAPL")
    assert reader.chain(question, "one", owner="alice").result(10)["symbol"] == "AAPL"
    assert reader.stop_chain("one").result(10) is True
    fetch, cancel = relay.asked
    assert fetch.arguments == {
        "contract": AAPL_FORM,
        "expiry": "20261218",
        "strikes": 40,
        "tradingClass": "AAPL",
        "id": "one",
    }
    assert (cancel.operation, cancel.arguments) == ("cancel-chain", {"id": "one"})


def test_a_chain_without_a_choice_names_none(relay: FakeRelay, reader: Reader) -> None:
    relay.results["fetch-chain"] = {"rows": []}
    reader.chain(ChainQuestion(AAPL), "one").result(10)
    assert relay.asked[0].arguments.keys() == {"contract", "strikes", "id"}


def test_a_chain_that_is_none_cannot_be_read(relay: FakeRelay, reader: Reader) -> None:
    relay.results["fetch-chain"] = 7
    with pytest.raises(NoAnswer):
        reader.chain(ChainQuestion(AAPL), "one").result(10)


def test_accounts_and_their_values_come_back(relay: FakeRelay, reader: Reader) -> None:
    values = ({"tag": "NetLiquidation", "value": "1000000.00", "currency": "USD"},)
    summary = AccountSummary(NOW, ACCOUNT, values)
    relay.results |= {"accounts": [ACCOUNT], "account": account_form(summary)}
    assert reader.accounts().result(10) == (ACCOUNT,)
    assert reader.account(ACCOUNT).result(10) == summary


@pytest.mark.parametrize("garbage", [None, "DU1", [1], {"DU1": 1}], ids=str)
def test_accounts_are_a_list_of_names(relay: FakeRelay, reader: Reader, garbage: object) -> None:
    relay.results["accounts"] = garbage
    with pytest.raises(NoAnswer):
        reader.accounts().result(10)


@pytest.mark.attack("A54")
def test_facts_come_from_the_own_agent(relay: FakeRelay, reader: Reader) -> None:
    facts = replace(NO_FACTS, bid=Decimal("228.10"), position=Decimal(0))
    relay.results["order-facts"] = facts_form(facts)
    assert reader.known_facts(AAPL, ACCOUNT) is None
    assert reader.order_facts(AAPL, None, wants_quote=True).result(10) == facts
    assert relay.asked[0].arguments == {"contract": AAPL_FORM, "wantsQuote": True}


def test_an_agent_that_is_away_is_no_missing_fact(relay: FakeRelay, reader: Reader) -> None:
    relay.refuses["order-facts"] = AgentNotConnected()
    with pytest.raises(AgentNotConnected):
        reader.order_facts(AAPL, None, wants_quote=False).result(10)


@pytest.mark.parametrize("source", [{"own": True, "feed": "home"}, {"own": False, "feed": "lab"}])
def test_a_quote_says_whose_it_is(relay: FakeRelay, reader: Reader, source: dict[str, Any]) -> None:
    relay.results["stock-quote"], relay.source = {"symbol": "AAPL", "bid": 228.1}, source
    quote = reader.quote(AAPL).result(10)
    assert quote == {"symbol": "AAPL", "bid": 228.1, "source": source}


def test_prices_are_asked_for_as_they_were_typed(relay: FakeRelay, reader: Reader) -> None:
    source = {"own": False, "feed": "lab"}
    relay.results["fetch-prices"] = {"quotes": [{"symbol": "AAPL"}], "failed": []}
    relay.source = source
    found = reader.prices(parse_prices({"symbols": ["AAPL", "EUR.USD"]})).result(10)
    assert found["quotes"] == [{"symbol": "AAPL", "source": source}]
    assert relay.asked[0].arguments == {"symbols": ["AAPL", "EUR.USD"]}


def test_prices_of_contracts_are_asked_for_by_contract(relay: FakeRelay, reader: Reader) -> None:
    relay.results["fetch-prices"] = {"quotes": [], "failed": []}
    reader.prices(parse_prices({"contracts": [{"conId": 7}]})).result(10)
    ((contract,),) = relay.asked[0].arguments.values()
    assert contract["conId"] == 7


def test_what_a_page_watches_says_whose_it_is(relay: FakeRelay, reader: Reader) -> None:
    relay.results["watching"] = {"quotes": [{"symbol": "AAPL"}], "failed": []}
    relay.source = {"own": True, "feed": ""}
    found = reader.watch([AAPL]).result(10)
    assert found["quotes"][0]["source"]["own"] is True
    assert relay.asked[0].arguments == {"contracts": [AAPL_FORM]}


@pytest.mark.parametrize("garbage", [None, [], {"quotes": 7}, {"quotes": ["x"]}], ids=str)
def test_an_answer_without_quotes_is_no_answer(
    relay: FakeRelay, reader: Reader, garbage: object
) -> None:
    relay.results["watching"] = garbage
    with pytest.raises(NoAnswer):
        reader.watch([AAPL]).result(10)


def test_futures_and_contracts_are_asked_for(relay: FakeRelay, reader: Reader) -> None:
    relay.results |= {"test-futures": {"futures": []}, "contract-details": {"minTick": 0.01}}
    assert reader.futures("ES", "CME").result(10) == {"futures": []}
    assert reader.contract_details("ESZ6").result(10) == {"minTick": 0.01}
    assert [one.arguments for one in relay.asked] == [
        {"symbol": "ES", "exchange": "CME"},
        {"query": "ESZ6", "currency": ""},
    ]


def test_the_hours_of_a_contract_are_asked_for(relay: FakeRelay, reader: Reader) -> None:
    relay.results["trading-sessions"] = {"conId": 265598, "sessions": []}
    assert reader.sessions(AAPL).result(10) == {"conId": 265598, "sessions": []}
    assert relay.asked[0].arguments == {"contract": AAPL_FORM}


def test_choices_of_an_ambiguous_name_come_back(relay: FakeRelay, reader: Reader) -> None:
    choices = [{"conId": 1, "currency": "USD"}, {"conId": 2, "currency": "CAD"}]
    relay.refuses["contract-details"] = Refused("SHOP names several", choices=choices)
    with pytest.raises(Refused) as refused:
        reader.contract_details("SHOP").result(10)
    assert list(refused.value.choices) == choices


@pytest.mark.parametrize("told", [{"requested": "delayed"}, None])
def test_market_data_is_what_the_agent_says_of_it(
    relay: FakeRelay, reader: Reader, told: dict[str, Any] | None
) -> None:
    relay.results["status"] = status_form() | {"marketData": told}
    assert reader.market_data() == told


@pytest.mark.attack("A54")
def test_a_source_that_says_nothing_is_not_the_own_one(relay: FakeRelay, reader: Reader) -> None:
    relay.results["stock-quote"], relay.source = {"source": {"own": True}}, {"own": "yes"}
    assert reader.quote(AAPL).result(10) == {"source": {"own": False, "feed": ""}}


def test_the_status_is_that_of_the_data_connection(relay: FakeRelay, reader: Reader) -> None:
    relay.results["status"] = status_form()
    assert reader.status().client_id == 999
