"""What the owner is told when the relay is not there, and how long the agent waits."""

from __future__ import annotations

import ssl
from unittest.mock import Mock

import aiohttp
import pytest
from aiohttp.client_reqrep import ConnectionKey

from agent.setbacks import (
    LONGEST_SECONDS,
    OTHER_AGENT_SECONDS,
    SLOW_SECONDS,
    Setback,
    closed,
    pause,
    unreachable,
)

THERE = ConnectionKey("relay", 443, True, True, None, None, None)


@pytest.mark.parametrize(
    ("code", "words", "seconds"),
    [
        (4401, "does not accept AGENT_KEY", SLOW_SECONDS),
        (4403, "another user", SLOW_SECONDS),
        (4409, "Another agent of yours is active", OTHER_AGENT_SECONDS),
        (1012, "stopping", None),
        (4400, "same version", None),
        (4429, "too many", None),
        (1006, "code 1006", None),
        (None, "has ended", None),
    ],
)
def test_each_close_code_says_what_to_do(
    code: int | None, words: str, seconds: float | None
) -> None:
    setback = closed(code, "")
    assert words in setback.sentence
    assert setback.seconds == seconds


def test_the_relays_own_words_are_shown_when_they_are_harmless() -> None:
    assert "(code 4408: Not heard)" in closed(4408, "Not heard").sentence
    assert "\x1b" not in closed(4408, "\x1b[2J").sentence


def test_a_status_instead_of_a_connection() -> None:
    def refused(status: int) -> Setback:
        error = aiohttp.WSServerHandshakeError(Mock(), (), status=status, message="no")
        return unreachable(error)

    assert "does not accept AGENT_KEY" in refused(401).sentence
    assert refused(401).seconds == SLOW_SECONDS
    assert "HTTP 502" in refused(502).sentence
    assert refused(502).seconds is None


def test_a_relay_that_cannot_be_reached_is_named_with_the_cause() -> None:
    nobody = aiohttp.ClientConnectorError(THERE, ConnectionRefusedError(111, "Connection refused"))
    assert unreachable(nobody).sentence == (
        "Cannot reach the relay at relay:443 (Connection refused)"
    )
    untrusted = aiohttp.ClientConnectorCertificateError(THERE, ssl.SSLCertVerificationError("self"))
    assert "certificate is not trusted" in unreachable(untrusted).sentence
    assert unreachable(TimeoutError()).sentence == "The relay does not answer"
    assert "redirects" in unreachable(aiohttp.ClientError("it redirects")).sentence


def test_the_back_off_grows_to_ten_seconds_with_jitter() -> None:
    assert 0.25 <= pause(Setback("x"), 0) <= 0.5
    for failures in (5, 50, 5_000):
        assert LONGEST_SECONDS / 2 <= pause(Setback("x"), failures) <= LONGEST_SECONDS
    assert len({pause(Setback("x"), 3) for _ in range(9)}) > 1
    assert pause(Setback("x", SLOW_SECONDS), 0) >= SLOW_SECONDS / 2
