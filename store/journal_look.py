"""The order journal as the command line looks at it: read-only, also while a desk writes it.

It takes no lock, so that it can never keep an order engine from starting.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from store.journal import JournalUnavailable, OrderRow
from store.journal_chain import verify
from store.journal_reader import Reader
from store.journal_rows import unavailable

FREEZE = "freeze"  # the journal's switch: who froze the desk, or nothing
IN_DOUBT = frozenset({"unknown", "sending"})
HEAD = frozenset({"seq", "time", "elapsedMs", "kind"})


@contextmanager
def opened(path: Path) -> Iterator[Reader]:
    """Raises JournalUnavailable, with what to do."""
    if not path.is_file():
        raise JournalUnavailable(
            f"There is no order journal at {path}; the desk makes it at its first start"
        )
    try:
        reader = Reader(path)
    except sqlite3.Error as error:
        raise unavailable(path, "opened", error) from error
    with closing(reader):
        yield reader


def broken_line(path: Path) -> str | None:
    """The first line that is not as it was written, as a sentence; None when all are intact."""
    with opened(path):
        return verify(path)


def holder(path: Path) -> int | None:
    """The process that has the journal for writing; None when none has."""
    try:
        pid = int(path.with_name(f"{path.name}.lock").read_text())
        os.kill(pid, 0)  # sends nothing: it only asks whether the process is there
    except PermissionError:
        return pid
    except (OSError, ValueError):
        return None
    return pid


def in_doubt(reader: Reader) -> list[OrderRow]:
    """Orders of which the journal cannot tell whether IB has them."""
    return [row for row in reader.open_orders() if row.state in IN_DOUBT]


def order_text(row: OrderRow) -> str:
    perm_ids = ", ".join(map(str, row.perm_ids)) or "none"
    return f"{row.key}  {row.state}  {row.account}  orderId {row.order_id}  permId {perm_ids}"


def event_text(event: Mapping[str, Any]) -> str:
    """One event on one line; JSON keeps control characters out of the terminal."""
    known = {k: v for k, v in event.items() if k not in HEAD and v not in (None, "")}
    raw = "  ".join(f"{name}={json.dumps(value)}" for name, value in known.items())
    head = f"{event['time']}  +{event['elapsedMs']:>10.3f} ms  {event['kind']:<16}"
    return f"{head}  {raw}".rstrip()
