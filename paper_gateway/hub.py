"""The hub: who is connected, and which session hears what. One per paper gateway, without sockets.

May not open sockets or sleep. It ties the rooms together: sessions ask the exchange, the exchange
reports back here, and here it is decided who is told.
"""

import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Literal

from paper_gateway import order_replies
from paper_gateway.account import Account, Position
from paper_gateway.account_requests import HANDLERS as ACCOUNT_HANDLERS
from paper_gateway.account_requests import push_account
from paper_gateway.accounts import Accounts
from paper_gateway.book import Book
from paper_gateway.contract_requests import HANDLERS as CONTRACT_HANDLERS
from paper_gateway.contracts import Catalogue, ContractDefinition
from paper_gateway.drills import Drills
from paper_gateway.exchange import Exchange
from paper_gateway.market import Market
from paper_gateway.market_data.handlers import HANDLERS as MARKET_DATA_HANDLERS
from paper_gateway.market_data.handlers import STREAMS as MARKET_DATA_STREAMS
from paper_gateway.market_data.pacing import HistoryPacing
from paper_gateway.notices import DATA_LOST, text_of
from paper_gateway.option_requests import HANDLERS as OPTION_HANDLERS
from paper_gateway.order_faults import OrderFaults
from paper_gateway.order_requests import HANDLERS as ORDER_HANDLERS
from paper_gateway.orders import NO_ORDER_ID, Execution, Order, Preview
from paper_gateway.pnl_requests import HANDLERS as PNL_HANDLERS
from paper_gateway.position_requests import HANDLERS as POSITION_HANDLERS
from paper_gateway.position_requests import push_position
from paper_gateway.rates import RateMeter
from paper_gateway.reference_requests import HANDLERS as REFERENCE_HANDLERS
from paper_gateway.requests import Request
from paper_gateway.rules import Refusal
from paper_gateway.session import Session
from paper_gateway.tail import Tail
from paper_gateway.timers import Clock, Timer, Timers

logger = logging.getLogger(__name__)

# TWS serves at most 32 clients.
MAX_CLIENTS = 32
# Clients may come with ever new ids: their meters must not add up for ever.
MAX_METERS = 1024
# Account values follow a fill a little later, and once for a burst of fills.
ACCOUNT_PUSH_SECONDS = 0.25

Handler = Callable[[Session, Request], None]
Event = Literal["session", "order", "accepted", "fill", "cancel"]
"""What scripts wait for: a client has been greeted; a placeOrder was read, before it is handled; a
new order works and its client knows; an execution was told; a cancelOrder was read."""


@dataclass(slots=True)
class Counters:
    """What has arrived so far: requests by message id, orders by ``clientId/orderRef``, and how
    many messages a second by client id."""

    rate_clock: Clock
    """What messages per second are counted by: real seconds, whatever the speed of the clock."""
    received: Counter[int] = field(default_factory=Counter)
    orders: Counter[str] = field(default_factory=Counter)
    lost: Counter[str] = field(default_factory=Counter)
    """Orders by ``clientId/orderRef`` that a drill took and that are not in the book."""
    rates: dict[int, RateMeter] = field(default_factory=dict)
    connections: int = 0

    def rate(self, client_id: int) -> RateMeter:
        """The client's meter. Of more than MAX_METERS clients the earliest is forgotten."""
        if client_id not in self.rates:
            if len(self.rates) >= MAX_METERS:
                del self.rates[next(iter(self.rates))]
            self.rates[client_id] = RateMeter()
        return self.rates[client_id]

    def count(self, message_id: int) -> None:
        self.received[message_id] += 1

    def count_order(self, client_id: int, order_ref: str) -> None:
        self.orders[f"{client_id}/{order_ref}"] += 1

    def count_lost(self, client_id: int, order_ref: str) -> None:
        self.lost[f"{client_id}/{order_ref}"] += 1


def _ignore(_event: Event) -> None:
    """Nobody waits for events."""


class Hub:
    """Every session and the one exchange behind them."""

    handlers: dict[int, Handler] = {
        **ACCOUNT_HANDLERS,
        **CONTRACT_HANDLERS,
        **OPTION_HANDLERS,
        **ORDER_HANDLERS,
        **PNL_HANDLERS,
        **POSITION_HANDLERS,
        **REFERENCE_HANDLERS,
        **MARKET_DATA_HANDLERS,
    }

    def __init__(
        self, exchange: Exchange, market: Market, timers: Timers, drills: Drills, master: int | None
    ) -> None:
        self.exchange = exchange
        self.market = market
        self.timers = timers
        self.drills = drills
        self.master = master
        """The client id that hears of all clients' orders and executions, or None."""
        self.counters = Counters(timers.clock)
        self.tail = Tail()
        self.history_pacing = HistoryPacing()
        self.depth_resets = 0
        """How often a drill has emptied every market depth (317)."""
        self.sessions: dict[int, Session] = {}
        self._ghosts: dict[int, float] = {}
        self._changed: dict[Session, None] = {}
        self._changed_positions: dict[tuple[str, int], Position] = {}
        self._account_push: Timer | None = None
        self.order_faults = OrderFaults(self)
        self.on_event: Callable[[Event], None] = _ignore
        """Called at every event that a script can wait for."""
        exchange.report_to(self)

    @property
    def clock(self) -> Clock:
        return self.timers.clock

    @property
    def accounts(self) -> Accounts:
        return self.exchange.accounts

    @property
    def account(self) -> Account:
        """The first account: the one there is, if there is only one."""
        return self.accounts.first

    @property
    def book(self) -> Book:
        return self.exchange.book

    @property
    def catalogue(self) -> Catalogue:
        return self.exchange.catalogue

    # Sessions

    def connect(self, peer: str) -> Session:
        self.counters.connections += 1
        return Session(self, peer)

    def disconnected(self, session: Session) -> None:
        """The socket is gone; what was read from it is still handled, then the session ends."""
        self._changed.pop(session, None)
        session.lose_socket()

    def ended(self, session: Session) -> None:
        """The client id is free again, unless a drill keeps a ghost of it."""
        client_id = session.client_id
        if client_id is None or self.sessions.get(client_id) is not session:
            return
        del self.sessions[client_id]
        logger.info("%s disconnected", session)
        if self.drills.hold_client_id_seconds:
            self._ghosts[client_id] = self.clock() + self.drills.hold_client_id_seconds

    def claim(self, client_id: int, session: Session) -> bool:
        """Give the client id to this session; when it cannot have it, it has been told why."""
        if client_id in self.sessions or self._ghosts.get(client_id, 0.0) > self.clock():
            session.send_error(
                -1,
                326,
                "Unable to connect as the client id is already in use. "
                "Retry with a unique client id.",
            )
            logger.warning("client id %s refused to %s: in use", client_id, session.peer)
            return False
        if len(self.sessions) >= MAX_CLIENTS:
            session.refuse(-1, f"no more than {MAX_CLIENTS} clients can be connected")
            logger.warning("client id %s refused to %s: too many clients", client_id, session.peer)
            return False
        self._ghosts.pop(client_id, None)
        self.sessions[client_id] = session
        return True

    def has_output(self, session: Session) -> None:
        self._changed[session] = None

    def take_changed(self) -> list[Session]:
        """The sessions with something to send or to close."""
        changed = list(self._changed)
        self._changed.clear()
        return changed

    def broadcast(self, code: int, text: str = "") -> None:
        """A system message to every client; without a text IB's own for that code."""
        for session in self.sessions.values():
            session.send_error(-1, code, text or text_of(code))
            if code == DATA_LOST:
                session.stop_all(MARKET_DATA_STREAMS)

    def change_link(self) -> None:
        """The drill about the link to IB was switched."""
        if self.drills.link_down:
            self.broadcast(1100)
        else:
            self.broadcast(self.drills.link_notice)
            self.order_faults.link_restored()

    # Reports of the exchange

    def opened(self, order: Order) -> None:
        if order.order_id == NO_ORDER_ID:
            # Of what IB did on its own only the execution is told.
            return
        self.order_faults.before_opened(order)
        for session in self._listeners(order.client_id, order.order_id):
            session.send(order_replies.open_order(order, session.version))

    def status(self, order: Order) -> None:
        if order.order_id == NO_ORDER_ID:
            return
        if not self.order_faults.hides_status():
            for session in self._listeners(order.client_id, order.order_id):
                session.send(order_replies.order_status(order))
        self.order_faults.after_status(order)

    def executed(self, execution: Execution, definition: ContractDefinition) -> None:
        if not self.order_faults.hides_fill(execution):
            self.tell_execution(execution, definition)
        self.on_event("fill")

    def tell_execution(self, execution: Execution, definition: ContractDefinition) -> None:
        for session in self._listeners(execution.client_id, execution.order_id):
            details = order_replies.execution_details(-1, execution, definition, session.version)
            session.send(details)

    def commission(self, execution: Execution) -> None:
        self.order_faults.tell_commission(execution, partial(self._tell_commission, execution))

    def _tell_commission(self, execution: Execution) -> None:
        for session in self._listeners(execution.client_id, execution.order_id):
            session.send(order_replies.commission_of(execution))
        self.order_faults.after_commission(execution)

    def order_error(self, client_id: int, order_id: int, refusal: Refusal) -> None:
        session = self.sessions.get(client_id)
        if session is not None and order_id not in session.silent_orders:
            session.send_error(order_id, refusal.code, refusal.text)

    def order_notice(self, order: Order, code: int) -> None:
        """IB's sentence for a code, about this order."""
        text = text_of(code, order.order_id, order.perm_id)
        self.order_error(order.client_id, order.order_id, Refusal(code, text))

    def previewed(self, order: Order, preview: Preview) -> None:
        session = self.sessions.get(order.client_id)
        if session is not None:
            self.order_faults.preview(session, order, preview)

    def position_changed(self, position: Position) -> None:
        for session in self.sessions.values():
            push_position(session, position)
        self._changed_positions[position.account, position.definition.con_id] = position
        if self._account_push is None:
            self._account_push = self.timers.after(ACCOUNT_PUSH_SECONDS, self._push_account)

    def _push_account(self) -> None:
        self._account_push = None
        changed = list(self._changed_positions.values())
        self._changed_positions.clear()
        for session in self.sessions.values():
            push_account(session, changed)

    def _listeners(self, client_id: int, order_id: int) -> list[Session]:
        if order_id == NO_ORDER_ID:
            return list(self.sessions.values())
        ids = [client_id] if self.master in {None, client_id} else [client_id, self.master]
        found = [self.sessions[each] for each in ids if each in self.sessions]
        return [
            session
            for session in found
            if session.client_id != client_id or order_id not in session.silent_orders
        ]
