"""Everything that is kept about people, over one database.

The desk, the relay and the commands each make one of these and use what they need.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from argon2 import PasswordHasher
from sqlalchemy import Engine

from store.agent_keys import AgentKeys
from store.agents import Agents
from store.audit import AuditLog
from store.audit_writer import AuditWriter
from store.invitations import Invitations
from store.keys import Keys
from store.presets import Presets
from store.second_factor import SecondFactor
from store.sessions import Sessions
from store.users import Users
from store.watchlists import Watchlists


class People:
    """Users with their sessions, keys, second factors, agents, watchlists and presets; the
    audit log."""

    def __init__(
        self,
        engine: Engine,
        hasher: PasswordHasher | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.engine = engine
        self.users = Users(engine, hasher, clock)
        self.invitations = Invitations(engine, self.users, clock)
        self.sessions = Sessions(engine, clock=clock)
        self.keys = Keys(engine, clock=clock)
        self.agent_keys = AgentKeys(engine, clock)
        self.second_factor = SecondFactor(engine, clock)
        self.agents = Agents(engine, clock)
        self.watchlists = Watchlists(engine)
        self.presets = Presets(engine)
        self.audit = AuditLog(engine, clock)
        self.audit_writer = AuditWriter(self.audit)

    def close(self) -> None:
        """Write what the audit log still waits for, and let go of the database."""
        self.audit_writer.close()
        self.engine.dispose()
