"""Users: who may sign in, with a password hashed by argon2id.

A wrong name costs the same time as a wrong password. At most two hashes are computed at once, since
each takes about 19 MiB and 40 ms.
"""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import Engine, Row, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from store.database import SESSIONS, USERS, StoreError, transaction
from trading.refusals import Busy

# Each includes the ones before it. A user's role and a key's scope use the same words.
SCOPES = ("read", "trade", "admin")
ADMIN = "admin"
NAME = re.compile(r"[a-z0-9][a-z0-9._@-]{0,39}")
MAX_PASSWORD = 1024
HASHES_AT_ONCE = 2
HASH_WAIT_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class User:
    """A person who may sign in; `role` is one of SCOPES."""

    user_id: int
    name: str
    role: str


def allows(granted: str, needed: str) -> bool:
    """True when the scope `granted` includes the scope `needed`."""
    return SCOPES.index(granted) >= SCOPES.index(needed)


def weaker(one: str, other: str) -> str:
    """The smaller of two scopes: a key never does more than its user may."""
    return min(one, other, key=SCOPES.index)


def default_hasher() -> PasswordHasher:
    """OWASP's argon2id parameters: 2 rounds, 19 MiB, 1 lane."""
    return PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


class Users:
    """The users of one database. Names are kept in lower case."""

    def __init__(
        self,
        engine: Engine,
        hasher: PasswordHasher | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._engine, self._clock = engine, clock
        self._hasher = hasher or default_hasher()
        self._hashing = BoundedSemaphore(HASHES_AT_ONCE)
        # Verified instead of a real hash when the name is unknown, so that both take as long.
        self._nobody = self._hasher.hash(secrets.token_hex(16))

    def add(self, name: str, password: str, role: str = "trade") -> User:
        """A new user, or StoreError when the name is taken or not allowed."""
        values = {
            "name": _parse_name(name),
            "role": _parse_role(role),
            "password_hash": self._hash(password),
            "created_at": self._clock(),
        }
        try:
            with transaction(self._engine) as connection:
                connection.execute(insert(USERS).values(**values))
        except StoreError as error:
            if isinstance(error.__cause__, IntegrityError):
                raise StoreError(f"There is already a user {values['name']}") from error
            raise
        return self.by_name(name)

    def by_name(self, name: str) -> User:
        """The user of that name, or StoreError."""
        row = self._row(name)
        if row is None:
            raise StoreError(f"There is no user {name}")
        return _user(row)

    def all(self) -> list[User]:
        with transaction(self._engine) as connection:
            return [_user(row) for row in connection.execute(select(USERS).order_by(USERS.c.name))]

    def verify(self, name: str, password: str) -> User | None:
        """The user if name and password are right. Busy when too many sign in at once."""
        row = self._row(name)
        is_right = self._matches(row.password_hash if row else self._nobody, password)
        return _user(row) if row is not None and is_right else None

    def set_password(self, name: str, password: str) -> None:
        """A new password; every session of the user ends."""
        user = self.by_name(name)
        new_hash = self._hash(password)
        with transaction(self._engine) as connection:
            mine = USERS.c.user_id == user.user_id
            connection.execute(update(USERS).where(mine).values(password_hash=new_hash))
            connection.execute(SESSIONS.delete().where(SESSIONS.c.user_id == user.user_id))

    def first_run_admin(self, password: str | None = None) -> str | None:
        """Make the user admin when there is no user at all.

        Returns its password (the given one, else a random one), or None when nothing was made.
        """
        with transaction(self._engine) as connection:
            if connection.execute(select(func.count()).select_from(USERS)).scalar_one():
                return None
        chosen = password or secrets.token_urlsafe(12)
        self.add(ADMIN, chosen, ADMIN)
        return chosen

    def _row(self, name: str) -> Row[tuple[object, ...]] | None:
        with transaction(self._engine) as connection:
            return connection.execute(select(USERS).where(USERS.c.name == name.lower())).first()

    def _hash(self, password: str) -> str:
        if not 0 < len(password) <= MAX_PASSWORD:
            raise StoreError(f"A password has 1 to {MAX_PASSWORD} characters")
        with self._one_of_few_hashes():
            return self._hasher.hash(password)

    def _matches(self, password_hash: str, password: str) -> bool:
        with self._one_of_few_hashes():
            try:
                self._hasher.verify(password_hash, password[:MAX_PASSWORD])
            except (VerificationError, InvalidHashError):
                return False
        return len(password) <= MAX_PASSWORD

    @contextmanager
    def _one_of_few_hashes(self) -> Iterator[None]:
        if not self._hashing.acquire(timeout=HASH_WAIT_SECONDS):
            raise Busy("Too many people sign in at once. Try again in a moment.", 2)
        try:
            yield
        finally:
            self._hashing.release()


def _user(row: Row[tuple[object, ...]]) -> User:
    return User(row.user_id, row.name, row.role)


def _parse_name(name: str) -> str:
    if not NAME.fullmatch(name.lower()):
        raise StoreError("A user name has 1 to 40 characters of a-z 0-9 . _ @ -")
    return name.lower()


def _parse_role(role: str) -> str:
    if role not in SCOPES:
        raise StoreError(f"A role is one of {', '.join(SCOPES)}")
    return role
