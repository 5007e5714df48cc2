"""Of an order that nothing was heard of, nobody claims more than is known."""

from __future__ import annotations

import pytest

from tests.fakes import FakeOrderDesk
from trading.orders import OrderRequest, OrderResult, parse_order_request
from trading.outcomes import IN_DOUBT, unheard
from trading.refusals import AgentNotConnected


def a_request() -> OrderRequest:
    order = {"action": "BUY", "totalQuantity": 100, "orderType": "MKT"}
    return parse_order_request({"contract": {"symbol": "AAPL"}, "order": order}, "ui-1")


@pytest.mark.parametrize("state", sorted(IN_DOUBT))
def test_what_is_in_doubt_is_unknown(state: str) -> None:
    desk = FakeOrderDesk()
    desk.knows("ui-1", state)
    result = unheard(desk, a_request())
    assert (result.state, result.sent, result.payload["state"]) == ("unknown", "unknown", "unknown")


@pytest.mark.parametrize("state", ["live", "filled", "cancelled", "rejected", "not_sent"])
def test_what_is_certain_is_told(state: str) -> None:
    desk = FakeOrderDesk()
    desk.knows("ui-1", state)
    assert unheard(desk, a_request()).state == state


def test_an_order_that_nobody_knows_is_named_as_it_was_asked() -> None:
    result = unheard(FakeOrderDesk(), a_request())
    assert (result.state, result.sent, result.is_final) == ("unknown", "unknown", False)
    assert result.payload["contract"]["symbol"] == "AAPL"
    assert result.payload["order"]["totalQuantity"] == 100


def test_an_agent_that_is_away_knows_nothing_either() -> None:
    class Away(FakeOrderDesk):
        def order(self, client_order_id: str) -> OrderResult:
            raise AgentNotConnected

    assert unheard(Away(), a_request()).state == "unknown"
