"""Foreign clients, unmodified, read futures, bonds, option chains and greeks at our gateway."""

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
    "ib_async": "session_contracts_ib_async.py",
    "ib_insync": "session_contracts_ib_async.py",
    "ibapi": "session_contracts_ibapi.py",
}


@pytest.fixture(scope="module", params=CLIENTS)
def seen(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """What one client was told."""
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


def test_a_client_reads_the_end_and_the_underlying_of_a_future(seen: Any) -> None:
    assert (seen["futureTime"], seen["futureUnder"]) == ("08:30", ["ES", "IND"])
    assert seen["futureDate"].startswith(seen["futureMonth"])


def test_a_client_reads_the_terms_of_a_bond(seen: Any) -> None:
    assert seen["bond"] == ["ZZ0000IB1", 7, "20451030"]


def test_a_client_reads_a_chain_and_one_of_its_options(seen: Any) -> None:
    assert (seen["chain"], seen["strikes"]) == (["AAPL"], [115.0, 117.5])
    assert seen["option"] == [900_000_203, "AAPL  290119C00230000"]


def test_a_client_reads_the_greeks_of_an_option(seen: Any) -> None:
    assert 0 < seen["delta"] < 1
    assert 0.15 < seen["volatility"] < 0.4
    assert 50 < seen["underPrice"] < 1_000


def test_a_clients_calculators_undo_each_other(seen: Any) -> None:
    assert seen["implied"] == pytest.approx(0.3)
