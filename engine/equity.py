"""What the accounts are worth, from time to time: the samples of the equity curve."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Protocol

from trading.profit import EquitySample
from trading.snapshots import AccountSummary, iso

EVERY = timedelta(minutes=5)
TAG = "NetLiquidation"


class EquityFile(Protocol):
    """Where samples are kept."""

    def last_equity(self) -> dict[str, str]: ...

    def keep_equity(self, samples: Sequence[EquitySample]) -> None: ...


def utc_now() -> datetime:
    return datetime.now(UTC)


class EquitySamples:
    """One sample of each account in five minutes at most, also across restarts.

    It is for one thread. A desk that runs takes one at least every day by itself.
    """

    def __init__(self, file: EquityFile, now: Callable[[], datetime] = utc_now) -> None:
        self._file = file
        self._now = now
        self._last: dict[str, str] | None = None  # read once

    def due(self, accounts: Sequence[str]) -> Iterator[str]:
        """The accounts that want a new sample. Raises JournalError."""
        if self._last is None:
            self._last = self._file.last_equity()
        newest_allowed = iso(self._now() - EVERY) or ""
        for account in accounts:
            if self._last.get(account, "") <= newest_allowed:
                yield account

    def take(self, summary: AccountSummary) -> None:
        """Keep the account's worth, unless it is not known now. Raises JournalError."""
        worth = summary.to_payload()["summary"].get(TAG)
        if summary.stale or worth is None or not worth["currency"]:
            return
        time = iso(self._now()) or ""
        self._file.keep_equity([(summary.account, time, worth["value"], worth["currency"])])
        assert self._last is not None
        self._last[summary.account] = time
