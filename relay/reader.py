"""The Reader of relay mode: everything is read from the user's own agent.

Only market data may come from another user's agent, which shares its quotes; its quotes say so.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future
from typing import Any

from relay.client import RelayClient
from relay.value_forms import account_of, bars_of, facts_of, read, rows_of
from trading.bars import BarQuestion
from trading.contracts import Contract
from trading.options import ChainQuestion
from trading.price_requests import Asked, parse_prices
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

    def messages(self) -> Future[Rows]:
        return self._client.ask("messages", rows_of)

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

    def prices(self, asked: Sequence[Asked], *, lent: bool = False) -> Future[dict[str, Any]]:
        """As the local one; each quote has its `source`."""
        return self._client.link.submit(self._sourced("fetch-prices", _asked_form(asked)))

    def watch(self, contracts: Sequence[Contract], *, lent: bool = False) -> Future[dict[str, Any]]:
        """As the local one; a shared feed publishes nothing, so its changes are asked for."""
        forms = [contract_form(contract) for contract in contracts]
        return self._client.link.submit(self._sourced("watching", {"contracts": forms}))

    def futures(self, symbol: str, exchange: str = "") -> Future[dict[str, Any]]:
        return self._client.ask("test-futures", dict, symbol=symbol, exchange=exchange)

    def contract_details(self, typed: str, currency: str = "") -> Future[dict[str, Any]]:
        return self._client.ask("contract-details", dict, query=typed, currency=currency)

    def market_data(self) -> dict[str, Any] | None:
        known = self._client.status().get("marketData")
        return known if isinstance(known, dict) else None

    def search(self, pattern: str) -> Future[Rows]:
        return self._client.ask("contracts", rows_of, query=pattern)

    def bars(self, question: BarQuestion, *, lent: bool = False) -> Future[dict[str, Any]]:
        """Bars of another user's agent do not go on: their `live` is false."""
        asked = {"contract": contract_form(question.contract), **question.to_payload()}
        return self._client.ask("bars", bars_of, **asked)

    def sessions(self, contract: Contract) -> Future[dict[str, Any]]:
        return self._client.ask("trading-sessions", dict, contract=contract_form(contract))

    def chain(
        self, question: ChainQuestion, chain_id: str, *, owner: str = "", lent: bool = False
    ) -> Future[dict[str, Any]]:
        """From another user's agent it comes without events on the way."""
        asked = _given(
            contract=contract_form(question.underlying),
            expiry=question.expiry or None,
            strikes=question.strikes,
            tradingClass=question.trading_class or None,
            id=chain_id,
        )
        return self._client.ask("fetch-chain", dict, **asked)

    def stop_chain(self, chain_id: str, *, owner: str = "") -> Future[bool]:
        return self._client.ask("cancel-chain", bool, id=chain_id)

    async def _quote(self, contract: Contract) -> dict[str, Any]:
        found, source = await self._ask("stock-quote", {"contract": contract_form(contract)})
        return found | {"source": source}

    async def _sourced(self, name: str, asked: dict[str, Any]) -> dict[str, Any]:
        """An answer with quotes, each with its source."""
        found, source = await self._ask(name, asked)
        return found | {"quotes": [row | {"source": source} for row in read(found, _quotes)]}

    async def _ask(self, name: str, asked: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
        """The operation's object, and whose agent gave it."""
        client = self._client
        answer = await client.link.ask(client.asking, name, asked)
        source = {
            "own": answer.source.get("own") is True,
            "feed": str(answer.source.get("feed", "")),
        }
        return read(answer.result, dict), source


def contract_form(contract: Contract) -> dict[str, Any]:
    """What was given of the contract, as plain JSON values; parsing it gives an equal one."""
    return contract.model_dump(mode="json", by_alias=True, exclude_unset=True)


def _asked_form(asked: Sequence[Asked]) -> dict[str, Any]:
    """The names as they were typed, where they say everything; else the contracts."""
    names = {"symbols": [name for name, _ in asked]}
    if parse_prices(names) == list(asked):
        return names
    meant = [one for _, one in asked if isinstance(one, Contract)]
    return {"contracts": [contract_form(contract) for contract in meant]}


def _quotes(form: Any) -> list[dict[str, Any]]:
    return [dict(row) for row in form["quotes"]]


def _given(**arguments: Any) -> dict[str, Any]:
    return {name: value for name, value in arguments.items() if value is not None}


def _names(form: Any) -> tuple[str, ...]:
    if not isinstance(form, list) or not all(isinstance(name, str) for name in form):
        raise TypeError("not a list of names")
    return tuple(form)
