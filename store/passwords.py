"""Passwords: hashed by argon2id, two at once, and what a new one must be like.

Each hash takes about 19 MiB and 40 ms, so only two are computed at once in a process.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from store.database import StoreError
from trading.refusals import Busy

MIN_PASSWORD = 12
MAX_PASSWORD = 1024
HASHES_AT_ONCE = 2
HASH_WAIT_SECONDS = 5.0


def default_hasher() -> PasswordHasher:
    """OWASP's argon2id parameters: 2 rounds, 19 MiB, 1 lane."""
    return PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


def refuse_weak(password: str, name: str) -> None:
    """StoreError when a person may not choose this password. Length is what counts (OWASP)."""
    if not MIN_PASSWORD <= len(password) <= MAX_PASSWORD:
        raise StoreError(
            f"A password has at least {MIN_PASSWORD} characters; a sentence is easy to remember"
        )
    if password.strip().lower() == name.lower():
        raise StoreError("The password may not be the user name")
    if len(set(password)) == 1:
        raise StoreError("A password of one repeated character is guessed at once")


class Passwords:
    """Makes and checks hashes. Any thread may call; Busy when too many wait."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or default_hasher()
        self._hashing = BoundedSemaphore(HASHES_AT_ONCE)
        # Verified instead of a real hash when the name is unknown, so that both take as long.
        self._nobody = self._hasher.hash(secrets.token_hex(16))

    def hash(self, password: str) -> str:
        if not 0 < len(password) <= MAX_PASSWORD:
            raise StoreError(f"A password has 1 to {MAX_PASSWORD} characters")
        with self._one_of_few_hashes():
            return self._hasher.hash(password)

    def matches(self, password_hash: str | None, password: str) -> bool:
        """Whether it is the password; without a hash (nobody, not yet set) False, as slowly."""
        with self._one_of_few_hashes():
            try:
                self._hasher.verify(password_hash or self._nobody, password[:MAX_PASSWORD])
            except (VerificationError, InvalidHashError):
                return False
        return bool(password_hash) and len(password) <= MAX_PASSWORD

    @contextmanager
    def _one_of_few_hashes(self) -> Iterator[None]:
        if not self._hashing.acquire(timeout=HASH_WAIT_SECONDS):
            raise Busy("Too many people sign in at once. Try again in a moment.", 2)
        try:
            yield
        finally:
            self._hashing.release()
