"""What the order handler tells of its journal."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from order_handler import OrderHandler
from store.journal import Journal
from tests.conftest import DEADLINE, ORDERS, Publications, endpoint, place, wait_until
from trading.ib_errors import CodeTable
from trading.policy import OrderPolicy
from trading.profit import ProfitQuestion
from trading.refusals import JournalDown


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


def test_profit_is_what_the_journal_holds(handler: OrderHandler) -> None:
    place(handler, "ui-1")
    place(handler, "ui-2", action="SELL")
    sample = ("DU1234567", "2026-11-20T14:30:00.000Z", 1000.5, "USD")
    handler.keep_equity([sample])
    handler._engine.journal.file.flush(DEADLINE)
    profit = wait_until(lambda: _with_reports(handler))
    assert (profit["currency"], profit["currencies"]) == ("USD", ["USD"])
    assert [(one["symbol"], one["executions"]) for one in profit["symbols"]] == [("AAPL", 2)]
    assert profit["days"][0]["realizedPNL"] is not None
    assert [one["netLiquidation"] for one in profit["equity"]] == [1000.5]
    assert handler.last_equity() == {sample[0]: sample[1]}
    assert handler.profit(ProfitQuestion(first=date(2100, 1, 1)))["days"] == []


def _with_reports(handler: OrderHandler) -> dict[str, Any]:
    profit = handler.profit(ProfitQuestion())
    is_whole = profit["symbols"] and profit["symbols"][0]["executions"] == 2
    return profit if is_whole else {}


def test_a_journal_that_cannot_be_read_is_no_profit_of_nothing(handler: OrderHandler) -> None:
    handler._engine.journal.file._lists.close()
    with pytest.raises(JournalDown):
        handler.profit(ProfitQuestion())


def test_the_past_is_read_from_the_journal(handler: OrderHandler) -> None:
    place(handler, "ui-1")
    place(handler, "ui-2", totalQuantity=7)
    wait_until(lambda: len(handler.older_orders(None, 10)) == 2)
    assert [order.client_order_id for order in handler.older_orders(None, 1)] == ["ui-2"]
    assert [order.client_order_id for order in handler.older_orders("ui-2", 9)] == ["ui-1"]
    assert len(handler.executions("2020-01-01T00:00:00.000Z")) == 2
    assert handler.executions("2999-01-01T00:00:00.000Z") == []


def test_a_handler_whose_thread_has_ended_lets_go_of_its_journal(
    handler: OrderHandler,
) -> None:
    handler.thread.stop()
    handler.stop()
    journal = Journal(handler._engine.journal.file.path)  # JournalLocked while somebody holds it
    journal.close()
