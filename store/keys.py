"""API keys of programs: shown once, kept as SHA-256 with a prefix to recognise them by.

A key acts for its user, never with more than its scope and never with more than the user's role.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Engine, Row, insert, or_, select, update

from store.database import StoreError, transaction
from store.recent import Recent
from store.roles import allows, parse_scope, weaker
from store.tables import API_KEYS, USERS
from store.tokens import API_KEY_MARK, PREFIX_LENGTH, digest, new_token, prefix
from store.users import USER_COLUMNS, User, to_user
from store.words import printable

logger = logging.getLogger(__name__)

# `last used` is exact to this many seconds: no write for each request.
LAST_USED_SECONDS = 60.0
DAY_SECONDS = 86_400.0
DEFAULT_DAYS = 90.0


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
    expires_at: float | None = None

    @property
    def granted(self) -> str:
        """What the key may do now: its scope, and never more than its user's role."""
        return weaker(self.scope, self.user.scope)


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

    def new(
        self, user: User, scope: str, name: str = "", *, days: float | None = DEFAULT_DAYS
    ) -> str:
        """A new key: the secret, which nobody can show again. `days` None: it never expires.

        StoreError for a scope that is none or above the user's, and for days that are not positive.
        """
        if not allows(user.scope, parse_scope(scope)):
            raise StoreError(f"{user.name} is {user.role}: a key may have the scope {user.scope}")
        secret, now = new_token(API_KEY_MARK), self._clock()
        values = {
            "digest": digest(secret),
            "prefix": prefix(secret),
            "user_id": user.user_id,
            "scope": scope,
            "name": printable(name, 40),
            "created_at": now,
            "expires_at": expiry(now, days),
        }
        with transaction(self._engine) as connection:
            connection.execute(insert(API_KEYS).values(**values))
        return secret

    def verify(self, secret: str) -> ApiKey | None:
        """The key behind a secret; None when there is none, it has ended or its user has."""
        if not secret.startswith(API_KEY_MARK):
            return None
        key = digest(secret)
        found = self._recent.find(key, lambda: self._look_up(key))
        return found if found is not None and not self._has_expired(found) else None

    def revoke(self, beginning: str, user: User | None = None) -> ApiKey:
        """End the key with that prefix, at once in this process and in others after a second.

        With `user` only one of this user's keys; StoreError when there is none.
        """
        beginning = printable(beginning, PREFIX_LENGTH)
        mine = [] if user is None else [API_KEYS.c.user_id == user.user_id]
        found = self._select(API_KEYS.c.prefix == beginning, *mine)
        if not found:
            raise StoreError(f"There is no key that begins with {beginning}")
        with transaction(self._engine) as connection:
            chosen = update(API_KEYS).where(
                API_KEYS.c.prefix == beginning, API_KEYS.c.revoked_at.is_(None)
            )
            connection.execute(chosen.values(revoked_at=self._clock()))
        self._recent.forget()
        return found[0]

    def all(self) -> list[ApiKey]:
        """Every key there ever was, the oldest first."""
        return self._select()

    def of_user(self, user: User) -> list[ApiKey]:
        """As `all`, of one user."""
        return self._select(API_KEYS.c.user_id == user.user_id)

    def _has_expired(self, key: ApiKey) -> bool:
        return key.expires_at is not None and self._clock() >= key.expires_at

    def _look_up(self, key: str) -> ApiKey | None:
        is_in_time = or_(API_KEYS.c.expires_at.is_(None), API_KEYS.c.expires_at > self._clock())
        found = self._select(
            API_KEYS.c.digest == key,
            API_KEYS.c.revoked_at.is_(None),
            is_in_time,
            USERS.c.state == "active",
        )
        if not found:
            return None
        self._note_use(key, found[0])
        return found[0]

    def _select(self, *conditions: ColumnElement[bool]) -> list[ApiKey]:
        wanted = (
            select(API_KEYS, *USER_COLUMNS[1:])
            .join(USERS, USERS.c.user_id == API_KEYS.c.user_id)
            .where(*conditions)
            .order_by(API_KEYS.c.created_at)
        )
        with transaction(self._engine) as connection:
            return [_key(row) for row in connection.execute(wanted)]

    def _note_use(self, key: str, found: ApiKey) -> None:
        now = self._clock()
        if found.last_used_at is not None and now - found.last_used_at < LAST_USED_SECONDS:
            return
        try:
            with transaction(self._engine) as connection:
                used = update(API_KEYS).where(API_KEYS.c.digest == key)
                connection.execute(used.values(last_used_at=now))
        except StoreError as error:
            # A full disk may not stop somebody from cancelling an order.
            logger.warning("The use of key %s cannot be noted: %s", found.prefix, error)


def expiry(now: float, days: float | None) -> float | None:
    """When a key made now ends; None for never."""
    if days is None:
        return None
    if not 0 < days <= 3650:
        raise StoreError("A key lasts more than 0 and at most 3650 days, or for ever")
    return now + days * DAY_SECONDS


def _key(row: Row[tuple[object, ...]]) -> ApiKey:
    return ApiKey(
        row.prefix,
        row.name,
        row.scope,
        to_user(row),
        row.created_at,
        row.last_used_at,
        row.revoked_at,
        row.expires_at,
    )
