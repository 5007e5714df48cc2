"""Requests that are under way: each order once, reads bounded, exits always begun."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from agent.admission import Session
from agent.outbox import Outbox
from relay.messages import Reply, Request
from relay.operations import OPERATIONS
from trading.refusal_forms import to_form
from trading.refusals import Busy

MOST_READS = 64
MOST_ORDERS = 256
MOST_EXITS = 4096  # more than anybody has; only a relay gone mad meets it

Answer = Callable[[Request, Session], Awaitable[Reply]]


class Requests:
    """It belongs to the link's loop. `on_news`: the outbox has something.

    Orders and exits outlive the connection that brought them; reads do not.
    """

    def __init__(self, answer: Answer, outbox: Outbox, on_news: Callable[[], None]) -> None:
        self._answer = answer
        self._outbox = outbox
        self._on_news = on_news
        self._orders: dict[str, asyncio.Task[None]] = {}
        self._reads: set[asyncio.Task[None]] = set()
        self._session: Session | None = None

    def use(self, session: Session | None) -> None:
        """The connection that is now, or that there is none."""
        self._session = session

    def begin(self, request: Request, session: Session) -> None:
        operation = OPERATIONS.get(request.op)
        if operation is None or not operation.is_order:
            self._begin_read(request, session)
        elif len(self._orders) >= (MOST_EXITS if _is_exit(request) else MOST_ORDERS):
            self._refuse(request, session)
        else:
            self._begin_order(request, session)
        self._on_news()

    async def all_orders_answered(self) -> None:
        while self._orders:
            await asyncio.wait(set(self._orders.values()))

    def _begin_order(self, request: Request, session: Session) -> None:
        """The same request twice is one request; its reply is given again."""
        if request.id in self._orders or self._outbox.repeat(request.id):
            return
        task = asyncio.create_task(self._do_order(request, session))
        self._orders[request.id] = task
        task.add_done_callback(lambda _: self._orders.pop(request.id))

    def _begin_read(self, request: Request, session: Session) -> None:
        if len(self._reads) >= MOST_READS:
            self._refuse(request, session)
            return
        task = asyncio.create_task(self._do_read(request, session))
        self._reads.add(task)
        task.add_done_callback(self._reads.discard)

    def _refuse(self, request: Request, session: Session) -> None:
        form = to_form(Busy("Your agent has too many requests at once; nothing was done"))
        self._outbox.add_reply(Reply(request.id, session.epoch, error=form), keeps=False)

    async def _do_order(self, request: Request, session: Session) -> None:
        self._outbox.add_reply(await self._answer(request, session), keeps=True)
        self._on_news()

    async def _do_read(self, request: Request, session: Session) -> None:
        reply = await self._answer(request, session)
        if session is self._session:  # else it is nobody's now
            self._outbox.add_reply(reply, keeps=False)
            self._on_news()


def _is_exit(request: Request) -> bool:
    """A closing order is one too: the engine lets it do nothing but close."""
    return OPERATIONS[request.op].kind == "exit" or request.args.get("isClosing") is True
