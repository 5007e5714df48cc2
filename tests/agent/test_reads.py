"""What is read: deadlines, accounts, and no list that says too much or too little."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from agent import reads as reads_module
from agent.accounts import AllowedAccounts
from agent.reads import MOST_BYTES, Reads, first_that_fit, that_fit
from relay.messages import json_text
from tests.agent.conftest import body
from tests.agent.parts import FakeParts
from tests.fakes import ACCOUNT, FakeOrderDesk, connected, execution, order_result
from trading.orders import OrderResult
from trading.refusals import AccountMismatch, NoAnswer, NotConnected, Refused

MakeReads = Callable[..., Reads]


@pytest.fixture
def parts() -> FakeParts:
    return FakeParts()


@pytest.fixture
def make_reads(parts: FakeParts) -> Iterator[MakeReads]:
    with ThreadPoolExecutor(1, "files") as files:
        yield lambda *accounts: Reads(parts, AllowedAccounts(frozenset(accounts)), files)


@pytest.fixture
def reads(make_reads: MakeReads) -> Reads:
    return make_reads()


async def test_a_tws_that_says_nothing_is_no_empty_answer(
    reads: Reads, parts: FakeParts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reads_module, "READ_SECONDS", 0.01)
    parts.reader.holds = True
    with pytest.raises(NoAnswer):
        await reads.positions({})


async def test_a_tws_that_is_away_is_an_error(reads: Reads, parts: FakeParts) -> None:
    parts.reader.fails_with = NotConnected("TWS is away")
    with pytest.raises(NotConnected):
        await reads.pnl({})


async def test_orders_are_not_listed_before_tws_has_listed_them(
    reads: Reads, parts: FakeParts
) -> None:
    parts.order_desk.is_listed = False
    with pytest.raises(NotConnected):
        await reads.orders({})


async def test_other_accounts_are_refused_or_left_out(
    make_reads: MakeReads, parts: FakeParts
) -> None:
    reads = make_reads("DU9")
    for asked in (
        reads.account({"account": ACCOUNT}),
        reads.positions({"account": ACCOUNT}),
        reads.order_facts({"contract": {"symbol": "AAPL"}, "account": ACCOUNT}),
        reads.preview({"body": body("p-1", account=ACCOUNT)}),
        reads.account({}),  # the TWS has none that is allowed
    ):
        with pytest.raises(AccountMismatch):
            await asked
    assert parts.reader.asked == []
    assert await reads.accounts({}) == []
    assert (await reads.positions({}))["rows"] == []
    assert (await reads.pnl({}))["rows"] == []
    parts.order_desk.knows("o-1", "live")
    assert await reads.orders({}) == []
    for hidden in (reads.order({"clientOrderId": "o-1"}), reads.events({"clientOrderId": "o-1"})):
        with pytest.raises(AccountMismatch):
            await hidden
    assert (await reads.status({}))["accounts"] == []


async def test_a_read_without_an_account_is_of_an_allowed_one(
    make_reads: MakeReads, parts: FakeParts
) -> None:
    accounts = ("DU0", ACCOUNT)
    parts.reader.connection = replace(connected("data", 999), accounts=accounts)
    await make_reads(ACCOUNT).account({})
    assert parts.reader.asked == [("account", ACCOUNT)]


async def test_prices_are_asked_for_together_each_once(reads: Reads) -> None:
    found = await reads.fetch_prices({"symbols": ["AAPL", "MSFT", "AAPL"]})
    assert [quote["symbol"] for quote in found["quotes"]] == ["AAPL", "MSFT"]


async def test_prices_that_never_come_are_no_answer(
    reads: Reads, parts: FakeParts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reads_module, "READ_SECONDS", 0.01)
    parts.reader.holds = True
    with pytest.raises(NoAnswer):
        await reads.fetch_prices({"symbols": ["AAPL", "MSFT"]})


@pytest.mark.parametrize("given", [{}, {"contracts": []}, {"contracts": [{}]}])
async def test_a_page_must_watch_something(reads: Reads, given: dict[str, Any]) -> None:
    with pytest.raises(Refused):
        await reads.watching(given)


async def test_what_a_page_watches_and_futures_and_contracts_are_read(reads: Reads) -> None:
    watched = await reads.watching({"contracts": [{"conId": 265598}]})
    assert watched["quotes"][0]["symbol"] == "AAPL"
    assert (await reads.test_futures({"symbol": "ES"}))["symbol"] == "ES"
    assert (await reads.contract_details({"query": "aapl"}))["minTick"] == 0.01
    hours = await reads.trading_sessions({"contract": {"conId": 265598}})
    assert hours["sessions"][0]["kind"] == "regular"


async def test_messages_about_orders_of_other_accounts_are_left_out(
    make_reads: MakeReads, parts: FakeParts
) -> None:
    parts.order_desk.known = {"o-1": order_result("o-1")}
    parts.reader.said = tuple({"clientOrderId": name} for name in (None, "o-1", "forgotten"))
    assert len((await make_reads().messages({}))["rows"]) == 3
    assert len((await make_reads(ACCOUNT).messages({}))["rows"]) == 2
    assert (await make_reads("DU9").messages({}))["rows"] == [{"clientOrderId": None}]


@pytest.mark.parametrize(
    "given",
    [{}, {"query": ""}, {"query": 7}],
)
async def test_a_search_for_nothing_is_refused(reads: Reads, given: dict[str, Any]) -> None:
    with pytest.raises(Refused):
        await reads.contracts(given)


class FileDesk(FakeOrderDesk):
    """Notes which threads read its file."""

    threads: set[str]

    def _note(self) -> None:
        self.threads.add(threading.current_thread().name.rstrip("_0"))

    def order(self, client_order_id: str) -> OrderResult:
        self._note()
        return super().order(client_order_id)

    def events(self, client_order_id: str) -> list[dict[str, Any]]:
        self._note()
        return super().events(client_order_id)

    def older_orders(self, before: str | None, limit: int) -> list[OrderResult]:
        self._note()
        return super().older_orders(before, limit)

    def executions(self, since: str | None = None) -> list[dict[str, Any]]:
        self._note()
        return super().executions(since)


async def test_profit_is_of_the_default_account_and_of_no_forbidden_one(parts: FakeParts) -> None:
    with ThreadPoolExecutor(1, "files") as files:
        reads = Reads(parts, AllowedAccounts(frozenset({ACCOUNT})), files)
        assert (await reads.profit({"from": "2026-11-01"}))["account"] == ACCOUNT
        with pytest.raises(AccountMismatch):
            await reads.profit({"account": "DU9"})
        with pytest.raises(Refused):
            await reads.profit({"from": "today"})


async def test_the_journals_file_is_never_read_in_the_links_loop(parts: FakeParts) -> None:
    desk = FileDesk()
    desk.threads = set()
    desk.known["o-1"] = order_result("o-1")
    parts.order_desk = desk
    with ThreadPoolExecutor(1, "files") as files:
        reads = Reads(parts, AllowedAccounts(frozenset()), files)
        await reads.order({"clientOrderId": "o-1"})
        await reads.events({"clientOrderId": "o-1"})
        await reads.older_orders({"before": "o-1"})
        await reads.known_executions({})
    assert desk.threads == {"files"}


def test_a_list_that_is_too_long_keeps_every_open_order() -> None:
    text = "x" * 20_000
    done = [order_result(f"d-{number}", "filled", source=text) for number in range(100)]
    live = [order_result(f"l-{number}", "live", source=text) for number in range(5)]
    shown = that_fit([*done, *live])
    names = [form["clientOrderId"] for form in shown]
    assert names[-5:] == [f"l-{number}" for number in range(5)]
    assert names[:3] == ["d-0", "d-1", "d-2"]
    assert 30 < len(shown) < 60
    assert len(json_text(shown)) <= MOST_BYTES + 2


async def test_older_orders_of_other_accounts_do_not_end_the_list(
    make_reads: MakeReads, parts: FakeParts
) -> None:
    parts.order_desk.older = [
        *(order_result(f"their-{number}", account="DU2") for number in range(4)),
        order_result("own", account=ACCOUNT),
    ]
    reads = make_reads(ACCOUNT)
    [found] = await reads.older_orders({"limit": 2})
    assert found["clientOrderId"] == "own"
    assert await reads.older_orders({"before": "own", "limit": 2}) == []


def test_a_page_that_is_too_long_is_cut_where_the_next_one_begins() -> None:
    forms = [{"number": number, "text": "x" * 20_000} for number in range(100)]
    shown = first_that_fit(forms)
    assert shown == forms[: len(shown)]
    assert 30 < len(shown) < 60
    assert first_that_fit([{"text": "x" * 2 * MOST_BYTES}])


async def test_executions_since_a_time_are_those_of_the_journal(
    reads: Reads, parts: FakeParts
) -> None:
    parts.order_desk.execution_rows = [
        execution("a.1", "2026-11-19T14:31:02.118Z") | {"account": ACCOUNT},
        execution("b.1", "2026-11-20T14:31:02.118Z") | {"account": ACCOUNT},
    ]
    found = await reads.known_executions({"since": "2026-11-20T00:00:00.000Z"})
    assert [row["execId"] for row in found] == ["b.1"]
