"""The read connection against the paper gateway: current, shared, and never wrongly empty."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ib_connector import IBConnector
from order_handler import OrderHandler
from tests.conftest import (
    DEADLINE,
    READER,
    PaperGateway,
    Publications,
    Rooms,
    place,
    wait_until,
)
from trading.bars import BarQuestion
from trading.contracts import Contract, parse_contract
from trading.ports import OrderDesk
from trading.refusals import NotConnected, NotFound, RejectedByIB
from trading.risk import NO_FACTS

REQ_POSITIONS, REQ_MARKET_DATA, REQ_BARS, REQ_SEARCH, REQ_DETAILS = 61, 1, 20, 81, 9
REQ_MARKET_RULE = 91
AAPL = parse_contract({"symbol": "AAPL"})
HOURS = BarQuestion(AAPL, "1 hour", "1 D")

Ask = Callable[[IBConnector], Future[Any]]
ASKS: dict[str, Ask] = {
    "accounts": lambda reader: reader.accounts(),
    "account": lambda reader: reader.account(),
    "positions": lambda reader: reader.positions(),
    "pnl": lambda reader: reader.pnl(),
    "open_orders": lambda reader: reader.open_orders(),
    "executions": lambda reader: reader.executions(),
    "quote": lambda reader: reader.quote(AAPL),
    "search": lambda reader: reader.search("AAPL"),
    "bars": lambda reader: reader.bars(HOURS),
}


def rows(future: Future[Any]) -> tuple[dict[str, Any], ...]:
    found: tuple[dict[str, Any], ...] = future.result(DEADLINE).rows
    return found


# Positions


def test_an_empty_account_is_an_empty_list(reader: IBConnector) -> None:
    answer = reader.positions().result(DEADLINE)
    assert (answer.rows, answer.stale) == ((), False)
    assert answer.as_of


def test_a_fill_appears_by_itself_and_is_valued(
    reader: IBConnector, handler: OrderHandler, gateway: PaperGateway
) -> None:
    price = place(handler, "ui-1").payload["avgFillPrice"]
    (row,) = wait_until(lambda: rows(reader.positions()))
    assert (row["account"], row["contract"]["symbol"], row["position"]) == (
        "DU1234567",
        "AAPL",
        100,
    )
    assert row["avgCost"] == pytest.approx(price, abs=0.02)  # with its commission
    wait_until(lambda: rows(reader.positions())[0]["marketPrice"])
    (valued,) = rows(reader.positions())
    assert valued["marketValue"] == pytest.approx(100 * valued["marketPrice"])
    assert gateway.received(REQ_POSITIONS) == 1


@pytest.mark.failure("F21")
def test_fifty_callers_are_one_request_and_fifty_equal_answers(
    reader: IBConnector, handler: OrderHandler, gateway: PaperGateway
) -> None:
    place(handler, "ui-1", symbol="MSFT")
    wait_until(lambda: rows(reader.positions()))
    with ThreadPoolExecutor(50) as threads:
        answers = list(threads.map(lambda _: rows(reader.positions()), range(50)))
    assert {(len(each), each[0]["position"]) for each in answers} == {(1, 100)}
    assert gateway.received(REQ_POSITIONS) == 1


def test_a_closed_position_is_pushed_with_zero_and_gone(
    reader: IBConnector, handler: OrderHandler, published: Publications
) -> None:
    place(handler, "ui-1")
    wait_until(lambda: 100 in [p["position"] for p in published.of("position")])
    place(handler, "ui-2", action="SELL")
    wait_until(lambda: published.of("position")[-1]["position"] == 0)
    last = published.of("position")[-1]
    assert (last["contract"]["symbol"], last["marketValue"]) == ("AAPL", 0)
    assert last["unrealizedPNL"] == 0
    assert rows(reader.positions()) == ()


def test_positions_of_another_account_are_not_found(reader: IBConnector) -> None:
    assert rows(reader.positions("DU1234567")) == ()
    with pytest.raises(NotFound, match="Account DU7 is not one of this TWS"):
        reader.positions("DU7").result(DEADLINE)


# The account


def test_the_account_has_its_values(reader: IBConnector) -> None:
    summary = reader.account().result(DEADLINE).to_payload()
    assert (summary["account"], summary["stale"]) == ("DU1234567", False)
    assert summary["summary"]["NetLiquidation"] == {"value": 1_000_000, "currency": "USD"}
    assert reader.accounts().result(DEADLINE) == ("DU1234567",)


def test_the_account_follows_a_fill(
    reader: IBConnector, handler: OrderHandler, published: Publications
) -> None:
    place(handler, "ui-1")
    wait_until(
        lambda: any(
            (p["summary"].get("GrossPositionValue") or {"value": 0})["value"] > 0
            for p in published.of("account")
        )
    )


def test_profit_and_loss_is_known(reader: IBConnector, published: Publications) -> None:
    wait_until(lambda: published.of("pnl"))
    (row,) = rows(reader.pnl())
    assert row["account"] == "DU1234567"
    assert {"dailyPnL", "unrealizedPnL", "realizedPnL"} <= set(row)


# Quotes, bars, search


def test_a_quote_has_prices_and_says_their_kind(reader: IBConnector) -> None:
    quote = reader.quote(AAPL).result(DEADLINE)
    assert 0 < quote["bid"] < quote["ask"]
    assert (quote["symbol"], quote["marketDataType"]) == ("AAPL", "live")
    assert quote["contract"]["conId"] == 265598


def test_many_callers_of_a_quote_share_one_subscription(
    reader: IBConnector, gateway: PaperGateway
) -> None:
    futures = [reader.quote(AAPL) for _ in range(10)]
    assert {future.result(DEADLINE)["symbol"] for future in futures} == {"AAPL"}
    assert (gateway.received(REQ_MARKET_DATA), gateway.received(REQ_DETAILS)) == (1, 1)


def test_a_quote_that_was_asked_for_is_published_as_it_moves(
    reader: IBConnector, published: Publications
) -> None:
    reader.quote(AAPL).result(DEADLINE)
    wait_until(lambda: len({quote["time"] for quote in published.of("quote")}) > 1)
    assert {quote["symbol"] for quote in published.of("quote")} == {"AAPL"}


def test_the_position_and_its_quote_share_one_subscription(
    reader: IBConnector, handler: OrderHandler, gateway: PaperGateway, published: Publications
) -> None:
    place(handler, "ui-1")
    wait_until(lambda: rows(reader.positions()))
    reader.quote(AAPL).result(DEADLINE)
    assert gateway.received(REQ_MARKET_DATA) == 1
    assert {message["code"] for message in published.of("message")} == {2104, 2106, 2158}


def test_an_unknown_symbol_is_not_found(reader: IBConnector) -> None:
    for ask in (reader.quote, lambda contract: reader.bars(BarQuestion(contract))):
        with pytest.raises(NotFound) as refused:
            ask(Contract(symbol="NOSUCH", exchange="SMART")).result(DEADLINE)
        assert refused.value.code == 200


def test_bars_come_oldest_first_and_are_asked_for_once(
    reader: IBConnector, gateway: PaperGateway
) -> None:
    futures = [reader.bars(HOURS) for _ in range(5)]
    found = [future.result(DEADLINE)["bars"] for future in futures]
    times = [bar["time"] for bar in found[0]]
    assert times == sorted(set(times))
    assert len(times) > 5
    assert all(bar["low"] <= bar["open"] <= bar["high"] for bar in found[0])
    assert (all(each == found[0] for each in found), gateway.received(REQ_BARS)) == (True, 1)


def test_daily_bars_are_at_midnight_utc(reader: IBConnector) -> None:
    bars = reader.bars(BarQuestion(AAPL, "1 day", "1 M")).result(DEADLINE)["bars"]
    assert {bar["time"] % 86_400 for bar in bars} == {0}


def test_bars_that_ib_refuses_say_why(reader: IBConnector) -> None:
    with pytest.raises(RejectedByIB) as refused:
        reader.bars(BarQuestion(AAPL, "1 secs", "1 D")).result(DEADLINE)
    assert refused.value.code in {162, 321}


def test_a_search_finds_contracts_and_asks_once(reader: IBConnector, gateway: PaperGateway) -> None:
    futures = [reader.search(pattern) for pattern in ("AAPL", "aapl", "AAPL")]
    assert [rows(future)[0]["conId"] for future in futures] == [265598] * 3
    assert gateway.received(REQ_SEARCH) == 1


# Orders of others


def test_open_orders_of_every_client_are_seen(reader: IBConnector, handler: OrderHandler) -> None:
    assert rows(reader.open_orders()) == ()
    place(handler, "ui-1", orderType="LMT", lmtPrice=1, wait="ack")
    (row,) = rows(reader.open_orders())
    assert (row["clientId"], row["orderRef"], row["status"]) == (1000, "ui-1", "Submitted")
    assert row["order"]["lmtPrice"] == 1


def test_a_cancelled_order_is_not_among_the_open_ones(
    reader: IBConnector, handler: OrderHandler
) -> None:
    place(handler, "ui-1", orderType="LMT", lmtPrice=1, wait="ack")
    assert len(rows(reader.open_orders())) == 1
    handler.cancel("ui-1").result(DEADLINE)
    assert rows(reader.open_orders()) == ()


@pytest.mark.parametrize(("master", "seen"), [(None, []), (READER, ["ui-1"])])
def test_executions_of_other_clients_need_the_master_client_id(
    rooms: Rooms, tmp_path: Path, master: int | None, seen: list[str]
) -> None:
    gateway = rooms.gateway(tmp_path / "with master", master_client_id=master)
    reader, handler = rooms.reader(gateway.port), rooms.connected_handler(gateway.port)
    place(handler, "ui-1")
    found = rows(reader.executions())
    assert [row["orderRef"] for row in found] == seen
    assert all(row["commission"] == 1 for row in found)


# Facts for an order


def test_the_facts_of_a_held_contract_are_whole(
    reader: IBConnector, handler: OrderHandler, gateway: PaperGateway, published: Publications
) -> None:
    place(handler, "ui-1")
    wait_until(lambda: rows(reader.positions()))
    wait_until(lambda: published.of("pnl"))
    facts = reader.order_facts(AAPL, "DU1234567", wants_quote=True).result(DEADLINE)
    assert (facts.con_id, facts.position) == (265598, Decimal(100))
    assert facts.min_tick_rules
    assert facts.min_tick_rules.increment_at(Decimal(228)) == Decimal("0.01")
    assert None not in (facts.bid, facts.ask, facts.net_liquidation, facts.daily_pnl)
    assert facts.quote_age is not None
    again = reader.known_facts(AAPL, None)
    assert again
    assert (again.con_id, again.position, again.bid) == (265598, Decimal(100), None)
    assert (gateway.received(REQ_DETAILS), gateway.received(REQ_MARKET_RULE)) == (1, 1)


def test_an_unknown_contract_has_an_account_all_the_same(reader: IBConnector) -> None:
    nothing = Contract(symbol="NOSUCH", exchange="SMART")
    facts = reader.order_facts(nothing, None, wants_quote=True).result(DEADLINE)
    assert (facts.con_id, facts.position) == (None, None)
    assert facts.net_liquidation == 1_000_000


def test_without_tws_there_are_no_facts_and_no_error(
    reader: IBConnector, gateway: PaperGateway
) -> None:
    reader.order_facts(AAPL, None, wants_quote=False).result(DEADLINE)
    gateway.stop()
    wait_until(lambda: not reader.status().is_connected)
    facts = reader.order_facts(AAPL, None, wants_quote=True)
    assert (facts.result(DEADLINE), reader.known_facts(AAPL, None)) == (NO_FACTS, None)


def test_a_drop_while_facts_are_asked_for_fails_no_order(
    reader: IBConnector, gateway: PaperGateway
) -> None:
    gateway.drill(freeze=True)
    asked = reader.order_facts(AAPL, None, wants_quote=True)
    gateway.drop_connections()
    assert asked.result(DEADLINE).con_id is None


def test_a_stopped_reader_has_no_facts(reader: IBConnector) -> None:
    reader.stop()
    assert reader.order_facts(AAPL, None, wants_quote=True).result(DEADLINE) == NO_FACTS


# Without TWS


@pytest.mark.failure("F20")
@pytest.mark.parametrize("name", ASKS)
def test_without_tws_no_answer_is_empty(
    reader: IBConnector, gateway: PaperGateway, name: str
) -> None:
    gateway.stop()
    wait_until(lambda: not reader.status().is_connected)
    with pytest.raises(NotConnected, match="IB not connected") as refused:
        ASKS[name](reader).result(DEADLINE)
    assert refused.value.text


@pytest.mark.failure("F19")
@pytest.mark.parametrize("name", ["open_orders", "executions", "quote", "search", "bars"])
def test_whoever_waits_when_tws_goes_is_told_so(
    reader: IBConnector, gateway: PaperGateway, name: str
) -> None:
    gateway.drill(freeze=True)
    future = ASKS[name](reader)
    gateway.drop_connections()
    with pytest.raises(NotConnected):
        future.result(DEADLINE)


def test_after_a_restart_of_tws_everything_is_there_again(
    reader: IBConnector, handler: OrderHandler, gateway: PaperGateway
) -> None:
    place(handler, "ui-1")
    gateway.restart()
    wait_until(lambda: reader.status().reconnects and reader.status().is_connected)
    assert [row["position"] for row in rows(reader.positions())] == [100]
    assert reader.quote(AAPL).result(DEADLINE)["bid"] > 0
    assert gateway.received(REQ_POSITIONS) == 1


def test_a_stopped_reader_says_so(reader: IBConnector) -> None:
    reader.stop()
    for ask in ASKS.values():
        with pytest.raises(NotConnected):
            ask(reader)


# Read-only by construction


def test_the_reader_has_none_of_the_order_desks_own_methods() -> None:
    questions = {"status", "executions"}
    orders = {name for name, _ in inspect.getmembers(OrderDesk, inspect.isfunction)}
    own = {name for name in orders if not name.startswith("_")} - questions
    assert {"submit", "cancel", "preview"} <= own
    assert [name for name in own if hasattr(IBConnector, name)] == []
