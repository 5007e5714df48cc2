"""What is sent to this TWS: orders, changes and exits, for one request each.

`begin` is called right before the order desk is: it raises when the request may not begin any
more, and from then on bytes may have reached TWS.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor, Future
from dataclasses import replace
from typing import Any

from agent import arguments
from agent.accounts import AllowedAccounts
from agent.arguments import Arguments
from agent.reads import refuse_unlisted
from agent.waiting import heard
from engine.status import Parts
from relay.value_forms import order_form, orders_form
from trading.orders import OrderRequest, OrderResult, parse_order_request
from trading.outcomes import unheard
from trading.refusals import NoAnswer, NotConnected, NotFound

Begin = Callable[[], None]

EXIT_SECONDS = 11.0  # a little less than the relay waits
GRACE_SECONDS = 3.0  # the desk answers within the order timeout by itself
UNCONFIRMED = "It is not confirmed yet. Check TWS: the order may still fill."


class Orders:
    """`files`: the threads that may wait for the journal's file."""

    def __init__(self, parts: Parts, accounts: AllowedAccounts, files: Executor) -> None:
        self._parts = parts
        self._accounts = accounts
        self._files = files

    async def place(self, given: Arguments, begin: Begin) -> dict[str, Any]:
        """Where the order stands; an order whose key is known is answered, never placed again."""
        request = self._request(given)
        begin()
        future = self._parts.order_desk.submit(request)
        try:
            result = await heard(future, self._parts.settings.order_timeout + GRACE_SECONDS)
        except NoAnswer:
            result = await self._in_thread(lambda: unheard(self._parts.order_desk, request))
        return order_form(result)

    async def is_known(self, given: Arguments) -> bool:
        """Whether the order of a place-order is known here: then asking again places nothing."""
        request = self._request(given)
        try:
            await self._in_thread(lambda: self._parts.order_desk.order(request.client_order_id))
        except (NotFound, NotConnected):
            return False
        return True

    async def modify(self, given: Arguments, begin: Begin) -> dict[str, Any]:
        name, changes = arguments.client_order_id(given), arguments.changes(given)
        desk = self._parts.order_desk

        def change() -> Future[OrderResult]:
            self._accounts.order(desk.order(name))
            begin()
            return desk.modify(name, changes)

        return order_form(await self._sent(await self._in_thread(change)))

    async def cancel(self, given: Arguments, begin: Begin) -> dict[str, Any]:
        name = arguments.client_order_id(given)
        if self._accounts.are_named:
            await self._in_thread(lambda: self._accounts.order(self._parts.order_desk.order(name)))
        begin()
        return order_form(await self._sent(self._parts.order_desk.cancel(name)))

    async def cancel_all(self, given: Arguments, begin: Begin) -> list[dict[str, Any]]:
        """Every open order of this desk that is of an allowed account."""
        desk = self._parts.order_desk
        if not self._accounts.are_named:
            begin()
            return orders_form(await self._sent(desk.cancel_all()))
        refuse_unlisted(desk)
        begin()
        cancels = (self._sent(desk.cancel(name)) for name in self._own_open_orders())
        return orders_form(await asyncio.gather(*cancels))

    async def dismiss(self, given: Arguments, begin: Begin) -> dict[str, Any]:
        name, who = arguments.client_order_id(given), arguments.note(given, "who")
        await self._in_thread(lambda: self._accounts.order(self._parts.order_desk.order(name)))
        begin()
        return order_form(await self._sent(self._parts.order_desk.dismiss(name, who)))

    async def freeze(self, given: Arguments, begin: Begin) -> None:
        reason = arguments.note(given, "reason")
        begin()
        await self._sent(self._parts.order_desk.freeze(reason))

    async def unfreeze(self, given: Arguments, begin: Begin) -> None:
        begin()
        await self._sent(self._parts.order_desk.unfreeze())

    def _own_open_orders(self) -> list[str]:
        """Those of allowed accounts; IB lets nobody but their program cancel those of others."""
        desk = self._parts.order_desk
        client_id = desk.status().client_id
        shown = self._accounts.orders(desk.orders())
        own = (one for one in shown if one.payload["clientId"] == client_id)
        return [one.client_order_id for one in own if not one.is_final]

    def _request(self, given: Arguments) -> OrderRequest:
        request = parse_order_request(given.get("body"))
        self._accounts.checked(request.order.account)
        return replace(
            request,
            source=arguments.note(given, "source"),
            is_named=arguments.flag(given, "isNamed", request.is_named),
            is_closing=arguments.flag(given, "isClosing"),
        )

    async def _sent(self, future: Future[Any]) -> Any:
        try:
            return await heard(future, EXIT_SECONDS)
        except NoAnswer as error:
            raise NoAnswer(UNCONFIRMED, sent="unknown") from error

    async def _in_thread(self, read: Callable[[], Any]) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._files, read)
