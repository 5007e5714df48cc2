"""Users: who may sign in, and what each may do.

A wrong name costs the same time as a wrong password. Nobody is ever deleted and no name is used
again, so what a name did in the past stays what this person did.
"""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass

from argon2 import PasswordHasher
from sqlalchemy import Connection, Engine, Row, Select, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from store.database import StoreError, locking_transaction, transaction
from store.passwords import Passwords, refuse_weak
from store.recent import forget_everything
from store.roles import ROLES, parse_role
from store.tables import INVITATIONS, SESSIONS, USERS

ADMIN = "admin"
NAME = re.compile(r"[a-z0-9][a-z0-9._@-]{0,39}")


@dataclass(frozen=True, slots=True)
class User:
    """A person: `role` is one of ROLES; `state` is invited, active or deactivated."""

    user_id: int
    name: str
    role: str
    state: str = "active"

    @property
    def scope(self) -> str:
        """The most that this user, or a key of this user, may do."""
        return ROLES[self.role]

    @property
    def is_active(self) -> bool:
        return self.state == "active"


class Users:
    """The users of one database. Names are kept in lower case."""

    def __init__(
        self,
        engine: Engine,
        hasher: PasswordHasher | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._engine, self._clock = engine, clock
        self.passwords = Passwords(hasher)

    def add(self, name: str, password: str, role: str = "trader") -> User:
        """A new user, or StoreError when the name is taken or not allowed."""
        _parse_name(name)
        return self._insert(name, self.passwords.hash(password), role, "active")

    def add_invited(self, name: str, role: str = "trader") -> User:
        """A new user without a password, who cannot sign in before an invitation is accepted."""
        return self._insert(name, "", role, "invited")

    def by_name(self, name: str) -> User:
        """The user of that name, or StoreError."""
        row = self._row(name)
        if row is None:
            raise StoreError(f"There is no user {name}")
        return to_user(row)

    def all(self) -> list[User]:
        """Everybody, by name."""
        with transaction(self._engine) as connection:
            return [to_user(row) for row in connection.execute(_everybody().order_by(USERS.c.name))]

    def verify(self, name: str, password: str) -> User | None:
        """The active user if name and password are right. Busy when too many sign in at once."""
        row = self._row(name)
        is_right = self.passwords.matches(row.password_hash if row else None, password)
        return to_user(row) if row is not None and is_right and row.state == "active" else None

    def set_password(self, name: str, password: str) -> None:
        """A new password, whatever it is like; every session of the user ends."""
        user = self.by_name(name)
        new_hash = self.passwords.hash(password)
        with transaction(self._engine) as connection:
            keep_password(connection, user.user_id, new_hash)
        forget_everything()

    def change_password(self, name: str, old: str, new: str) -> None:
        """The user's own change: the old password must be right. Every session ends."""
        if self.verify(name, old) is None:
            raise StoreError("The present password is wrong")
        refuse_weak(new, name)
        self.set_password(name, new)

    def set_role(self, name: str, role: str) -> User:
        """Change what a user may do; keys and sessions follow at once."""
        return self._change(name, role=parse_role(role))

    def deactivate(self, name: str) -> User:
        """End everything of the user: sessions, keys, agent keys, open invitations."""
        return self._change(name, state="deactivated")

    def activate(self, name: str) -> User:
        """Let a deactivated user in again, with the old password and keys.

        Whoever never had a password stays invited and needs a new invitation.
        """
        row = self._row(name)
        has_password = row is not None and bool(row.password_hash)
        return self._change(name, state="active" if has_password else "invited")

    def first_run_admin(self, password: str | None = None) -> str | None:
        """Make the user admin when there is no user at all.

        Returns its password (the given one, else a random one), or None when nothing was made.
        """
        with transaction(self._engine) as connection:
            if connection.execute(select(func.count()).select_from(USERS)).scalar_one():
                return None
        chosen = password or secrets.token_urlsafe(12)
        try:
            self.add(ADMIN, chosen, ADMIN)
        except StoreError:
            if self._row(ADMIN) is None:
                raise
            return None  # another machine that starts was faster
        return chosen

    def _insert(self, name: str, password_hash: str, role: str, state: str) -> User:
        values = {
            "name": _parse_name(name),
            "role": parse_role(role),
            "password_hash": password_hash,
            "created_at": self._clock(),
            "state": state,
        }
        try:
            with transaction(self._engine) as connection:
                connection.execute(insert(USERS).values(**values))
        except StoreError as error:
            if isinstance(error.__cause__, IntegrityError):
                raise StoreError(f"There is already a user {values['name']}") from error
            raise
        return self.by_name(name)

    def _change(self, name: str, **values: object) -> User:
        with locking_transaction(self._engine) as connection:
            before = self._locked(connection, name)
            if values.get("role", ADMIN) != ADMIN or values.get("state", "active") != "active":
                _keep_an_admin(connection, before)
            mine = USERS.c.user_id == before.user_id
            connection.execute(update(USERS).where(mine).values(**values))
            if values.get("state") == "deactivated":
                for table in (SESSIONS, INVITATIONS):
                    connection.execute(delete(table).where(table.c.user_id == before.user_id))
        forget_everything()
        return self.by_name(name)

    def _locked(self, connection: Connection, name: str) -> User:
        """The user; until the transaction ends nobody else changes a user."""
        # Everybody in one order: two who change two users never wait for each other.
        rows = connection.execute(
            _everybody().order_by(USERS.c.user_id).with_for_update(key_share=True)
        )
        found = [to_user(row) for row in rows if row.user_name == name.lower()]
        if not found:
            raise StoreError(f"There is no user {name}")
        return found[0]

    def _row(self, name: str) -> Row[tuple[object, ...]] | None:
        if not NAME.fullmatch(name.lower()):  # nobody's, and PostgreSQL refuses a NUL
            return None
        with transaction(self._engine) as connection:
            return connection.execute(_everybody().where(USERS.c.name == name.lower())).first()


# What `to_user` reads; another table's `name` may stand beside it.
USER_COLUMNS = (
    USERS.c.user_id,
    USERS.c.name.label("user_name"),
    USERS.c.role,
    USERS.c.state,
)


def to_user(row: Row[tuple[object, ...]]) -> User:
    """The user of a row with USER_COLUMNS."""
    return User(row.user_id, row.user_name, row.role, row.state)


def _everybody() -> Select[tuple[object, ...]]:
    return select(*USER_COLUMNS, USERS.c.password_hash)


def _keep_an_admin(connection: Connection, user: User) -> None:
    """Refuse what would leave nobody who can let people in again."""
    is_admin = (USERS.c.role == ADMIN) & (USERS.c.state == "active")
    admins = connection.execute(select(USERS.c.user_id).where(is_admin)).scalars().all()
    if admins == [user.user_id]:
        raise StoreError(f"{user.name} is the last active admin: make another one first")


def keep_password(connection: Connection, user_id: int, password_hash: str) -> None:
    """In a transaction: the new hash, and the end of every session of the user."""
    mine = USERS.c.user_id == user_id
    connection.execute(update(USERS).where(mine).values(password_hash=password_hash))
    connection.execute(delete(SESSIONS).where(SESSIONS.c.user_id == user_id))


def _parse_name(name: str) -> str:
    if not NAME.fullmatch(name.lower()):
        raise StoreError("A user name has 1 to 40 characters of a-z 0-9 . _ @ -")
    return name.lower()
