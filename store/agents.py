"""Agents: who serves each user now, and since when.

One row per user. Its epoch rises with each connection, so that of two relay nodes (or of an old and
a new socket) the later one is known everywhere, and the earlier one can change nothing any more.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Engine, Row, insert, select, update

from store.database import locking_transaction, transaction
from store.tables import AGENTS, USERS
from store.users import User
from store.words import printable

GONE = ""  # the node of an agent that is not connected


@dataclass(frozen=True, slots=True)
class Presence:
    """What an agent says of itself when it connects. `mode` is paper, live or empty."""

    node: str  # the relay node that has its socket
    instance: str  # random, per agent process
    label: str = ""  # where it runs, for people
    version: str = ""
    mode: str = ""


@dataclass(frozen=True, slots=True)
class Agent:
    """An agent as it was last known. Times are seconds since 1970."""

    user_id: int
    user_name: str
    epoch: int
    node: str
    instance: str
    label: str
    version: str
    mode: str
    state: str
    connected_at: float
    seen_at: float
    latency_ms: float | None
    last_order_at: float | None

    @property
    def is_connected(self) -> bool:
        """Whether a node says that it has its socket; see `seen_at` for how long ago it said so."""
        return self.node != GONE


class Agents:
    """The agents of one database."""

    def __init__(self, engine: Engine, clock: Callable[[], float] = time.time) -> None:
        self._engine, self._clock = engine, clock

    def claim(self, user: User, presence: Presence, if_epoch: int | None = None) -> int | None:
        """Make this connection the user's own: its epoch, higher than any before.

        With `if_epoch` only while the epoch is still that one (0: there never was an agent);
        else None, and nothing has changed: somebody else was faster.
        """
        with locking_transaction(self._engine) as connection:
            # The user's row always exists: two first connections wait for each other there.
            owner = select(USERS.c.user_id).where(USERS.c.user_id == user.user_id)
            connection.execute(owner.with_for_update(key_share=True))
            mine = AGENTS.c.user_id == user.user_id
            last = connection.execute(select(AGENTS.c.epoch).where(mine)).scalar()
            if if_epoch is not None and if_epoch != (last or 0):
                return None
            epoch: int = (last or 0) + 1
            values = self._values(presence, epoch)
            if last is None:
                connection.execute(insert(AGENTS).values(user_id=user.user_id, **values))
            else:
                connection.execute(update(AGENTS).where(mine).values(**values))
            return epoch

    def seen(
        self,
        user_id: int,
        epoch: int,
        *,
        state: str | None = None,
        latency_ms: float | None = None,
        last_order_at: float | None = None,
    ) -> bool:
        """The agent of this epoch is still there; False when it is not the owner any more.

        What is None stays as it was.
        """
        state = None if state is None else printable(state, 20)
        told = {"state": state, "latency_ms": latency_ms, "last_order_at": last_order_at}
        values = {name: value for name, value in told.items() if value is not None}
        return self._update(user_id, epoch, {**values, "seen_at": self._clock()})

    def gone(self, user_id: int, epoch: int) -> bool:
        """The connection of this epoch has ended; False when a later one took its place."""
        values: dict[str, object] = {"node": GONE, "state": "gone", "seen_at": self._clock()}
        return self._update(user_id, epoch, values)

    def owner_of(self, user_id: int) -> Agent | None:
        """The user's agent as it was last known, connected or not; None if there never was one."""
        return next(iter(self._select(AGENTS.c.user_id == user_id)), None)

    def all(self) -> list[Agent]:
        """Every user's agent, by the user's name."""
        return self._select()

    def _values(self, presence: Presence, epoch: int) -> dict[str, object]:
        now = self._clock()
        return {
            "epoch": epoch,
            "node": printable(presence.node, 80),
            "instance": printable(presence.instance, 80),
            "label": printable(presence.label, 80),
            "version": printable(presence.version, 40),
            "mode": printable(presence.mode, 10),
            "state": "connected",
            "connected_at": now,
            "seen_at": now,
            "latency_ms": None,
        }

    def _update(self, user_id: int, epoch: int, values: dict[str, object]) -> bool:
        mine = AGENTS.c.user_id == user_id, AGENTS.c.epoch == epoch
        with transaction(self._engine) as connection:
            return connection.execute(update(AGENTS).where(*mine).values(**values)).rowcount == 1

    def _select(self, *conditions: ColumnElement[bool]) -> list[Agent]:
        wanted = (
            select(AGENTS, USERS.c.name.label("user_name"))
            .join(USERS, USERS.c.user_id == AGENTS.c.user_id)
            .where(*conditions)
            .order_by(USERS.c.name)
        )
        with transaction(self._engine) as connection:
            return [_agent(row) for row in connection.execute(wanted)]


def _agent(row: Row[tuple[object, ...]]) -> Agent:
    return Agent(**row._mapping)
