"""May this order be taken? Everything that is asked before an order is saved and sent.

Exits and cancels are never held up here: what only reduces a known position passes the limits and
the freeze. New risk fails closed.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from typing import Protocol

from ib.exposure import Exposure, Share
from ib_session import IBSession
from trading.order_book import OrderBook
from trading.order_types import Order
from trading.orders import OrderRequest
from trading.policy import OrderPolicy
from trading.price_rules import plain_text, refuse_off_size, refuse_off_tick
from trading.records import Moment, OrderRecord
from trading.refusals import (
    Halted,
    JournalDown,
    NotConnected,
    PossibleDuplicate,
    Refused,
    TradingError,
)
from trading.risk import Activity, Limits, RiskGate, adds_risk, grows
from trading.sizing import NO_FACTS, OrderFacts, order_notional

ORDERS_NOT_READ = "TWS has not listed its orders yet"
IDS_USED_UP = "TWS counts its order ids above 2,000,000,000: reset the API order ids in TWS"
HIGHEST_ORDER_ID = 2_000_000_000  # TWS reads ids as 32-bit numbers
DUPLICATE_SECONDS = 5.0


class Saved(Protocol):
    """What is asked of the journal here."""

    @property
    def failure(self) -> str | None: ...


class Admission:
    """It belongs to the order connection's loop."""

    def __init__(
        self,
        session: IBSession,
        book: OrderBook,
        journal: Saved,
        policy: OrderPolicy,
        now: Callable[[], Moment] = Moment.now,
    ) -> None:
        self.is_frozen = True  # until the journal has said otherwise
        self.has_read_orders = False  # until TWS has listed its orders once
        self.exposure = Exposure(book, now)
        self.is_current = False  # until it has done so since the connection or the link was lost
        self._session = session
        self._book = book
        self._journal = journal
        self._policy = policy
        self._gate = RiskGate(policy.limits)
        self._has_limits = policy.limits != Limits()
        self._now = now
        self._recent: deque[tuple[float, str, str]] = deque()  # (when, fingerprint, its key)

    def why_not(self) -> TradingError | None:
        """What forbids a new order now; None when nothing does."""
        return self.cannot_send() or self.restarts_soon()

    def cannot_send(self) -> TradingError | None:
        """What forbids even an exit: nothing could carry it, or it could not be told apart."""
        if self._session.known.is_connected and not self.is_current:
            return NotConnected(ORDERS_NOT_READ)
        if self._session.next_valid_id > HIGHEST_ORDER_ID:
            return NotConnected(IDS_USED_UP)
        return self._policy.why_not(self._session.known)

    def restarts_soon(self) -> TradingError | None:
        """What the restart window forbids now: new risk. Any thread may ask."""
        window = self._policy.restart_window
        if window is None or not window.blocks(self._now().time):
            return None
        sentence = "TWS restarts in a moment (RESTART_WINDOW); place the order after that"
        return Halted(sentence, code="restart_window")

    def journal_down(self) -> TradingError | None:
        """Shown to whoever asks; an order itself tries to write, which may have become possible."""
        failure = self._journal.failure
        return JournalDown(failure, code="journal_unavailable") if failure else None

    def check(self, request: OrderRequest, account: str, facts: OrderFacts | None) -> bool:
        """Raise what forbids this order; True when it only reduces a known position."""
        _raise(self.cannot_send())
        if facts is None and not self._has_limits and not self.is_frozen:
            _raise(self.restarts_soon())
            self._refuse_twin(request)
            return False
        facts = facts or NO_FACTS
        refuse_off_tick(request, facts.min_tick_rules)
        for leg in request.legs:
            refuse_off_tick(leg, facts.min_tick_rules, _pointer_of(leg))
        activity = self.exposure.activity(request, account, facts)
        if self._gate.is_exit(request, facts, activity):
            return True
        _refuse_more_than_closing(request, facts, activity)
        _raise(self.restarts_soon())
        refuse_off_size(request, facts.size_increment)
        self._gate.check(request, facts, activity, is_frozen=self.is_frozen)
        self._refuse_twin(request)
        return False

    def check_change(
        self,
        record: OrderRecord,
        before: Order,
        request: OrderRequest,
        facts: OrderFacts | None,
    ) -> bool:
        """As `check`, for an order that takes the place of `record`; True when it is new risk.

        An attached order closes what its parent opens: as long as it does not grow, its changes
        are never held up.
        """
        _raise(self.cannot_send())
        facts = facts or NO_FACTS
        refuse_off_tick(request, facts.min_tick_rules)
        is_more = grows if record.parent else adds_risk
        if not is_more(before, request.order):
            return False
        activity = self.exposure.activity(request, record.account, facts, without=record)
        self._gate.check(request, facts, activity, is_frozen=self.is_frozen)
        return not self._gate.is_exit(request, facts, activity)

    def count_change(
        self,
        record: OrderRecord,
        request: OrderRequest,
        facts: OrderFacts | None,
        *,
        is_risk: bool,
    ) -> Share:
        """The change may hold from now on: until IB has answered, the larger of both counts."""
        share = Share(record, order_notional(request, facts or NO_FACTS))
        if self._policy.limits.max_equity_percent is not None:
            share.reserve(is_risk=is_risk)
        return share

    def count(
        self,
        records: Sequence[OrderRecord],
        request: OrderRequest,
        facts: OrderFacts | None,
        *,
        is_exit: bool,
    ) -> None:
        """These orders are taken: later ones are measured against them."""
        seconds = self._now().seconds
        self._recent.append((seconds, records[0].fingerprint, request.client_order_id))
        self.exposure.count(records, seconds)
        if self._policy.limits.max_equity_percent is not None and not is_exit:
            records[0].value = order_notional(request, facts or NO_FACTS)
            records[0].is_new_risk = True

    def _refuse_twin(self, request: OrderRequest) -> None:
        """The same order from two tabs: a page has no way to say that both are meant."""
        oldest = self._now().seconds - DUPLICATE_SECONDS
        while self._recent and self._recent[0][0] < oldest:
            self._recent.popleft()
        if request.is_named or request.confirm_duplicate:
            return
        own = request.fingerprint()
        twins = (key for _, print_, key in self._recent if print_ == own)
        twin = next(filter(self._may_fill, twins), "")
        if twin:
            raise PossibleDuplicate(
                f"The same order was sent {DUPLICATE_SECONDS:g} seconds ago or less, as {twin}. "
                "Send it again with confirmDuplicate if you want both",
                code="possible_duplicate",
            )

    def _may_fill(self, client_order_id: str) -> bool:
        """Not an order that never left or that IB refused: whoever asks again means it."""
        record = self._book.get(client_order_id)
        return record is not None and (record.is_open or record.filled > 0)


def _refuse_more_than_closing(request: OrderRequest, facts: OrderFacts, activity: Activity) -> None:
    """An order that is meant to close a position never opens another one."""
    if not request.is_closing or facts.position is None:
        return
    if not facts.position:
        raise Refused("There is no position to close")
    raise Refused(
        f"Orders of this desk are closing {plain_text(activity.reducing)} of the position of "
        f"{plain_text(facts.position)} already: look at it again in a moment"
    )


def _pointer_of(leg: OrderRequest) -> str:
    """Where a bracket's leg stands in the request's body, by the end of its name (-t1, -s1)."""
    name = leg.client_order_id
    return "/bracket/stop" if name[-2] == "s" else f"/bracket/targets/{int(name[-1]) - 1}"


def _raise(error: TradingError | None) -> None:
    if error:
        raise error
