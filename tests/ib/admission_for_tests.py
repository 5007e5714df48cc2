"""An admission with a book of its own, clocks that stand still, and what is asked of it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any, cast

from ib.admission import Admission
from ib_session import IBSession
from tests.fakes import connected
from tests.trading.facts_for_tests import facts
from tests.trading.orders_for_tests import (
    ACCOUNT,
    World,
    a_moment,
    a_request,
    an_execution,
)
from trading.orders import OrderRequest
from trading.policy import OrderPolicy
from trading.records import Moment, OrderRecord
from trading.refusals import (
    TradingError,
)
from trading.risk import Limits
from trading.sizing import OrderFacts

LONG = facts(position=100)
FROZEN = {"is_frozen": True}


class FakeMoments:
    """Both clocks, which stand still until a test moves them."""

    def __init__(self) -> None:
        self.at = a_moment()

    def __call__(self) -> Moment:
        return self.at

    def pass_by(self, seconds: float) -> None:
        self.at = Moment(self.at.time + timedelta(seconds=seconds), self.at.seconds + seconds)

    def jump(self, hours: float) -> None:
        """The wall clock alone is set to another time."""
        self.at = Moment(self.at.time + timedelta(hours=hours), self.at.seconds)


class FakeSaved:
    failure: str | None = None


@dataclass
class Door:
    """An admission with a book of its own."""

    policy: OrderPolicy = field(default_factory=OrderPolicy)
    moments: FakeMoments = field(default_factory=FakeMoments)
    status: Any = field(default_factory=lambda: replace(connected("orders", 1000), accounts=()))

    def __post_init__(self) -> None:
        self.world = World(moments=cast(Any, self.moments))
        self.session = SimpleNamespace(
            known=replace(self.status, accounts=(ACCOUNT,)), next_valid_id=1
        )
        self.saved = FakeSaved()
        self.admission = Admission(
            cast(IBSession, self.session), self.world.book, self.saved, self.policy, self.moments
        )
        self.admission.is_frozen = False
        self.admission.has_read_orders = self.admission.is_current = True

    def take(self, request: OrderRequest, known: OrderFacts | None = None) -> OrderRecord:
        """As the engine takes an order: asked, booked, counted, and on its way."""
        is_exit = self.admission.check(request, ACCOUNT, known)
        requests = [request, *request.legs]
        records = [self.world.book.add(one, ACCOUNT) for one in requests]
        self.admission.count(records, request, known, is_exit=is_exit)
        for number, record in enumerate(records):
            self.world.book.mark_sending(record, 100 + len(self.world.book) + number)
        return records[0]

    def refusal(
        self, request: OrderRequest, known: OrderFacts | None = None
    ) -> TradingError | None:
        try:
            self.admission.check(request, ACCOUNT, known)
        except TradingError as error:
            return error
        return None

    def is_exit(self, request: OrderRequest, known: OrderFacts = LONG) -> bool:
        return self.admission.check(request, ACCOUNT, known)

    def fill(self, record: OrderRecord, shares: float = 100) -> None:
        """IB tells an execution."""
        name, order_id = record.client_order_id, record.order_id or 0
        side = "BOT" if record.order["action"] == "BUY" else "SLD"
        ids: dict[str, Any] = {
            "exec_id": f"{name}.{shares}.01",
            "permId": order_id,
            "orderId": order_id,
        }
        self.world.fill(an_execution(shares, key=name, side=side, **ids))
        self.admission.exposure.note_fill(self.world.fills[-1])


def limited(**limits: Any) -> Door:
    return Door(OrderPolicy(limits=Limits(**limits)))


def ask(key: str, **order: Any) -> OrderRequest:
    """What a program asks, which names its orders."""
    return replace(a_request(key, **order), is_named=True)


def sell(key: str = "out", quantity: int = 100, **order: Any) -> OrderRequest:
    return ask(key, action="SELL", totalQuantity=quantity, **order)


def of_a_page(request: OrderRequest) -> OrderRequest:
    return replace(request, is_named=False)
