"""What the order handler tells of its journal."""

from __future__ import annotations

from pathlib import Path

from order_handler import OrderHandler
from tests.conftest import ORDERS, Publications, endpoint, place, wait_until
from trading.ib_errors import CodeTable
from trading.policy import OrderPolicy


def test_a_handler_counts_the_orders_that_its_journal_holds(handler: OrderHandler) -> None:
    assert handler.saved_orders() == 0
    place(handler, "ui-1")
    assert (handler.saved_orders(), handler.journal_failure()) == (1, None)


def test_a_handler_that_was_never_started_has_no_journal_yet(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    handler = OrderHandler(
        endpoint(1, ORDERS), OrderPolicy(), CodeTable(), Publications(), path, None
    )
    assert (handler.saved_orders(), handler.journal_failure()) == (0, None)
    assert not path.exists()


def test_the_past_is_read_from_the_journal(handler: OrderHandler) -> None:
    place(handler, "ui-1")
    place(handler, "ui-2", totalQuantity=7)
    wait_until(lambda: len(handler.older_orders(None, 10)) == 2)
    assert [order.client_order_id for order in handler.older_orders(None, 1)] == ["ui-2"]
    assert [order.client_order_id for order in handler.older_orders("ui-2", 9)] == ["ui-1"]
    assert len(handler.executions("2020-01-01T00:00:00.000Z")) == 2
    assert handler.executions("2999-01-01T00:00:00.000Z") == []
