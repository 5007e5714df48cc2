"""`flask doctor`: checks what a desk needs and says how to repair what is missing.

It only looks: it makes no order, signs in nowhere and prints no secret.
"""

from __future__ import annotations

import socket
import sys
import tempfile
from collections.abc import Callable, Iterator
from typing import NamedTuple

import config
from store.database import StoreError
from store.journal import JournalError
from store.journal_reader import Reader
from web import journal_look
from web.desk import Desk
from web.page_values import chart_library

CONNECT_SECONDS = 3.0
NPM = "npm ci --omit=dev --ignore-scripts --no-audit --no-fund && npm run vendor"
ASK_TWS = "Start TWS or IB Gateway and enable its API."
KEEP_COPY = "Keep a copy of the file and find out who changed it."
LOOK_IN_TWS = "A running desk asks TWS; do not place it again before you know."
MOST_ORDERS = 10


class Finding(NamedTuple):
    """One line: `word` is ok, warn or FAIL."""

    word: str
    about: str


def examine(desk: Desk) -> Iterator[Finding]:
    """Every check in turn; each takes three seconds at most."""
    for check in CHECKS:
        yield from check(desk)


def _python(_desk: Desk) -> Iterator[Finding]:
    version = ".".join(map(str, sys.version_info[:3]))
    is_enough = sys.version_info >= (3, 11)
    yield Finding("ok" if is_enough else "FAIL", f"Python {version} (3.11 or newer is needed)")


def _settings(_desk: Desk) -> Iterator[Finding]:
    unknown = config.unknown_keys()
    yield from (Finding("warn", sentence) for sentence in unknown)
    if not unknown:
        yield Finding("ok", "Settings are read; every key of .env is known")


def _var_dir(desk: Desk) -> Iterator[Finding]:
    folder = desk.settings.var_dir
    try:
        with tempfile.TemporaryFile(dir=folder):
            yield Finding("ok", f"{folder} can be written")
    except OSError as error:
        yield Finding("FAIL", f"{folder} cannot be written ({error.strerror}). Set VAR_DIR.")


def _database(desk: Desk) -> Iterator[Finding]:
    try:
        yield Finding("ok", f"The database answers; users: {len(desk.users.all())}")
    except StoreError as error:
        yield Finding("FAIL", str(error))


def _journal(desk: Desk) -> Iterator[Finding]:
    path = desk.settings.journal_path
    if not path.exists():
        yield Finding("ok", f"There is no order journal yet; the desk makes {path} when it starts")
        return
    try:
        with journal_look.opened(path) as reader:
            yield Finding("ok", f"The order journal {path} can be read; orders: {reader.count()}")
            yield from _orders_in_journal(reader)
        broken = journal_look.broken_line(path)
    except JournalError as error:
        yield Finding("FAIL", str(error))
        return
    intact = "Every line of the journal is as it was written"
    yield Finding("FAIL", f"{broken}. {KEEP_COPY}") if broken else Finding("ok", intact)
    pid = journal_look.holder(path)
    used = f"is used by the order engine with pid {pid}" if pid else "is not used now"
    yield Finding("ok", f"The journal {used}")


def _orders_in_journal(reader: Reader) -> Iterator[Finding]:
    frozen = reader.switch(journal_look.FREEZE)
    if frozen:
        yield Finding("warn", f"New orders are frozen (by {frozen}); cancels and exits pass")
    else:
        yield Finding("ok", "New orders are not frozen")
    doubtful = journal_look.in_doubt(reader)
    for row in doubtful[:MOST_ORDERS]:
        yield Finding("warn", f"Whether IB has the order {row.key} is not proven. {LOOK_IN_TWS}")
    if len(doubtful) > MOST_ORDERS:
        yield Finding("warn", f"The same is true of {len(doubtful) - MOST_ORDERS} more orders")


def _charts(_desk: Desk) -> Iterator[Finding]:
    if chart_library().is_file():
        yield Finding("ok", "The chart library is installed")
    else:
        yield Finding("warn", f"The chart library is missing; the page draws its own. Run: {NPM}")


def _tws(desk: Desk) -> Iterator[Finding]:
    try:
        host, port = config.gateway_address(desk.settings)
    except config.SettingsError:
        yield Finding("ok", "No TWS is configured: the desk starts its own paper gateway")
        return
    try:
        socket.create_connection((host, port), timeout=CONNECT_SECONDS).close()
        yield Finding("ok", f"Something listens at {host}:{port}")
    except OSError as error:
        reason = error.strerror or str(error)
        yield Finding("FAIL", f"Cannot reach TWS at {host}:{port} ({reason.lower()}). {ASK_TWS}")


CHECKS: tuple[Callable[[Desk], Iterator[Finding]], ...] = (
    _python,
    _settings,
    _var_dir,
    _database,
    _journal,
    _charts,
    _tws,
)
