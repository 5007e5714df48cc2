"""kill -9 of the agent with orders in flight: after the restart its journal answers."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import Any

import pytest

from tests.agent.conftest import body
from tests.agent.fake_relay import FakeRelay
from tests.agent.test_main import agent_process
from tests.processes import paper_gateway, until

NAMES = [f"k-{number}" for number in range(6)]
FINAL_OR_LIVE = {"live", "filled", "not_sent", "not_placed", "unknown"}


def order(name: str) -> dict[str, Any]:
    return body(name, orderType="LMT", lmtPrice=1)


@pytest.mark.failure("F66")
@pytest.mark.parametrize("latency_ms", [0, 40])
def test_no_order_is_placed_twice_or_lost(
    tmp_path: Path, relay: FakeRelay, latency_ms: int
) -> None:
    settings = {"RELAY_URL": relay.url, "ABSENCE_SECONDS": "0.5"}
    with paper_gateway(tmp_path / "gateway", latency_ms=latency_ms) as gateway:
        settings["IB_PORT"] = str(gateway.port)
        with agent_process(tmp_path / "agent", **settings) as first:
            until(lambda: first.said("agent of alice"), "it is connected\n" + first.output)
            until(lambda: relay.ask("orders").error is None, "TWS has listed its orders")
            for name in NAMES:
                relay.send(relay.request("place-order", body=order(name)))
            until(lambda: gateway.state()["orders"], "an order has arrived")
            first.process.send_signal(signal.SIGKILL)
            first.process.wait()
        with agent_process(tmp_path / "agent", **settings) as second:
            until(lambda: second.said("agent of alice"), "it is connected\n" + second.output)
            until(lambda: relay.ask("orders").error is None, "TWS has listed its orders")
            for name in NAMES:
                again = relay.ask("place-order", body=order(name))
                assert again.error is None, again.error
                assert again.result["state"] in FINAL_OR_LIVE
            booked = [row["orderRef"] for row in gateway.state()["orders"]]
            assert len(booked) == len(set(booked))
            for name in NAMES:
                known = relay.ask("order", clientOrderId=name).result
                if known["sent"] == "no":
                    assert name not in booked
                if known["state"] == "live":
                    assert name in booked
            lost = {row["clientOrderId"] for row in relay.ask("orders").result}
            assert set(booked) <= lost
