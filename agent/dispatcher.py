"""From a request to its reply: one table of operations, each asked only when it may begin."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from agent.accounts import AllowedAccounts
from agent.admission import Session, operation_of, why_not
from agent.arguments import Arguments
from agent.orders import Begin, Orders
from agent.policy import AgentPolicy
from agent.reads import Reads
from engine.status import Parts
from relay.messages import Reply, Request
from relay.operations import Operation
from store.journal import JournalError
from trading.refusal_forms import MISTAKE, to_form
from trading.refusals import JournalDown, Sent, TradingError

log = logging.getLogger(__name__)

FILE_THREADS = 4

Table = dict[str, Callable[[Arguments], Awaitable[Any]]]


class Dispatcher:
    """Lives in the link's loop. `close()` ends its threads."""

    def __init__(self, parts: Parts, policy: AgentPolicy) -> None:
        self._shares_quotes = policy.share_quotes
        self._files = ThreadPoolExecutor(FILE_THREADS, "Agent lists")
        # A long list never holds up an order or an exit.
        self._order_files = ThreadPoolExecutor(FILE_THREADS, "Agent orders")
        accounts = AllowedAccounts(policy.accounts)
        self._orders = orders = Orders(parts, accounts, self._order_files)
        reads = Reads(parts, accounts, self._files)
        self._reads: Table = {
            "status": reads.status,
            "accounts": reads.accounts,
            "account": reads.account,
            "positions": reads.positions,
            "pnl": reads.pnl,
            "open-orders": reads.open_orders,
            "executions": reads.executions,
            "messages": reads.messages,
            "order-facts": reads.order_facts,
            "orders": reads.orders,
            "older-orders": reads.older_orders,
            "order": reads.order,
            "events": reads.events,
            "known-executions": reads.known_executions,
            "profit": reads.profit,
            "preview": reads.preview,
        } | _market_data(reads)
        self._lent_reads = _market_data(Reads(parts, accounts, self._files, lends=True))
        self._sends: dict[str, Callable[[Arguments, Begin], Awaitable[Any]]] = {
            "place-order": orders.place,
            "modify-order": orders.modify,
            "cancel-order": orders.cancel,
            "cancel-all": orders.cancel_all,
            "dismiss-order": orders.dismiss,
            "freeze": orders.freeze,
            "unfreeze": orders.unfreeze,
        }

    def close(self) -> None:
        for files in (self._files, self._order_files):
            files.shutdown(wait=False, cancel_futures=True)

    async def answer(self, request: Request, session: Session) -> Reply:
        """The reply; it never raises. `sent` is unknown once the order desk was asked."""
        progress = _Progress()
        try:
            result = await self._result(request, session, progress)
            return Reply(request.id, session.epoch, result)
        except TradingError as error:
            failure = error
        except JournalError as error:
            failure = JournalDown(str(error), sent=progress.sent, code="journal_unavailable")
        except Exception:  # the outermost place of a request: it must be answered
            log.exception("The request %s (%s) failed", request.id, request.op)
            failure = TradingError(MISTAKE, sent=progress.sent)
        return Reply(request.id, session.epoch, error=to_form(failure))

    async def _result(self, request: Request, session: Session, progress: _Progress) -> Any:
        operation = operation_of(request)
        late = self._why_not(request, operation, session)
        if late and not await self._is_asked_again(request, late):
            raise late
        if not operation.is_order:
            table = self._reads if request.user else self._lent_reads
            return await table[request.op](request.args)

        def begin() -> None:
            too_late = None if late else self._why_not(request, operation, session)
            if too_late:
                raise too_late
            progress.sent = "unknown"

        return await self._sends[request.op](request.args, begin)

    async def _is_asked_again(self, request: Request, late: TradingError) -> bool:
        """A known order may be asked about at any time: nothing is placed by that, and to say that
        it was not sent would be wrong."""
        is_own_order = late.code != "wrong_user" and request.op == "place-order"
        return is_own_order and await self._orders.is_known(request.args)

    def _why_not(
        self, request: Request, operation: Operation, session: Session
    ) -> TradingError | None:
        return why_not(request, operation, session, shares_quotes=self._shares_quotes)


def _market_data(reads: Reads) -> Table:
    """What others may ask for, too."""
    return {
        "stock-quote": reads.stock_quote,
        "fetch-prices": reads.fetch_prices,
        "test-futures": reads.test_futures,
        "watching": reads.watching,
        "contract-details": reads.contract_details,
        "trading-sessions": reads.trading_sessions,
        "contracts": reads.contracts,
        "bars": reads.bars,
        "fetch-chain": reads.fetch_chain,
        "cancel-chain": reads.stop_chain,
    }


@dataclass(slots=True)
class _Progress:
    """How far one request has come."""

    sent: Sent = "no"
