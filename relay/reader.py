"""The Reader of relay mode: everything is read from the user's own agent.

Only market data may come from another user's agent, which shares its quotes; its quotes say so.
"""

from __future__ import annotations

from concurrent.futures import Future
from typing import Any

from relay.client import RelayClient
from relay.value_forms import account_of, bars_of, facts_of, read, rows_of
from trading.bars import BarQuestion
from trading.contracts import Contract
from trading.sizing import OrderFacts
from trading.snapshots import AccountSummary, ConnectionStatus, Rows


class RelayReader:
    """A Reader (`trading/ports.py`) for the user of its client."""

    def __init__(self, client: RelayClient) -> None:
        self._client = client

    def status(self) -> ConnectionStatus:
        return self._client.connection("data")

    def accounts(self) -> Future[tuple[str, ...]]:
        return self._client.ask("accounts", _names)

    def account(self, account: str | None = None) -> Future[AccountSummary]:
        return self._client.ask("account", account_of, **_given(account=account))

    def positions(self, account: str | None = None) -> Future[Rows]:
        return self._client.ask("positions", rows_of, **_given(account=account))

    def pnl(self) -> Future[Rows]:
        return self._client.ask("pnl", rows_of)

    def open_orders(self) -> Future[Rows]:
        return self._client.ask("open-orders", rows_of)

    def executions(self) -> Future[Rows]:
        return self._client.ask("executions", rows_of)

    def known_facts(self, contract: Contract, account: str | None) -> OrderFacts | None:
        """Nothing is known here: the limits stand next to TWS, at the agent."""
        return None

    def order_facts(
        self, contract: Contract, account: str | None, *, wants_quote: bool
    ) -> Future[OrderFacts]:
        """From the own agent alone; a quote of somebody else's never sizes an order.

        Unlike the local one it can fail: an agent that is away is not a fact that is missing.
        """
        asked = _given(contract=contract_form(contract), account=account, wantsQuote=wants_quote)
        return self._client.ask("order-facts", facts_of, **asked)

    def quote(self, contract: Contract, *, lent: bool = False) -> Future[dict[str, Any]]:
        """The quote with its `source` {own, feed}. Who lends it is the relay's choice."""
        return self._client.link.submit(self._quote(contract))

    def search(self, pattern: str) -> Future[Rows]:
        return self._client.ask("contracts", rows_of, query=pattern)

    def bars(self, question: BarQuestion, *, lent: bool = False) -> Future[dict[str, Any]]:
        """Bars of another user's agent do not go on: their `live` is false."""
        asked = {"contract": contract_form(question.contract), **question.to_payload()}
        return self._client.ask("bars", bars_of, **asked)

    async def _quote(self, contract: Contract) -> dict[str, Any]:
        client = self._client
        asked = {"contract": contract_form(contract)}
        answer = await client.link.ask(client.asking, "stock-quote", asked)
        source = {
            "own": answer.source.get("own") is True,
            "feed": str(answer.source.get("feed", "")),
        }
        return read(answer.result, dict) | {"source": source}


def contract_form(contract: Contract) -> dict[str, Any]:
    """What was given of the contract, as plain JSON values; parsing it gives an equal one."""
    return contract.model_dump(mode="json", by_alias=True, exclude_unset=True)


def _given(**arguments: Any) -> dict[str, Any]:
    return {name: value for name, value in arguments.items() if value is not None}


def _names(form: Any) -> tuple[str, ...]:
    if not isinstance(form, list) or not all(isinstance(name, str) for name in form):
        raise TypeError("not a list of names")
    return tuple(form)
