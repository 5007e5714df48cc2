"""Invitations: how somebody gets a first password, or a new one after it was forgotten.

An admin hands over a link with a random token. It is shown once, kept as SHA-256, good for seven
days and for one use; a newer invitation of the same user replaces it.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from sqlalchemy import Connection, Engine, Row, Select, delete, insert, select, update

from store.database import StoreError, locking_transaction, transaction
from store.passwords import refuse_weak
from store.recent import forget_everything
from store.tables import INVITATIONS, USERS
from store.tokens import digest, new_token
from store.users import USER_COLUMNS, User, Users, keep_password, to_user

LIFETIME_SECONDS = 7 * 86_400
MARK = "ibi_"
NOT_VALID = "This invitation is not valid any more. Ask your administrator for a new one."


class Invitations:
    """Invitations of one database."""

    def __init__(
        self, engine: Engine, users: Users, clock: Callable[[], float] = time.time
    ) -> None:
        self._engine, self._users, self._clock = engine, users, clock

    def invite(self, name: str, role: str = "trader") -> str:
        """Make a user without a password, and the token with which the person chooses one."""
        return self._new_token(self._users.add_invited(name, role))

    def invite_again(self, name: str) -> str:
        """A token for a user there is: one who never came, or who forgot the password.

        Nothing changes before it is accepted. StoreError for a deactivated user.
        """
        user = self._users.by_name(name)
        if user.state == "deactivated":
            raise StoreError(f"{user.name} is deactivated: activate {user.name} first")
        return self._new_token(user)

    def user_of(self, token: str) -> User | None:
        """Whom the token invites; None when it is not valid (any more)."""
        with transaction(self._engine) as connection:
            row = connection.execute(self._wanted(token)).first()
        return None if row is None else to_user(row)

    def accept(self, token: str, password: str) -> User:
        """Set the password, let the user in and end the user's sessions; the token is used up.

        StoreError when the token is not valid, or the password is too weak (then it stays valid).
        """
        invited = self.user_of(token)
        if invited is None:
            raise StoreError(NOT_VALID)
        refuse_weak(password, invited.name)
        password_hash = self._users.passwords.hash(password)
        with locking_transaction(self._engine) as connection:
            row = connection.execute(self._wanted(token).with_for_update(key_share=True)).first()
            if row is None:  # used meanwhile, or the user was deactivated
                raise StoreError(NOT_VALID)
            self._let_in(connection, row, password_hash)
        forget_everything()
        return self._users.by_name(invited.name)

    def _let_in(
        self, connection: Connection, row: Row[tuple[object, ...]], password_hash: str
    ) -> None:
        mine = INVITATIONS.c.user_id == row.user_id
        connection.execute(delete(INVITATIONS).where(mine))
        is_new = (USERS.c.user_id == row.user_id) & (USERS.c.state == "invited")
        connection.execute(update(USERS).where(is_new).values(state="active"))
        keep_password(connection, row.user_id, password_hash)

    def _new_token(self, user: User) -> str:
        token, now = new_token(MARK), self._clock()
        values = {
            "digest": digest(token),
            "user_id": user.user_id,
            "created_at": now,
            "expires_at": now + LIFETIME_SECONDS,
        }
        with locking_transaction(self._engine) as connection:
            # The user first, as `accept` does: two who wait for each other would wait for ever.
            owner = select(USERS.c.user_id).where(USERS.c.user_id == user.user_id)
            connection.execute(owner.with_for_update(key_share=True))
            mine = INVITATIONS.c.user_id == user.user_id
            connection.execute(delete(INVITATIONS).where(mine | (INVITATIONS.c.expires_at <= now)))
            connection.execute(insert(INVITATIONS).values(**values))
        return token

    def _wanted(self, token: str) -> Select[tuple[object, ...]]:
        return (
            select(*USER_COLUMNS)
            .join(INVITATIONS, INVITATIONS.c.user_id == USERS.c.user_id)
            .where(
                INVITATIONS.c.digest == digest(token),
                INVITATIONS.c.expires_at > self._clock(),
                USERS.c.state != "deactivated",
            )
        )
