"""The chain through the audit log: each entry's hash covers the hash before it.

Values and rules only; `store/audit.py` keeps them in the database.
"""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass

import orjson

FIRST_HASH = "0" * 64


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the log, before or after it is written.

    `who` is a user's name, COMMAND_LINE or SYSTEM; `target` a name, a key's prefix or a
    clientOrderId; `time` is ISO text. `number` is 0 until the entry is written.
    """

    what: str
    who: str
    target: str = ""
    outcome: str = "ok"
    address: str = ""
    time: str = ""
    number: int = 0


@dataclass(frozen=True, slots=True)
class Written:
    """An entry with its place in the chain."""

    entry: Entry
    previous_hash: str
    hash: str


@dataclass(frozen=True, slots=True)
class End:
    """The end of the chain."""

    number: int = 0
    hash: str = FIRST_HASH


def entry_hash(previous: str, entry: Entry) -> str:
    """SHA-256 over the hash before it and the entry as JSON with sorted keys."""
    content = orjson.dumps(asdict(entry), option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(previous.encode() + b"\n" + content).hexdigest()


def wrong_line(seen: End, written: Written) -> str | None:
    """What is wrong with the line that follows `seen`."""
    entry = written.entry
    if entry.number != seen.number + 1:
        return f"Line {seen.number + 1} of the audit log is missing"
    is_right = written.hash == entry_hash(seen.hash, entry) and written.previous_hash == seen.hash
    if is_right:
        return None
    return (
        f"Line {entry.number} of the audit log ({entry.what}, {entry.time}) "
        "is not as it was written"
    )


def wrong_end(seen: End, end: End) -> str | None:
    """What is wrong when the last line is `seen`."""
    if seen.number < end.number:
        return f"Line {seen.number + 1} of the audit log is missing"
    if seen.number > end.number:
        return f"Line {end.number + 1} of the audit log was added by somebody else"
    if seen.hash != end.hash:
        return f"Line {seen.number} of the audit log is not the end that was written"
    return None
