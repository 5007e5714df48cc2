"""Whose profit is asked for, of which days and in which currency; parsed at each door."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from trading.refusals import FieldError, Refused


@dataclass(frozen=True, slots=True)
class ProfitQuestion:
    """Whose profit, from which trading day to which (both included; None: no end), and in which
    currency: empty for the account's."""

    account: str | None = None
    first: date | None = None
    last: date | None = None
    currency: str = ""

    def has(self, day: date) -> bool:
        return (self.first or date.min) <= day <= (self.last or date.max)

    def to_payload(self) -> dict[str, str]:
        values = {
            "account": self.account,
            "from": self.first and self.first.isoformat(),
            "to": self.last and self.last.isoformat(),
            "currency": self.currency,
        }
        return {name: value for name, value in values.items() if value}


def parse_profit_question(given: Mapping[str, str | None]) -> ProfitQuestion:
    """The question in a query's values; Refused with the field that is wrong."""
    first, last = (_day(name, given.get(name)) for name in ("from", "to"))
    if first and last and last < first:
        raise _refused("to", "to must not be before from")
    currency = given.get("currency") or ""
    if currency and not (currency.isascii() and currency.isalpha() and len(currency) == 3):
        raise _refused("currency", "currency must be three letters, such as USD")
    return ProfitQuestion(given.get("account") or None, first, last, currency.upper())


def _day(name: str, text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise _refused(name, f"{name} must be a date such as 2026-11-28") from None


def _refused(name: str, sentence: str) -> Refused:
    return Refused(sentence, FieldError(f"/{name}", sentence))
