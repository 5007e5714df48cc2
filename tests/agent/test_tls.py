"""The relay's certificate is checked. `relay_for_tests.pem` is a throw-away one for 127.0.0.1."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.agent.fake_relay import FakeRelay
from tests.agent.links import RunningLink
from tests.agent.test_main import agent_process
from tests.conftest import wait_until
from tests.processes import until

CERTIFICATE = Path(__file__).parent / "relay_for_tests.pem"


@pytest.fixture
def secure_relay() -> Iterator[FakeRelay]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    relay = FakeRelay(context)
    relay.start()
    yield relay
    relay.stop()


def test_a_certificate_that_nobody_vouches_for_is_refused(secure_relay: FakeRelay) -> None:
    running = RunningLink(secure_relay)
    running.start()
    try:
        wait_until(lambda: "certificate is not trusted" in (running.link.reason or ""))
        assert secure_relay.visits == []
    finally:
        running.link.stop()


def test_a_certificate_of_an_own_authority_is_trusted(
    tmp_path: Path, secure_relay: FakeRelay
) -> None:
    trust = {"RELAY_URL": secure_relay.url, "SSL_CERT_FILE": str(CERTIFICATE)}
    with agent_process(tmp_path, "doctor", **trust) as running:
        until(lambda: running.process.poll() is not None, "it ends")
        until(lambda: running.said("accepts AGENT_KEY"), running.output)
    assert running.said("answers with TLS")
    with agent_process(tmp_path, **trust) as running:
        until(lambda: running.said("agent of alice: connected"), running.output)
