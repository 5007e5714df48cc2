"""Agent keys without a database: what `relay.gate.Keys` asks, answered from memory."""

from __future__ import annotations

from collections.abc import Collection
from itertools import count

from relay.gate import GateAway, Pass
from relay.messages import Hello
from store.users import User

SECRET = "iba_{user}-0000000000000000000000000000000"


class KnownKeys:
    """Each of the users has one key; `revoke` ends it, `is_away` is a database that is down."""

    def __init__(self, *users: str) -> None:
        self.is_away = False
        self.revoked: set[str] = set()
        self.refused: list[tuple[str, str]] = []
        self._users = {SECRET.format(user=user): user for user in users}
        self._epochs = count(1)

    def secret(self, user: str) -> str:
        return SECRET.format(user=user)

    def revoke(self, user: str) -> None:
        self.revoked.add(f"digest of {user}")

    def verify(self, secret: str) -> Pass | None:
        self._look()
        user = self._users.get(secret, "")
        digest = f"digest of {user}"
        if not user or digest in self.revoked:
            return None
        return Pass(User(1, user, "trader"), digest, secret[:8])

    def claim(self, passed: Pass, hello: Hello) -> int:
        self._look()
        return next(self._epochs)

    def turned_away(self, passed: Pass, hello: Hello) -> None:
        self.refused.append((passed.user, hello.instance))

    def ended(self, digests: Collection[str]) -> set[str]:
        self._look()
        return self.revoked & set(digests)

    def _look(self) -> None:
        if self.is_away:
            raise GateAway("the database is away")
