"""How often signing in may fail, at all workers of the desk together."""

from __future__ import annotations

import time
from collections.abc import Callable

from sqlalchemy import Engine

from store.attempts import Buckets

MAX_NAME, MAX_ADDRESS = 40, 45


class SignInLimits:
    """Failed sign-ins: 5 per account and 20 per address, then one every 12 and 3 seconds.

    Guessing gets slow, and the account is never locked: its owner waits seconds at most.
    """

    def __init__(self, engine: Engine, clock: Callable[[], float] = time.time) -> None:
        self._accounts = Buckets(engine, "account", 5, 12.0, clock)
        self._addresses = Buckets(engine, "address", 20, 3.0, clock)

    def take(self, account: str, address: str) -> int:
        """0 when a try is allowed, else the seconds to wait."""
        return self._addresses.take(address[:MAX_ADDRESS]) or self._accounts.take(_known(account))

    def give_back(self, account: str, address: str) -> None:
        self._addresses.give_back(address[:MAX_ADDRESS])
        self._accounts.give_back(_known(account))


def _known(account: str) -> str:
    """One name however it is typed; PostgreSQL keeps no NUL."""
    return account.lower()[:MAX_NAME].replace("\0", "")
