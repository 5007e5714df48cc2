"""API keys: 256 random bits, shown once, kept as SHA-256 with a prefix to recognise them by.

A fast hash is enough for a secret that nobody can guess.
"""

from __future__ import annotations

import hashlib
import logging
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Engine, Row, insert, select, update

from store.database import API_KEYS, USERS, StoreError, transaction
from store.recent import Recent
from store.users import SCOPES, User, weaker

logger = logging.getLogger(__name__)

# Every key begins so: it is recognised where it must not be, in an address or a log.
MARK = "ibk_"
PREFIX_LENGTH = len(MARK) + 8
# `last used` is exact to this many seconds: no write for each request.
LAST_USED_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key as it may be shown: never its secret. Times are seconds since 1970 or None."""

    prefix: str
    name: str
    scope: str
    user: User
    created_at: float
    last_used_at: float | None
    revoked_at: float | None

    @property
    def granted(self) -> str:
        """What the key may do now: its scope, and never more than its user's role."""
        return weaker(self.scope, self.user.role)


class Keys:
    """The API keys of one database."""

    def __init__(
        self,
        engine: Engine,
        recent: Recent[ApiKey] | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._engine, self._clock = engine, clock
        self._recent = recent or Recent[ApiKey]()

    def new(self, user: User, scope: str, name: str = "") -> str:
        """A new key: the secret, which nobody can show again."""
        if scope not in SCOPES:
            raise StoreError(f"A scope is one of {', '.join(SCOPES)}")
        secret = MARK + secrets.token_urlsafe(32)
        values = {
            "digest": _digest(secret),
            "prefix": secret[:PREFIX_LENGTH],
            "user_id": user.user_id,
            "scope": scope,
            "name": name[:40],
            "created_at": self._clock(),
        }
        with transaction(self._engine) as connection:
            connection.execute(insert(API_KEYS).values(**values))
        return secret

    def verify(self, secret: str) -> ApiKey | None:
        """The key behind a secret, or None when there is none or it was revoked."""
        if not secret.startswith(MARK):
            return None
        digest = _digest(secret)
        return self._recent.find(digest, lambda: self._look_up(digest))

    def revoke(self, prefix: str) -> ApiKey:
        """End the key with that prefix, at once in this process and in others after a second."""
        found = self._select(API_KEYS.c.prefix == prefix)
        if not found:
            raise StoreError(f"There is no key that begins with {prefix}")
        with transaction(self._engine) as connection:
            chosen = update(API_KEYS).where(API_KEYS.c.prefix == prefix)
            connection.execute(chosen.values(revoked_at=self._clock()))
        self._recent.forget()
        return found[0]

    def all(self) -> list[ApiKey]:
        return self._select()

    def _look_up(self, digest: str) -> ApiKey | None:
        found = self._select(API_KEYS.c.digest == digest, API_KEYS.c.revoked_at.is_(None))
        if not found:
            return None
        self._note_use(digest, found[0])
        return found[0]

    def _select(self, *conditions: ColumnElement[bool]) -> list[ApiKey]:
        wanted = (
            select(API_KEYS, USERS.c.name.label("user_name"), USERS.c.role)
            .join(USERS, USERS.c.user_id == API_KEYS.c.user_id)
            .where(*conditions)
            .order_by(API_KEYS.c.created_at)
        )
        with transaction(self._engine) as connection:
            return [_key(row) for row in connection.execute(wanted)]

    def _note_use(self, digest: str, key: ApiKey) -> None:
        now = self._clock()
        if key.last_used_at is not None and now - key.last_used_at < LAST_USED_SECONDS:
            return
        try:
            with transaction(self._engine) as connection:
                used = update(API_KEYS).where(API_KEYS.c.digest == digest)
                connection.execute(used.values(last_used_at=now))
        except StoreError as error:
            # A full disk may not stop somebody from cancelling an order.
            logger.warning("The use of key %s cannot be noted: %s", key.prefix, error)


def _key(row: Row[tuple[object, ...]]) -> ApiKey:
    return ApiKey(
        row.prefix,
        row.name,
        row.scope,
        User(row.user_id, row.user_name, row.role),
        row.created_at,
        row.last_used_at,
        row.revoked_at,
    )


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
