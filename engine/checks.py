"""The doctor's checks that desk and agent share: Python, settings, folder and journal.

What they find at TWS is in `tws_check.py`. They only look: no order is made and no secret is shown.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import config
from config import Settings
from store import journal_look
from store.journal import JournalError
from store.journal_reader import Reader

KEEP_COPY = "Keep a copy of the file and find out who changed it."
LOOK_IN_TWS = "A running desk asks TWS; do not place it again before you know."
MOST_ORDERS = 10


class Finding(NamedTuple):
    """One line: `word` is ok, warn or FAIL."""

    word: str
    about: str


def python() -> Iterator[Finding]:
    version = ".".join(map(str, sys.version_info[:3]))
    is_enough = sys.version_info >= (3, 11)
    yield Finding("ok" if is_enough else "FAIL", f"Python {version} (3.11 or newer is needed)")


def known_settings() -> Iterator[Finding]:
    unknown = config.unknown_keys()
    yield from (Finding("warn", sentence) for sentence in unknown)
    if not unknown:
        yield Finding("ok", "Settings are read; every key of .env is known")


def var_dir(settings: Settings) -> Iterator[Finding]:
    folder = settings.var_dir
    if not folder.exists() and _may_be_made(folder):
        yield Finding("warn", f"{folder} is not there yet; the first start makes it")
        return
    try:
        with tempfile.TemporaryFile(dir=folder):
            yield Finding("ok", f"{folder} can be written")
    except OSError as error:
        yield Finding("FAIL", f"{folder} cannot be written ({error.strerror}). Set VAR_DIR.")


def journal(settings: Settings) -> Iterator[Finding]:
    path = settings.journal_path
    if not path.exists():
        yield Finding("ok", f"There is no order journal yet; the first start makes {path}")
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


def _may_be_made(folder: Path) -> bool:
    above = next(parent for parent in folder.absolute().parents if parent.exists())
    return above.is_dir() and os.access(above, os.W_OK)


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
