"""Which conIds the paper gateway makes up: the same contract has the same one on every run.

A made-up conId is computed from what the contract is, so that it is found again after a restart
without being kept. Ranges:

    900000001 to 900000999   rows of the tables, and the futures' underlyings
    900100000 to 900199999   futures: product and contract month
    901000000 to 1999999999  options: class, expiration, strike and right
    2000000000 and more      combinations (see the combos module)
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from paper_gateway.catalogue.tables import Row, TableError, read_table

FIRST_SYNTHETIC_CON_ID = 900_000_001
FIRST_UNDERLYING = 900_000_900
FIRST_FUTURE = 900_100_000
FIRST_OPTION = 901_000_000
END_OF_OPTIONS = 2_000_000_000
# A product's months and an option series' weeks are counted from here (a Friday is day 0).
FIRST_YEAR = 2020
FIRST_FRIDAY = date(2020, 1, 3)
_MONTHS = 1000
_WEEKS = 1 << 10
STRIKES = 1 << 9
RIGHTS = "CP"
# From this slot on they are of options on futures.
FIRST_FUTURE_OPTION_SLOT = 900
SLOTS = (END_OF_OPTIONS - FIRST_OPTION) // (_WEEKS * STRIKES * len(RIGHTS))


@dataclass(frozen=True, slots=True)
class OptionPlace:
    """An option by numbers: the slot of its class and weekday, the week's Friday, the strike."""

    slot: int
    friday: date
    strike: int
    right: str


def future_con_id(product: int, year: int, month: int) -> int:
    """The conId of a product's contract month."""
    return FIRST_FUTURE + product * _MONTHS + (year - FIRST_YEAR) * 12 + month - 1


def future_place(con_id: int) -> tuple[int, int, int] | None:
    """The product, year and month of a conId from the futures' range, else None."""
    product, months = divmod(con_id - FIRST_FUTURE, _MONTHS)
    if not 0 <= product < 100:
        return None
    year, month = divmod(months, 12)
    return product, FIRST_YEAR + year, month + 1


def option_con_id(place: OptionPlace) -> int:
    """The conId of an option."""
    week = (place.friday - FIRST_FRIDAY).days // 7
    series = (place.slot * _WEEKS + week) * STRIKES + place.strike
    return FIRST_OPTION + series * len(RIGHTS) + RIGHTS.index(place.right)


def option_place(con_id: int) -> OptionPlace | None:
    """Where a conId from the options' range stands, else None."""
    if not FIRST_OPTION <= con_id < END_OF_OPTIONS:
        return None
    rest, right = divmod(con_id - FIRST_OPTION, len(RIGHTS))
    rest, strike = divmod(rest, STRIKES)
    slot, week = divmod(rest, _WEEKS)
    return OptionPlace(slot, FIRST_FRIDAY + timedelta(weeks=week), strike, RIGHTS[right])


@dataclass(frozen=True, slots=True)
class EarlierContract:
    """A future (strike 0, no right) or an option with a conId of an earlier version."""

    trading_class: str
    date: str
    strike: float = 0.0
    right: str = ""


def earlier_con_ids() -> dict[EarlierContract, int]:
    """The conIds that contracts have kept from earlier versions. Raises TableError."""
    rows = read_table("earlier_con_ids")
    found = {_earlier(row): row.integer("conId") for row in rows}
    if len(set(found.values())) != len(rows):
        raise TableError("earlier_con_ids.tsv: a conId or a contract is there twice")
    return found


def _earlier(row: Row) -> EarlierContract:
    return EarlierContract(row["class"], row["date"], row.number("strike", 0.0), row["right"])
