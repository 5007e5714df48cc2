"""The second factor: a code that changes every 30 seconds (TOTP, RFC 6238), and recovery codes.

The secret is kept as it is, readable by whoever can read the database: the server must know it to
check a code, and none of the installed libraries encrypts. The file of the desk is 0600 for that
reason, and a PostgreSQL server's access is the operator's. Recovery codes are kept as hashes only.
"""

from __future__ import annotations

import secrets
import time
from base64 import b32encode
from collections.abc import Callable
from dataclasses import dataclass
from math import ceil

import pyotp
from sqlalchemy import Connection, Engine, Row, Select, delete, func, insert, select, update

from store.database import StoreError, locking_transaction, transaction
from store.tables import GUESSES, RECOVERY_CODES, SECOND_FACTORS
from store.tokens import digest
from store.users import User

ISSUER = "IB Trading Platform"
STEP_SECONDS = 30
WINDOW = 1  # a code of the step before or after counts too: clocks differ
RECOVERY_COUNT = 10
MAX_GUESSES = 5
GUESS_SECONDS = 300.0
WRONG = "The code is wrong or was used already. Wait for the next one and try again."
NOT_ON = "The second factor is not switched on"


class TooManyGuesses(StoreError):
    """No code is looked at now; try again in `seconds`."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"Too many wrong codes. Try again in {seconds} seconds.")
        self.seconds = seconds


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What the user's app needs; shown once."""

    secret: str
    url: str  # otpauth://…, also as a QR code


class SecondFactor:
    """Second factors of one database. Guesses are counted there, so all workers share them."""

    def __init__(self, engine: Engine, clock: Callable[[], float] = time.time) -> None:
        self._engine, self._clock = engine, clock

    def is_on(self, user: User) -> bool:
        """Whether the user must show a code to sign in."""
        with transaction(self._engine) as connection:
            row = connection.execute(_mine(user)).first()
        return row is not None and row.confirmed_at is not None

    def enrol(self, user: User) -> Enrolment:
        """A new secret; nothing changes before a code of it is confirmed.

        StoreError when one is on already: it must be removed first.
        """
        secret = pyotp.random_base32()
        values = {"user_id": user.user_id, "secret": secret, "last_step": 0}
        with locking_transaction(self._engine) as connection:
            row = connection.execute(_mine(user).with_for_update()).first()
            if row is not None and row.confirmed_at is not None:
                raise StoreError("The second factor is on already. Remove it first.")
            self._delete(connection, user)
            connection.execute(insert(SECOND_FACTORS).values(**values))
        url = pyotp.TOTP(secret).provisioning_uri(name=user.name, issuer_name=ISSUER)
        return Enrolment(secret, url)

    def confirm(self, user: User, code: str) -> list[str]:
        """Switch it on with a first code: the recovery codes, shown once. StoreError if wrong."""
        codes = [_new_recovery_code() for _ in range(RECOVERY_COUNT)]
        rows = [{"user_id": user.user_id, "digest": _recovery_digest(one)} for one in codes]
        with locking_transaction(self._engine) as connection:
            row = connection.execute(_mine(user).with_for_update()).first()
            if row is None or row.confirmed_at is not None:
                raise StoreError("Begin with a new secret: none waits for its first code")
            is_right = self._try(connection, user, row, code)
            if is_right:
                mine = SECOND_FACTORS.c.user_id == user.user_id
                confirmed = update(SECOND_FACTORS).where(mine)
                connection.execute(confirmed.values(confirmed_at=self._clock()))
                connection.execute(insert(RECOVERY_CODES), rows)
        if not is_right:  # raised here, so that the guess stays counted
            raise StoreError(WRONG)
        return codes

    def verify(self, user: User, code: str) -> bool:
        """Whether the code, or a recovery code, is right; each counts once.

        TooManyGuesses after five wrong ones in five minutes, whatever the code.
        """
        with locking_transaction(self._engine) as connection:
            row = connection.execute(_mine(user).with_for_update()).first()
            if row is None or row.confirmed_at is None:
                return False
            return self._try(connection, user, row, code)

    def recovery_codes_left(self, user: User) -> int:
        count = select(func.count()).select_from(RECOVERY_CODES)
        with transaction(self._engine) as connection:
            mine = RECOVERY_CODES.c.user_id == user.user_id
            return connection.execute(count.where(mine)).scalar_one()

    def remove(self, user: User, code: str) -> None:
        """The user's own removal, with a code. StoreError when it is wrong."""
        if not self.is_on(user):
            raise StoreError(NOT_ON)
        if not self.verify(user, code):
            raise StoreError(WRONG)
        self.remove_as_admin(user)

    def remove_as_admin(self, user: User) -> None:
        """Remove it without a code, for somebody who lost phone and recovery codes."""
        with transaction(self._engine) as connection:
            self._delete(connection, user)

    def users_with(self) -> set[int]:
        """The ids of all users whose second factor is on."""
        wanted = select(SECOND_FACTORS.c.user_id).where(SECOND_FACTORS.c.confirmed_at.is_not(None))
        with transaction(self._engine) as connection:
            return set(connection.execute(wanted).scalars())

    def _try(
        self, connection: Connection, user: User, row: Row[tuple[object, ...]], code: str
    ) -> bool:
        """Whether the code is right; used up if it is, counted if it is not."""
        self._refuse_guessing(connection, user)
        compact = "".join(code.split()).replace("-", "").lower()
        step = self._step_of(row, compact)
        if step is not None:
            mine = SECOND_FACTORS.c.user_id == user.user_id
            connection.execute(update(SECOND_FACTORS).where(mine).values(last_step=step))
        elif not _use_recovery_code(connection, user, compact):
            values = {"user_id": user.user_id, "made_at": self._clock()}
            connection.execute(insert(GUESSES).values(**values))
            return False
        connection.execute(delete(GUESSES).where(GUESSES.c.user_id == user.user_id))
        return True

    def _step_of(self, row: Row[tuple[object, ...]], code: str) -> int | None:
        """The step whose code this is, if it is later than the last one used."""
        totp, now = pyotp.TOTP(row.secret), int(self._clock()) // STEP_SECONDS
        steps, given = range(now - WINDOW, now + WINDOW + 1), code.encode(errors="replace")
        found = [
            step
            for step in steps
            if secrets.compare_digest(totp.generate_otp(step).encode(), given)
        ]
        return next((step for step in found if step > row.last_step), None)

    def _refuse_guessing(self, connection: Connection, user: User) -> None:
        begin = self._clock() - GUESS_SECONDS
        mine = GUESSES.c.user_id == user.user_id
        connection.execute(delete(GUESSES).where(mine, GUESSES.c.made_at <= begin))
        made = connection.execute(select(GUESSES.c.made_at).where(mine)).scalars().all()
        if len(made) >= MAX_GUESSES:
            raise TooManyGuesses(max(1, ceil(min(made) - begin)))

    def _delete(self, connection: Connection, user: User) -> None:
        for table in (SECOND_FACTORS, RECOVERY_CODES):
            connection.execute(delete(table).where(table.c.user_id == user.user_id))


def _mine(user: User) -> Select[tuple[object, ...]]:
    return select(SECOND_FACTORS).where(SECOND_FACTORS.c.user_id == user.user_id)


def _new_recovery_code() -> str:
    """80 random bits in four groups: too many to guess, so a fast hash is enough."""
    text = b32encode(secrets.token_bytes(10)).decode().lower()
    return "-".join(text[start : start + 4] for start in range(0, 16, 4))


def _recovery_digest(code: str) -> str:
    return digest(code.replace("-", ""))


def _use_recovery_code(connection: Connection, user: User, code: str) -> bool:
    used = delete(RECOVERY_CODES).where(
        RECOVERY_CODES.c.user_id == user.user_id, RECOVERY_CODES.c.digest == digest(code)
    )
    return connection.execute(used).rowcount == 1
