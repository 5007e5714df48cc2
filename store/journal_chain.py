"""The chain through all lines of the journal: each line's hash covers the hash before it.

Whoever changes, removes or adds a line in the file breaks the chain from there on. It does not
protect against somebody who writes the whole chain anew.
"""

from __future__ import annotations

import hashlib
import sqlite3
from pathlib import Path

import orjson

from store.journal_rows import unavailable
from store.journal_schema import open_for_reading

FIRST_HASH = bytes(32)
LAST = "SELECT hash FROM lines ORDER BY id DESC LIMIT 1"
# Whatever somebody has put there is read as what it should be, so that it can be hashed.
WALK = """SELECT id, prev_hash, hash, CAST(key AS TEXT), CAST(seq AS INTEGER),
    CAST(events AS TEXT) FROM lines ORDER BY id"""
# AUTOINCREMENT remembers the highest id ever given, so a missing end is noticed too.
HIGHEST = "SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'lines'"


def line_hash(before: bytes, key: str, seq: int, events: bytes) -> bytes:
    """SHA-256 over the hash before it and the content; `events` is their JSON as it is kept.

    The head is JSON on one line, so head and events cannot run into each other.
    """
    head = orjson.dumps((key, seq))
    return hashlib.sha256(b"%b%b\n%b" % (before, head, events)).digest()


def last_hash(connection: sqlite3.Connection) -> bytes:
    """The end of the chain, where the next line is added."""
    row = connection.execute(LAST).fetchone()
    return row[0] if row else FIRST_HASH


def verify(path: Path) -> str | None:
    """Walk the whole chain; None when it is intact, else a sentence with the first broken line."""
    connection = open_for_reading(path)
    # A byte that is no UTF-8 any more is a changed line, not a reading error.
    connection.text_factory = lambda text: text.decode("utf-8", "replace")
    try:
        connection.execute("BEGIN")  # one snapshot while others write
        return _walk(connection)
    except sqlite3.Error as error:
        return str(unavailable(path, "read", error))
    finally:
        connection.close()


def _walk(connection: sqlite3.Connection) -> str | None:
    before, number = FIRST_HASH, 0
    for found, prev_hash, own_hash, key, seq, events in connection.execute(WALK):
        number += 1
        if found != number:
            return f"Line {number} of the journal is missing"
        if prev_hash != before or own_hash != line_hash(before, key, seq, events.encode()):
            return _broken(number, key, seq)
        before = own_hash
    if number != connection.execute(HIGHEST).fetchone()[0]:
        return f"Line {number + 1} of the journal is missing"
    return None


def _broken(number: int, key: str, seq: int) -> str:
    return (
        f"Line {number} of the journal (order {key}, events from seq {seq}) "
        "is not as it was written"
    )
