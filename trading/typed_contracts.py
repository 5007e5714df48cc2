"""What a person types, understood: a pair, a future, an OCC name, an ISIN, a conId, a symbol.

It only reads the text; whether there is such a contract is IB's to say. A text may mean several
kinds of contract: they are given in the order in which to look, and the first kind that IB knows
is meant.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from trading.contracts import MAX_CON_ID, Contract
from trading.fields import parse_text

# Of what IDEALPRO trades; two of them in a row are a pair and not a stock.
CURRENCIES = frozenset(
    (
        *("USD", "EUR", "GBP", "JPY", "CHF", "AUD", "NZD", "CAD", "HKD", "SGD", "SEK", "NOK"),
        *("DKK", "MXN", "CNH", "CZK", "HUF", "PLN", "ILS", "ZAR", "TRY"),
    )
)
PAIR = re.compile(r"([A-Z]{3})[./ ]?([A-Z]{3})")
# The OCC's 21 characters, also without their padding: root, YYMMDD, C or P, strike in thousandths.
OCC = re.compile(r"([A-Z0-9.]{1,6}?) *(\d{6})([CP])(\d{8})")
FUTURE = re.compile(r"([A-Z0-9]{1,5}) +(20\d{2}(?:0[1-9]|1[0-2])(?:\d{2})?)")
# An exchange's own name of a future: root, letter of the month, one or two digits of the year.
LOCAL_FUTURE = re.compile(r"[A-Z0-9]{1,4}[FGHJKMNQUVXZ]\d{1,2}")
ISIN = re.compile(r"[A-Z]{2}[A-Z0-9]{9}\d")
# As the choices of an ambiguous name say it.
CON_ID = re.compile(r"CONID ([1-9]\d{0,9})")


@dataclass(frozen=True, slots=True)
class Isin:
    """A security by its international number; which listing is meant is not in it."""

    code: str


Meant = Contract | Isin


def typed_contracts(text: str, currency: str = "") -> list[Meant]:
    """What the text may mean, in the order in which to look. Never empty for a text.

    No currency is guessed: without one every currency counts. ValueError for a text that cannot
    be sent (empty, too long, not printable ASCII).
    """
    typed = " ".join(parse_text(text).upper().split())
    if not typed:
        raise ValueError("must not be empty")
    named = _named(typed, currency)
    if not named:
        return _plain(typed, currency)
    # A future's local symbol may as well be a stock's.
    return [*named, _stock(typed, currency)] if LOCAL_FUTURE.fullmatch(typed) else named


def is_plain(text: str) -> bool:
    """True when the text is no more than a symbol or a part of a name: then IB's search helps."""
    try:
        return not _named(" ".join(parse_text(text).upper().split()), "")
    except ValueError:
        return True


def _named(typed: str, currency: str) -> list[Meant]:
    """What the form of the text gives away."""
    if pair := PAIR.fullmatch(typed):
        base, quote = pair.groups()
        if {base, quote} <= CURRENCIES and base != quote:
            return [_contract(symbol=base, secType="CASH", currency=quote, exchange="IDEALPRO")]
    if option := OCC.fullmatch(typed):
        return [_option(*option.groups())]
    if future := FUTURE.fullmatch(typed):
        symbol, month = future.groups()
        return [_future(symbol=symbol, lastTradeDateOrContractMonth=month, currency=currency)]
    if (number := CON_ID.fullmatch(typed)) and int(number[1]) <= MAX_CON_ID:
        return [_contract(conId=int(number[1]))]
    if _is_isin(typed):
        return [Isin(typed)]
    if LOCAL_FUTURE.fullmatch(typed):
        return [_future(localSymbol=typed, currency=currency)]
    return []


def _plain(typed: str, currency: str) -> list[Meant]:
    """A bare symbol: a stock or fund, else an index, else a coin, else the months of a future."""
    return [
        _stock(typed, currency),
        _contract(symbol=typed, secType="IND", currency=currency),
        _contract(symbol=typed, secType="CRYPTO", currency=currency, exchange="PAXOS"),
        _future(symbol=typed, currency=currency),
    ]


def _stock(symbol: str, currency: str) -> Contract:
    return _contract(symbol=symbol, secType="STK", currency=currency, exchange="SMART")


def _option(root: str, day: str, right: str, strike: str) -> Contract:
    return _contract(
        symbol=root,
        secType="OPT",
        lastTradeDateOrContractMonth=f"20{day}",
        strike=Decimal(strike) / 1000,
        right=right,
        exchange="SMART",
        currency="USD",  # the OCC clears no other
    )


def _future(**fields: object) -> Contract:
    return _contract(secType="FUT", **fields)


def _contract(**fields: object) -> Contract:
    return Contract.model_validate(fields)


def _is_isin(typed: str) -> bool:
    """Two letters, nine letters or digits and a check digit (ISO 6166, by Luhn's sum)."""
    if not ISIN.fullmatch(typed):
        return False
    digits = "".join(str(int(letter, 36)) for letter in typed)
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0
