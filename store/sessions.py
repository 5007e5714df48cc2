"""Browser sessions: the server's own list of who is signed in.

A signed cookie alone stays valid after sign-out; here signing out, a new password and the end of
the day end a session for good. The cookie holds a random token, the database only its SHA-256.
"""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Callable

from sqlalchemy import Engine, delete, insert, select

from store.database import SESSIONS, USERS, transaction
from store.recent import Recent
from store.users import User

LIFETIME_SECONDS = 12 * 3600


class Sessions:
    """Sessions of one database; they survive a restart of the desk."""

    def __init__(
        self,
        engine: Engine,
        recent: Recent[User] | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._engine, self._clock = engine, clock
        self._recent = recent or Recent[User]()

    def open(self, user: User) -> str:
        """A new session of the user: its token, which only the browser keeps."""
        token = secrets.token_urlsafe(32)
        now = self._clock()
        values = {
            "digest": _digest(token),
            "user_id": user.user_id,
            "expires_at": now + LIFETIME_SECONDS,
        }
        with transaction(self._engine) as connection:
            connection.execute(delete(SESSIONS).where(SESSIONS.c.expires_at <= now))
            connection.execute(insert(SESSIONS).values(**values))
        return token

    def user_of(self, token: str) -> User | None:
        """The signed-in user, or None when the session has ended."""
        digest = _digest(token)
        return self._recent.find(digest, lambda: self._look_up(digest))

    def _look_up(self, digest: str) -> User | None:
        wanted = (
            select(USERS.c.user_id, USERS.c.name, USERS.c.role)
            .join(SESSIONS, SESSIONS.c.user_id == USERS.c.user_id)
            .where(SESSIONS.c.digest == digest, SESSIONS.c.expires_at > self._clock())
        )
        with transaction(self._engine) as connection:
            row = connection.execute(wanted).first()
        return None if row is None else User(row.user_id, row.name, row.role)

    def close(self, token: str) -> None:
        """End the session; its token is worth nothing from here on."""
        with transaction(self._engine) as connection:
            connection.execute(delete(SESSIONS).where(SESSIONS.c.digest == _digest(token)))
        self._recent.forget()


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
