"""Who calls: a short-lived signed assertion with which the desk names the signed-in user.

Both sides know RELAY_TOKEN. The form of the signature (HMAC with SHA-256) stands here and not in
the assertion, so an assertion cannot choose a weaker one. It is a bearer's: it goes only between
desk and relay, in a header, and dies after a minute.
"""

from __future__ import annotations

import hashlib
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import orjson
from itsdangerous import BadData, Signer

AUDIENCE = "relay-call"
SCOPES = ("read", "trade", "approve", "admin")  # a ladder: each includes the ones before it
MAX_AGE_SECONDS = 60
# The desk's clock may be a little ahead of the relay's.
MAX_AHEAD_SECONDS = 5

Clock = Callable[[], float]


class BadAssertion(Exception):
    """No assertion, or none that counts here and now. It is not said why."""


@dataclass(frozen=True, slots=True)
class Assertion:
    """`user` asks, and may do what `scope` says (read, trade, approve or admin)."""

    user: str
    scope: str

    def allows(self, needed: str) -> bool:
        return SCOPES.index(self.scope) >= SCOPES.index(needed)


def make(token: str, user: str, scope: str, now: Clock = time.time) -> str:
    """An assertion for the next minute. Raises ValueError for a user or scope that cannot be."""
    if not user or scope not in SCOPES:
        raise ValueError(f"{user!r} with scope {scope!r}")
    body = urlsafe_b64encode(orjson.dumps([user, scope, int(now())]))
    return _signer(token).sign(body).decode()


def verify(token: str, assertion: str, now: Clock = time.time) -> Assertion:
    """Who is named and may do what; BadAssertion when signature, audience, age or form is wrong."""
    try:
        body = _signer(token).unsign(assertion)
        user, scope, made_at = orjson.loads(urlsafe_b64decode(body))
    except (BadData, TypeError, ValueError):
        raise BadAssertion from None
    if not isinstance(user, str) or scope not in SCOPES or type(made_at) is not int:
        raise BadAssertion
    if not user or not -MAX_AHEAD_SECONDS <= now() - made_at <= MAX_AGE_SECONDS:
        raise BadAssertion
    return Assertion(user, scope)


@lru_cache(maxsize=8)
def _signer(token: str) -> Signer:
    """The signer of that secret; its key is derived once and not for each call."""
    of_token = Signer(token, salt=AUDIENCE, digest_method=hashlib.sha256, key_derivation="hmac")
    return Signer(of_token.derive_key(), digest_method=hashlib.sha256, key_derivation="none")
