"""What of the past is asked for: days, symbol and account, from the query string."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from trading.snapshots import iso
from web import queries

NOT_A_TIME = "{} must be a day such as 2026-11-28, or a time such as 2026-11-28T14:30:00Z"


@dataclass(frozen=True, slots=True)
class Wanted:
    """`since` and `until` are times as the API writes them (compared as text); empty is open."""

    since: str = ""
    until: str = ""
    symbol: str = ""  # a part of the symbol or of the local symbol, in capitals
    account: str = ""

    def takes(self, at: str | None, account: str, contract: Mapping[str, Any]) -> bool:
        """Whether what happened then is asked for. What has no time is never left out by it."""
        is_then = at is None or (self.since <= at and not (self.until and at >= self.until))
        is_here = not self.account or account == self.account
        return is_then and is_here and self._names(contract)

    def _names(self, contract: Mapping[str, Any]) -> bool:
        names = (contract.get("symbol"), contract.get("localSymbol"))
        return not self.symbol or any(self.symbol in (name or "").upper() for name in names)


def wanted() -> Wanted:
    """Of the query: `from` and `to` (days are whole days in UTC), `symbol`, `account`."""
    return Wanted(
        _moment("from", timedelta()),
        _moment("to", timedelta(days=1)),
        (queries.text("symbol") or "").upper(),
        queries.text("account") or "",
    )


def _moment(name: str, to_its_end: timedelta) -> str:
    text = queries.text(name)
    if not text:
        return ""
    try:
        if len(text) == len("2026-11-28"):
            day = date.fromisoformat(text)
            return iso(datetime.combine(day, time(), UTC) + to_its_end) or ""
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            raise ValueError("a time without zone is not an instant")
        return iso(moment.astimezone(UTC)) or ""
    except (ValueError, OverflowError):
        raise queries.refused(name, NOT_A_TIME.format(name)) from None
