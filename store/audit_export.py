"""The audit log as a file: JSON lines, or CSV that is safe to open in a spreadsheet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict

import orjson

from store.audit import AuditLog
from store.csv_text import csv_line

COLUMNS = ("number", "time", "who", "what", "target", "outcome", "address", "previousHash", "hash")


def json_lines(audit: AuditLog) -> Iterator[str]:
    """One JSON object a line, with the hashes: whoever has the file can check the chain."""
    for row in _rows(audit):
        yield orjson.dumps(row).decode() + "\n"


def csv_lines(audit: AuditLog) -> Iterator[str]:
    """A heading and one line per entry; what looks like a formula gets a leading '."""
    yield csv_line(COLUMNS)
    for row in _rows(audit):
        yield csv_line([row[name] for name in COLUMNS])


FORMATS = {"jsonl": json_lines, "csv": csv_lines}


def _rows(audit: AuditLog) -> Iterator[dict[str, object]]:
    for written in audit.walk():
        hashes = {"previousHash": written.previous_hash, "hash": written.hash}
        yield asdict(written.entry) | hashes
