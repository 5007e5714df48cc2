"""Foreign clients, unmodified, read every kind of market data at our gateway."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.conformance.test_clients import CLIENTS
from tests.processes import paper_gateway

HERE = Path(__file__).parent
SCRIPTS = {
    "ib_async": "session_data_ib_async.py",
    "ib_insync": "session_data_ib_async.py",
    "ibapi": "session_data_ibapi.py",
}


@pytest.fixture(scope="module", params=CLIENTS)
def seen(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """What one client was told about AAPL and the market."""
    python, _, _ = CLIENTS[request.param]
    with paper_gateway(tmp_path_factory.mktemp("gateway")) as gateway:
        answer = subprocess.run(
            [python, str(HERE / SCRIPTS[request.param]), request.param, str(gateway.port)],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert answer.returncode == 0, answer.stderr
    return json.loads(answer.stdout)


def test_a_client_reads_bars_and_their_beginning(seen: Any) -> None:
    assert (seen["bars"], seen["days"], seen["sessions"]) == (24, 5, 3)
    assert "20040102" in seen["head"].replace("-", "")


def test_a_client_reads_single_ticks_of_the_past(seen: Any) -> None:
    low, high = seen["range"]
    assert len(seen["trades"]) >= 10
    assert all(low <= price <= high for price in seen["trades"][:5])
    assert all(bid < ask for bid, ask in seen["quotes"])
    assert len(seen["quotes"]) >= 10
    assert len(seen["middles"]) >= 10


def test_a_client_reads_a_histogram_of_the_day(seen: Any) -> None:
    low, high = seen["range"]
    prices = [price for price, _ in seen["histogram"]]
    assert low <= prices[0] < prices[-1] <= high
    assert 20_000_000 < sum(size for _, size in seen["histogram"]) < 200_000_000


def test_a_client_reads_news(seen: Any) -> None:
    assert seen["providers"] == ["BRFG", "BRFUPDN", "DJNL"]
    assert seen["article"].startswith(seen["headline"])


def test_a_client_follows_quotes_depth_and_trades(seen: Any) -> None:
    bid, ask = seen["quote"]
    assert 0 < bid < ask
    assert seen["low52week"] < bid
    assert seen["shortable"] > 1_000_000
    assert [price for price, _ in seen["depth"]] == [
        pytest.approx(seen["depth"][0][0] - row / 100) for row in range(5)
    ]
    assert {maker for _, maker in seen["depth"]} <= set(seen["depthExchanges"])
    assert abs(seen["tick"] - bid) < 1
    assert seen["components"][:2] == ["NASDAQ", "NYSE"]


def test_a_client_scans_the_market(seen: Any) -> None:
    assert len(seen["scan"]) == 3
    assert "NVDA" in seen["scan"]
    assert seen["scanCodes"] == 14
