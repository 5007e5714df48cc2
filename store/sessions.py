"""Browser sessions: the server's own list of who is signed in.

A signed cookie alone stays valid after sign-out; here signing out, a new password, half an hour
without a request and the end of the day end a session for good. The cookie holds a random token,
the database only its SHA-256; lists show a public id that is worth nothing to a thief.
"""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from sqlalchemy import ColumnElement, Engine, Select, delete, insert, or_, select, update

from store.database import StoreError, transaction
from store.recent import Recent
from store.tables import SESSIONS, USERS
from store.tokens import digest, new_token
from store.users import USER_COLUMNS, User, to_user
from store.words import printable

logger = logging.getLogger(__name__)

LIFETIME_SECONDS = 12 * 3600
IDLE_SECONDS = 30 * 60
# `last seen` is exact to this many seconds: no write for each request.
SEEN_SECONDS = 60.0
NO_SESSION = "There is no such session of yours; it may have ended already"


@dataclass(frozen=True, slots=True)
class Session:
    """A session as it may be shown: never its token. Times are seconds since 1970."""

    public_id: str
    created_at: float
    last_seen_at: float
    user_agent: str
    address: str
    is_this: bool


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who is signed in, and when the last request was noted."""

    user: User
    seen_at: float


class Sessions:
    """Sessions of one database; they survive a restart of the desk."""

    def __init__(
        self,
        engine: Engine,
        recent: Recent[SignedIn] | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._engine, self._clock = engine, clock
        self._recent = recent or Recent[SignedIn]()

    def open(self, user: User, user_agent: str = "", address: str = "") -> str:
        """A new session of the user: its token, which only the browser keeps."""
        token, now = new_token(), self._clock()
        values = {
            "digest": digest(token),
            "user_id": user.user_id,
            "expires_at": now + LIFETIME_SECONDS,
            "public_id": secrets.token_hex(8),
            "created_at": now,
            "last_seen_at": now,
            "user_agent": printable(user_agent, 200),
            "address": printable(address, 45),
        }
        with transaction(self._engine) as connection:
            connection.execute(delete(SESSIONS).where(_has_ended(now)))
            connection.execute(insert(SESSIONS).values(**values))
        return token

    def user_of(self, token: str, *, is_request: bool = True) -> User | None:
        """The signed-in user, or None when the session has ended.

        `is_request`: somebody did something; False for a look that may not keep it open.
        """
        key = digest(token)
        found = self._recent.find(key, lambda: self._look_up(key))
        if found is None:
            return None
        if is_request and self._clock() - found.seen_at >= SEEN_SECONDS:
            self._recent.renew(key, self._note_request(key, found))
        return found.user

    def close(self, token: str) -> None:
        """End the session; its token is worth nothing from here on."""
        key = digest(token)
        self._recent.drop(key)  # first: it counts here even when the database is away
        self._delete(SESSIONS.c.digest == key)

    def of_user(self, user: User, token: str = "") -> list[Session]:
        """The user's open sessions, the last used first; `token` is the asking browser's own."""
        mine = SESSIONS.c.user_id == user.user_id, ~_has_ended(self._clock())
        wanted = select(SESSIONS).where(*mine).order_by(SESSIONS.c.last_seen_at.desc())
        own = digest(token)
        with transaction(self._engine) as connection:
            return [
                Session(
                    row.public_id,
                    row.created_at,
                    row.last_seen_at,
                    row.user_agent,
                    row.address,
                    row.digest == own,
                )
                for row in connection.execute(wanted)
            ]

    def close_one(self, user: User, public_id: str) -> None:
        """End one of the user's own sessions, or StoreError when there is none of that id."""
        mine = SESSIONS.c.user_id == user.user_id, SESSIONS.c.public_id == printable(public_id, 16)
        if not self._delete(*mine):
            raise StoreError(NO_SESSION)

    def close_others(self, user: User, token: str) -> int:
        """End all sessions of the user but the one with this token; how many they were."""
        mine = SESSIONS.c.user_id == user.user_id
        return self._delete(mine, SESSIONS.c.digest != digest(token))

    def close_all(self, user: User) -> int:
        """End every session of the user; how many they were."""
        return self._delete(SESSIONS.c.user_id == user.user_id)

    def _look_up(self, key: str) -> SignedIn | None:
        wanted: Select[tuple[object, ...]] = (
            select(*USER_COLUMNS, SESSIONS.c.last_seen_at)
            .join(SESSIONS, SESSIONS.c.user_id == USERS.c.user_id)
            .where(
                SESSIONS.c.digest == key,
                ~_has_ended(self._clock()),
                USERS.c.state == "active",
            )
        )
        with transaction(self._engine) as connection:
            row = connection.execute(wanted).first()
        return None if row is None else SignedIn(to_user(row), row.last_seen_at)

    def _note_request(self, key: str, found: SignedIn) -> SignedIn:
        now = self._clock()
        try:
            with transaction(self._engine) as connection:
                mine = update(SESSIONS).where(SESSIONS.c.digest == key)
                connection.execute(mine.values(last_seen_at=now))
        except StoreError as error:
            # A full disk may not stop somebody from cancelling an order.
            logger.warning("A request of %s cannot be noted: %s", found.user.name, error)
        return replace(found, seen_at=now)

    def _delete(self, *conditions: ColumnElement[bool]) -> int:
        with transaction(self._engine) as connection:
            ended = connection.execute(delete(SESSIONS).where(*conditions)).rowcount
        self._recent.forget()
        return ended


def _has_ended(now: float) -> ColumnElement[bool]:
    return or_(SESSIONS.c.expires_at <= now, SESSIONS.c.last_seen_at <= now - IDLE_SECONDS)
