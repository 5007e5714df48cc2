"""What-if requests under way: TWS's answer about margins and commission, never an order."""

from __future__ import annotations

import asyncio

import ib_async

from trading.ib_errors import CodeTable
from trading.ib_objects import contract_row, order_row, preview_row
from trading.orders import OrderPreview
from trading.refusals import NoAnswer, NotConnected, RejectedByIB, TradingError

PREVIEW_TIMEOUT = 10.0
UNLISTED_SECONDS = 1.0


class Previews:
    """Pending what-ifs by order id. With a warning TWS answers twice: text first, then numbers."""

    def __init__(self, codes: CodeTable, seconds: float = PREVIEW_TIMEOUT) -> None:
        self._codes = codes
        self._seconds = seconds
        self._pending: dict[int, asyncio.Future[OrderPreview]] = {}
        self._warnings: dict[int, str] = {}

    def __contains__(self, order_id: int) -> bool:
        return order_id in self._pending

    async def ask(
        self,
        client: ib_async.Client,
        order_id: int,
        contract: ib_async.Contract,
        order: ib_async.Order,
    ) -> OrderPreview:
        """Send the what-if and wait for its numbers.

        Raises RejectedByIB, NotConnected, or NoAnswer when the time for it is over.
        """
        order.whatIf = True
        answer: asyncio.Future[OrderPreview] = asyncio.get_running_loop().create_future()
        self._pending[order_id] = answer
        try:
            client.placeOrder(order_id, contract, order)
            return await asyncio.wait_for(answer, self._seconds)
        except TimeoutError:
            warning = self._warnings.get(order_id)
            raise NoAnswer("TWS gave no preview in time", text=warning) from None
        except ConnectionError as error:
            raise NotConnected(str(error)) from error
        finally:
            self._pending.pop(order_id, None)
            self._warnings.pop(order_id, None)

    def on_open_order(
        self,
        order_id: int,
        contract: ib_async.Contract,
        order: ib_async.Order,
        order_state: ib_async.OrderState,
    ) -> None:
        answer = self._pending.get(order_id)
        if answer is None or answer.done():
            return
        row = preview_row(order_state)
        row["warningText"] = row["warningText"] or self._warnings.get(order_id, "")
        self._warnings[order_id] = row["warningText"]
        if row["initMarginChange"] is not None:
            about = {"account": order.account, "contract": contract_row(contract)}
            answer.set_result(OrderPreview({**about, "order": order_row(order), **row}))

    def on_error(self, order_id: int, code: int, text: str) -> None:
        """A reject ends a preview; a notice such as 10349 comes with good numbers.

        A code that nobody listed may be either: it ends the preview unless numbers follow at once.
        """
        sentence = self._codes.sentence(code, text)
        error = RejectedByIB(sentence, code=code, text=text, sent="yes")
        if self._codes.explain(code).kind == "reject":
            _fail(self._pending[order_id], error)
        elif code not in self._codes:
            loop = asyncio.get_running_loop()
            loop.call_later(UNLISTED_SECONDS, _fail, self._pending[order_id], error)

    def on_disconnected(self, reason: str) -> None:
        for answer in self._pending.values():
            _fail(answer, NotConnected(reason))


def _fail(answer: asyncio.Future[OrderPreview], error: TradingError) -> None:
    if not answer.done():
        answer.set_exception(error)
