"""The OrderDesk of relay mode: every order goes to the user's own agent, once.

An order whose answer is lost is unknown, never failed and never sent again: the agent has the
journal, and its events and its list tell what became of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Future
from typing import Any

from relay.client import RelayClient
from relay.value_forms import dicts_of, order_of, orders_of, profit_form_of, read
from trading.orders import OrderPreview, OrderRequest, OrderResult
from trading.outcomes import unknown
from trading.profit import ProfitQuestion
from trading.refusals import FieldError, NoAnswer, Refused, TradingError
from trading.snapshots import ConnectionStatus
from trading.whole_bodies import whole_body

MOST_ANSWERS = 20  # each of up to 1 MiB
TOO_MANY = "These are too many executions for one answer: ask for fewer days"


class RelayOrderDesk:
    """An OrderDesk (`trading/ports.py`) for the user of its client."""

    def __init__(self, client: RelayClient) -> None:
        self._client = client

    def status(self) -> ConnectionStatus:
        return self._client.connection("orders")

    def blockers(self) -> list[str]:
        return list(map(str, self._client.fact("blockers")))

    def has_read_orders(self) -> bool:
        return self._client.fact("hasReadOrders") is True

    def drain(self) -> None:
        self._client.link.drain()

    def has_sleep_workaround(self) -> bool:
        return self._client.fact("sleepWorkaround").get("applies") is True

    def submit(self, request: OrderRequest) -> Future[OrderResult]:
        """It fails only when it is certain that nothing reached TWS."""
        return self._client.link.submit(self._placed(request))

    def preview(self, request: OrderRequest) -> Future[OrderPreview]:
        return self._client.ask("preview", _preview, body=whole_body(request))

    def modify(self, client_order_id: str, changes: Mapping[str, Any]) -> Future[OrderResult]:
        asked = {"clientOrderId": client_order_id, "changes": dict(changes)}
        return self._client.ask("modify-order", order_of, **asked)

    def cancel(self, client_order_id: str) -> Future[OrderResult]:
        return self._client.ask("cancel-order", order_of, clientOrderId=client_order_id)

    def cancel_all(self) -> Future[list[OrderResult]]:
        return self._client.ask("cancel-all", orders_of)

    def dismiss(self, client_order_id: str, who: str) -> Future[OrderResult]:
        asked = {"clientOrderId": client_order_id, "who": who}
        return self._client.ask("dismiss-order", order_of, **asked)

    def freeze(self, reason: str) -> Future[None]:
        return self._client.ask("freeze", _nothing, reason=reason)

    def unfreeze(self) -> Future[None]:
        return self._client.ask("unfreeze", _nothing)

    def is_frozen(self) -> bool:
        return self._client.fact("frozen") is True

    def journal_failure(self) -> str | None:
        failure = self._client.fact("journal").get("failure")
        return None if failure is None else str(failure)

    def saved_orders(self) -> int:
        return read(self._client.fact("journal"), lambda journal: int(journal["orders"]))

    def orders(self) -> list[OrderResult]:
        return self._client.now("orders", orders_of)

    def older_orders(self, before: str | None, limit: int) -> list[OrderResult]:
        asked = {"limit": limit} if before is None else {"before": before, "limit": limit}
        return self._client.now("older-orders", orders_of, **asked)

    def order(self, client_order_id: str) -> OrderResult:
        return self._client.now("order", order_of, clientOrderId=client_order_id)

    def executions(self, since: str | None = None) -> list[dict[str, Any]]:
        """One answer holds as many of the oldest as fit into it: the agent is asked on from there,
        until it names nothing new."""
        asked = {} if since is None else {"since": since}
        rows: dict[str, dict[str, Any]] = {}
        for _ in range(MOST_ANSWERS):
            told = self._client.now("known-executions", dicts_of, **asked)
            fresh = {row["execId"]: row for row in told if row["execId"] not in rows}
            rows |= fresh
            if since is None or not fresh:
                return list(rows.values())
            asked = {"since": told[-1]["time"] or since}
        raise Refused(TOO_MANY, FieldError("/from", TOO_MANY))

    def profit(self, question: ProfitQuestion) -> dict[str, Any]:
        return self._client.now("profit", profit_form_of, **question.to_payload())

    def events(self, client_order_id: str) -> list[dict[str, Any]]:
        return self._client.now("events", dicts_of, clientOrderId=client_order_id)

    async def _placed(self, request: OrderRequest) -> OrderResult:
        client = self._client
        asked = {
            "body": whole_body(request),
            "source": request.source,
            "isNamed": request.is_named,
            "isClosing": request.is_closing,
        }
        try:
            answer = await client.link.ask(client.asking, "place-order", asked)
            result = read(answer.result, order_of)
        except TradingError as error:
            if error.sent == "no" and not isinstance(error, NoAnswer):
                raise
            return unknown(request)
        return result if result.client_order_id == request.client_order_id else unknown(request)


def _preview(form: Any) -> OrderPreview:
    return OrderPreview(dict(form))


def _nothing(form: Any) -> None:
    """There is nothing to read."""
