"""What TWS's errors do to lines, by the table in `trading/data_codes.py`.

It goes on, it is tried again, or it ends; whoever waits is told, and the trouble stays with the
quote.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from math import inf

from ib.market_data.quote_lines import ALL_IN_USE, QuoteLines
from ib.market_data.subscription import Subscription
from ib.market_data.troubles import Trouble, error_of, trouble_of
from trading.data_codes import effect_of
from trading.ib_errors import CodeTable

PAUSE_SECONDS = 0.5  # before the one more try for delayed data, or for a line
COMPETING_SECONDS = 15.0
AGAIN_SECONDS = 30.0  # what was refused is tried again while a page keeps looking
MORE_LINES_SECONDS = 600.0  # after 101 TWS may have more again
NO_LINE = 101


class LineErrors:
    """It belongs to the reader's loop."""

    def __init__(self, codes: CodeTable, every: QuoteLines, clock: Callable[[], float]) -> None:
        self._codes = codes
        self._all = every
        self._clock = clock
        self._full_at: float | None = None

    def hear(self, one: Subscription, code: int, text: str) -> bool:
        """Whether its quote looks different now."""
        effect = effect_of(code)
        if effect is None:
            return False
        if effect == "part":
            one.trouble = self._trouble(one, code, text)
        elif effect == "competing":
            self._block(one, code, text, COMPETING_SECONDS)
        else:
            if effect == "full":  # while the line that was refused counts as used
                self._all.lines.on_full()
            self._all.end_line(one)
            if effect == "delayed" and not one.has_asked_delayed:
                one.has_asked_delayed, one.retry_at = True, self._clock() + PAUSE_SECONDS
                return False
            if effect == "full":
                self._on_full(one, text)
            else:
                self._block(one, code, text, AGAIN_SECONDS)
        return True

    def no_line(self, one: Subscription) -> None:
        """The budget is used up by what may not give way; in a moment it is tried again."""
        self._block(one, NO_LINE, ALL_IN_USE, PAUSE_SECONDS)

    def look_again(self) -> None:
        """Some time after 101 TWS is asked for as many lines as usual."""
        if self._full_at is not None and self._clock() - self._full_at > MORE_LINES_SECONDS:
            self._full_at = None
            self._all.lines.reset()

    def _on_full(self, one: Subscription, text: str) -> None:
        """TWS has no more lines: we use fewer, and the least wanted gives its place in a moment."""
        self._full_at = self._clock()
        one.retry_at = self._full_at + PAUSE_SECONDS
        one.trouble = self._trouble(one, NO_LINE, text)

    def _block(self, one: Subscription, code: int, text: str, seconds: float) -> None:
        """No data, and another try after so many seconds; whoever waits is told why."""
        one.retry_at = self._clock() + seconds
        retry_at = datetime.now(UTC) + timedelta(seconds=seconds)
        one.trouble = replace(self._trouble(one, code, text), retry_at=retry_at)
        one.tell(error_of(one.trouble))
        if one.is_lent:
            one.looked_at = -inf  # the next sweep ends it

    def _trouble(self, one: Subscription, code: int, text: str) -> Trouble:
        """The same trouble again has lasted since it began."""
        known = one.trouble
        since = known.since if known and known.code == code else datetime.now(UTC)
        return trouble_of(self._codes, code, text, since)
