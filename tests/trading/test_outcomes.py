"""What is said of an order of which nothing was heard in time."""

from __future__ import annotations

import pytest

from tests.conftest import request
from tests.fakes import FakeOrderDesk
from trading.outcomes import unheard


def test_an_order_that_nobody_knows_may_exist_all_the_same() -> None:
    result = unheard(FakeOrderDesk(), request("o-1"))
    assert (result.state, result.sent, result.is_final) == ("unknown", "unknown", False)
    assert result.payload["contract"]["symbol"] == "AAPL"
    assert result.payload["orderId"] is None


@pytest.mark.parametrize("state", ["intent", "sending", "unknown"])
def test_what_is_in_doubt_reads_unknown_with_what_is_known(state: str) -> None:
    desk = FakeOrderDesk()
    desk.knows("o-1", state)
    result = unheard(desk, request("o-1"))
    assert (result.state, result.sent, result.payload["orderId"]) == ("unknown", "unknown", 7)
    assert result.payload["state"] == "unknown"


@pytest.mark.parametrize("state", ["live", "filled", "not_sent"])
def test_what_is_certain_is_said(state: str) -> None:
    desk = FakeOrderDesk()
    desk.knows("o-1", state)
    assert unheard(desk, request("o-1")).state == state
