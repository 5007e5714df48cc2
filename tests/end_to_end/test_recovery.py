"""A gateway started by hand, as a real TWS is: it goes away and comes back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.end_to_end.trader import SECONDS, Trader
from tests.processes import RunningDesk, desk, paper_gateway, until


@pytest.mark.failure("F20")
def test_everything_recovers_when_the_gateway_returns(page: Page, tmp_path: Path) -> None:
    state = tmp_path / "gateway"
    with paper_gateway(state) as gateway:
        port = gateway.port
        with desk(tmp_path / "var", IB_PORT=str(port), PAPER_SLEEP="0") as running:
            trader = Trader(page, running.url)
            trader.sign_in()
            filled = _post(running, {"action": "BUY", "totalQuantity": 100, "orderType": "MKT"})
            resting = _post(
                running,
                {"action": "BUY", "totalQuantity": 5, "orderType": "LMT", "lmtPrice": 1.5},
            )
            gateway.program.process.kill()

            until(lambda: not running.is_ready(), "the desk notices")
            answer = until(lambda: _refusal(running), "the read connection notices too")
            assert (answer["error"], answer["sent"]) == ("IB not connected", "no")
            expect(page.locator("#banner")).to_contain_text("not connected", timeout=SECONDS)
            expect(page.locator("#quote .tag")).to_have_text(
                "not live: the last known", timeout=SECONDS
            )
            page.goto(f"{running.url}/health")
            expect(page.locator("#card-data .facts")).to_contain_text("before the cut")
            expect(page.locator("#card-farms .facts")).not_to_contain_text("since", timeout=SECONDS)
            page.goto(running.url)

            with paper_gateway(state, port=port):
                until(running.is_ready, "orders could be placed again")
                positions = until(lambda: _positions(running), "positions are read again")
                assert [row["position"] for row in positions] == [100]
                for order, state_now in ((filled, "filled"), (resting, "live")):
                    _, shown = running.call("GET", f"/api/v1/orders/{order['clientOrderId']}")
                    assert shown["state"] == state_now
                expect(page.locator("#conn-orders")).to_have_attribute(
                    "data-state", "connected", timeout=SECONDS
                )
                expect(trader.position("AAPL")).to_have_text("+100", timeout=SECONDS)
                status, _ = running.call("DELETE", f"/api/v1/orders/{resting['clientOrderId']}")
                assert status == 200


def _positions(running: RunningDesk) -> list[dict[str, Any]]:
    """The rows, or nothing while TWS is away."""
    status, answer = running.call("GET", "/api/v1/positions")
    rows: list[dict[str, Any]] = answer["positions"] if status == 200 else []
    return rows


def _post(running: RunningDesk, order: dict[str, Any]) -> dict[str, Any]:
    body = {"contract": {"symbol": "AAPL"}, "order": order}
    status, answer = running.call("POST", "/api/v1/orders", body)
    assert status == 201, answer
    placed: dict[str, Any] = answer
    return placed


def _refusal(running: RunningDesk) -> dict[str, Any] | None:
    """What the desk says in place of positions."""
    status, answer = running.call("GET", "/api/v1/positions")
    return answer if status == 503 else None
