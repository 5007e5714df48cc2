"""Token buckets in the database: how often something may be tried, by all workers together."""

from __future__ import annotations

import time
from collections.abc import Callable
from math import ceil

from sqlalchemy import Connection, Engine, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from store.database import locking_transaction
from store.tables import ATTEMPTS


class Buckets:
    """One bucket per name: `capacity` tries at once, then one more every `refill_seconds`.

    `kind` keeps the names of several sets of buckets apart.
    """

    def __init__(
        self,
        engine: Engine,
        kind: str,
        capacity: int,
        refill_seconds: float,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._engine, self._kind, self._clock = engine, kind, clock
        self._capacity, self._refill = capacity, refill_seconds

    def take(self, name: str) -> int:
        """Take a token. 0 when there was one, else the whole seconds until there is."""
        with locking_transaction(self._engine) as connection:
            self._forget_full(connection)
            level = self._level(connection, name)
            if level < 1:
                return max(1, ceil((1 - level) * self._refill))
            self._keep(connection, name, level - 1)
            return 0

    def give_back(self, name: str) -> None:
        """The try was a success and does not count."""
        with locking_transaction(self._engine) as connection:
            level = self._level(connection, name)
            self._keep(connection, name, min(self._capacity, level + 1))

    def _level(self, connection: Connection, name: str) -> float:
        """What is in the bucket; its row is there and ours until the transaction ends."""
        full = {"name": self._named(name), "level": self._capacity, "at": self._clock()}
        connection.execute(_into(connection.dialect.name).values(**full).on_conflict_do_nothing())
        mine = ATTEMPTS.c.name == full["name"]
        row = connection.execute(select(ATTEMPTS).where(mine).with_for_update()).one()
        # A clock that was set back refills nothing and takes nothing away.
        refilled = max(self._clock() - row.at, 0) / self._refill
        return float(min(self._capacity, row.level + refilled))

    def _keep(self, connection: Connection, name: str, level: float) -> None:
        mine = update(ATTEMPTS).where(ATTEMPTS.c.name == self._named(name))
        connection.execute(mine.values(level=level, at=self._clock()))

    def _forget_full(self, connection: Connection) -> None:
        """Names without end do not fill the database: what is full again need not be kept."""
        full = self._clock() - self._capacity * self._refill
        mine = ATTEMPTS.c.name.startswith(f"{self._kind}:")
        connection.execute(delete(ATTEMPTS).where(mine, ATTEMPTS.c.at <= full))

    def _named(self, name: str) -> str:
        return f"{self._kind}:{name}"


def _into(dialect: str) -> postgresql.Insert | sqlite.Insert:
    """Both databases know "insert unless it is there", which is no standard SQL."""
    return postgresql.insert(ATTEMPTS) if dialect == "postgresql" else sqlite.insert(ATTEMPTS)
