"""Why the relay is not there: what to tell the owner, and how long to wait before the next try."""

from __future__ import annotations

import random
from dataclasses import dataclass

import aiohttp

from relay.messages import BAD_FRAME, NOT_ALLOWED, TAKEN_OVER, TOO_MANY, WRONG_USER

FIRST_SECONDS = 0.5
LONGEST_SECONDS = 10.0
SLOW_SECONDS = 30.0
OTHER_AGENT_SECONDS = 15.0

KEY_REFUSED = (
    "The relay does not accept AGENT_KEY: it is wrong, expired or revoked. Make a new one on the "
    "desk's page of agents and keys, set AGENT_KEY, and start the agent again."
)
OTHER_USER = (
    "The key belongs to another user than this agent's policy file names as owner. "
    "Use the owner's key, or change owner."
)
OTHER_AGENT = (
    "Another agent of yours is active. Stop it, or choose 'take over' on the desk's page of agents."
)


@dataclass(frozen=True, slots=True)
class Setback:
    """`seconds`: None = back-off, longer with each failure."""

    sentence: str
    seconds: float | None = None


BY_CLOSE_CODE = {
    NOT_ALLOWED: Setback(KEY_REFUSED, SLOW_SECONDS),
    WRONG_USER: Setback(OTHER_USER, SLOW_SECONDS),
    TAKEN_OVER: Setback(OTHER_AGENT, OTHER_AGENT_SECONDS),
    BAD_FRAME: Setback("The relay does not understand this agent. Use the same version of both."),
    TOO_MANY: Setback("The relay closed the connection: this agent sent too many messages"),
    aiohttp.WSCloseCode.SERVICE_RESTART: Setback("The relay is stopping or starts again"),
}
BY_STATUS = {
    401: Setback(KEY_REFUSED, SLOW_SECONDS),
    403: Setback("The relay refuses this agent (HTTP 403). Ask the relay's admin.", SLOW_SECONDS),
    404: Setback("There is no relay at RELAY_URL (HTTP 404). Check the address."),
}


def closed(code: int | None, words: str) -> Setback:
    """The relay has closed the connection, or it has broken off."""
    known = BY_CLOSE_CODE.get(code or 0)
    if known:
        return known
    said = f": {words}" if words.isprintable() and words else ""
    return Setback(f"The connection to the relay has ended (code {code}{said})")


def unreachable(error: Exception) -> Setback:
    """The connection could not be made."""
    match error:
        case aiohttp.WSServerHandshakeError():
            unknown = Setback(f"The relay did not accept the connection (HTTP {error.status})")
            return BY_STATUS.get(error.status, unknown)
        case aiohttp.ClientConnectorCertificateError():
            return Setback(f"The relay's certificate is not trusted: {error.certificate_error}")
        case aiohttp.ClientConnectorError():
            cause = error.os_error.strerror or str(error.os_error)
            return Setback(f"Cannot reach the relay at {error.host}:{error.port} ({cause})")
        case TimeoutError():
            return Setback("The relay does not answer")
    return Setback(f"Cannot reach the relay: {error}")


def pause(setback: Setback, failures: int) -> float:
    """Seconds until the next try; with jitter, so that many agents do not knock in step."""
    seconds = setback.seconds
    if seconds is None:
        seconds = min(FIRST_SECONDS * 2 ** min(failures, 10), LONGEST_SECONDS)
    return float(seconds * random.uniform(0.5, 1))
