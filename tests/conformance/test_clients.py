"""Foreign clients, unmodified and each in its own environment, live a session at our gateway."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.processes import ROOT, paper_gateway

HERE = Path(__file__).parent
# client -> (its Python, the script that drives it, the version that it negotiates)
CLIENTS = {
    "ib_async": (sys.executable, "session_ib_async.py", 178),
    "ib_insync": (str(ROOT / ".peers/ib_insync/bin/python"), "session_ib_async.py", 176),
    "ibapi": (str(ROOT / ".peers/ibapi/bin/python"), "session_ibapi.py", 178),
}


@pytest.fixture(scope="module", params=CLIENTS)
def session(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Any]:
    """What one client saw: it previewed and bought 10 MSFT on a fresh account."""
    python, script, version = CLIENTS[request.param]
    with paper_gateway(tmp_path_factory.mktemp("gateway")) as gateway:
        answer = subprocess.run(
            [python, str(HERE / script), request.param, str(gateway.port)],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert answer.returncode == 0, answer.stderr
        seen: dict[str, Any] = json.loads(answer.stdout)
        assert seen["accounts"] == [gateway.account]
        assert seen["serverVersion"] == version
    return seen


def test_a_client_resolves_the_contract(session: dict[str, Any]) -> None:
    assert session["conId"] == 272093


def test_a_clients_market_order_fills_at_a_price_with_its_commission(
    session: dict[str, Any],
) -> None:
    assert (session["status"], session["filled"]) == ("Filled", 10)
    assert session["price"] > 0
    assert session["commission"] == 1.0  # IB's minimum per order in US stocks


def test_a_client_reads_its_position(session: dict[str, Any]) -> None:
    assert session["positions"] == {"MSFT": 10}


def test_a_clients_preview_has_margin_and_commission(session: dict[str, Any]) -> None:
    half_of_the_value = session["price"] * 10 * 0.5
    assert session["initMarginChange"] == pytest.approx(half_of_the_value, rel=0.02)
    assert session["minCommission"] == 1.0
