"""What the desk looks at from time to time, beside the requests.

Whether the positions are explained by the executions, how large the journal is, and what the
accounts are worth. It only reads what the rooms hold already: no look sends anything to TWS, and
none ever leads to a trade.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from concurrent.futures import CancelledError
from threading import Event, Lock, Thread

from engine.equity import EquitySamples
from store.journal import JournalError
from trading.ports import OrderDesk, Reader
from trading.position_check import Difference, PositionCheck
from trading.refusals import TradingError

log = logging.getLogger(__name__)

LOOK_SECONDS = 10.0
FRESH_SECONDS = 2.0  # whoever asks earlier sees the last look
ANSWER_SECONDS = 0.5  # the reader has its positions at hand


class Watch:
    """Any thread may look, except those that own a connection: a look may wait for them."""

    def __init__(
        self,
        reader: Reader,
        order_desk: OrderDesk,
        clock: Callable[[], float] = time.monotonic,
        equity: EquitySamples | None = None,
    ) -> None:
        self.saved_orders: int | None = None  # in the journal; None until the first look
        self._reader = reader
        self._order_desk = order_desk
        self._clock = clock
        self._equity = equity
        self._positions = PositionCheck()
        self._looking = Lock()
        self._looked_at: float | None = None
        self._stopping = Event()
        self._thread: Thread | None = None  # set by `start()`

    @property
    def differences(self) -> tuple[Difference, ...]:
        """What the executions do not explain, as of the last look."""
        return self._positions.differences

    def start(self, seconds: float = LOOK_SECONDS) -> None:
        """Look every `seconds` from now on, in a thread of its own."""
        self._thread = Thread(target=self._run, args=(seconds,), name="Watch", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        if self._thread:
            self._thread.join(timeout=5)

    def look(self) -> None:
        """Look now, unless the last look is fresh or another one is under way."""
        if not self._looking.acquire(blocking=False):
            return
        try:
            seconds = self._clock()
            if self._looked_at is None or seconds - self._looked_at >= FRESH_SECONDS:
                self._looked_at = seconds
                self._look_at_journal()
                self._look_at_positions()
                self._look_at_equity()
        finally:
            self._looking.release()

    def _run(self, seconds: float) -> None:
        while not self._stopping.wait(seconds):
            try:
                self.look()
            except Exception:  # the outermost loop: one bad look must not be the last one
                log.exception("The look at positions and journal failed")

    def _look_at_journal(self) -> None:
        try:
            self.saved_orders = self._order_desk.saved_orders()
        except JournalError as error:
            log.warning("The journal cannot be counted: %s", error)
            self.saved_orders = None

    def _look_at_positions(self) -> None:
        """Only while both connections are up: else one side is older than the other."""
        status = self._reader.status()
        is_up = status.is_connected and self._order_desk.status().is_connected
        if not is_up or not self._order_desk.has_read_orders():
            return
        try:
            # Executions first: one that comes in between is a moment behind, never ahead for good.
            executions = self._order_desk.executions()
            positions = self._reader.positions().result(ANSWER_SECONDS).rows
        except (TradingError, JournalError, TimeoutError, CancelledError):
            return  # the connection has ended meanwhile, or is busy: the next look tells
        self._positions.look(positions, executions, status.accounts, self._clock())

    def _look_at_equity(self) -> None:
        """Keep what the accounts are worth, from time to time; an unknown is left out."""
        status = self._reader.status()
        if self._equity is None or not status.is_connected:
            return
        try:
            for account in self._equity.due(status.accounts):
                summary = self._reader.account(account).result(ANSWER_SECONDS)
                self._equity.take(summary)
        except (TradingError, JournalError, TimeoutError, CancelledError) as error:
            log.debug("No sample of the accounts' worth: %s", error)
