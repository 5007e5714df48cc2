"""Hand-written stand-ins for the two Protocols of `trading/ports.py`.

Both answer at once with ready-made values, or as a test tells them: `fails_with` makes every answer
an error, `holds` leaves every Future open, `never_answers` ends it as a stopped loop does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, TypeVar

from checklist.files import AlreadyRunning
from engine.checks import Finding
from trading.bars import BarQuestion
from trading.contracts import Contract
from trading.options import ChainQuestion
from trading.orders import OrderPreview, OrderRequest, OrderResult
from trading.price_requests import Asked
from trading.profit import ProfitQuestion, profit_of
from trading.refusals import NotFound
from trading.sizing import NO_FACTS, OrderFacts
from trading.snapshots import AccountSummary, ConnectionStatus, Rows, iso

T = TypeVar("T")

NOW = datetime(2026, 11, 20, 14, 31, 2, 118000, UTC)
ACCOUNT = "DU1000001"
LINES = {"used": 1, "cap": 100, "held": 1}
MARKET_DATA = {
    "requested": "delayed",
    "received": {"live": 1},
    "lines": LINES,
    "messages": {"cap": 45, "queued": 0},
    "history": None,
    "trouble": None,
}
FINAL_STATES = frozenset(
    {"filled", "cancelled", "rejected", "not_sent", "not_placed", "expired", "dismissed"}
)
SENT = {"sending": "unknown", "unknown": "unknown", "not_sent": "no"}


def connected(name: str, client_id: int) -> ConnectionStatus:
    return ConnectionStatus(
        name,
        client_id,
        "connected",
        NOW,
        server_version=178,
        accounts=(ACCOUNT,),
        last_message_at=NOW,
        broker_link="up",
    )


def order_payload(
    client_order_id: str = "ui-1", state: str = "filled", **fields: object
) -> dict[str, Any]:
    """An order as the API shows it."""
    return {
        "clientOrderId": client_order_id,
        "account": ACCOUNT,
        "contract": {"symbol": "AAPL", "secType": "STK", "exchange": "SMART", "currency": "USD"},
        "order": {"action": "BUY", "totalQuantity": 100, "orderType": "MKT", "tif": "DAY"},
        "state": state,
        "status": "Filled" if state == "filled" else None,
        "sent": SENT.get(state, "yes"),
        "orderId": 7,
        "permId": 187326,
        "clientId": 1000,
        "origin": "desk",
        "adopted": False,
        "source": "alice via browser",
        "parent": None,
        "legs": [],
        "modification": None,
        "differences": [],
        "duplicates": [],
        "evidence": "saved",
        "filled": 0,
        "remaining": 100,
        "avgFillPrice": None,
        "commission": None,
        "whyHeld": "",
        "messages": [],
        "submittedAt": "2026-11-20T14:31:02.118Z",
        "updatedAt": "2026-11-20T14:31:02.118Z",
        "seq": 3,
    } | fields


def order_result(
    client_order_id: str = "ui-1", state: str = "filled", **fields: object
) -> OrderResult:
    payload = order_payload(client_order_id, state, **fields)
    is_final = state in FINAL_STATES
    return OrderResult(
        client_order_id, state, payload["sent"], payload["orderId"], is_final, payload
    )


def execution(exec_id: str, time: str, commission: float | None = None) -> dict[str, Any]:
    """One fill as the API shows it, without what the web layer never looks at."""
    return {
        "execId": exec_id,
        "time": time,
        "account": ACCOUNT,
        "contract": {"symbol": "AAPL", "secType": "STK"},
        "shares": 100,
        "commission": commission,
    }


@dataclass
class _Answers:
    """How Futures are answered."""

    fails_with: Exception | None = None
    holds: bool = False
    never_answers: bool = False
    asked: list[tuple[Any, ...]] = field(default_factory=list)

    def answer(self, value: Callable[[], T], *asked: object) -> Future[T]:
        self.asked.append(asked)
        future: Future[T] = Future()
        if self.never_answers:
            future.cancel()
        elif self.holds:
            pass
        elif self.fails_with is not None:
            future.set_exception(self.fails_with)
        else:
            future.set_result(value())
        return future


@dataclass
class FakeReader(_Answers):
    """A Reader with one position, one quote and two accounts' worth of nothing else."""

    connection: ConnectionStatus = field(default_factory=lambda: connected("data", 999))
    position_rows: tuple[dict[str, Any], ...] = (
        {
            "account": ACCOUNT,
            "contract": {"conId": 265598, "symbol": "AAPL", "secType": "STK"},
            "position": 100,
            "avgCost": 228.17,
        },
    )
    quote_payload: dict[str, Any] = field(
        default_factory=lambda: {"symbol": "AAPL", "bid": 228.38, "ask": 228.4, "last": None}
    )
    found: tuple[dict[str, Any], ...] = ({"conId": 265598, "symbol": "AAPL"},)
    said: tuple[dict[str, Any], ...] = ()
    facts: OrderFacts = NO_FACTS
    chain_payload: dict[str, Any] = field(default_factory=lambda: {"symbol": "AAPL", "rows": []})
    chains: set[str] = field(default_factory=set)  # ids of chains under way
    lent: list[str] = field(default_factory=list)  # symbols asked for by other users

    def status(self) -> ConnectionStatus:
        return self.connection

    def accounts(self) -> Future[tuple[str, ...]]:
        return self.answer(lambda: (ACCOUNT,), "accounts")

    def account(self, account: str | None = None) -> Future[AccountSummary]:
        values = ({"tag": "NetLiquidation", "value": "1000000", "currency": "USD"},)
        return self.answer(
            lambda: AccountSummary(NOW, account or ACCOUNT, values), "account", account
        )

    def positions(self, account: str | None = None) -> Future[Rows]:
        return self.answer(lambda: Rows(NOW, self.position_rows), "positions", account)

    def pnl(self) -> Future[Rows]:
        row = {"account": ACCOUNT, "dailyPnL": 1.5, "unrealizedPnL": None, "realizedPnL": 0}
        return self.answer(lambda: Rows(NOW, (row,)), "pnl")

    def known_facts(self, contract: Contract, account: str | None) -> OrderFacts | None:
        return self.facts

    def order_facts(
        self, contract: Contract, account: str | None, *, wants_quote: bool
    ) -> Future[OrderFacts]:
        return self.answer(lambda: self.facts, "order_facts", contract, account)

    def open_orders(self) -> Future[Rows]:
        return self.answer(lambda: Rows(NOW, ()), "open_orders")

    def executions(self) -> Future[Rows]:
        return self.answer(lambda: Rows(NOW, (execution("a.1", "14:31"),)), "executions")

    def messages(self) -> Future[Rows]:
        return self.answer(lambda: Rows(NOW, self.said), "messages")

    def quote(self, contract: Contract, *, lent: bool = False) -> Future[dict[str, Any]]:
        if lent:
            self.lent.append(contract.symbol)
        return self.answer(lambda: self.quote_payload, "quote", contract)

    def prices(self, asked: Sequence[Asked], *, lent: bool = False) -> Future[dict[str, Any]]:
        if lent:
            self.lent.extend(name for name, _ in asked)
        quotes = [self.quote_payload | {"symbol": name} for name, _ in asked]
        found = {"asOf": iso(NOW), "quotes": quotes, "failed": [], "partial": False, "lines": LINES}
        return self.answer(lambda: found, "prices", *(name for name, _ in asked))

    def watch(self, contracts: Sequence[Contract], *, lent: bool = False) -> Future[dict[str, Any]]:
        if lent:
            self.lent.extend(contract.symbol for contract in contracts)
        found = {"asOf": iso(NOW), "quotes": [self.quote_payload], "failed": [], "lines": LINES}
        return self.answer(lambda: found, "watch", *contracts)

    def futures(self, symbol: str, exchange: str = "") -> Future[dict[str, Any]]:
        found: dict[str, Any] = {"asOf": iso(NOW), "symbol": symbol, "futures": []}
        return self.answer(lambda: found, "futures", symbol, exchange)

    def contract_details(self, typed: str, currency: str = "") -> Future[dict[str, Any]]:
        found = {"contract": {"conId": 265598, "symbol": typed}, "minTick": 0.01}
        return self.answer(lambda: found, "contract_details", typed, currency)

    def market_data(self) -> dict[str, Any] | None:
        return MARKET_DATA

    def search(self, pattern: str) -> Future[Rows]:
        return self.answer(lambda: Rows(NOW, self.found), "search", pattern)

    def bars(self, question: BarQuestion, *, lent: bool = False) -> Future[dict[str, Any]]:
        if lent:
            self.lent.append(question.contract.symbol)
        live = question.is_live and not lent
        return self.answer(lambda: bars_answer() | {"live": live}, "bars", question)

    def sessions(self, contract: Contract) -> Future[dict[str, Any]]:
        shown = bars_answer()
        found = {name: shown[name] for name in ("asOf", "conId", "sessions")}
        return self.answer(lambda: found, "sessions", contract)

    def chain(
        self, question: ChainQuestion, chain_id: str, *, owner: str = "", lent: bool = False
    ) -> Future[dict[str, Any]]:
        if lent:
            self.lent.append(question.underlying.symbol)
        return self.answer(
            lambda: {**self.chain_payload, "id": chain_id}, "chain", question, chain_id, owner
        )

    def stop_chain(self, chain_id: str, *, owner: str = "") -> Future[bool]:
        return self.answer(lambda: chain_id in self.chains, "stop_chain", chain_id, owner)


def bars_answer() -> dict[str, Any]:
    """One bar, as a Reader answers."""
    bar = {"time": 1795185000, "open": 1.0, "high": 2.0, "low": 0.5, "close": 1.5, "volume": 9}
    session = {
        "start": "2026-11-20T14:30:00.000Z",
        "end": "2026-11-20T21:00:00.000Z",
        "kind": "regular",
        "projected": False,
    }
    return {
        "asOf": "2026-11-20T14:31:02.118Z",
        "stale": False,
        "conId": 265598,
        "what": "TRADES",
        "live": False,
        "note": None,
        "budget": {"used": 1, "cap": 60, "seconds": 600},
        "sessions": [session],
        "timeZone": "US/Eastern",
        "bars": [bar],
    }


@dataclass
class FakeOrderDesk(_Answers):
    """An OrderDesk that fills each order at once, unless it is told what to answer."""

    connection: ConnectionStatus = field(default_factory=lambda: connected("orders", 1000))
    reasons: list[str] = field(default_factory=list)
    state: str = "filled"
    fields: dict[str, Any] = field(default_factory=dict)
    cancel_state: str = "cancelled"
    cancel_fields: dict[str, Any] = field(default_factory=dict)
    known: dict[str, OrderResult] = field(default_factory=dict)
    is_listed: bool = True
    drains: int = 0
    execution_rows: list[dict[str, Any]] = field(default_factory=list)
    submitted: list[OrderRequest] = field(default_factory=list)
    previewed: list[OrderRequest] = field(default_factory=list)
    cancelled: list[str] = field(default_factory=list)
    dismissed: list[tuple[str, str]] = field(default_factory=list)
    modified: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    modify_state: str = "done"
    frozen: str = ""  # who froze it
    older: list[OrderResult] = field(default_factory=list)
    journal_trouble: str | None = None
    equity_rows: list[dict[str, Any]] = field(default_factory=list)
    event_rows: list[dict[str, Any]] = field(default_factory=list)  # instead of one request

    def status(self) -> ConnectionStatus:
        return self.connection

    def blockers(self) -> list[str]:
        return self.reasons

    def has_read_orders(self) -> bool:
        return self.is_listed

    def drain(self) -> None:
        self.drains += 1

    def has_sleep_workaround(self) -> bool:
        return True

    def submit(self, request: OrderRequest) -> Future[OrderResult]:
        self.submitted.append(request)
        return self.answer(lambda: self._placed(request), "submit", request)

    def preview(self, request: OrderRequest) -> Future[OrderPreview]:
        self.previewed.append(request)
        preview = OrderPreview({"initMarginChange": 11405.0, "commission": None})
        return self.answer(lambda: preview, "preview", request)

    def modify(self, client_order_id: str, changes: Mapping[str, Any]) -> Future[OrderResult]:
        known = self.order(client_order_id)
        self.modified.append((client_order_id, dict(changes)))
        asked = {"state": self.modify_state, "asked": dict(changes), "message": a_reject()}
        changed = replace(known, payload=known.payload | {"modification": asked})
        return self.answer(lambda: changed, "modify", client_order_id)

    def freeze(self, reason: str) -> Future[None]:
        self.frozen = reason
        return self.answer(lambda: None, "freeze")

    def unfreeze(self) -> Future[None]:
        self.frozen = ""
        return self.answer(lambda: None, "unfreeze")

    def is_frozen(self) -> bool:
        return bool(self.frozen)

    def journal_failure(self) -> str | None:
        return self.journal_trouble

    def saved_orders(self) -> int:
        return len(self.known)

    def older_orders(self, before: str | None, limit: int) -> list[OrderResult]:
        """Those of `older` after that one; it need not be one of them to begin with."""
        names = [order.client_order_id for order in self.older]
        start = names.index(before) + 1 if before in names else 0
        return self.older[start : start + limit]

    def cancel(self, client_order_id: str) -> Future[OrderResult]:
        self.order(client_order_id)
        self.cancelled.append(client_order_id)
        return self.answer(lambda: self._cancelled(client_order_id), "cancel", client_order_id)

    def dismiss(self, client_order_id: str, who: str) -> Future[OrderResult]:
        known = self.order(client_order_id)
        self.dismissed.append((client_order_id, who))
        gone = replace(known, state="dismissed", payload=known.payload | {"state": "dismissed"})
        return self.answer(lambda: gone, "dismiss", client_order_id)

    def cancel_all(self) -> Future[list[OrderResult]]:
        names = [name for name, order in self.known.items() if not order.is_final]
        self.cancelled.extend(names)
        return self.answer(lambda: [self._cancelled(name) for name in names], "cancel_all")

    def orders(self) -> list[OrderResult]:
        return list(reversed(self.known.values()))

    def order(self, client_order_id: str) -> OrderResult:
        if client_order_id not in self.known:
            raise NotFound("There is no order of that clientOrderId")
        return self.known[client_order_id]

    def executions(self, since: str | None = None) -> list[dict[str, Any]]:
        return [row for row in self.execution_rows if row["time"] >= (since or "")]

    def profit(self, question: ProfitQuestion) -> dict[str, Any]:
        self.asked.append(("profit", question))
        if self.fails_with is not None:
            raise self.fails_with
        return {
            "asOf": "2026-11-20T14:31:02.118Z",
            **profit_of(self.execution_rows, self.equity_rows, question),
        }

    def events(self, client_order_id: str) -> list[dict[str, Any]]:
        self.order(client_order_id)
        if self.event_rows:
            return self.event_rows
        return [{"seq": 1, "time": "2026-11-20T14:31:02.118Z", "elapsedMs": 0.0, "kind": "request"}]

    def knows(self, client_order_id: str, state: str, **fields: object) -> None:
        """Let the desk know an order."""
        self.known[client_order_id] = order_result(client_order_id, state, **fields)

    def _placed(self, request: OrderRequest) -> OrderResult:
        result = order_result(request.client_order_id, self.state, **self.fields)
        self.known[request.client_order_id] = result
        return result

    def _cancelled(self, client_order_id: str) -> OrderResult:
        result = order_result(client_order_id, self.cancel_state, **self.cancel_fields)
        self.known[client_order_id] = result
        return result


def a_reject() -> dict[str, Any]:
    """A message of IB that refuses something."""
    meaning = "A filled order cannot be changed"
    return {"code": 104, "kind": "reject", "text": "Cannot modify", "meaning": meaning, "next": ""}


class FakeClock:
    """Seconds that pass only when a test says so."""

    def __init__(self, seconds: float = 1000.0) -> None:
        self.seconds = seconds

    def __call__(self) -> float:
        return self.seconds

    def pass_by(self, seconds: float) -> None:
        self.seconds += seconds


@dataclass
class FakeLoop:
    """A watched loop that ticked `age` seconds ago."""

    name: str = "orders"
    age: float = 0.1
    is_alive: bool = True

    def seconds_since_tick(self) -> float:
        return self.age


@dataclass
class FakeChecklists:
    """Runs of the checklist that only remember what was asked."""

    running: bool = False
    said: str = ""
    started: list[str] = field(default_factory=list)

    def start(self, symbol: str) -> str:
        if self.running:
            raise AlreadyRunning
        self.started.append(symbol)
        return "20261128-143000"

    def is_running(self) -> bool:
        return self.running

    def last_words(self) -> str:
        return self.said


@dataclass
class FakeTester(_Answers):
    """A look at any TWS that finds what a test says."""

    found: list[Finding] = field(default_factory=lambda: [Finding("ok", "TWS greets")])

    def test(self, host: str, port: int, mode: str) -> Future[list[Finding]]:
        return self.answer(lambda: self.found, host, port, mode)


def away(status: ConnectionStatus, reason: str) -> ConnectionStatus:
    """The same connection while TWS is away."""
    return replace(status, state="waiting", reason=reason, broker_link="unknown")
