"""Facts for an order: asked once, in time, and what is not known is None instead of zero."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from math import nan
from typing import Any, cast

import ib_async
import pytest
from ib_async.util import UNSET_DOUBLE
from ib_async.wrapper import RequestError

from ib.market_data.asking import Asking
from ib.market_data.contracts import Contracts
from ib.market_data.quotes import Quotes
from ib.order_facts import KnownFacts
from ib.wire import Line, Wire
from trading.contracts import Contract, parse_contract
from trading.ib_errors import CodeTable
from trading.price_rules import PriceRule
from trading.risk import NO_FACTS, OrderFacts

NOW = datetime(2026, 11, 20, 14, 31, 2, tzinfo=UTC)
AAPL = parse_contract({"symbol": "AAPL"})
BAG = parse_contract(
    {
        "symbol": "SPY",
        "secType": "BAG",
        "comboLegs": [
            {"conId": 1, "ratio": 1, "action": "BUY"},
            {"conId": 2, "ratio": 1, "action": "SELL"},
        ],
    }
)
RULES = {26: [(0.0, 0.01)], 557: [(1.0, 0.01), (0.0, 0.0001)]}


class FakeWire:
    """Answers with `details` and RULES; what is set to None stays without an answer."""

    def __init__(self) -> None:
        self.details: Any = [details()]
        self.rules: dict[int, Any] = dict(RULES)
        self.asked: list[str] = []
        self.ticker: ib_async.Ticker | None = None

    async def reqContractDetailsAsync(self, contract: ib_async.Contract) -> Any:
        self.asked.append("details")
        return await answer(self.details)

    async def fetch_market_rule(self, rule_id: int) -> Any:
        self.asked.append(f"rule {rule_id}")
        rows = await answer(self.rules[rule_id])
        return [ib_async.PriceIncrement(low_edge, increment) for low_edge, increment in rows]

    def queue_length(self) -> int:
        return 0

    def open_line(self, contract: ib_async.Contract) -> Line:
        self.asked.append("quote")
        self.ticker = ib_async.Ticker(contract=contract)
        return Line(7, self.ticker, asyncio.get_running_loop().create_future())


async def answer(value: Any) -> Any:
    if value is None:
        await asyncio.get_running_loop().create_future()
    if isinstance(value, Exception):
        raise value
    return value


def details(con_id: int = 265598, **fields: Any) -> ib_async.ContractDetails:
    contract = ib_async.Contract(
        conId=con_id,
        symbol="AAPL",
        currency="USD",
        exchange="SMART",
        multiplier=fields.pop("multiplier", ""),
    )
    usual: dict[str, Any] = {
        "validExchanges": "ISLAND,SMART",
        "marketRuleIds": "26,557",
        "sizeIncrement": 0.0001,
    }
    return ib_async.ContractDetails(contract=contract, **(usual | fields))


class Desk:
    """The facts over a fake wire, one account without positions."""

    def __init__(self, seconds: float = 10) -> None:
        self.fake = FakeWire()
        self.quotes = Quotes(CodeTable())
        self.facts = KnownFacts(Contracts(Asking(CodeTable())), self.quotes, lambda: NOW, seconds)
        self.facts.on_listed(("DU1",))

    async def ask(
        self, contract: Contract = AAPL, account: str | None = "DU1", *, wants_quote: bool = False
    ) -> OrderFacts:
        return await self.facts.ask(cast(Wire, self.fake), contract, account, wants_quote)

    async def quoted(self, **fields: Any) -> OrderFacts:
        """The facts with a quote whose first tick has these fields."""
        asked = asyncio.create_task(self.ask(wants_quote=True))
        while self.fake.ticker is None:
            await asyncio.wait({asyncio.create_task(answer(1))})
        for name, value in ({"time": NOW, "marketDataType": 1} | fields).items():
            setattr(self.fake.ticker, name, value)
        self.quotes.on_ticks({self.fake.ticker})
        return await asked

    def hold(self, size: float, account: str = "DU1", con_id: int = 265598) -> None:
        contract = ib_async.Contract(conId=con_id)
        self.facts.on_position(ib_async.Position(account, contract, size, 1.0))

    def value(self, tag: str, value: str, currency: str) -> None:
        self.facts.on_value(ib_async.AccountValue("DU1", tag, value, currency, ""))


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def hasty() -> Desk:
    """It waits for next to nothing."""
    return Desk(seconds=0.05)


# The contract


async def test_a_contract_is_known_with_its_rule_and_steps(desk: Desk) -> None:
    facts = await desk.ask()
    assert (facts.con_id, facts.symbol) == (265598, "AAPL")
    assert (facts.multiplier, facts.size_increment) == (Decimal(1), Decimal("0.0001"))
    assert facts.min_tick_rules == PriceRule(
        ((Decimal("0.0"), Decimal("0.0001")), (Decimal("1.0"), Decimal("0.01")))
    )


async def test_the_rule_is_the_one_of_the_orders_exchange(desk: Desk) -> None:
    at_island = parse_contract({"symbol": "AAPL", "exchange": "ISLAND"})
    facts = await desk.ask(at_island)
    assert facts.min_tick_rules
    assert facts.min_tick_rules.bands == ((Decimal("0.0"), Decimal("0.01")),)


async def test_a_contract_is_asked_for_once(desk: Desk) -> None:
    await asyncio.gather(*(desk.ask() for _ in range(5)))
    await desk.ask()
    assert desk.fake.asked == ["details", "rule 557"]


async def test_a_conid_is_one_contract_whatever_else_is_said(desk: Desk) -> None:
    await desk.ask(parse_contract({"conId": 265598}))
    assert desk.facts.known(parse_contract({"conId": 265598, "symbol": "AAPL"}), "DU1")
    elsewhere = parse_contract({"conId": 265598, "exchange": "ISLAND"})
    assert desk.facts.known(elsewhere, "DU1") is None


@pytest.mark.parametrize(
    ("answer", "multiplier", "increment"),
    [
        (details(multiplier="100", sizeIncrement=1.0), Decimal(100), Decimal("1.0")),
        (details(multiplier="?", sizeIncrement=0.0), None, None),
        (details(sizeIncrement=UNSET_DOUBLE), Decimal(1), None),
    ],
)
async def test_numbers_of_a_contract_are_positive_or_unknown(
    desk: Desk, answer: Any, multiplier: Any, increment: Any
) -> None:
    desk.fake.details = [answer]
    facts = await desk.ask()
    assert (facts.multiplier, facts.size_increment) == (multiplier, increment)


@pytest.mark.parametrize(
    "fields",
    [
        {"marketRuleIds": "", "validExchanges": ""},
        {"marketRuleIds": "26", "validExchanges": "ISLAND,SMART"},
        {"marketRuleIds": "26,x"},
        {"marketRuleIds": "26,1", "sizeIncrement": 1.0},
    ],
)
async def test_without_a_usable_rule_the_other_facts_stand(desk: Desk, fields: Any) -> None:
    desk.fake.details, desk.fake.rules[1] = [details(**fields)], []
    facts = await desk.ask()
    assert (facts.con_id, facts.min_tick_rules) == (265598, None)


@pytest.mark.parametrize(
    "answer",
    [
        [],
        RequestError(5, 200, "No security definition"),
        RequestError(5, 321, "Error validating request"),
        [details(1), details(2)],
        ConnectionError("Socket disconnect"),
    ],
    ids=["nothing", "200", "321", "ambiguous", "gone"],
)
async def test_a_contract_that_tws_does_not_name_has_no_facts(desk: Desk, answer: Any) -> None:
    desk.fake.details = answer
    desk.value("NetLiquidation", "1000.5", "USD")
    facts = await desk.ask()
    assert (facts.con_id, facts.min_tick_rules, facts.position) == (None, None, None)
    assert facts.net_liquidation == Decimal("1000.5")
    assert desk.facts.known(AAPL, "DU1") is None


async def test_a_silent_tws_delays_an_order_by_the_deadline_alone(hasty: Desk) -> None:
    hasty.fake.details = None
    assert await hasty.ask(wants_quote=True) == NO_FACTS


async def test_a_rule_that_stays_unanswered_is_waited_for_once(hasty: Desk) -> None:
    hasty.fake.rules[557] = None
    facts = [await hasty.ask(), await hasty.ask()]
    assert [each.min_tick_rules for each in facts] == [None, None]
    assert hasty.facts.known(AAPL, "DU1")
    assert hasty.fake.asked.count("rule 557") == 1


async def test_a_combination_is_not_asked_for(desk: Desk) -> None:
    desk.value("NetLiquidation", "1000", "USD")
    facts = await desk.ask(BAG, wants_quote=True)
    assert facts.net_liquidation == 1000
    assert (facts.con_id, facts.min_tick_rules, facts.position, facts.bid) == (None,) * 4
    assert desk.fake.asked == []


async def test_a_new_connection_asks_again(desk: Desk) -> None:
    await desk.ask()
    desk.facts.begin()
    assert desk.facts.known(AAPL, "DU1") is None
    facts = await desk.ask()
    assert (facts.position, desk.fake.asked.count("rule 557")) == (None, 2)


# The quote


async def test_a_quote_has_its_age(desk: Desk) -> None:
    facts = await desk.quoted(bid=228.1, ask=228.2, last=nan, time=NOW - timedelta(seconds=3))
    assert (facts.bid, facts.ask, facts.last) == (Decimal("228.1"), Decimal("228.2"), None)
    assert facts.quote_age == 3
    assert facts.con_id == 265598


@pytest.mark.failure("F71")
async def test_a_quote_from_the_future_has_no_age(desk: Desk) -> None:
    """The clock was set back since: the quote may be an hour old."""
    facts = await desk.quoted(bid=228.1, ask=228.2, time=NOW + timedelta(hours=1))
    assert (facts.bid, facts.quote_age) == (Decimal("228.1"), None)


@pytest.mark.parametrize(("kind", "age"), [(1, 0), (3, 900), (2, None), (4, None)])
async def test_a_quote_that_is_not_live_is_no_fresh_one(desk: Desk, kind: int, age: Any) -> None:
    facts = await desk.quoted(bid=228.1, marketDataType=kind)
    assert (facts.bid, facts.quote_age) == (Decimal("228.1"), age)


async def test_without_a_quote_the_contract_is_known_all_the_same(hasty: Desk) -> None:
    facts = await hasty.ask(wants_quote=True)
    assert (facts.con_id, facts.bid, facts.quote_age) == (265598, None, None)


async def test_no_quote_is_asked_for_unless_it_is_wanted(desk: Desk) -> None:
    await desk.ask()
    assert "quote" not in desk.fake.asked


# The account


async def test_a_position_that_was_not_listed_is_zero(desk: Desk) -> None:
    assert (await desk.ask()).position == 0
    desk.hold(-100)
    assert (await desk.ask()).position == -100
    desk.hold(0)
    assert (await desk.ask()).position == 0


@pytest.mark.parametrize(
    ("account", "position"), [("DU1", 5), ("DU2", 7), ("DU9", None), (None, None)]
)
async def test_each_account_has_its_own_position(
    desk: Desk, account: str | None, position: int | None
) -> None:
    desk.facts.on_listed(("DU1", "DU2"))
    desk.hold(5)
    desk.hold(7, account="DU2")
    assert (await desk.ask(account=account)).position == position


async def test_a_lone_account_need_not_be_named(desk: Desk) -> None:
    desk.hold(5)
    assert (await desk.ask(account=None)).position == 5


async def test_before_all_positions_are_listed_none_is_known(desk: Desk) -> None:
    desk.facts.begin()
    desk.hold(5)
    assert (await desk.ask()).position is None


@pytest.mark.parametrize(
    ("values", "worth"),
    [
        ([("NetLiquidation", "1000", "USD")], 1000),
        ([("NetLiquidation", "1000", "EUR"), ("ExchangeRate", "0.8", "USD")], 1250),
        ([("NetLiquidation", "1000", "EUR"), ("$LEDGER-ExchangeRate", "0.8", "USD")], 1250),
        ([("NetLiquidation", "1000", "EUR")], None),
        ([("NetLiquidation", "1000", "EUR"), ("ExchangeRate", "0", "USD")], None),
        ([("NetLiquidation", "", "USD")], None),
        ([("NetLiquidationByCurrency", "7", "USD"), ("NetLiquidation-S", "8", "USD")], None),
    ],
)
async def test_the_money_is_in_the_contracts_currency(
    desk: Desk, values: list[tuple[str, str, str]], worth: int | None
) -> None:
    for value in values:
        desk.value(*value)
    assert (await desk.ask()).net_liquidation == worth


@pytest.mark.parametrize(("told", "known"), [(-12.5, Decimal("-12.5")), (UNSET_DOUBLE, None)])
async def test_the_days_result_is_known_once_told(desk: Desk, told: float, known: Any) -> None:
    assert (await desk.ask()).daily_pnl is None
    desk.facts.on_pnl(ib_async.PnL("DU1", "", told, nan, nan))
    assert (await desk.ask()).daily_pnl == known


async def test_what_is_known_is_told_at_once_without_a_quote(desk: Desk) -> None:
    assert desk.facts.known(AAPL, "DU1") is None
    asked = await desk.ask()
    assert desk.facts.known(AAPL, "DU1") == asked
