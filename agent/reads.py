"""What may be read of this TWS: operation by operation, as the forms that travel.

Nothing here can place, change or cancel an order. Accounts that the policy does not allow are
neither named nor shown.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor, Future
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar

from agent import arguments
from agent.accounts import AllowedAccounts
from agent.arguments import Arguments
from agent.waiting import heard
from engine.status import Parts, engine_status, known_accounts
from relay.messages import MAX_FRAME, json_text
from relay.value_forms import account_form, facts_form, order_form, rows_form
from trading.contracts import Contract
from trading.orders import OrderResult, parse_order_request
from trading.ports import OrderDesk
from trading.price_requests import parse_contracts, parse_prices
from trading.refusals import NotConnected

T = TypeVar("T")

READ_SECONDS = 14.0  # a little less than the relay waits
BARS_SECONDS = 28.0
CHAIN_SECONDS = 43.0
MOST_BYTES = MAX_FRAME * 9 // 10
NOT_LISTED = "TWS has not listed its orders yet"


class Reads:
    """`files`: the threads that may wait for the journal's file. `lends`: to another user."""

    def __init__(
        self, parts: Parts, accounts: AllowedAccounts, files: Executor, *, lends: bool = False
    ) -> None:
        self._parts = parts
        self._lends = lends
        self._accounts = accounts
        self._files = files

    async def status(self, given: Arguments) -> dict[str, Any]:
        return self._accounts.status(engine_status(self._parts))

    async def accounts(self, given: Arguments) -> list[str]:
        names = await heard(self._parts.reader.accounts(), READ_SECONDS)
        return [name for name in names if name in self._accounts]

    async def account(self, given: Arguments) -> dict[str, Any]:
        account = self._account(given) or self._default()
        return account_form(await heard(self._parts.reader.account(account), READ_SECONDS))

    async def positions(self, given: Arguments) -> dict[str, Any]:
        rows = await heard(self._parts.reader.positions(self._account(given)), READ_SECONDS)
        return rows_form(self._accounts.rows(rows))

    async def pnl(self, given: Arguments) -> dict[str, Any]:
        rows = await heard(self._parts.reader.pnl(), READ_SECONDS)
        return rows_form(self._accounts.rows(rows))

    async def open_orders(self, given: Arguments) -> dict[str, Any]:
        rows = await heard(self._parts.reader.open_orders(), READ_SECONDS)
        return rows_form(self._accounts.rows(rows))

    async def executions(self, given: Arguments) -> dict[str, Any]:
        rows = await heard(self._parts.reader.executions(), READ_SECONDS)
        return rows_form(self._accounts.rows(rows))

    async def messages(self, given: Arguments) -> dict[str, Any]:
        found = await heard(self._parts.reader.messages(), READ_SECONDS)
        return rows_form(self._accounts.messages(found, self._parts.order_desk.orders))

    async def order_facts(self, given: Arguments) -> dict[str, Any]:
        contract = arguments.contract(given)
        account = self._account(given) or self._default()
        wants_quote = arguments.flag(given, "wantsQuote")
        asked = self._parts.reader.order_facts(contract, account, wants_quote=wants_quote)
        return facts_form(await heard(asked, READ_SECONDS))

    async def orders(self, given: Arguments) -> list[dict[str, Any]]:
        """Refused until TWS has listed its orders: an empty list would say too much."""
        desk = self._parts.order_desk
        refuse_unlisted(desk)
        return that_fit(self._accounts.orders(desk.orders()))

    async def older_orders(self, given: Arguments) -> list[dict[str, Any]]:
        """Only an empty list means that there are no older ones."""
        before, limit = arguments.cursor(given), arguments.row_limit(given)
        while older := await self._from_file(partial(self._older, before, limit)):
            if shown := self._accounts.orders(older):
                return first_that_fit([order_form(result) for result in shown])
            before = older[-1].client_order_id
        return []

    async def order(self, given: Arguments) -> dict[str, Any]:
        name, desk = arguments.client_order_id(given), self._parts.order_desk
        return order_form(self._accounts.order(await self._from_file(lambda: desk.order(name))))

    async def events(self, given: Arguments) -> list[dict[str, Any]]:
        name, desk = arguments.client_order_id(given), self._parts.order_desk
        self._accounts.order(await self._from_file(lambda: desk.order(name)))
        return await self._from_file(lambda: desk.events(name))

    async def known_executions(self, given: Arguments) -> list[dict[str, Any]]:
        """All of today, or as many as fit of those since then, the oldest first."""
        since, desk = arguments.optional_text(given, "since"), self._parts.order_desk
        rows = self._accounts.dicts(await self._from_file(lambda: desk.executions(since)))
        return first_that_fit(rows) if since else rows

    async def profit(self, given: Arguments) -> dict[str, Any]:
        """Of one account: of the default one when none is named."""
        question = arguments.profit_question(given)
        account = self._accounts.checked(question.account) or self._default()
        desk = self._parts.order_desk
        return await self._from_file(lambda: desk.profit(replace(question, account=account)))

    async def preview(self, given: Arguments) -> dict[str, Any]:
        request = parse_order_request(given.get("body"))
        self._accounts.checked(request.order.account)
        seconds = self._parts.settings.order_timeout
        return (await heard(self._parts.order_desk.preview(request), seconds)).payload

    async def stock_quote(self, given: Arguments) -> dict[str, Any]:
        return await heard(self._quote(arguments.contract(given)), READ_SECONDS)

    async def fetch_prices(self, given: Arguments) -> dict[str, Any]:
        """As many quotes as can be had; the others with what happened to them."""
        asked = self._parts.reader.prices(parse_prices(given), lent=self._lends)
        return await heard(asked, READ_SECONDS)

    async def watching(self, given: Arguments) -> dict[str, Any]:
        contracts = parse_contracts(given.get("contracts"))
        return await heard(self._parts.reader.watch(contracts, lent=self._lends), READ_SECONDS)

    async def test_futures(self, given: Arguments) -> dict[str, Any]:
        symbol = arguments.text(given, "symbol")
        exchange = arguments.optional_text(given, "exchange") or ""
        return await heard(self._parts.reader.futures(symbol, exchange), READ_SECONDS)

    async def contract_details(self, given: Arguments) -> dict[str, Any]:
        query = arguments.text(given, "query")
        currency = arguments.optional_text(given, "currency") or ""
        return await heard(self._parts.reader.contract_details(query, currency), READ_SECONDS)

    async def trading_sessions(self, given: Arguments) -> dict[str, Any]:
        asked = self._parts.reader.sessions(arguments.contract(given))
        return await heard(asked, READ_SECONDS)

    async def contracts(self, given: Arguments) -> dict[str, Any]:
        query = arguments.text(given, "query")
        return rows_form(await heard(self._parts.reader.search(query), READ_SECONDS))

    async def bars(self, given: Arguments) -> dict[str, Any]:
        question = arguments.bar_question(given)
        asked = self._parts.reader.bars(question, lent=self._lends)
        return await heard(asked, BARS_SECONDS)

    async def fetch_chain(self, given: Arguments) -> dict[str, Any]:
        asked = self._parts.reader.chain(
            arguments.chain_question(given),
            arguments.chain_id(given),
            owner=self._chains_of,
            lent=self._lends,
        )
        return await heard(asked, CHAIN_SECONDS)

    async def stop_chain(self, given: Arguments) -> bool:
        asked = self._parts.reader.stop_chain(arguments.chain_id(given), owner=self._chains_of)
        return await heard(asked, READ_SECONDS)

    @property
    def _chains_of(self) -> str:
        """Chains that are lent are not the user's own, whatever they are called."""
        return "others" if self._lends else ""

    def _quote(self, contract: Contract) -> Future[dict[str, Any]]:
        return self._parts.reader.quote(contract, lent=self._lends)

    def _account(self, given: Arguments) -> str | None:
        return self._accounts.checked(arguments.optional_text(given, "account"))

    def _default(self) -> str | None:
        parts = self._parts
        return self._accounts.default(parts.settings.ib_account, known_accounts(parts))

    def _older(self, before: str | None, limit: int) -> list[OrderResult]:
        return self._parts.order_desk.older_orders(before, limit)

    async def _from_file(self, read: Callable[[], T]) -> T:
        """What may have to read the journal's file, in a thread of its own."""
        return await asyncio.get_running_loop().run_in_executor(self._files, read)


def refuse_unlisted(desk: OrderDesk) -> None:
    """NotConnected until TWS has listed its orders: nobody knows all of them before."""
    if not desk.has_read_orders():
        raise NotConnected(desk.status().reason or NOT_LISTED)


def that_fit(results: list[OrderResult]) -> list[dict[str, Any]]:
    """Every open order, and of the finished ones as many of the newest as one frame carries."""
    forms = [order_form(result) for result in results]
    sizes = [len(json_text(form).encode()) + 1 for form in forms]
    left = MOST_BYTES - sum(
        size for size, result in zip(sizes, results, strict=True) if not result.is_final
    )
    shown = []
    for form, size, result in zip(forms, sizes, results, strict=True):
        if result.is_final:
            left -= size
        if not result.is_final or left >= 0:
            shown.append(form)
    return shown


def first_that_fit(forms: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The beginning of a list that is paged through: whoever asks goes on after its last one."""
    left = MOST_BYTES
    for count, form in enumerate(forms):
        left -= len(json_text(form).encode()) + 1
        if left < 0 and count:
            return forms[:count]
    return forms
