"""The audit log: who did what, when, from where, and how it ended.

Append-only and chained: each entry's hash covers the hash before it, and one row holds the end of
the chain, so whoever changes, removes or adds an entry in the database breaks it. It does not
protect against somebody who writes the whole chain anew; an exported copy does.

It never holds a secret: keys are cut to their prefix, and a name that is nobody's is not kept,
since people type passwords into the wrong field.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, fields, replace
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import Connection, Engine, Row, func, insert, select, update

from store.audit_chain import End, Written, entry_hash, wrong_end, wrong_line

# Others take this from here.
from store.audit_chain import Entry as Entry
from store.database import StoreError, locking_transaction, transaction
from store.tables import AUDIT, AUDIT_END, USERS
from store.users import NAME
from trading.snapshots import iso

# What may be written. Of an order only its key and the outcome, never a price.
ACTIONS = frozenset(
    {
        "sign-in",
        "sign-out",
        "session closed",
        "password changed",
        "second factor on",
        "second factor off",
        "key made",
        "key revoked",
        "agent key made",
        "agent key revoked",
        "user added",
        "user invited",
        "invitation accepted",
        "user activated",
        "user deactivated",
        "role changed",
        "freeze",
        "unfreeze",
        "kill",
        "takeover",
        "checklist started",
        "connection tested",
        "settings saved",
        "setup skipped",
        "order sent",
        "order modified",
        "order dismissed",
        "order cancelled",
        "agent connected",
        "agent refused",
        "audit exported",
    }
)
NOBODY = "(unknown)"
COMMAND_LINE = "(command line)"
SYSTEM = "(system)"
NOT_PEOPLE = frozenset({NOBODY, COMMAND_LINE, SYSTEM})
A_SECRET = re.compile(r"(ib[kai]_[A-Za-z0-9_-]{8})[A-Za-z0-9_-]+")
# Lines that are read at once while the chain is walked.
PAGE = 5000


class AuditLog:
    """The audit log of one database. To write without waiting: `store/audit_writer.py`."""

    def __init__(self, engine: Engine, clock: Callable[[], float] = time.time) -> None:
        self._engine, self._clock = engine, clock

    def append(self, *entries: Entry) -> None:
        """Write the entries at the end of the chain, all or none. Raises StoreError."""
        with locking_transaction(self._engine) as connection:
            end = _locked_end(connection)
            names = _names(connection, entries) | NOT_PEOPLE
            rows = []
            for entry in entries:
                written = self._cleaned(entry, names, end.number + 1)
                hashes = {"previous_hash": end.hash, "hash": entry_hash(end.hash, written)}
                rows.append(asdict(written) | hashes)
                end = End(written.number, hashes["hash"])
            connection.execute(insert(AUDIT), rows)
            connection.execute(update(AUDIT_END).values(number=end.number, hash=end.hash))

    def stamped(self, entry: Entry) -> Entry:
        """The entry with the time of now, for one that is written later."""
        return replace(entry, time=str(iso(datetime.fromtimestamp(self._clock(), UTC))))

    def newest(
        self,
        limit: int = 100,
        before: int | None = None,
        who: str = "",
        what: str = "",
        day: date | None = None,
    ) -> list[Entry]:
        """The newest entries, the last one first; the next page is `before` the last number.

        A `day` is one in UTC.
        """
        wanted = select(AUDIT).order_by(AUDIT.c.number.desc()).limit(limit)
        if before is not None:
            wanted = wanted.where(AUDIT.c.number < before)
        for column, value in ((AUDIT.c.who, who), (AUDIT.c.what, what)):
            if value:
                wanted = wanted.where(column == value)
        if day:
            next_day = (day + timedelta(days=1)).isoformat()
            wanted = wanted.where(AUDIT.c.time >= day.isoformat(), AUDIT.c.time < next_day)
        with transaction(self._engine) as connection:
            return [_entry(row) for row in connection.execute(wanted)]

    def last_sign_ins(self) -> dict[str, str]:
        """name -> when this user last signed in, as ISO text."""
        good = AUDIT.c.what == "sign-in", AUDIT.c.outcome == "ok"
        wanted = select(AUDIT.c.who, func.max(AUDIT.c.time)).where(*good).group_by(AUDIT.c.who)
        with transaction(self._engine) as connection:
            return {row[0]: row[1] for row in connection.execute(wanted)}

    def walk(self) -> Iterator[Written]:
        """Every entry from the first on; memory stays flat however long the log is."""
        after = -1
        while page := self._page(after):
            yield from page
            after = page[-1].entry.number

    def verify(self) -> str | None:
        """Walk the whole chain: None when it is intact, else a sentence with the first bad line.

        Others may write meanwhile.
        """
        seen = End()
        while True:
            # Before the page: what the end counts is in the table already.
            end = self._end()
            if end is None:
                return "The end of the audit log is missing"
            page = self._page(seen.number)
            if not page:
                return wrong_end(seen, end)
            for written in page:
                broken = wrong_line(seen, written)
                if broken:
                    return broken
                seen = End(written.entry.number, written.hash)

    def _page(self, after: int) -> list[Written]:
        wanted = select(AUDIT).where(AUDIT.c.number > after).order_by(AUDIT.c.number).limit(PAGE)
        with transaction(self._engine) as connection:
            rows = connection.execute(wanted).all()
        return [Written(_entry(row), row.previous_hash, row.hash) for row in rows]

    def _end(self) -> End | None:
        with transaction(self._engine) as connection:
            row = connection.execute(select(AUDIT_END)).first()
        return None if row is None else End(row.number, row.hash)

    def _cleaned(self, entry: Entry, names: set[str], number: int) -> Entry:
        if entry.what not in ACTIONS:
            raise StoreError(f"The audit log has no entry {entry.what!r}")
        who = entry.who.lower()
        timed = entry if entry.time else self.stamped(entry)
        return replace(
            timed,
            who=who if who in names else NOBODY,
            target=_clean(entry.target, 120),
            outcome=_clean(entry.outcome, 120),
            address=_clean(entry.address, 45),
            number=number,
        )


def _locked_end(connection: Connection) -> End:
    """The end of the chain; until the transaction ends nobody else writes."""
    end = connection.execute(select(AUDIT_END).with_for_update()).first()
    if end is None:
        raise StoreError(
            "The end of the audit log is missing; run: "
            ".venv/bin/flask --app app_simple audit verify"
        )
    return End(end.number, end.hash)


def _entry(row: Row[tuple[object, ...]]) -> Entry:
    return Entry(**{f.name: row._mapping[f.name] for f in fields(Entry)})


def _names(connection: Connection, entries: tuple[Entry, ...]) -> set[str]:
    """Which of those who did something are users."""
    wanted = {name for name in (entry.who.lower() for entry in entries) if NAME.fullmatch(name)}
    found = connection.execute(select(USERS.c.name).where(USERS.c.name.in_(wanted)))
    return set(found.scalars())


def _clean(text: str, length: int) -> str:
    """One printable line, with every key cut to its prefix."""
    printable = "".join(one if one.isprintable() else " " for one in text)
    return A_SECRET.sub(r"\1…", printable)[:length]
