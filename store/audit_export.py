"""The audit log as a file: JSON lines, or CSV that is safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import asdict

import orjson

from store.audit import AuditLog

COLUMNS = ("number", "time", "who", "what", "target", "outcome", "address", "previousHash", "hash")
# A spreadsheet takes a cell that begins so for a formula (OWASP, CSV Injection).
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def json_lines(audit: AuditLog) -> Iterator[str]:
    """One JSON object a line, with the hashes: whoever has the file can check the chain."""
    for row in _rows(audit):
        yield orjson.dumps(row).decode() + "\n"


def csv_lines(audit: AuditLog) -> Iterator[str]:
    """A heading and one line per entry; what looks like a formula gets a leading '."""
    yield _csv_line(COLUMNS)
    for row in _rows(audit):
        yield _csv_line([_safe(str(row[name])) for name in COLUMNS])


FORMATS = {"jsonl": json_lines, "csv": csv_lines}


def _rows(audit: AuditLog) -> Iterator[dict[str, object]]:
    for written in audit.walk():
        hashes = {"previousHash": written.previous_hash, "hash": written.hash}
        yield asdict(written.entry) | hashes


def _safe(text: str) -> str:
    return f"'{text}" if text.startswith(FORMULA) else text


def _csv_line(values: Iterable[str]) -> str:
    line = io.StringIO()
    csv.writer(line).writerow(values)
    return line.getvalue()
