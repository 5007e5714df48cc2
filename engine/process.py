"""What every program with an engine does at its start: its version, its log, its memory."""

from __future__ import annotations

import asyncio
import gc
import logging
import re
from logging.handlers import MemoryHandler
from pathlib import Path

from loop_thread import LoopThread

ROOT = Path(__file__).parent.parent
LOG_SECONDS = 0.1
CONTROL_CHARACTERS = {code: f"\\x{code:02x}" for code in (*range(32), 127)}


def version() -> str:
    """The first released heading of CHANGELOG.md: one source."""
    found = re.search(r"^## \[(\d[^\]]*)\]", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    return found[1] if found else "0"


def tune_garbage_collector() -> None:
    """What lives for ever is not walked again: long pauses would delay messages from TWS."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


class OneLine(logging.Formatter):
    """Control characters are shown escaped: no message can forge another log line."""

    def formatMessage(self, record: logging.LogRecord) -> str:
        return super().formatMessage(record).translate(CONTROL_CHARACTERS)


def set_up_logging(level: str) -> None:
    """Log to standard error, written ten times a second: no order waits for a terminal.

    A warning is written at once, with all that came before it.
    """
    # What our format does not show need not be found out (Python's logging how-to, Optimization);
    # the process is part of gunicorn's own.
    logging._srcfile = None
    logging.logThreads = logging.logMultiprocessing = False
    stream = logging.StreamHandler()
    stream.setFormatter(OneLine("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    buffer = MemoryHandler(capacity=10_000, flushLevel=logging.WARNING, target=stream)
    logging.basicConfig(level=level, handlers=[buffer])

    async def write_for_ever() -> None:
        while True:
            await asyncio.sleep(LOG_SECONDS)
            buffer.flush()

    LoopThread("Log", write_for_ever).start()
