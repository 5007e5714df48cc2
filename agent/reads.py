"""What may be read of this TWS: operation by operation, as the forms that travel.

Nothing here can place, change or cancel an order. Accounts that the policy does not allow are
neither named nor shown.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor, Future
from functools import partial
from typing import Any, TypeVar

from agent import arguments
from agent.accounts import AllowedAccounts
from agent.arguments import Arguments
from agent.waiting import heard
from engine.status import Parts, engine_status, known_accounts
from relay.messages import MAX_FRAME, json_text
from relay.value_forms import account_form, facts_form, order_form, rows_form
from trading.contracts import Contract, parse_contract
from trading.orders import OrderResult, parse_order_request
from trading.refusals import NotConnected, TradingError

T = TypeVar("T")

READ_SECONDS = 14.0  # a little less than the relay waits
BARS_SECONDS = 28.0
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

    async def order_facts(self, given: Arguments) -> dict[str, Any]:
        contract = arguments.contract(given)
        account = self._account(given) or self._default()
        wants_quote = arguments.flag(given, "wantsQuote")
        asked = self._parts.reader.order_facts(contract, account, wants_quote=wants_quote)
        return facts_form(await heard(asked, READ_SECONDS))

    async def orders(self, given: Arguments) -> list[dict[str, Any]]:
        """Refused until TWS has listed its orders: an empty list would say too much."""
        desk = self._parts.order_desk
        if not desk.has_read_orders():
            raise NotConnected(desk.status().reason or NOT_LISTED)
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

    async def preview(self, given: Arguments) -> dict[str, Any]:
        request = parse_order_request(given.get("body"))
        self._accounts.checked(request.order.account)
        seconds = self._parts.settings.order_timeout
        return (await heard(self._parts.order_desk.preview(request), seconds)).payload

    async def stock_quote(self, given: Arguments) -> dict[str, Any]:
        return await heard(self._quote(arguments.contract(given)), READ_SECONDS)

    async def fetch_prices(self, given: Arguments) -> dict[str, Any]:
        """As many quotes as can be had; the others with what happened to them."""
        names = arguments.symbols(given)
        found = await asyncio.gather(*(self._price(name) for name in names))
        failed = [
            {"symbol": name, "error": one.sentence}
            for name, one in zip(names, found, strict=True)
            if isinstance(one, TradingError)
        ]
        return {"quotes": [one for one in found if isinstance(one, dict)], "failed": failed}

    async def contracts(self, given: Arguments) -> dict[str, Any]:
        query = arguments.text(given, "query")
        return rows_form(await heard(self._parts.reader.search(query), READ_SECONDS))

    async def bars(self, given: Arguments) -> dict[str, Any]:
        contract = arguments.contract(given)
        size, duration = arguments.text(given, "barSize"), arguments.text(given, "duration")
        asked = self._parts.reader.bars(contract, size, duration)
        return rows_form(await heard(asked, BARS_SECONDS))

    async def _price(self, symbol: str) -> dict[str, Any] | TradingError:
        try:
            return await heard(self._quote(parse_contract({"symbol": symbol})), READ_SECONDS)
        except TradingError as error:
            return error

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
