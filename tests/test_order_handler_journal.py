"""What the order handler tells of its journal."""

from __future__ import annotations

from pathlib import Path

from order_handler import OrderHandler
from tests.conftest import ORDERS, Publications, endpoint, place
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
