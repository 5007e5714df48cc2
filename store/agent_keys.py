"""Agent keys: with one an agent connects to the relay as its user's, and nothing else.

Shown once and kept as SHA-256, as API keys are. A connected agent does not show its key again, so
the relay asks twice a second which of the keys in use have ended (`no_longer_valid`).
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Engine, Row, insert, or_, select, union, update

from store.database import StoreError, transaction
from store.keys import LAST_USED_SECONDS, expiry
from store.tables import AGENT_KEYS, USERS
from store.tokens import AGENT_KEY_MARK, PREFIX_LENGTH, digest, new_token, prefix
from store.users import USER_COLUMNS, User, to_user
from store.words import printable

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class AgentKey:
    """A key as it may be shown: never its secret. Times are seconds since 1970 or None.

    `digest` is what `no_longer_valid` is asked with; it is not for people.
    """

    digest: str
    prefix: str
    name: str
    user: User
    created_at: float
    last_used_at: float | None
    revoked_at: float | None
    expires_at: float | None


class AgentKeys:
    """The agent keys of one database. Nothing is remembered: an agent connects seldom."""

    def __init__(self, engine: Engine, clock: Callable[[], float] = time.time) -> None:
        self._engine, self._clock = engine, clock

    def new(self, user: User, name: str = "", *, days: float | None = None) -> str:
        """A new key: the secret, which nobody can show again. `days` None: it never expires."""
        secret, now = new_token(AGENT_KEY_MARK), self._clock()
        values = {
            "digest": digest(secret),
            "prefix": prefix(secret),
            "user_id": user.user_id,
            "name": printable(name, 40),
            "created_at": now,
            "expires_at": expiry(now, days),
        }
        with transaction(self._engine) as connection:
            connection.execute(insert(AGENT_KEYS).values(**values))
        return secret

    def verify(self, secret: str) -> AgentKey | None:
        """The key behind a secret; None when there is none, it has ended or its user has."""
        if not secret.startswith(AGENT_KEY_MARK):
            return None
        is_in_time = or_(AGENT_KEYS.c.expires_at.is_(None), AGENT_KEYS.c.expires_at > self._clock())
        found = self._select(
            AGENT_KEYS.c.digest == digest(secret),
            AGENT_KEYS.c.revoked_at.is_(None),
            is_in_time,
            USERS.c.state == "active",
        )
        if not found:
            return None
        self._note_use(found[0])
        return found[0]

    def no_longer_valid(self, digests: Collection[str]) -> set[str]:
        """Those of the keys that were revoked, have expired, or whose user was deactivated.

        Costs what the ended keys cost, however many are in use: three looks into indexes.
        """
        if not digests:
            return set()
        key = select(AGENT_KEYS.c.digest)
        ended = union(
            key.where(AGENT_KEYS.c.revoked_at > 0),
            key.where(AGENT_KEYS.c.expires_at <= self._clock()),
            key.join(USERS, USERS.c.user_id == AGENT_KEYS.c.user_id).where(
                USERS.c.state == "deactivated"
            ),
        )
        with transaction(self._engine) as connection:
            return set(digests).intersection(connection.execute(ended).scalars())

    def revoke(self, beginning: str, user: User | None = None) -> AgentKey:
        """End the key with that prefix; a relay closes its agent's socket within a second.

        With `user` only one of this user's keys; StoreError when there is none.
        """
        beginning = printable(beginning, PREFIX_LENGTH)
        mine = [] if user is None else [AGENT_KEYS.c.user_id == user.user_id]
        found = self._select(AGENT_KEYS.c.prefix == beginning, *mine)
        if not found:
            raise StoreError(f"There is no agent key that begins with {beginning}")
        with transaction(self._engine) as connection:
            chosen = update(AGENT_KEYS).where(
                AGENT_KEYS.c.prefix == beginning, AGENT_KEYS.c.revoked_at.is_(None)
            )
            connection.execute(chosen.values(revoked_at=self._clock()))
        return found[0]

    def all(self) -> list[AgentKey]:
        """Every agent key there ever was, the oldest first."""
        return self._select()

    def of_user(self, user: User) -> list[AgentKey]:
        """As `all`, of one user."""
        return self._select(AGENT_KEYS.c.user_id == user.user_id)

    def _select(self, *conditions: ColumnElement[bool]) -> list[AgentKey]:
        wanted = (
            select(AGENT_KEYS, *USER_COLUMNS[1:])
            .join(USERS, USERS.c.user_id == AGENT_KEYS.c.user_id)
            .where(*conditions)
            .order_by(AGENT_KEYS.c.created_at)
        )
        with transaction(self._engine) as connection:
            return [_key(row) for row in connection.execute(wanted)]

    def _note_use(self, key: AgentKey) -> None:
        now = self._clock()
        if key.last_used_at is not None and now - key.last_used_at < LAST_USED_SECONDS:
            return
        try:
            with transaction(self._engine) as connection:
                used = update(AGENT_KEYS).where(AGENT_KEYS.c.digest == key.digest)
                connection.execute(used.values(last_used_at=now))
        except StoreError as error:
            # A full disk may not keep an agent, and with it its user's exits, away.
            logger.warning("The use of agent key %s cannot be noted: %s", key.prefix, error)


def _key(row: Row[tuple[object, ...]]) -> AgentKey:
    return AgentKey(
        row.digest,
        row.prefix,
        row.name,
        to_user(row),
        row.created_at,
        row.last_used_at,
        row.revoked_at,
        row.expires_at,
    )
