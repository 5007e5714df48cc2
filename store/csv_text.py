"""Lines of CSV (RFC 4180) that are safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

# A spreadsheet takes a cell that begins so for a formula (OWASP, CSV Injection).
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def csv_line(values: Iterable[object]) -> str:
    """One line with its end. None is an empty cell, a number stays one, and a text that looks like
    a formula gets a leading '."""
    line = io.StringIO()
    csv.writer(line).writerow(
        [_safe(value) if isinstance(value, str) else value for value in values]
    )
    return line.getvalue()


def _safe(text: str) -> str:
    return f"'{text}" if text.startswith(FORMULA) else text
