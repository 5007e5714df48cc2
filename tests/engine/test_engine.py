"""One TWS with everything around it: made from the settings, started and stopped together."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import config
from engine.engine import Engine, order_policy
from tests.conftest import wait_until


def settings(var_dir: Path, **given: str) -> config.Settings:
    return config.load({"VAR_DIR": str(var_dir), **given}, Path("none"))


def farms_named_by(engine: Engine) -> set[str]:
    """The connections over which TWS has said that a data farm is well (2104)."""
    rows = engine.reader.messages().result(10).rows
    return {row["connection"] for row in rows if row["code"] == 2104}


def test_without_a_tws_it_trades_at_its_own_paper_gateway(tmp_path: Path) -> None:
    told: list[str] = []

    def publish(kind: str, payload: dict[str, Any]) -> None:
        told.append(kind)

    engine = Engine(settings(tmp_path, PAPER_LATENCY_MS="0"), publish)
    engine.start()
    try:
        wait_until(lambda: engine.order_desk.blockers() == [])
        shown = engine.status()
        assert (shown["syntheticPrices"], shown["connections"]["orders"]["clientId"]) == (
            True,
            1000,
        )
        assert shown["account"].startswith("DU")
        assert "status" in told
        wait_until(lambda: farms_named_by(engine) == {"data", "orders"})
    finally:
        engine.stop()
    assert engine.status()["connections"]["orders"]["state"] == "stopped"


def test_a_command_that_only_looks_connects_nowhere(tmp_path: Path) -> None:
    engine = Engine(settings(tmp_path), lambda kind, payload: None, connects=False)
    assert engine.gateway.port == 0
    assert engine.status()["connections"]["data"]["state"] == "stopped"


def test_the_settings_of_an_orders_outcome_reach_the_order_handler(tmp_path: Path) -> None:
    given = settings(tmp_path, PAPER_SLEEP="0", ORDER_TIMEOUT="5", ABSENCE_SECONDS="3")
    policy = order_policy(given)
    assert (policy.paper_sleep, policy.order_timeout, policy.absence_seconds) == ((0, 0, 0), 5, 3)
