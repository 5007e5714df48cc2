"""The relay's gate keys as the store has them: agent keys of users, and who serves them now."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager

from sqlalchemy import Engine

from relay.gate import GateAway, Pass
from relay.messages import Hello
from store.agent_keys import AgentKeys
from store.agents import Agents, Presence
from store.audit import AuditLog, Entry
from store.audit_writer import AuditWriter
from store.database import StoreError


class StoreKeys:
    """`relay.gate.Keys` over a database; `node` names this relay to the others."""

    def __init__(self, engine: Engine, node: str) -> None:
        self._keys, self._agents = AgentKeys(engine), Agents(engine)
        self._audit = AuditWriter(AuditLog(engine))
        self._node = node

    def verify(self, secret: str) -> Pass | None:
        with _away():
            key = self._keys.verify(secret)
        return Pass(key.user, key.digest, key.prefix) if key else None

    def claim(self, passed: Pass, hello: Hello) -> int:
        presence = Presence(self._node, hello.instance, hello.label, hello.version, hello.mode)
        with _away():
            epoch = self._agents.claim(passed.owner, presence)
        assert epoch is not None  # only a claim with a condition can be too late
        self._audit.note(_entry("agent connected", passed, hello, "ok"))
        return epoch

    def turned_away(self, passed: Pass, hello: Hello) -> None:
        self._audit.note(_entry("agent refused", passed, hello, "another agent is active"))

    def ended(self, digests: Collection[str]) -> set[str]:
        with _away():
            return self._keys.no_longer_valid(digests)

    def close(self) -> None:
        """Write what the audit log has not got yet."""
        self._audit.close()


def _entry(what: str, passed: Pass, hello: Hello, outcome: str) -> Entry:
    return Entry(what, passed.user, passed.prefix, outcome, hello.label)


@contextmanager
def _away() -> Iterator[None]:
    try:
        yield
    except StoreError as error:
        raise GateAway(str(error)) from error
