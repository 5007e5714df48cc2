"""A client's own journal: what it believes of its orders, read at the door.

May not compare anything. Lines of JSON, or CSV with a head line; a later line about the same order
replaces an earlier one.

    {"orderRef": "ui-1", "state": "filled", "filled": 10}
    clientOrderId,state,filled
    ui-1,filled,10
"""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class JournalError(ValueError):
    """A line that cannot be read; the text begins with its number."""


class Belief(StrEnum):
    """What a client believes of an order."""

    WORKING = "working"
    FILLED = "filled"
    CANCELLED = "cancelled"
    REJECTED = "rejected"
    ABSENT = "absent"
    """It has never reached IB."""
    UNKNOWN = "unknown"


_WORDS = {
    Belief.WORKING: "working live sending submitted presubmitted pendingsubmit pendingcancel "
    "apipending open accepted new partiallyfilled pending_cancel pending_submit",
    Belief.FILLED: "filled",
    Belief.CANCELLED: "cancelled canceled apicancelled expired",
    Belief.REJECTED: "rejected inactive denied",
    Belief.ABSENT: "absent intent not_sent not_placed",
    Belief.UNKNOWN: "unknown",
}
_BELIEFS = {word: belief for belief, words in _WORDS.items() for word in words.split()}
_REFERENCES = ("orderRef", "clientOrderId", "order_ref", "client_order_id")
_STATES = ("state", "status")


@dataclass(frozen=True, slots=True)
class Entry:
    """One order as the client has it; ``filled`` is None when the journal does not say."""

    order_ref: str
    belief: Belief
    word: str
    """The journal's own word for the state."""
    filled: float | None


def parse_journal(text: str) -> dict[str, Entry]:
    """The last entry of each order by its reference. Raises JournalError."""
    rows = _json_rows(text) if text.lstrip().startswith("{") else _csv_rows(text)
    entries: dict[str, Entry] = {}
    for number, row in rows:
        try:
            entry = _entry(row)
        except ValueError as error:
            raise JournalError(f"line {number}: {error}") from error
        entries[entry.order_ref] = entry
    return entries


def _json_rows(text: str) -> Iterator[tuple[int, dict[str, Any]]]:
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise JournalError(f"line {number}: this is not JSON") from error
        if not isinstance(row, dict):
            raise JournalError(f"line {number}: this is not a JSON object")
        yield number, row


def _csv_rows(text: str) -> Iterator[tuple[int, dict[str, Any]]]:
    reader = csv.DictReader(io.StringIO(text), strict=True)
    try:
        for row in reader:
            yield reader.line_num, row
    except csv.Error as error:
        raise JournalError(f"line {reader.line_num + 1}: {error}") from error


def _entry(row: dict[str, Any]) -> Entry:
    reference, word = _first(row, _REFERENCES), _first(row, _STATES)
    belief = _BELIEFS.get(word.strip().lower())
    if belief is None:
        raise ValueError(f"the state {word!r} is none that is known here")
    return Entry(reference, belief, word, _filled(row.get("filled")))


def _first(row: dict[str, Any], names: tuple[str, ...]) -> str:
    for name in names:
        value = row.get(name)
        if isinstance(value, str) and value:
            return value
    raise ValueError(f"there is no {' or '.join(names[:2])}")


def _filled(value: object) -> float | None:
    if value is None or value == "":
        return None
    if isinstance(value, int | float | str) and not isinstance(value, bool):
        number = float(value)
        if math.isfinite(number) and number >= 0:
            return number
    raise ValueError(f"filled cannot be {value!r}")
