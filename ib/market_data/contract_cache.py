"""What IB said about contracts, kept on disk: after a restart nothing of it is asked again.

One SQLite file. It is read once, before the loop begins; writing is another thread's work, so that
nothing blocks the loop. Rows are by scope: which TWS and which accounts said it, because a paper
gateway's conIds are no broker's. A file that cannot be used costs a warning and no more: then the
memory is all there is.
"""

from __future__ import annotations

import json
import logging
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import fields
from datetime import UTC, date, datetime
from pathlib import Path
from time import time
from typing import Any

import ib_async

from trading.roll_dates import expiry_of

log = logging.getLogger(__name__)

KEPT_SECONDS = 86_400.0  # trading hours and expiries change with the day
MOST_ROWS = 20_000
TABLE = """
CREATE TABLE IF NOT EXISTS contracts (
    scope TEXT NOT NULL, question TEXT NOT NULL, saved REAL NOT NULL, details TEXT NOT NULL,
    PRIMARY KEY (scope, question)
) WITHOUT ROWID
"""
SIMPLE = (str, int, float, bool)

Details = ib_async.ContractDetails
Key = tuple[str, str]  # scope, question


class ContractCache:
    """Details by question. `get` and `put` belong to one loop; `path` None: memory only.

    `now` is the wall clock in seconds: rows outlive the process.
    """

    def __init__(self, path: Path | None = None, now: Callable[[], float] = time) -> None:
        self._path = path
        self._now = now
        self._scope = ""
        self._rows: dict[Key, tuple[float, Details]] = {}
        self._disk = ThreadPoolExecutor(1, "Contracts") if path else None
        if path:
            self._try(self._read)

    def use(self, scope: str) -> bool:
        """Whose answers count from now on; True when it is another TWS than before."""
        is_new, self._scope = scope != self._scope, scope
        return is_new

    def get(self, question: str) -> Details | None:
        """None when it was never asked, is older than a day, or has expired since."""
        saved, details = self._rows.get((self._scope, question), (0.0, None))
        if details is None or not self._is_good(saved, details):
            return None
        return details

    def put(self, question: str, details: Details) -> None:
        if len(self._rows) >= MOST_ROWS:
            self._drop_oldest()
        row = self._now(), details
        self._rows[self._scope, question] = row
        if self._disk:
            values = (self._scope, question, row[0], to_text(details))
            self._disk.submit(self._try, lambda: self._write(values))

    def close(self) -> None:
        """What is still to be written is written."""
        if self._disk:
            self._disk.shutdown()

    def _is_good(self, saved: float, details: Details) -> bool:
        age = self._now() - saved
        return 0 <= age < KEPT_SECONDS and not _has_expired(details, self._now())

    def _drop_oldest(self) -> None:
        by_age = sorted(self._rows, key=lambda key: self._rows[key][0])
        for key in by_age[: MOST_ROWS // 10]:
            del self._rows[key]

    # The file, in the thread of its own (but for the first reading).

    def _try(self, work: Callable[[], None]) -> None:
        try:
            work()
        except (sqlite3.Error, OSError) as error:
            log.warning("%s cannot be used (%s): contracts are asked anew", self._path, error)

    def _read(self) -> None:
        with closing(self._opened()) as file:
            oldest = self._now() - KEPT_SECONDS
            with file:
                file.execute("DELETE FROM contracts WHERE saved < ?", (oldest,))
            rows = file.execute(
                "SELECT scope, question, saved, details FROM contracts ORDER BY saved DESC LIMIT ?",
                (MOST_ROWS,),
            )
            for scope, question, saved, text in rows:
                details = from_text(text)
                if details and self._is_good(saved, details):
                    self._rows[scope, question] = saved, details

    def _write(self, values: tuple[str, str, float, str]) -> None:
        with closing(self._opened()) as file, file:
            file.execute("INSERT OR REPLACE INTO contracts VALUES (?, ?, ?, ?)", values)

    def _opened(self) -> sqlite3.Connection:
        assert self._path is not None
        file = sqlite3.connect(self._path, timeout=1.0)
        try:
            file.execute("PRAGMA journal_mode = WAL")
            file.execute("PRAGMA synchronous = OFF")  # what is lost is asked again
            file.execute(TABLE)
        except sqlite3.Error:
            file.close()
            raise
        return file


def to_text(details: Details) -> str:
    """The details as JSON, without what has its default value."""
    assert details.contract is not None
    return json.dumps({"contract": dict(_set(details.contract)), "details": dict(_set(details))})


def from_text(text: str) -> Details | None:
    """The details in a text of `to_text`; None when it is none."""
    try:
        form = json.loads(text)
        contract = ib_async.Contract(**_checked(ib_async.Contract, form["contract"]))
        details = Details(**_checked(Details, form["details"]))
    except (ValueError, TypeError, KeyError, AttributeError):
        return None
    details.contract = contract
    return details if contract.conId else None


def _set(thing: ib_async.Contract | Details) -> Iterator[tuple[str, Any]]:
    """Its simple fields that differ from the default; lists of it are of no use here."""
    for field in fields(thing):
        value = getattr(thing, field.name)
        if isinstance(value, SIMPLE) and value != field.default:
            yield field.name, value


def _checked(kind: type[Any], form: dict[str, Any]) -> dict[str, Any]:
    """What was written for these fields: texts where texts belong, numbers where numbers do."""
    is_text = {field.name: isinstance(field.default, str) for field in fields(kind)}
    for name, value in form.items():
        if not isinstance(value, SIMPLE) or isinstance(value, str) != is_text[name]:
            raise TypeError(name)
    return form


def _has_expired(details: Details, now: float) -> bool:
    assert details.contract is not None
    last_day = expiry_of(details.contract.lastTradeDateOrContractMonth)
    return last_day is not None and last_day < _today(now)


def _today(now: float) -> date:
    """Where it is latest: a contract that still trades in America has not expired."""
    return datetime.fromtimestamp(now - 43_200, UTC).date()
