"""Seals: messages between nodes prove that their sender knows RELAY_TOKEN.

A NATS server without a password lets every program of its machine publish. An order that came so
would be placed; with the seal it is dropped. The seal also binds a message to its place (`context`:
the subject, or the request that it answers), so that one cannot be played again somewhere else.
"""

from __future__ import annotations

import hashlib
import hmac

SIZE = 16
PURPOSE = b"relay-nodes"


class Seals:
    """Of one installation. `name` tells installations apart that share a NATS server."""

    def __init__(self, token: str) -> None:
        self._key = hmac.digest(token.encode(), PURPOSE, "sha256")
        self.name = hmac.digest(self._key, b"name", "sha256").hex()[:12]

    def seal(self, context: str, data: bytes) -> bytes:
        return self._mac(context, data) + data

    def open(self, context: str, sealed: bytes) -> bytes | None:
        """The data; None when we did not seal it for that place."""
        mac, data = sealed[:SIZE], sealed[SIZE:]
        return data if hmac.compare_digest(mac, self._mac(context, data)) else None

    def _mac(self, context: str, data: bytes) -> bytes:
        place = hashlib.sha256(context.encode()).digest()
        return hmac.digest(self._key, place + data, "sha256")[:SIZE]
